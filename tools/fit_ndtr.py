#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Derives the coefficients of the strict normal CDF and writes src/kern/ndtr/ndtr_coeff.h to standard
# output (needs mpmath). With a = |x| the tail is Z(-a) = exp(-a^2/2) R(a), R(a) = erfcx(a/sqrt2)/2.
#   Q(t) = (a + 4) R(a) with t = (a - 4)/(a + 4): smooth on the whole axis, so one Chebyshev
#          interpolation of degree 22 at 60 digits serves, expanded in powers of t.
#   exp(r) = 1 + r + r^2 E(r) on |r| <= ln2/2 (a little wider), degree 9.
#   SLOPE is a linear stand-in for dQ/dt, used only for the last bits of the quotient.
# Run:  python3 tools/fit_ndtr.py > src/kern/ndtr/ndtr_coeff.h
import mpmath as mp

mp.mp.dps = 60
SHIFT = mp.mpf(4)
A_MAX = mp.mpf("38.7")  # Z(-38.7) rounds to zero
Q_DEGREE, E_DEGREE = 22, 9


def mills(a):
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def q_function(t):
    a = SHIFT * (1 + t) / (1 - t)
    return (a + SHIFT) * mills(a)


def exp_rest(r):
    return mp.fsum(r**k / mp.factorial(k + 2) for k in range(40))


def chebyshev_powers(f, low, high, degree):
    """Power coefficients of the interpolant of f in degree + 1 Chebyshev nodes of [low, high]."""
    count = degree + 1
    angles = [mp.pi * (j + mp.mpf(1) / 2) / count for j in range(count)]
    nodes = [low + (high - low) * (mp.cos(angle) + 1) / 2 for angle in angles]
    matrix = mp.matrix(count, count)
    for i, node in enumerate(nodes):
        for j in range(count):
            matrix[i, j] = node**j
    return list(mp.lu_solve(matrix, mp.matrix([f(node) for node in nodes])))


def worst(f, powers, low, high, points=3000):
    """Largest relative error of the polynomial in exact arithmetic."""
    top = mp.mpf(0)
    for i in range(points + 1):
        t = low + (high - low) * i / points
        top = max(top, abs(mp.polyval(powers[::-1], t) / f(t) - 1))
    return top


def hexadecimal(value):
    return float(value).hex()


def define(name, value, note=""):
    print(f"#define {name} {hexadecimal(value)}" + (f" // {note}" if note else ""))


def table(name, values):
    print(f"static const double {name}[{len(values)}] = {{")
    for value in values:
        print(f"    {hexadecimal(value)},")
    print("};")


def main():
    low, high = mp.mpf(-1), (A_MAX - SHIFT) / (A_MAX + SHIFT)
    q = chebyshev_powers(q_function, low, high, Q_DEGREE)
    half_ln2 = mp.log(2) / 2 * mp.mpf("1.01")
    e = chebyshev_powers(exp_rest, -half_ln2, half_ln2, E_DEGREE)
    slope = chebyshev_powers(lambda t: mp.diff(q_function, t), low, mp.mpf("0.2"), 1)
    rounded = [mp.mpf(float(value)) for value in q]
    rounded[0] = q[0]
    ln2_high = mp.floor(mp.log(2) * 2**40) / 2**40  # 40 bits: n * LN2_HIGH is exact for n < 2^13
    q_error = worst(q_function, rounded, low, high)
    e_error = worst(exp_rest, [mp.mpf(float(value)) for value in e], -half_ln2, half_ln2)

    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tools/fit_ndtr.py; the mathematics stands there. Relative error of Q in exact")
    print(f"// arithmetic {float(q_error):.1e}, of E {float(e_error):.1e} (it enters the result times r^2 <= 0.12).")
    print("#ifndef NACREI_KERN_NDTR_COEFF_H")
    print("#define NACREI_KERN_NDTR_COEFF_H")
    print()
    define("NDTR_LIMIT", 40, "beyond it the tail is zero in f64")
    define("NDTR_SHIFT", SHIFT)
    define("NDTR_LOG2E", 1 / mp.log(2))
    define("NDTR_LN2_HIGH", ln2_high)
    define("NDTR_LN2_LOW", mp.log(2) - ln2_high)
    define("NDTR_MAGIC", mp.mpf(3) * 2**51 - 150, "adding it rounds to an integer; low bits hold it - 150")
    define("NDTR_UNDERFLOW", mp.mpf(2) ** -150, "the last factor, the only step that may underflow")
    define("NDTR_Q0_LOW", q[0] - mp.mpf(float(q[0])), "what NDTR_Q[0] lost to rounding")
    print()
    print("/// Q(t) = sum NDTR_Q[i] t^i")
    table("NDTR_Q", q)
    print("/// E(r) = sum NDTR_E[i] r^i")
    table("NDTR_E", e)
    print("/// dQ/dt, roughly")
    table("NDTR_SLOPE", slope)
    print()
    print("#endif")


main()
