#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Monte Carlo and historical VaR as a quant writes them with NumPy: the peer of bench_risk.c.

risk_numpy.py mc SCENARIOS ASSETS     VaR 99, ES 99 and component ES under a multivariate t (nu 5)
risk_numpy.py matrix SCENARIOS ASSETS the same from the full matrix of asset returns
risk_numpy.py hist PERIODS ASSETS     historical VaR 99, ES 99 and component ES
Prints NumPy's version, then for every line of input one run's "SECONDS VAR ES". Volatilities are
1 % + 3 % i/N, correlations 0.3, weights equal; one thread (OPENBLAS_NUM_THREADS=1).
"""
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402

LEVEL = 0.99
NU = 5.0


def tail(losses, contributions):
    """VaR, ES and component ES; `contributions` gives the weighted asset losses of chosen rows."""
    k = int(round(len(losses) * (1 - LEVEL)))
    order = np.argpartition(losses, len(losses) - k - 1)
    rows = order[len(losses) - k:]
    return losses[order[len(losses) - k - 1]], losses[rows].mean(), contributions(rows)


def covariance(assets):
    sigma = 0.01 + 0.03 * np.arange(assets) / assets
    corr = np.full((assets, assets), 0.3)
    np.fill_diagonal(corr, 1.0)
    return corr * np.outer(sigma, sigma)


def monte_carlo(rng, scenarios, assets, full):
    root = np.linalg.cholesky(covariance(assets))
    w = np.full(assets, 1.0 / assets)
    z = rng.standard_normal((scenarios, assets))
    z *= np.sqrt((NU - 2) / rng.chisquare(NU, scenarios))[:, None]
    if full:
        returns = z @ root.T
        return tail(-(returns @ w), lambda rows: -w * returns[rows].mean(axis=0))
    return tail(-(z @ (root.T @ w)), lambda rows: -w * (root @ z[rows].mean(axis=0)))


def historical(returns, w):
    return tail(-(returns @ w), lambda rows: -w * returns[rows].mean(axis=0))


def main():
    kind, count, assets = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print("numpy", np.__version__, flush=True)
    rng = np.random.default_rng(1)
    panel = rng.standard_normal((count, assets)) if kind == "hist" else None
    w = np.full(assets, 1.0 / assets)
    for _ in sys.stdin:
        begin = time.perf_counter()
        if kind == "hist":
            var, es, _ = historical(panel, w)
        else:
            var, es, _ = monte_carlo(rng, count, assets, kind == "matrix")
        print(time.perf_counter() - begin, var, es, flush=True)


if __name__ == "__main__":
    main()
