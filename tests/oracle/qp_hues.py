#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The optimum of HUES-MOD.QPS or HUESTIS.QPS in 60 digits, for tests/golden/test_qp_golden.c.

min 1/2 sum p_i x_i^2, two equality rows, x >= 0: Newton's method on the dual in two unknowns finds
the active set, and then the primal point and the dual bound agree to the last digits. Prints both
and the relative residuals of the rows. Standard library only; shares no code with the library.

usage: qp_hues.py HUES-MOD.QPS
"""
import sys
from decimal import Decimal, getcontext

getcontext().prec = 60


def read(path):
    section, rows, curvature, sides = None, {}, {}, {}
    for line in open(path):
        fields = line.split()
        if not line.startswith(" "):
            section = fields[0]
        elif section == "COLUMNS":
            for row, value in zip(fields[1::2], fields[2::2]):
                rows.setdefault(row, {})[fields[0]] = Decimal(value)
        elif section == "RHS":
            for row, value in zip(fields[1::2], fields[2::2]):
                sides[row] = Decimal(value)
        elif section == "QUADOBJ":
            assert fields[0] == fields[1]
            curvature[fields[0]] = Decimal(fields[2])
    (first, a), (second, b) = sorted(rows.items())
    columns = [(a.get(c, Decimal(0)), b.get(c, Decimal(0)), p) for c, p in curvature.items()]
    return columns, sides[first], sides[second]


def solve(columns, c1, c2):
    scale1, scale2 = max(a for a, _, _ in columns), max(b for _, b, _ in columns)
    columns = [(a / scale1, b / scale2, p) for a, b, p in columns]
    c1, c2 = c1 / scale1, c2 / scale2
    active = [True] * len(columns)
    while True:
        held = [column for column, on in zip(columns, active) if on]
        h11 = sum(a * a / p for a, _, p in held)
        h12 = sum(a * b / p for a, b, p in held)
        h22 = sum(b * b / p for _, b, p in held)
        determinant = h11 * h22 - h12 * h12
        y1 = (c1 * h22 - c2 * h12) / determinant
        y2 = (c2 * h11 - c1 * h12) / determinant
        found = [a * y1 + b * y2 > 0 for a, b, _ in columns]
        if found == active:
            break
        active = found
    x = [max(Decimal(0), (a * y1 + b * y2) / p) for a, b, p in columns]
    primal = sum(p * v * v for v, (_, _, p) in zip(x, columns)) / 2
    rest1 = sum(a * v for v, (a, _, _) in zip(x, columns)) / c1 - 1
    rest2 = sum(b * v for v, (_, b, _) in zip(x, columns)) / c2 - 1
    return primal, c1 * y1 + c2 * y2 - primal, rest1, rest2


if __name__ == "__main__":
    primal, dual, rest1, rest2 = solve(*read(sys.argv[1]))
    print(f"primal {primal:.20f}\ndual   {dual:.20f}\nrows   {rest1:.1e} {rest2:.1e}")
