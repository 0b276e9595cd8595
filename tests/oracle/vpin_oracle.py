#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Independent VPIN for the golden tests: whole lists instead of a stream, Fraction instead of fixed
point, math.erfc instead of our polynomial. Standard library only; shares no code with the library.

Reads a plain CSV without header (ts ns, price 1e-9, size, flags, side; sessions are UTC days) or a
LEAN tick CSV (optionally .xz; New York dates are sessions, regular-hours filter applied), and prints
one line per bucket: start,end,duration,volume,buy in 2^-20,vpin,cdf,alarm,price. A last line that
begins with # holds name=value pairs.
"""
import argparse
import csv
import lzma
import math
from bisect import bisect_right, insort
from collections import deque
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

DAY = 86400 * 10**9
AUCTION = 2
UNIT = 2**20
RATIO = 2**48
# LEAN sale conditions: opening, closing, reopening prints are auctions.
LEAN_AUCTION = 0x40 | 0x80 | 0x100
LEAN_EXCLUDED = (0x2 | 0x4 | 0x8 | 0x200 | 0x100000 | 0x800 | 0x4000 | 0x2000000 | 0x40000
                 | 0x1000000 | 0x4000000 | 0x400 | 0x2000)


def read_plain(path):
    with open(path, newline="") as file:
        for ts, price, size, flags, side in csv.reader(file):
            ts = int(ts)
            day = ts // DAY
            yield ts, int(price), int(size), int(flags), int(side), (day, day * DAY, (day + 1) * DAY)


def read_lean(path):
    opener = lzma.open if path.endswith(".xz") else open
    zone = ZoneInfo("America/New_York")
    sessions = {}
    with opener(path, "rt") as file:
        for date, ms, price, size, _venue, conditions, _suspicious in csv.reader(file):
            conditions, ms = int(conditions, 16), int(ms)
            if conditions & LEAN_EXCLUDED:
                continue
            auction = bool(conditions & LEAN_AUCTION)
            if not (auction or 34_200_000 <= ms < 57_600_000):
                continue
            if date not in sessions:
                midnight = datetime.strptime(date, "%Y%m%d").replace(tzinfo=zone)
                start = round(midnight.timestamp()) * 10**9
                opening = round((midnight + timedelta(hours=9, minutes=30)).timestamp()) * 10**9
                closing = round((midnight + timedelta(hours=16)).timestamp()) * 10**9
                sessions[date] = (start, (int(date), opening, closing))
            start, session = sessions[date]
            yield (start + ms * 10**6, int(price) * 10**5, int(size), AUCTION if auction else 0, 0,
                   session)


def make_bars(trades, options):
    """Lists of sessions, each a list of bars, each a dict."""
    sessions = []
    previous = None
    for session, rows in groupby(trades, key=lambda t: t[5]):
        bars = []
        for _, group in groupby(rows, key=lambda t: t[0] // options.bar_ns):
            group = list(group)
            prices = [t[1] for t in group]
            if options.mode == "abad_yague" or not bars:
                base = prices[0]
            else:
                base = previous
            apart = options.auctions == "half"
            bars.append({
                "first": group[0][0], "last": group[-1][0], "price": prices[-1],
                "dp": prices[-1] - base,
                "plain": sum(t[2] for t in group if not (apart and t[3] & AUCTION)),
                "auction": sum(t[2] for t in group if apart and t[3] & AUCTION),
            })
            previous = prices[-1]
        sessions.append((session, bars))
    return sessions


def deviation(steps, least):
    """Sample standard deviation as a float, or None."""
    n = len(steps)
    if n < least:
        return None
    total = sum(steps)
    square = Fraction(sum(s * s for s in steps) * n - total * total, n * (n - 1))
    # Scaled integer root: 40 digits are plenty below a double's 17.
    scale = 10**40
    return float(Fraction(math.isqrt(math.floor(square * scale * scale)), scale))


def sigmas(sessions, options):
    """One sigma per bar, session by session."""
    if options.mode != "causal":
        one = deviation([b["dp"] for _, bars in sessions for b in bars], 2)
        return [[one] * len(bars) for _, bars in sessions]
    out = []
    for k, (_, bars) in enumerate(sessions):
        if k >= options.lookback:
            past = [b["dp"] for _, old in sessions[k - options.lookback:k] for b in old]
            out.append([deviation(past, options.min_bars)] * len(bars))
            continue
        n = sum(len(old) for _, old in sessions[:k])
        one = sum(b["dp"] for _, old in sessions[:k] for b in old)
        two = sum(b["dp"] ** 2 for _, old in sessions[:k] for b in old)
        row = []
        for b in bars:
            if n < options.min_bars:
                row.append(None)
            else:
                row.append(math.sqrt(Fraction(n * two - one * one, n * (n - 1))))
            n, one, two = n + 1, one + b["dp"], two + b["dp"] ** 2
        out.append(row)
    return out


def classified(sessions, options):
    """Per session: pieces (first, last, price, volume, buy units)."""
    for (_, bars), row in zip(sessions, sigmas(sessions, options)):
        pieces = []
        for b, sigma in zip(bars, row):
            z = 0.5
            if sigma and b["dp"]:
                z = 0.5 * math.erfc(-b["dp"] / sigma / math.sqrt(2.0))
            buy = round(Fraction(z) * b["plain"] * UNIT) + b["auction"] * UNIT // 2
            pieces.append((b["first"], b["last"], b["price"], b["plain"] + b["auction"], buy))
        yield pieces


def by_side(trades, options):
    for _, rows in groupby(trades, key=lambda t: t[5]):
        pieces = []
        for ts, price, size, flags, side, _ in rows:
            apart = options.auctions == "half" and flags & AUCTION
            share = Fraction(1, 2) if apart else Fraction(side + 1, 2)
            pieces.append((ts, ts, price, size, int(share * size * UNIT)))
        yield pieces


def volumes_of_buckets(totals, options):
    """V for each session; None = it only calibrates."""
    if options.bucket_volume:
        return [options.bucket_volume] * len(totals)
    if options.mode in ("elo_research", "abad_yague"):
        return [max(1, sum(totals) // (len(totals) * options.buckets_per_day))] * len(totals)
    out = []
    for k in range(len(totals)):
        past = totals[max(0, k - options.lookback):k]
        if past:
            out.append(max(1, sum(past) // (len(past) * options.buckets_per_day)))
        elif options.warmup == "first_session":
            out.append(max(1, totals[0] // options.buckets_per_day))
        else:
            out.append(None)
    return out


def fill(pieces_by_session, bounds, volumes, options):
    """Buckets as [start, end, gap, V, buy, price]."""
    done = []
    bucket = None
    last_trade = last_close = None
    end_before = None
    pending_gap = 0
    for pieces, (_, opening, closing), volume in zip(pieces_by_session, bounds, volumes):
        if last_close is not None:
            gap = max(0, min(opening, pieces[0][0]) - max(last_close, last_trade))
            pending_gap += gap
        last_trade, last_close = pieces[-1][1], closing
        if volume is None:
            continue
        if options.reset_session:
            bucket, end_before = None, None
        for first, last, price, size, buy in pieces:
            taken = 0
            while taken < size:
                if bucket is None:
                    if end_before is None:
                        pending_gap = 0
                    bucket = {"start": first if end_before is None else end_before, "V": volume,
                              "left": volume, "buy": 0}
                part = min(bucket["left"], size - taken)
                bucket["buy"] += (taken + part) * buy // size - taken * buy // size
                bucket["left"] -= part
                taken += part
                if bucket["left"] == 0:
                    done.append((bucket["start"], last, pending_gap, bucket["V"], bucket["buy"],
                                 price))
                    end_before, bucket, pending_gap = last, None, 0
    return done


def alarm_flags(values, options):
    """One flag per value; None values change nothing."""
    flags, on, age, below = [], False, 0, False
    for value in values:
        if value is not None:
            crossed = below and value >= options.threshold
            below = value < options.threshold
            if on:
                on = not (value < options.threshold - options.hysteresis or age >= options.horizon)
                age += 1
            elif crossed:
                on, age = True, 1
        flags.append(on)
    return flags


def report(buckets, options):
    ratios = [round(Fraction(abs(2 * b - v * UNIT) * RATIO, v * UNIT))
              for _, _, _, v, b, _ in buckets]
    sums = [None if i + 1 < options.window else sum(ratios[i + 1 - options.window:i + 1])
            for i in range(len(ratios))]
    known = sorted(s for s in sums if s is not None)
    cdfs, past, order = [], deque(), []
    for s in sums:
        if s is None:
            cdfs.append(None)
        elif options.mode in ("elo_research", "abad_yague"):
            cdfs.append(bisect_right(known, s) / len(known))
        else:
            cdfs.append(bisect_right(order, s) / len(order)
                        if len(order) >= options.cdf_min else None)
            past.append(s)
            insort(order, s)
            if len(past) > options.cdf_window:
                order.remove(past.popleft())
    total = 0.0
    for (start, end, gap, v, b, price), s, cdf, alarm in zip(buckets, sums, cdfs,
                                                            alarm_flags(cdfs, options)):
        vpin = None if s is None else float(Fraction(s, options.window * RATIO))
        total += vpin or 0.0
        print(start, end, end - start - gap, v, b, "nan" if vpin is None else repr(vpin),
              "nan" if cdf is None else repr(cdf), int(alarm), price, sep=",")
    return total / len(known) if known else math.nan, len(known)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--format", choices=("plain", "lean"), default="plain")
    parser.add_argument("--mode", default="causal",
                        choices=("causal", "elo_research", "abad_yague", "aggressor"))
    parser.add_argument("--auctions", choices=("half", "exclude", "sign"), default="half")
    parser.add_argument("--warmup", choices=("skip", "first_session"), default="skip")
    parser.add_argument("--bar-ns", type=int, default=60 * 10**9)
    parser.add_argument("--bucket-volume", type=int, default=0)
    parser.add_argument("--buckets-per-day", type=int, default=50)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--lookback", type=int, default=20)
    parser.add_argument("--min-bars", type=int, default=30)
    parser.add_argument("--cdf-window", type=int, default=12500)
    parser.add_argument("--cdf-min", type=int, default=500)
    parser.add_argument("--threshold", type=float, default=0.99)
    parser.add_argument("--hysteresis", type=float, default=0.05)
    parser.add_argument("--horizon", type=int, default=50)
    parser.add_argument("--reset-session", action="store_true")
    options = parser.parse_args()

    trades = list((read_lean if options.format == "lean" else read_plain)(options.file))
    if options.auctions == "exclude":
        trades = [t for t in trades if not t[3] & AUCTION]
    bounds = [key for key, _ in groupby(trades, key=lambda t: t[5])]
    totals = [sum(t[2] for t in rows) for _, rows in groupby(trades, key=lambda t: t[5])]
    if options.mode == "aggressor":
        pieces, bars = by_side(trades, options), 0
    else:
        sessions = make_bars(trades, options)
        pieces, bars = classified(sessions, options), sum(len(b) for _, b in sessions)
    buckets = fill(pieces, bounds, volumes_of_buckets(totals, options), options)
    mean, count = report(buckets, options)
    print(f"# trades={len(trades)} bars={bars} sessions={len(totals)} volume={sum(totals)} "
          f"buckets={len(buckets)} values={count} mean={mean!r}")


if __name__ == "__main__":
    main()
