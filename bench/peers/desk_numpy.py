#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The panel's part of `nacre run` as a quant writes it with NumPy and pandas.

Reads a CSV of daily prices, takes the simple returns of the years up to a date, and computes what the
desk computes on them: Ledoit-Wolf covariance (constant correlation), principal components, the long-only
portfolio of least variance by an active-set method, its historical VaR 99 and ES 97.5. Prints one JSON
line; `seconds` are those of the second of two runs, without reading.
"""

import argparse
import json
import math
import time

import numpy as np
import pandas as pd


def window_returns(path, asof, years):
    prices = pd.read_csv(path, index_col="date", parse_dates=["date"])
    asof = pd.Timestamp(asof)
    inside = (prices.index >= asof - pd.DateOffset(years=years)) & (prices.index <= asof)
    return prices[inside].pct_change().iloc[1:].dropna(axis=1).to_numpy()


def constant_correlation(x):
    """Ledoit & Wolf 2003, divisor T-1 on demeaned data."""
    n, p = x.shape[0] - 1, x.shape[1]
    y = x - x.mean(axis=0)
    sample = y.T @ y / n
    variance = np.diag(sample)
    sd = np.sqrt(variance)
    outer = np.outer(sd, sd)
    mean = ((sample / outer).sum() - p) / (p * (p - 1))
    target = mean * outer
    np.fill_diagonal(target, variance)
    squares = y**2
    pi = squares.T @ squares / n - sample**2
    theta = (y**3).T @ y / n - variance[:, None] * sample
    np.fill_diagonal(theta, 0.0)
    rho = np.trace(pi) + mean * (np.outer(1.0 / sd, sd) * theta).sum()
    gamma = ((sample - target) ** 2).sum()
    weight = max(0.0, min(1.0, (pi.sum() - rho) / gamma / n))
    return weight * target + (1.0 - weight) * sample, sample


def principal_components(sample):
    values, vectors = np.linalg.eigh(sample)
    return values[::-1], vectors[:, ::-1]


def minimum_variance(s, high):
    """min w'Sw, sum w = 1, 0 <= w <= high: a primal active-set method on the free weights."""
    n = len(s)
    w = np.full(n, 1.0 / n)
    free = np.ones(n, dtype=bool)
    for _ in range(20 * n):
        f = np.flatnonzero(free)
        held = ~free
        push = s[np.ix_(f, np.flatnonzero(held))] @ w[held]
        x = np.linalg.solve(s[np.ix_(f, f)], np.column_stack([np.ones(len(f)), push]))
        level = (1.0 - w[held].sum() + x[:, 1].sum()) / x[:, 0].sum()
        step = level * x[:, 0] - x[:, 1] - w[f]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(step < 0, -w[f] / step, np.where(step > 0, (high - w[f]) / step, np.inf))
        first = int(np.argmin(room))
        if room[first] < 1.0:  # a bound is in the way: stop there and keep it
            w[f] += room[first] * step
            w[f[first]] = 0.0 if step[first] < 0 else high
            free[f[first]] = False
            continue
        w[f] += step
        slope = s @ w - level
        wrong = np.where(free, 0.0, np.where(w > 0.5 * high, slope, -slope))
        worst = int(np.argmax(wrong))
        if wrong[worst] <= 1e-15:
            return w
        free[worst] = True
    raise RuntimeError("no optimum after 20 n steps")


def historical(returns, var_level, es_level):
    losses = np.sort(-returns)
    n = len(losses)

    def var(level):
        return losses[math.ceil(n * level - 1e-9) - 1]

    rank = math.ceil(n * es_level - 1e-9)
    es = (losses[rank:].sum() + (rank - n * es_level) * losses[rank - 1]) / (n * (1.0 - es_level))
    return float(var(var_level)), float(es)


def desk(x, high):
    covariance, sample = constant_correlation(x)
    values, _ = principal_components(sample)
    w = minimum_variance(covariance, high)
    var99, es975 = historical(x @ w, 0.99, 0.975)
    return w, float(w @ covariance @ w), var99, es975, float(values[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", metavar="FILE.csv", required=True)
    parser.add_argument("--asof", metavar="DATE", required=True)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--max-weight", type=float, default=0.10)
    parser.add_argument("--out", metavar="FILE", help="write the weights as float64")
    options = parser.parse_args()

    begin = time.perf_counter()
    x = window_returns(options.panel, options.asof, options.years)
    seconds_read = time.perf_counter() - begin
    desk(x, options.max_weight)
    begin = time.perf_counter()
    w, variance, var99, es975, largest = desk(x, options.max_weight)
    seconds = time.perf_counter() - begin
    if options.out:
        w.tofile(options.out)
    print(json.dumps({"seconds": seconds, "seconds_read": seconds_read, "periods": x.shape[0],
                      "assets": x.shape[1], "variance": variance, "var99": var99, "es975": es975,
                      "largest_eigenvalue": largest, "numpy": np.__version__,
                      "pandas": pd.__version__}))


if __name__ == "__main__":
    main()
