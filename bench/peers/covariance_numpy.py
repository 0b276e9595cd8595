# SPDX-License-Identifier: Apache-2.0
"""The peers of cov.lw.*: Ledoit-Wolf shrinkage by scikit-learn or by NumPy on the same matrix.

covariance_numpy.py sklearn|numpy FILE PERIODS ASSETS    FILE: float64, row-major

Prints the versions (exit code 1 when missing), then for every line of input the seconds of one run, the
weight of the target, the sum and the sum of squares of the estimate. scikit-learn: scaled identity, divisor T. NumPy: constant correlation, divisor T-1, as
the authors' own program has it.
"""
import sys
import time

try:
    import numpy as np

    if "sklearn" in sys.argv:
        import sklearn
        from sklearn.covariance import ledoit_wolf
except ImportError:
    sys.exit(1)


def constant_correlation(x):
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
    return weight * target + (1.0 - weight) * sample, weight


def main():
    scikit = sys.argv[1] == "sklearn"
    estimate = ledoit_wolf if scikit else constant_correlation
    print((f"scikit-learn {sklearn.__version__}, " if scikit else "") + f"NumPy {np.__version__}",
          flush=True)
    matrix = np.fromfile(sys.argv[2]).reshape(int(sys.argv[3]), int(sys.argv[4]))
    for _ in sys.stdin:
        begin = time.perf_counter()
        covariance, weight = estimate(matrix)
        seconds = time.perf_counter() - begin
        print(repr(seconds), repr(float(weight)), repr(float(covariance.sum())),
              repr(float((covariance**2).sum())), flush=True)


main()
