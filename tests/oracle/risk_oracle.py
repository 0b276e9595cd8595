#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`nacre risk --json` recomputed with pandas and SciPy from the same prices; shares no code with it.

risk_oracle.py PRICES.csv RISK.json     compares the figures of equal weights at horizon 1 and 10
Checked: historical (definition by sorting), overlapping horizon, normal and t closed forms with
SciPy's quantiles, EWMA, components, the fitted nu (within 0.1 % of SciPy's optimum), exceptions of the
historical and normal backtest. Simulations must lie within five of their standard errors. Exit 1
when something differs.
"""
import json
import math
import sys

import numpy as np
import pandas as pd
from scipy import optimize, stats

FAILED = []


def check(name, got, want, bound):
    if not abs(got - want) <= bound * max(1e-300, abs(want)):
        FAILED.append(name)
        print(f"{name}: {got!r}, expected {want!r}")


def historical(losses, level):
    x, n = np.sort(losses), len(losses)
    mass = round(n * (1 - level), 9)
    k = math.floor(mass)
    var = x[n - 1 - k]
    return var, (x[n - k:].sum() + (mass - k) * var) / mass


def normal(s, level):
    z = stats.norm.isf(1 - level)
    return s * z, s * stats.norm.pdf(z) / (1 - level)


def student(s, nu, level):
    t = stats.t.isf(1 - level, nu)
    scale = s * math.sqrt((nu - 2) / nu)
    return scale * t, scale * stats.t.pdf(t, nu) / (1 - level) * (nu + t * t) / (nu - 1)


def main():
    prices = pd.read_csv(sys.argv[1], index_col=0)
    found = json.load(open(sys.argv[2]))
    returns = prices.pct_change().iloc[1:].to_numpy()
    n = returns.shape[1]
    w = np.full(n, 1 / n)
    p = returns @ w
    s = p.std(ddof=1)
    figures = {(f["method"], f["horizon_kind"]): f for f in found["figures"]}
    standard = (p - p.mean()) / s

    def minus_likelihood(x):
        nu = 2 + math.exp(x)
        return -stats.t.logpdf(standard, nu, scale=math.sqrt((nu - 2) / nu)).sum()

    nu = 2 + math.exp(optimize.minimize_scalar(minus_likelihood, bounds=(-3, 5.3),
                                               method="bounded", options={"xatol": 1e-9}).x)
    check("nu", figures["t", "direct"]["nu"], nu, 1e-3)
    nu = figures["t", "direct"]["nu"]
    ewma = p[0] ** 2
    for r in p[1:]:
        ewma = 0.94 * ewma + 0.06 * r * r
    ten = np.array([np.prod(1 + p[i:i + 10]) - 1 for i in range(len(p) - 9)])
    for key, level, which in (("var95", 0.95, 0), ("var99", 0.99, 0), ("es975", 0.975, 1)):
        want = {("historical", "direct"): historical(-p, level)[which],
                ("historical", "overlapping"): historical(-ten, level)[which],
                ("normal", "direct"): normal(s, level)[which],
                ("t", "direct"): student(s, nu, level)[which],
                ("ewma", "direct"): normal(math.sqrt(ewma), level)[which]}
        for row, value in want.items():
            check(f"{row} {key}", figures[row][key]["fraction"], value, 1e-9)
        for method, value in (("mc-t", student(s, nu, level)[which]),
                              ("mc-normal", normal(s, level)[which])):
            figure = figures[method, "direct"][key]
            check(f"{method} {key}", figure["fraction"], value,
                  5 * figure["standard_error"] / value)
    covariance = np.cov(returns, rowvar=False)
    components = w * (covariance @ w) / s * stats.norm.isf(0.01)
    for row, value in zip(found["components"], components):
        check("component " + row["asset"], row["var99_normal"], value, 1e-9)
    for test in found["backtest_var99"] or []:
        if test["method"] not in ("historical", "normal"):
            continue
        hits = 0
        for day in range(len(p) - 255, len(p)):
            past = p[day - 250:day]
            var = historical(-past, 0.99)[0] if test["method"] == "historical" else normal(
                past.std(ddof=1), 0.99)[0]
            hits += -p[day] > var
        check("exceptions " + test["method"], test["exceptions"], hits, 0)
        rate = hits / 255
        free = stats.binom.logpmf(hits, 255, rate) if 0 < hits < 255 else 0.0
        kupiec = stats.chi2.sf(2 * (free - stats.binom.logpmf(hits, 255, 0.01)), 1)
        check("kupiec " + test["method"], test["kupiec_p"], kupiec, 1e-6)
    print(f"risk_oracle: {len(p)} returns of {n} assets, {len(FAILED)} differences")
    sys.exit(1 if FAILED else 0)


if __name__ == "__main__":
    main()
