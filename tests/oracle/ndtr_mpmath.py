#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Golden values of the standard normal CDF (needs mpmath). Independent of tools/fit_elementary.py: the tail is
# computed here from the alternating power series (|x| < 4) or the Laplace continued fraction, with
# plain multiple-precision arithmetic and no erfc, and every value is compared with mpmath's ncdf.
# Run:  python3 tests/oracle/ndtr_mpmath.py > tests/golden/ndtr_values.def
import random

import mpmath as mp

mp.mp.dps = 80


def series_cdf(x):
    """1/2 + phi(x) (x + x^3/3 + x^5/15 + ...), all terms of one sign."""
    term, total, k = x, x, 1
    while abs(term) > abs(total) * mp.mpf(10) ** -75 and term != 0:
        k += 2
        term = term * x * x / k
        total += term
    return mp.mpf(1) / 2 + mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi) * total


def continued_fraction_tail(a):
    """phi(a) / (a + 1/(a + 2/(a + 3/(a + ...)))) for a > 0, evaluated from the far end."""
    value = a
    for k in range(3000, 0, -1):
        value = a + k / value
    return mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi) / value


def cdf(x):
    x = mp.mpf(x)
    if abs(x) < 4:
        value = series_cdf(x)
    else:
        tail = continued_fraction_tail(abs(x))
        value = tail if x < 0 else 1 - tail
    expected = mp.ncdf(x)
    assert abs(value / expected - 1) < mp.mpf(10) ** -35, (x, value, expected)
    return value


def arguments():
    random.seed(20240808)
    chosen = [i / 16.0 for i in range(-16 * 10, 16 * 9 + 1)]
    chosen += [-10.0 - i / 4.0 for i in range(1, 4 * 28 + 1)]
    chosen += [random.uniform(-6, 6) for _ in range(300)]
    chosen += [random.uniform(-38, -6) for _ in range(100)]
    chosen += [sign * 2.0**-k for k in (10, 30, 52, 53, 54, 100, 1022, 1074) for sign in (-1, 1)]
    # where the first version lost most, and the edge of the normal range
    chosen += [-0.76924648360663683, -31.6780548084479, -19.471170166158419, -37.5193, -37.6, -38.4]
    return chosen


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tests/oracle/ndtr_mpmath.py. NDTR_VALUE(x, high, low): high + low = Z(x) to 106 bits.")
    for x in arguments():
        exact = cdf(x)
        high = float(exact)
        low = float(exact - mp.mpf(high))
        print(f"NDTR_VALUE({x.hex()}, {high.hex()}, {low.hex()})")


main()
