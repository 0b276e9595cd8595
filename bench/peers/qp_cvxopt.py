#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The peer of `qp.minvar.n500`: min 1/2 w'Pw, sum w = 1, 0 <= w <= 0.1 by cvxopt.solvers.qp.

Reads n x n doubles from the file given; prints seconds of the solve alone and the objective.
--version prints cvxopt's version.
"""
import sys
import time

import cvxopt
import numpy as np

if sys.argv[1] == "--version":
    print(cvxopt.__version__)
    sys.exit(0)
p = np.fromfile(sys.argv[1])
n = int(round(len(p) ** 0.5))
P = cvxopt.matrix(p.reshape(n, n))
eye = cvxopt.spmatrix(1.0, range(n), range(n))
G = cvxopt.sparse([-eye, eye])
h = cvxopt.matrix([0.0] * n + [0.1] * n)
A = cvxopt.matrix(1.0, (1, n))
options = {"show_progress": False, "abstol": 1e-9, "reltol": 1e-9, "feastol": 1e-9}
begin = time.perf_counter()
solution = cvxopt.solvers.qp(
    P, cvxopt.matrix(0.0, (n, 1)), G, h, A, cvxopt.matrix(1.0), options=options
)
print(time.perf_counter() - begin, solution["primal objective"])
