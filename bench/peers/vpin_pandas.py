#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Causal VPIN as a quant writes it with NumPy and pandas: the peer of `nacre vpin`.

Same definition as docs (mode causal, warm-up skip-session, 24x7 sessions, no auctions), but in
floating point and vectorised: bars by reduceat, sigma by rolling sums, buckets by interpolating the
cumulative buy volume at equal steps of cumulative volume. Prints one JSON line.
"""

import argparse
import json
import math
import os
import sys
import time

import numpy as np
import pandas as pd

try:
    from scipy.special import ndtr

    NDTR = "scipy.special.ndtr"
except ImportError:
    NDTR = "numpy.vectorize(math.erfc)"
    _erfc = np.vectorize(math.erfc, otypes=[np.float64])

    def ndtr(x):
        return 0.5 * _erfc(-x / math.sqrt(2.0))


BAR_NS = 60_000_000_000
DAY_NS = 86_400_000_000_000
LOOKBACK = 20
MIN_BARS = 30
BUCKETS_PER_DAY = 50
WINDOW = 50


def read_columns(folder):
    """ts_event, price (1e-9), size (size units) from a tape or a folder of .npy files."""
    return tuple(np.load(os.path.join(folder, name + ".npy"), mmap_mode="r")
                 for name in ("ts_event", "price", "size"))


def read_csv(path, size_exp):
    frame = pd.read_csv(path, usecols=["ts_event", "price", "size"],
                        dtype={"ts_event": np.int64, "price": np.float64, "size": np.float64})
    price = np.rint(frame["price"].to_numpy() * 1e9).astype(np.int64)
    size = np.rint(frame["size"].to_numpy() * 10.0**size_exp).astype(np.int64)
    return frame["ts_event"].to_numpy(), price, size


def make_bars(ts, price, size):
    """One row per minute with trades: session day, volume and dP in currency units."""
    minute = ts // BAR_NS
    first = np.flatnonzero(np.concatenate(([True], minute[1:] != minute[:-1])))
    last = np.concatenate((first[1:], [len(ts)])) - 1
    volume = np.add.reduceat(size, first)
    close = price[last]
    day = ts[first] // DAY_NS
    before = np.concatenate((close[:1], close[:-1]))
    opens = np.concatenate(([True], day[1:] != day[:-1]))
    before = np.where(opens, price[first], before)
    return day, volume, (close - before) / 1e9


def causal_sigma(day, dp):
    """Sample deviation of dP: the last 20 sessions, before that all earlier bars (at least 30)."""
    n = np.arange(len(dp), dtype=np.float64)
    sum1 = np.concatenate(([0.0], np.cumsum(dp)))
    sum2 = np.concatenate(([0.0], np.cumsum(dp * dp)))

    def deviation(count, s1, s2):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.sqrt(np.maximum(s2 - s1 * s1 / count, 0.0) / (count - 1))

    sigma = deviation(n, sum1[:-1], sum2[:-1])
    sigma[:MIN_BARS] = np.nan
    starts = np.flatnonzero(np.concatenate(([True], day[1:] != day[:-1])))
    session = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(dp))))
    full = session >= LOOKBACK
    begin, end = starts[session[full] - LOOKBACK], starts[session[full]]
    sigma[full] = deviation((end - begin).astype(np.float64), sum1[end] - sum1[begin],
                            sum2[end] - sum2[begin])
    return sigma, starts


def bucket_edges(starts, volume):
    """Cumulative volume at each bucket's end; a bucket keeps the V of the session it opened in."""
    per_session = np.add.reduceat(volume, starts)
    mean = pd.Series(per_session).rolling(LOOKBACK, min_periods=1).sum().shift(1)
    held = np.minimum(np.arange(len(starts)), LOOKBACK)
    edges, edge, end = [], None, 0
    for s in range(1, len(starts)):  # the first session only calibrates
        v = max(int(mean[s]) // (int(held[s]) * BUCKETS_PER_DAY), 1)
        end += int(per_session[s])
        if edge is None:
            edge = v
        if edge > end:
            continue
        inside = np.arange(edge, end + 1, v, dtype=np.int64)
        edges.append(inside)
        edge = int(inside[-1]) + v
    return np.concatenate(edges) if edges else np.empty(0, dtype=np.int64)


def causal_vpin(ts, price, size):
    day, volume, dp = make_bars(ts, price, size)
    sigma, starts = causal_sigma(day, dp)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where((sigma > 0) & (dp != 0), dp / sigma, 0.0)
    buy = volume * ndtr(x)
    if len(starts) < 2:
        return np.empty(0)
    edges = bucket_edges(starts, volume)
    used = slice(starts[1], None)
    at = np.concatenate(([0], np.cumsum(volume[used]))).astype(np.float64)
    bought = np.concatenate(([0.0], np.cumsum(buy[used])))
    cum = np.interp(np.concatenate(([0], edges)).astype(np.float64), at, bought)
    filled = np.diff(edges, prepend=0)
    imbalance = np.abs(2.0 * np.diff(cum) - filled) / filled
    return pd.Series(imbalance).rolling(WINDOW).mean().to_numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--tape", metavar="DIR", help="a Nacre tape")
    source.add_argument("--columns", metavar="DIR", help="ts_event.npy, price.npy, size.npy")
    source.add_argument("--csv", metavar="FILE", help="CSV in the `nacre` format")
    parser.add_argument("--size-exp", type=int, default=8, help="CSV sizes count 10^-N (8)")
    parser.add_argument("--out", metavar="FILE.npy", help="write the VPIN of every bucket")
    options = parser.parse_args()

    begin = time.perf_counter()
    if options.csv:
        ts, price, size = read_csv(options.csv, options.size_exp)
    else:
        ts, price, size = (np.array(c) for c in read_columns(options.tape or options.columns))
    seconds_read = time.perf_counter() - begin
    if len(ts) == 0:
        sys.exit("vpin_pandas: the input has no trades")

    begin = time.perf_counter()
    vpin = causal_vpin(ts, price, size)
    seconds = time.perf_counter() - begin
    if options.out:
        np.save(options.out, vpin)
    mean = float(np.nanmean(vpin)) if np.isfinite(vpin).any() else None
    print(json.dumps({"seconds": seconds, "seconds_read": seconds_read, "trades": len(ts),
                      "buckets": len(vpin), "mean_vpin": mean, "numpy": np.__version__,
                      "pandas": pd.__version__, "ndtr": NDTR,
                      "vpin": options.out}))


if __name__ == "__main__":
    main()
