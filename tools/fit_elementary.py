#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Derives the coefficients of the strict elementary functions and writes
# src/kern/elementary/elementary_coeff.h to standard output (needs mpmath; a minute). How they are used
# stands in src/kern/elementary/elementary_f64.h and elementary_f32.h.
#   exp(r) = 1 + r + r^2 E(r) on |r| <= ln2/2, a little wider.
#   log(1 + f) = 2 atanh(s) with s = f/(2 + f) on 1 + f in [sqrt(1/2), sqrt(2)]; 2 atanh(s) = 2s + s z R(z),
#          z = s^2; for f32 log(1 + f) = f + f^2 L(f).
#   Z(-a) = exp(-a^2/2) M(a), M(a) = erfcx(a/sqrt2)/2; Q(t) = (a + 4) M(a) with t = (a - 4)/(a + 4): smooth
#          on the whole axis, so one polynomial serves. SLOPE is a linear stand-in for dQ/dt, used only
#          for the last bits of the quotient.
#   The inverse of Z at p <= 1/2: in the centre x = (p - 1/2) C(w), w = -log(4 p (1 - p)); beyond it
#          x = -s T(t), s = sqrt(-log p), t = (s - c)/(s + 2): of the forms tried the one whose
#          coefficients fall fastest. c puts the middle at t = 0.
# Two fits: interpolation in Chebyshev nodes at 60 digits, and minimax (Remez) of the relative error.
# Run:  python3 tools/fit_elementary.py > src/kern/elementary/elementary_coeff.h
import struct

import mpmath as mp

mp.mp.dps = 60
SHIFT = mp.mpf(4)
A_MAX = mp.mpf("38.7")  # Z(-38.7) rounds to zero in f64
A_MAX_F32 = mp.mpf("14.3")  # Z(-14.3) rounds to zero in f32
Q_DEGREE, E_DEGREE = 22, 9
P_CENTRE = mp.mpf(7) / 4096  # one argument in 290 goes beyond
S_SHIFT = mp.mpf(2)
P_MIN, P_MIN_F32 = mp.mpf(2) ** -1074, mp.mpf(2) ** -149


def mills(a):
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


def q_function(t):
    a = SHIFT * (1 + t) / (1 - t)
    return (a + SHIFT) * mills(a)


def exp_rest(r):
    return mp.fsum(r**k / mp.factorial(k + 2) for k in range(40))


def log_rest(z):
    return mp.fsum(2 * z**k / (2 * k + 3) for k in range(60))


def log_rest_f32(f):
    if abs(f) < mp.mpf("0.01"):
        return mp.fsum((-1) ** (k + 1) * f**k / (k + 2) for k in range(40))
    return (mp.log1p(f) - f) / (f * f)


def inverse(p):
    """x with Z(-x) = p < 1/2, by Newton's method on log Z."""
    x, target = mp.sqrt(-2 * mp.log(p)), mp.log(p)
    for _ in range(100):
        tail = mp.erfc(x / mp.sqrt(2)) / 2
        step = (mp.log(tail) - target) * tail * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
        x += step
        if abs(step) < mp.mpf(10) ** -50 * x:
            break
    return x


def inverse_centre(w):
    if w < mp.mpf(10) ** -30:
        return mp.sqrt(2 * mp.pi)
    root = mp.sqrt(-mp.expm1(-w))  # 1 - 2p
    return 2 * mp.sqrt(2) * mp.erfinv(root) / root


def inverse_tail(t, c):
    s = (c + S_SHIFT * t) / (1 - t)
    return inverse(mp.exp(-s * s)) / s


def nodes(low, high, count):
    return [low + (high - low) * (1 - mp.cos(mp.pi * (2 * j + 1) / (2 * count))) / 2 for j in range(count)]


def interpolate(f, low, high, degree):
    """Power coefficients of the interpolant of f in degree + 1 Chebyshev nodes of [low, high]."""
    count = degree + 1
    at = nodes(low, high, count)[::-1]
    matrix = mp.matrix(count, count)
    for i, node in enumerate(at):
        for j in range(count):
            matrix[i, j] = node**j
    return list(mp.lu_solve(matrix, mp.matrix([f(node) for node in at])))


def minimax(f, weight, low, high, degree):
    """Power coefficients that level weight(x) |polynomial - f| on [low, high]; the level."""
    count = degree + 2
    stand_in = interpolate(f, low, high, degree + 12)  # f is costly
    at = nodes(low, high, count)
    grid = nodes(low, high, 60 * count)
    for _ in range(8):
        matrix, right = mp.matrix(count, count), mp.matrix(count, 1)
        for i, node in enumerate(at):
            for j in range(degree + 1):
                matrix[i, j] = node**j
            matrix[i, degree + 1] = (-1) ** i / weight(node)
            right[i] = mp.polyval(stand_in[::-1], node)
        solved = list(mp.lu_solve(matrix, right))
        powers, level = solved[:-1], abs(solved[-1])
        error = [weight(x) * (mp.polyval(powers[::-1], x) - mp.polyval(stand_in[::-1], x)) for x in grid]
        extrema, start = [], 0
        for i in range(1, len(grid) + 1):
            if i == len(grid) or mp.sign(error[i]) != mp.sign(error[start]):
                extrema.append(max(range(start, i), key=lambda k: abs(error[k])))
                start = i
        if len(extrema) != count:
            break
        at = [grid[k] for k in extrema]
    return powers, max(abs(e) for e in error), level


def worst(f, powers, low, high, points=3000):
    """Largest relative error of the polynomial in exact arithmetic."""
    top = mp.mpf(0)
    for i in range(points + 1):
        t = low + (high - low) * i / points
        top = max(top, abs(mp.polyval(powers[::-1], t) / f(t) - 1))
    return top


def hexadecimal(value):
    mantissa, exponent = float(value).hex().split("p")
    return f"{mantissa}p{exponent}"


def single(value):
    """The nearest float."""
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def define(name, value, note=""):
    print(f"#define {name} {hexadecimal(value)}" + (f" // {note}" if note else ""))


def define_f32(name, value):
    print(f"#define {name} {hexadecimal(single(value))}f")


def table(name, values, note, real="double"):
    print(f"/// {note}")
    print(f"static const {real} {name}[{len(values)}] = {{")
    for value in values:
        print(f"    {hexadecimal(value)}," if real == "double" else f"    {hexadecimal(single(value))}f,")
    print("};")


def fitted(name, note, f, weight, low, high, degree, real="double"):
    powers, top, _ = minimax(f, weight, low, high, degree)
    table(name, powers, f"{note}; {float(top):.1e}", real)


def write_exp():
    half_ln2 = mp.log(2) / 2 * mp.mpf("1.01")
    ln2_high = mp.floor(mp.log(2) * 2**40) / 2**40  # 40 bits: n * LN2_HIGH is exact for n < 2^13
    define("EXP_LOG2E", 1 / mp.log(2))
    define("EXP_LN2", mp.log(2))
    define("EXP_LN2_HIGH", ln2_high)
    define("EXP_LN2_LOW", mp.log(2) - ln2_high)
    e = interpolate(exp_rest, -half_ln2, half_ln2, E_DEGREE)
    error = worst(exp_rest, [mp.mpf(float(value)) for value in e], -half_ln2, half_ln2)
    table("EXP_E", e, f"E(r) = sum EXP_E[i] r^i; {float(error):.1e}, and it enters times r^2 <= 0.12")
    fitted("EXP_E_F32", "E(r) for f32; of exp(r) - 1", exp_rest,
           lambda r: max(abs(r), mp.mpf("1e-4")), -half_ln2, half_ln2, 5)
    define_f32("EXP_F32_LOG2E", 1 / mp.log(2))
    define_f32("EXP_F32_LN2_HIGH", mp.log(2))
    define_f32("EXP_F32_LN2_LOW", mp.log(2) - mp.mpf(single(mp.log(2))))
    fitted("EXP_F32_E", "E(r) in f32; of exp(r)", exp_rest, lambda r: max(r * r, mp.mpf("1e-4")),
           -half_ln2, half_ln2, 4, "float")


def write_log():
    low, high = mp.sqrt(2) / 2 - 1, mp.sqrt(2) - 1
    z_max = (high / (2 + high)) ** 2 * mp.mpf("1.01")
    fitted("LOG_R", "R(z); relative to 2 atanh(s)", log_rest, lambda z: z / 2 + mp.mpf("1e-9"),
           mp.mpf(0), z_max, 6)
    fitted("LOG_L_F32", "L(f); relative to log(1 + f)", log_rest_f32,
           lambda f: abs(f * f / mp.log1p(f)) if abs(f) > mp.mpf("1e-5") else mp.mpf("1e-5"),
           low * mp.mpf("1.001"), high * mp.mpf("1.001"), 9)


def write_ndtr():
    low, high = mp.mpf(-1), (A_MAX - SHIFT) / (A_MAX + SHIFT)
    q = interpolate(q_function, low, high, Q_DEGREE)
    slope = interpolate(lambda t: mp.diff(q_function, t), low, mp.mpf("0.2"), 1)
    rounded = [mp.mpf(float(value)) for value in q]
    rounded[0] = q[0]
    define("NDTR_LIMIT", 40, "beyond it the tail is zero in f64")
    define("NDTR_SHIFT", SHIFT)
    define("NDTR_Q0_LOW", q[0] - mp.mpf(float(q[0])), "what NDTR_Q[0] lost to rounding")
    table("NDTR_Q", q, f"Q(t) = sum NDTR_Q[i] t^i; {float(worst(q_function, rounded, low, high)):.1e}")
    table("NDTR_SLOPE", slope, "dQ/dt, roughly")
    high = (A_MAX_F32 - SHIFT) / (A_MAX_F32 + SHIFT)
    fitted("NDTR_Q_F32", "Q(t) for f32", q_function, lambda t: 1 / q_function(t), low, high, 10)


def write_ndtri():
    w_max = -mp.log(4 * P_CENTRE * (1 - P_CENTRE))
    half = mp.mpf(float(w_max / 2))
    define("NDTRI_CENTRE", P_CENTRE, "the least p of the centre")
    define("NDTRI_W_MIDDLE", half)
    define("NDTRI_SHIFT", S_SHIFT)
    for suffix, degree, tail_degree, least in (("", 20, 28, P_MIN), ("_F32", 10, 9, P_MIN_F32)):
        fitted(f"NDTRI_C{suffix}", "C(w) in powers of w - NDTRI_W_MIDDLE", lambda v: inverse_centre(half + v),
               lambda v: 1 / inverse_centre(half + v), -half, w_max - half, degree)
        first, last = (mp.sqrt(-mp.log(p)) for p in (P_CENTRE, least))
        c = 2 / (1 / (first + S_SHIFT) + 1 / (last + S_SHIFT)) - S_SHIFT
        c = mp.mpf(float(c))
        define(f"NDTRI_MIDDLE{suffix}", c, "c")
        low, high = ((s - c) / (s + S_SHIFT) for s in (first, last))
        fitted(f"NDTRI_T{suffix}", "T(t)", lambda t: inverse_tail(t, c), lambda t: 1 / mp.sqrt(2), low, high,
               tail_degree)


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tools/fit_elementary.py; the mathematics stands there. The number behind a table's")
    print("// description is the largest relative error of the fit in exact arithmetic.")
    print("#ifndef NACREI_KERN_ELEMENTARY_COEFF_H")
    print("#define NACREI_KERN_ELEMENTARY_COEFF_H")
    for write in (write_exp, write_log, write_ndtr, write_ndtri):
        print()
        write()
    print()
    print("#endif")


main()
