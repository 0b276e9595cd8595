#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated market again, in Python's unbounded integers and the standard library only.

Prints every episode ("E kind begin end"), then every trade ("T ts_event ts_recv price size seq
side").
It shares no code with the C simulator; a product that overflows there, a shift of a negative number
that rounds another way, or a machine that differs shows up as a different line.

usage: sim_oracle.py SEED DAYS TRADES_PER_DAY EPISODES_PER_KIND CRASH(0|1) START_NS
"""

import math
import sys

ONE = 1 << 16
MINUTE = 60 * 10**9
DAY = 1440 * MINUTE
START_PRICE = 50_000 * 10**9
TICK = 10**7
LOT = 1000
MASK = (1 << 32) - 1


def philox(seed, stream, index):
    c = [index & MASK, index >> 32, stream & MASK, stream >> 32]
    k = [seed & MASK, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def div(a, b):
    """Division that rounds towards zero."""
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def log2_table():
    table = []
    for i in range(256):
        x, bits = (256 + i) << 54, 0
        for _ in range(32):
            x = x * x >> 62
            bits *= 2
            if x >= 1 << 63:
                x >>= 1
                bits += 1
        table.append(bits)
    return table + [1 << 32]


LOG2 = log2_table()


def exponential_q32(word):
    odd = 2 * word + 1
    length = odd.bit_length()
    scaled = odd << (64 - length)
    i, rest = (scaled >> 55) & 255, (scaled >> 23) & MASK
    fraction = LOG2[i] + ((LOG2[i + 1] - LOG2[i]) * rest >> 32)
    return (((34 - length) << 32) - fraction) * 2977044472 >> 32


SCALE = [1000, 1320, 1741, 2297, 3031, 4000, 5278, 6964, 9190, 12126, 16000, 21112, 27858, 36758,
         48503, 64000, 84449]


def size_lots(word):
    g = min(32 - (word | 1).bit_length(), 16)
    return SCALE[g] * (ONE + ((word << (g + 1) & MASK) >> 16)) >> 16


def schedule(seed, days, per_kind, crash, start):
    """(kind, begin, end, word) in time order."""
    total = 4 * per_kind
    kinds = [i % 4 for i in range(total)]
    minutes_open = (days - 12 - crash) * 1440
    out = []
    for i in range(total):
        w = philox(seed, 2, i)
        j = i + w[0] % (total - i)
        kinds[i], kinds[j] = kinds[j], kinds[i]
        low, high = minutes_open * i // total, minutes_open * (i + 1) // total
        length = 60 + w[1] % 121
        begin = start + 12 * DAY + (low + w[2] % (high - low - length - 30 + 1)) * MINUTE
        out.append((kinds[i], begin, begin + length * MINUTE, w[3]))
    if crash:
        w = philox(seed, 2, total)
        begin = start + (days - 1) * DAY + (600 + w[0] % 360) * MINUTE
        out.append((4, begin, begin + 5 * MINUTE, 0))
    return out


def regime(episodes, t):
    """rate, extra, noise, buy (all q16), drift (q32) of the minute at t."""
    for kind, begin, end, word in episodes:
        if begin <= t < end:
            extra = 1100 * ONE // ((end - begin) // MINUTE)
            if kind == 0:
                buy = 49152 + (6554 * (word >> 16 & 0x7FFF) >> 15)
                drift = 2150000 + (430000 * (word & 0xFFFF) >> 16)
                return (ONE, extra, ONE) + ((ONE - buy, -drift) if word >> 31 else (buy, drift))
            return {1: (ONE, 0, 4 * ONE, ONE // 2, 0), 2: (ONE, extra, ONE, ONE // 2, 0),
                    3: (ONE, 0, ONE, ONE // 2, 0),
                    4: (100 * ONE, 0, 2 * ONE, ONE // 20, -51539608)}[kind]
        if kind == 4 and end <= t < end + 30 * MINUTE:
            return (8 * ONE, 0, 2 * ONE, ONE * 3 // 5, 4294967)
    return (ONE, 0, ONE, ONE // 2, 0)


def profile(minute):
    away = abs(minute - 900)
    away = min(away, 1440 - away)
    t = ONE - away * ONE // 360
    return ONE + div(div(t * (2 * ONE - abs(t)), ONE) * 22938, ONE)


def main():
    seed, days, per_day, per_kind, crash, start = map(int, sys.argv[1:7])
    episodes = schedule(seed, days, per_kind, crash, start)
    lines = ["E %d %d %d" % e[:3] for e in episodes]
    price, draw, seq, side = START_PRICE, 0, 0, 1
    for m in range(days * 1440):
        rate, extra, noise, buy, drift = regime(episodes, start + m * MINUTE)
        w = philox(seed, 1, m // 60)
        shared, own = w[0] >> 16, w[1] >> 16
        volume = ONE * 7 // 10 + shared * 6 // 10
        volatility = ONE * 8 // 10 + (shared + own) * 2 // 10
        weight = (profile(m % 1440) * volume // ONE) * rate // ONE + extra
        gap_mean = (DAY << 16) // (per_day * weight)
        trades = (MINUTE << 16) // gap_mean
        sigma = 2263000 * volatility // math.isqrt(trades << 16)
        step = (price * (sigma * noise // ONE * 50763 // ONE) >> 32) // 148
        if drift == 0:
            impact = price * (sigma * 32112 // ONE) >> 32
        else:
            signed = div(trades // 256 * (2 * buy - ONE), 256)
            impact = div((price * drift >> 32) * ONE, signed)
        price += div(START_PRICE - price, 65536)
        now, end = start + m * MINUTE, start + (m + 1) * MINUTE
        while True:
            w = philox(seed, 0, draw)
            draw += 1
            gap = (exponential_q32(w[0]) * gap_mean >> 32) + 1
            if gap >= end - now:
                break
            now += gap
            seq += 1
            if w[2] & 4095 >= 1024:
                side = 1 if (w[2] >> 12) & 4095 < buy >> 4 else -1
            price += (sum(w[3].to_bytes(4, "little")) - 510) * step + side * impact
            half = price // 20000
            shown = -(-(price + half) // TICK) * TICK if side > 0 else (price - half) // TICK * TICK
            lines.append("T %d %d %d %d %d %d" % (now, now + 80000 + (w[2] >> 24) * 1000, shown,
                                                  size_lots(w[1]) * LOT, seq, side))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
