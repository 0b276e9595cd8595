#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reference values of the factor engine by NumPy, written as the papers write them: N x N products,
loops over eigenvalues, numpy.linalg.eigh and lstsq. Shares no code with the engine.

    for part in covariance pca model; do
        factor_oracle.py $part > tests/golden/${part}_reference.h
    done

Returns come from an integer formula, so both sides have the same doubles. A matrix is given by its
trace, its Frobenius norm, a sum with uneven weights that no permutation leaves alone, and one entry.
With scikit-learn installed its Ledoit-Wolf weight (divisor T) is asserted to agree.
"""
import sys

import numpy as np

CASES = [("tall", 60, 13), ("wide", 25, 40), ("square", 21, 20), ("two_periods", 2, 5)]
EWMA_LAMBDA = 0.94


def returns(periods, assets):
    t, i = np.meshgrid(np.arange(periods), np.arange(assets), indexing="ij")
    own = (i * i * 7 + t * t * 11 + i * t * 13 + i * 37 + t * 101) % 997
    market = (t * t * 17 + t * 29) % 199
    return ((own - 498) * (1 + i % 3) + 6 * (market - 99)) / 25000.0


def sample(x, divisor):
    y = x - x.mean(axis=0)
    return y.T @ y / divisor


def ewma(x):
    weight = EWMA_LAMBDA ** np.arange(len(x) - 1, -1, -1.0)
    return sum(w * np.outer(r, r) for w, r in zip(weight / weight.sum(), x))


def lw_identity(x, divisor):
    y = x - x.mean(axis=0)
    s = sample(x, divisor)
    target = np.trace(s) / len(s) * np.eye(len(s))
    pi = ((y**2).T @ y**2 / divisor - s**2).sum()
    weight = max(0.0, min(1.0, pi / ((s - target) ** 2).sum() / divisor))
    return weight * target + (1 - weight) * s, weight


def lw_constant_correlation(x, divisor):
    y = x - x.mean(axis=0)
    s = sample(x, divisor)
    n = len(s)
    sd = np.sqrt(np.diag(s))
    corr = ((s / np.outer(sd, sd)).sum() - n) / (n * (n - 1))
    target = corr * np.outer(sd, sd)
    np.fill_diagonal(target, np.diag(s))
    pi = (y**2).T @ y**2 / divisor - s**2
    theta = (y**3).T @ y / divisor - np.diag(s)[:, None] * s
    np.fill_diagonal(theta, 0.0)
    rho = np.trace(pi) + corr * (np.outer(1 / sd, sd) * theta).sum()
    weight = max(0.0, min(1.0, (pi.sum() - rho) / ((s - target) ** 2).sum() / divisor))
    return weight * target + (1 - weight) * s, weight


def qis(x):
    periods, p = x.shape
    n = periods - 1
    c = p / n
    s = sample(x, n)
    lam, u = np.linalg.eigh(s)
    h = min(c**2, 1 / c**2) ** 0.35 / p**0.35
    inverse = 1 / lam[max(0, p - n):]
    theta, conjugate = [], []
    for value in inverse:
        gap = inverse - value
        denominator = gap**2 + h**2 * inverse**2
        theta.append(np.mean(inverse * gap / denominator))
        conjugate.append(np.mean(inverse * h * inverse / denominator))
    theta, square = np.array(theta), np.array(theta) ** 2 + np.array(conjugate) ** 2
    if p <= n:
        delta = 1 / ((1 - c) ** 2 * inverse + 2 * c * (1 - c) * inverse * theta
                     + c**2 * inverse * square)
    else:
        null = np.full(p - n, 1 / ((c - 1) * inverse.mean()))
        delta = np.concatenate((null, 1 / (inverse * square)))
    delta *= np.trace(s) / delta.sum()
    return u @ np.diag(delta) @ u.T


def mp_clip(x):
    s = sample(x, len(x) - 1)
    sd = np.sqrt(np.diag(s))
    lam, u = np.linalg.eigh(s / np.outer(sd, sd))
    noise = lam <= (1 + np.sqrt(x.shape[1] / len(x))) ** 2
    lam[noise] = lam[noise].mean()
    clipped = u @ np.diag(lam) @ u.T
    scale = sd / np.sqrt(np.diag(clipped))
    return clipped * np.outer(scale, scale), int(noise.sum())


def digest(matrix):
    matrix = np.atleast_2d(matrix)
    i, j = np.indices(matrix.shape)
    return (matrix.diagonal().sum(), np.sqrt((matrix**2).sum()),
            (matrix * (1 + (3 * i + 7 * j) % 11)).sum(), matrix[0, -1])


def emit_matrix(name, method, matrix, shrinkage=-1.0, clamped=0):
    values = ", ".join(repr(float(v)) for v in (*digest(matrix), shrinkage))
    print(f'    {{"{name}", "{method}", {{{values}}}, {clamped}}},')


def check_scikit(x, weight):
    try:
        from sklearn.covariance import ledoit_wolf_shrinkage
    except ImportError:
        return
    assert abs(ledoit_wolf_shrinkage(x) - weight) < 1e-12 * weight


def emit_covariances():
    print("static const covariance_reference covariance_references[] = {")
    for name, periods, assets in CASES:
        x = returns(periods, assets)
        emit_matrix(name, "sample", sample(x, periods - 1))
        emit_matrix(name, "ewma", ewma(x))
        emit_matrix(name, "lw_identity", *lw_identity(x, periods - 1))
        emit_matrix(name, "lw_constant_correlation", *lw_constant_correlation(x, periods - 1))
        if name != "two_periods":
            emit_matrix(name, "qis", qis(x))
        matrix, noise = mp_clip(x)
        emit_matrix(name, "mp_clip", matrix, -1.0, noise)
        matrix, weight = lw_identity(x, periods)
        if name != "two_periods":
            check_scikit(x, weight)
            emit_matrix(name, "lw_identity/n", matrix, weight)
    print("};")


def pca(x, correlation):
    y = x - x.mean(axis=0)
    if correlation:
        y = y / y.std(axis=0, ddof=1)
    _, singular, vectors = np.linalg.svd(y, full_matrices=False)
    count = min(x.shape[1], len(x) - 1)
    lam, vectors = singular[:count] ** 2 / (len(x) - 1), vectors[:count]
    for v in vectors:
        v *= np.sign(v[np.argmax(np.abs(v))])
    edge = (y**2).sum() / (len(x) - 1) / x.shape[1] * (1 + np.sqrt(x.shape[1] / len(x))) ** 2
    return lam, vectors, vectors.T * np.sqrt(lam), y @ vectors.T, edge


def emit_pca():
    print("static const pca_reference pca_references[] = {")
    for name, periods, assets in CASES[:3]:
        for correlation in (False, True):
            lam, vectors, loadings, scores, edge = pca(returns(periods, assets), correlation)
            numbers = [lam.sum(), lam[0], lam[1], lam[-1], edge]
            for matrix in (vectors[:3], loadings[:, :3], scores[:, :3]):
                numbers.append(digest(matrix)[2])
            values = ", ".join(repr(float(v)) for v in numbers)
            print(f'    {{"{name}", {str(correlation).lower()}, {len(lam)}, {{{values}}}}},')
    print("};")


def emit_model():
    periods, assets, groups = 60, 13, 4
    x = returns(periods, assets)
    group = np.arange(assets) * 3 % groups
    weight = 1.0 + np.arange(assets) * 5 % 7
    total = np.array([weight[group == g].sum() for g in range(groups)])
    # The last group's return is minus the weighted sum of the others over its own weight.
    design = np.zeros((assets, groups))
    design[:, 0] = 1.0
    for g in range(groups - 1):
        design[group == g, 1 + g] = 1.0
        design[group == groups - 1, 1 + g] = -total[g] / total[-1]
    root = np.sqrt(weight)
    factors, residuals, r2 = [], [], []
    for row in x:
        free = np.linalg.lstsq(design * root[:, None], row * root, rcond=None)[0]
        factors.append([*free, -(total[:-1] @ free[1:]) / total[-1]])
        residuals.append(row - design @ free)
        spread = (weight * (row - np.average(row, weights=weight)) ** 2).sum()
        r2.append(1 - (weight * residuals[-1] ** 2).sum() / spread)
    factors = np.array(factors)
    specific = np.var(residuals, axis=0, ddof=1)
    exposures = np.column_stack((np.ones(assets), group[:, None] == np.arange(groups)))
    covariance = np.cov(factors.T)
    total_covariance = exposures @ covariance @ exposures.T + np.diag(specific)
    for label, values in (("model_returns", factors.ravel()), ("model_r_squared", r2),
                          ("model_specific", specific), ("model_factor_covariance",
                                                         covariance.ravel()),
                          ("model_covariance_digest", digest(total_covariance))):
        print(f"static const double {label}[] = {{")
        print("    " + ", ".join(repr(float(v)) for v in values) + ",\n};\n")


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print(f"// Written by tests/oracle/factor_oracle.py {sys.argv[1]} (NumPy); not to be edited.")
    print("// clang-format off\n")
    {"covariance": emit_covariances, "pca": emit_pca, "model": emit_model}[sys.argv[1]]()


main()
