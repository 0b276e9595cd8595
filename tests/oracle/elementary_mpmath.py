#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Golden values of the elementary functions (needs mpmath; a minute), ndtr apart, which has ndtr_mpmath.py.
# exp, log, tanh and the sigmoid come from power series in plain multiple-precision arithmetic and are
# compared with mpmath's own; the inverse normal CDF is found by bisection of mpmath's erfc, which
# tools/fit_elementary.py does not do.
# Run:  python3 tests/oracle/elementary_mpmath.py > tests/golden/elementary_values.def
import random

import mpmath as mp

mp.mp.dps = 60
DIGITS = mp.mpf(10) ** -45


def exp_series(x):
    """e^x = (e^(x/2^k))^(2^k)"""
    halvings = max(0, int(mp.ceil(mp.log(abs(x) + 1, 2))) + 4)
    with mp.workdps(90):
        small = x / mp.mpf(2) ** halvings
        term, total, k = mp.mpf(1), mp.mpf(1), 0
        while abs(term) > mp.mpf(10) ** -95:
            k += 1
            term = term * small / k
            total += term
        for _ in range(halvings):
            total *= total
    return total


def log_series(x):
    """2 atanh((x - 1)/(x + 1)) after as many square roots as bring x near 1."""
    with mp.workdps(110):
        roots, y = 0, mp.mpf(x)
        while abs(y - 1) > mp.mpf("0.2"):
            y, roots = mp.sqrt(y), roots + 1
        s = (y - 1) / (y + 1)
        total, power, k = mp.mpf(0), s, 1
        while power != 0 and abs(power) > abs(s) * mp.mpf(10) ** -100:
            total += power / k
            power *= s * s
            k += 2
        return 2 * total * mp.mpf(2) ** roots


def tanh_series(x):
    with mp.workdps(120 + int(abs(mp.log10(abs(x) + mp.mpf(10) ** -330)))):
        up, down = exp_series(x), exp_series(-x)
        if abs(x) < mp.mpf("0.01"):  # the difference cancels
            up_minus_down = mp.fsum(2 * x ** (2 * k + 1) / mp.factorial(2 * k + 1) for k in range(30))
        else:
            up_minus_down = up - down
        return up_minus_down / (up + down)


def sigmoid(x):
    return 1 / (1 + exp_series(-x))


def inverse_cdf(p):
    """Bisection of Z(-a) = min(p, 1 - p)."""
    small = min(p, 1 - p)
    if small == mp.mpf(1) / 2:
        return mp.mpf(0)
    low, high = mp.mpf(0), mp.mpf(40)
    for _ in range(230):
        middle = (low + high) / 2
        if mp.erfc(middle / mp.sqrt(2)) / 2 > small:
            low = middle
        else:
            high = middle
    return -low if p < mp.mpf(1) / 2 else low


def both_signs(values):
    return [sign * value for value in values for sign in (1, -1)]


def arguments():
    random.seed(20240916)
    tiny = [2.0**-k for k in (10, 20, 26, 27, 30, 52, 53, 54, 100, 126, 149, 500, 1022, 1074)]
    eighths = [i / 8 for i in range(1, 81)]
    yield "exp", exp_series, mp.exp, both_signs(
        tiny + eighths + [20.5, 60.25, 87.25, 88.5, 95.0, 103.0, 400.0, 700.0, 708.25, 709.75]
        + [random.uniform(0, 700) for _ in range(60)] + [random.uniform(0, 1) for _ in range(60)]
    ) + [-715.0, -730.0, -744.0, -745.0]
    yield "log", log_series, mp.log, tiny + eighths + [1 + 2.0**-k for k in range(2, 53, 5)] + [
        1 - 2.0**-k for k in range(2, 54, 5)] + [1.5e300, 1e-300, 1.7e308, 3e38, 2e-38] + [
        random.uniform(0.5, 2) for _ in range(80)] + [10 ** random.uniform(-300, 300) for _ in range(60)]
    yield "tanh", tanh_series, mp.tanh, both_signs(
        tiny + eighths + [12.5, 15.0, 17.5, 18.25, 18.75, 19.0]
        + [random.uniform(0, 2) for _ in range(60)] + [random.uniform(2, 19) for _ in range(40)])
    yield "sigmoid", sigmoid, lambda x: (1 + mp.tanh(x / 2)) / 2 if x > -50 else mp.exp(x) / (1 + mp.exp(x)), (
        both_signs(tiny + eighths + [20.0, 30.5, 36.0, 80.0, 100.0, 400.0, 700.0]
                   + [random.uniform(0, 40) for _ in range(60)]) + [-709.0, -720.0, -744.0])
    yield "ndtri", inverse_cdf, None, [i / 64 for i in range(1, 64)] + [
        10.0**-k for k in range(2, 300, 9)] + [1e-20, 0.001, 0.975, 1e-300, 5e-324, 2.0**-1022, 2.0**-149] + [
        0.5 + sign * 2.0**-k for k in range(2, 53, 5) for sign in (1, -1)] + [
        1 - 2.0**-k for k in range(3, 54, 5)] + [7 / 4096, 7 / 4096 - 2.0**-30] + [
        random.uniform(0, 1) for _ in range(80)] + [10 ** random.uniform(-300, -2) for _ in range(40)]


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tests/oracle/elementary_mpmath.py.")
    print("// ELEMENTARY_VALUE(function, x, high, low): high + low = function(x) to about 106 bits.")
    for name, function, check, values in arguments():
        for x in values:
            exact = function(mp.mpf(x))
            if check:
                with mp.workdps(400 if name in ("tanh", "sigmoid") else 60):
                    expected = check(mp.mpf(x))
                assert exact == expected or abs(exact / expected - 1) < DIGITS, (name, x, exact, expected)
            high = float(exact)
            low = float(exact - mp.mpf(high))
            print(f"ELEMENTARY_VALUE({name}, {x.hex()}, {high.hex()}, {low.hex()})")


main()
