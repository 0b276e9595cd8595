#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Black-Litterman posterior by precisions, with NumPy: [(tau S)^-1 + P' W P]^-1 [(tau S)^-1 pi + P' W q],
W = Omega^-1. The library uses the other form (an update of pi, no inverse of S or Omega).

black_litterman.py     prints the golden tables of tests/golden/test_portfolio_equilibrium.c
Data: He & Litterman 1999, tables 1 and 2, risk aversion 2.5, tau 0.05. Cases: their view that Germany
outperforms the rest of Europe by 5 % (table 4); the same and Canada over the USA by 3 % (table 5); the
same two with confidences 0.8 and 0.3. Per country: posterior mean, its standard deviation with the
uncertainty of the mean, unconstrained weight; all in per cent.
"""
import numpy as np

HALF = """1
.488 1
.478 .664 1
.515 .655 .861 1
.439 .310 .355 .354 1
.512 .608 .783 .777 .405 1
.491 .779 .668 .653 .306 .652 1"""
C = np.zeros((7, 7))
for i, row in enumerate(HALF.splitlines()):
    C[i, : i + 1] = [float(x) for x in row.split()]
C = C + C.T - np.eye(7)
SIGMA = np.array([0.160, 0.203, 0.248, 0.271, 0.210, 0.200, 0.187])
MARKET = np.array([0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615])
S, TAU, GAMMA = C * np.outer(SIGMA, SIGMA), 0.05, 2.5
EUROPE = np.array([0, 0, -0.052 / 0.176, 1, 0, -0.124 / 0.176, 0])
AMERICA = np.array([0, 1, 0, 0, 0, 0, -1.0])


def show(name, P, q, confidence):
    P, q, c = np.atleast_2d(P), np.array(q), np.array(confidence)
    omega = (1 - c) / c * TAU * np.einsum("vi,ij,vj->v", P, S, P)
    prior = np.linalg.inv(TAU * S)
    left = np.linalg.inv(prior + P.T @ np.diag(1 / omega) @ P)
    mean = left @ (prior @ (GAMMA * S @ MARKET) + P.T @ (q / omega))
    total = S + left
    weights = np.linalg.solve(GAMMA * total, mean)
    print(f"    // {name}")
    for row in zip(mean, np.sqrt(np.diag(total)), weights):
        print("    {" + ", ".join(f"{100 * x:.12f}" for x in row) + "},")


show("Germany", EUROPE, [0.05], [0.5])
show("Germany, Canada", [EUROPE, AMERICA], [0.05, 0.03], [0.5, 0.5])
show("Germany 0.8, Canada 0.3", [EUROPE, AMERICA], [0.05, 0.03], [0.8, 0.3])
