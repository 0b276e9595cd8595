// SPDX-License-Identifier: Apache-2.0
// The f64 functions, one vector each, over the vocabulary of elementary_map.h. Each step is a
// single correctly rounded operation and every instruction set does the same steps, so all agree to
// the bit. The method stands above each function; elementary.h has the error bounds.
#ifndef NACREI_KERN_ELEMENTARY_F64_H
#define NACREI_KERN_ELEMENTARY_F64_H

/// exp(-(h + h_low)) = (1 + p + p_low) 2^-n: n = round(h/ln2), r + r_low = n ln2 - h - h_low,
/// p = r + r^2 E(r) + r_low.
typedef struct exp_parts {
    VEC p, p_low;
    VEC shifted; ///< magic + n
} exp_parts;

LANE exp_parts exp_minus(VEC h, VEC h_low, VEC magic)
{
    VEC shifted = vec_fma(h, vec_all(EXP_LOG2E), magic);
    VEC count = vec_sub(shifted, magic);
    VEC r_high = vec_fms(count, vec_all(EXP_LN2_HIGH), h);
    VEC r_rest = vec_fms(count, vec_all(EXP_LN2_LOW), h_low);
    VEC r = vec_add(r_high, r_rest);
    VEC r_low = vec_add(vec_sub(r_high, r), r_rest);
    VEC more = vec_fma(vec_mul(r, r), POLY(EXP_E, r), r_low);
    VEC p = vec_add(r, more);
    return (exp_parts){p, vec_add(vec_sub(r, p), more), shifted};
}

/// 2^-n as the product of two powers, for -2000 < n < 2000 and magic = MAGIC.
typedef struct exp_scale {
    VEC first, second;
} exp_scale;

LANE exp_scale scale_halves(VEC shifted)
{
    const BITS bias = bits_all(1023 + 2048);
    BITS count = bits_sub(vec_bits(shifted), bits_all(MAGIC_BITS - 4096));
    BITS half = bits_shr(count, 1);
    return (exp_scale){vec_from_bits(bits_shl(bits_sub(bias, half), 52)),
                       vec_from_bits(bits_shl(bits_sub(bias, bits_sub(count, half)), 52))};
}

/// The power is multiplied in two halves, so that only the last product may over- or underflow.
LANE VEC exp_f64(VEC x)
{
    VEC h = vec_max(vec_all(-EXP_LIMIT), vec_min(vec_all(EXP_LIMIT), vec_sub(vec_all(-0.0), x)));
    exp_parts e = exp_minus(h, vec_all(0.0), vec_all(MAGIC));
    exp_scale scale = scale_halves(e.shifted);
    return vec_mul(vec_mul(vec_add(vec_all(1.0), e.p), scale.first), scale.second);
}

/// x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), for a normal x > 0; *k is a whole number.
LANE VEC split_exponent(VEC x, VEC *k)
{
    BITS moved = bits_add(vec_bits(x), bits_all(ONE_BITS - ROOT_HALF_BITS));
    BITS exponent = bits_add(bits_shr(moved, 52), bits_all(TWO_52_BITS));
    *k = vec_sub(vec_from_bits(exponent), vec_all(0x1p52 + 1023.0));
    BITS fraction = bits_and(moved, bits_all(FRACTION_BITS));
    return vec_sub(vec_from_bits(bits_add(fraction, bits_all(ROOT_HALF_BITS))), vec_all(1.0));
}

/// log x for finite x > 0; anything for other x. x = 2^k (1 + f), s = f/(2 + f), z = s^2:
/// log x = k ln2 + f - f^2/2 + s (f^2/2 + z R(z)); what k ln2, f^2/2 and the sum of the first three
/// lose is carried along.
LANE VEC log_positive(VEC x)
{
    MASK subnormal = vec_less(x, vec_all(0x1p-1022));
    VEC k;
    VEC f = split_exponent(vec_select(subnormal, vec_mul(x, vec_all(0x1p54)), x), &k);
    k = vec_sub(k, vec_select(subnormal, vec_all(54.0), vec_all(0.0)));

    VEC half_f = vec_mul(vec_all(0.5), f);
    VEC square = vec_mul(half_f, f);
    VEC square_low = vec_fms(half_f, f, square);
    VEC s = vec_div(f, vec_add(vec_all(2.0), f));
    VEC z = vec_mul(s, s);
    VEC rest = vec_mul(s, vec_fma(z, POLY(LOG_R, z), square));

    VEC high = vec_sub(f, square);
    VEC high_low = vec_sub(vec_sub(f, high), square);
    VEC power = vec_mul(k, vec_all(EXP_LN2_HIGH)); // exact
    VEC sum = vec_add(power, high);
    VEC sum_low = vec_add(vec_sub(power, sum), high);
    VEC low = vec_fma(k, vec_all(EXP_LN2_LOW), vec_add(sum_low, vec_sub(high_low, square_low)));
    return vec_add(sum, vec_add(rest, low));
}

/// `finite` where 0 < x < infinity; what log says elsewhere.
LANE VEC log_special(VEC x, VEC finite)
{
    const VEC infinity = vec_all((double)INFINITY), zero = vec_all(0.0);
    VEC y = vec_select(vec_less(x, infinity), finite, vec_add(x, x)); // infinity and NaN
    y = vec_select(vec_less(zero, x), y, vec_sub(zero, infinity));
    y = vec_select(vec_less(x, zero), vec_all((double)NAN), y);
    return vec_select(vec_is_nan(x), vec_add(x, x), y);
}

LANE VEC log_f64(VEC x)
{
    return log_special(x, log_positive(x));
}

/// Z(-a):
///   h + h' = a^2/2 split by fma; p = exp(-(h + h')) 2^n - 1
///   u + u' = 1/(a + 4) from one division and its residual; t = 1 - 8u
///   Q + Q' = polynomial in t, its last bits kept; R + R' = Q (u + u')
///   m = R + (R p + (Q' u (1 + p) + R' (1 + p)))
///   tail = m 2^(150 - n) 2^-150, so that only the last factor may underflow
/// The low parts that are carried along keep the error of the tail near one rounding. Not strictly
/// monotone: where the function moves by less than an ulp between neighbours, the result may step
/// back by one.
LANE VEC ndtr_tail_f64(VEC a)
{
    const VEC one = vec_all(1.0), shift = vec_all(NDTR_SHIFT);
    const VEC minus_two_shift = vec_all(-2.0 * NDTR_SHIFT);
    VEC half = vec_mul(vec_all(0.5), a);
    VEC h = vec_mul(half, a);
    exp_parts e = exp_minus(h, vec_fms(half, a, h), vec_all(MAGIC - 150.0));

    VEC s = vec_add(a, shift);
    VEC s_low = vec_sub(a, vec_sub(s, shift));
    VEC u = vec_div(one, s);
    VEC u_low = vec_mul(u, vec_fnma(u, s_low, vec_fnma(u, s, one)));
    VEC t = vec_fma(minus_two_shift, u, one);
    VEC t_low = vec_mul(minus_two_shift, u_low);

    const VEC q0 = vec_all(NDTR_Q[0]);
    VEC slope = POLY(NDTR_SLOPE, t);
    VEC t2 = vec_mul(t, t);
    VEC rest = vec_fma(POLY_EACH_SECOND(NDTR_Q, 2, t2), t, POLY_EACH_SECOND(NDTR_Q, 1, t2));
    VEC q = vec_fma(rest, t, q0);
    VEC q_low =
        vec_add(vec_fma(rest, t, vec_sub(q0, q)), vec_fma(slope, t_low, vec_all(NDTR_Q0_LOW)));

    VEC r = vec_mul(q, u);
    VEC r_low = vec_fma(q, u_low, vec_fms(q, u, r));
    VEC grown = vec_fma(u, e.p, u); // u (1 + p)
    VEC m = vec_add(r, vec_fma(r, e.p, vec_fma(q_low, grown, vec_fma(r_low, e.p, r_low))));
    BITS scaled = bits_sub(vec_bits(m), bits_shl(vec_bits(e.shifted), 52));
    return vec_mul(vec_from_bits(scaled), vec_all(0x1p-150));
}

LANE VEC ndtr_f64(VEC x)
{
    VEC z = ndtr_tail_f64(vec_min(vec_abs(x), vec_all(NDTR_LIMIT))); // NaN takes the limit, too
    z = vec_select(vec_less(vec_all(0.0), x), vec_sub(vec_all(1.0), z), z);
    return vec_select(vec_is_nan(x), vec_add(x, x), z);
}

/// `inside` for a tail's probability above 0, infinity for 0, NaN below.
LANE VEC ndtri_edges(VEC small, VEC inside)
{
    const VEC zero = vec_all(0.0);
    VEC x = vec_select(vec_less(zero, small), inside, vec_all((double)INFINITY));
    return vec_select(vec_less(small, zero), vec_all((double)NAN), x);
}

/// In the centre (p - 1/2) C(w), w = -log(4p(1 - p)); in a tail s T((s - c)/(s + 2)),
/// s = sqrt(-log p), which is skipped while no lane is in one.
LANE VEC ndtri_f64(VEC p)
{
    const VEC half = vec_all(0.5), one = vec_all(1.0), zero = vec_all(0.0);
    VEC small = vec_min(vec_sub(one, p), p); // the tail's probability; negative outside [0, 1]
    MASK outer = vec_less(small, vec_all(NDTRI_CENTRE));
    VEC product = vec_mul(vec_mul(vec_all(4.0), small), vec_sub(one, small));
    VEC w = vec_sub(zero, log_positive(vec_select(outer, small, product)));
    VEC x = vec_mul(vec_sub(half, small), POLY(NDTRI_C, vec_sub(w, vec_all(NDTRI_W_MIDDLE))));
    if (vec_any(outer)) {
        VEC s = vec_sqrt(w);
        VEC t = vec_div(vec_sub(s, vec_all(NDTRI_MIDDLE)), vec_add(s, vec_all(NDTRI_SHIFT)));
        x = vec_select(outer, ndtri_edges(small, vec_mul(s, POLY(NDTRI_T, t))), x);
    }
    return vec_copysign(x, vec_sub(p, half));
}

/// 2^-n for |n| < 1000 and magic = MAGIC.
LANE VEC scale_once(VEC shifted)
{
    return vec_from_bits(bits_shl(bits_sub(bits_all(1023), vec_bits(shifted)), 52));
}

/// (1 - e)/(1 + e), e = exp(-2|x|): both with their low parts, one division and its residual.
LANE VEC tanh_f64(VEC x)
{
    const VEC one = vec_all(1.0);
    VEC a = vec_min(vec_all(TANH_LIMIT), vec_abs(x));
    exp_parts e = exp_minus(vec_add(a, a), vec_all(0.0), vec_all(MAGIC));
    VEC scale = scale_once(e.shifted);
    VEC p = vec_mul(e.p, scale), p_low = vec_mul(e.p_low, scale); // exact

    VEC above = vec_sub(one, scale);
    VEC over = vec_sub(above, p);
    VEC above_low = vec_sub(vec_sub(one, above), scale);
    VEC over_low = vec_add(above_low, vec_sub(vec_sub(vec_sub(above, over), p), p_low));
    VEC below = vec_add(one, scale);
    VEC under = vec_add(below, p);
    VEC below_low = vec_add(vec_sub(one, below), scale);
    VEC under_low = vec_add(below_low, vec_add(vec_add(vec_sub(below, under), p), p_low));

    VEC inverse = vec_div(one, under);
    VEC q = vec_mul(over, inverse);
    VEC left = vec_add(vec_fnma(q, under, over), vec_fnma(q, under_low, over_low));
    return vec_copysign(vec_fma(left, inverse, q), x);
}

/// w = exp(-|x|): 1/(1 + w), and w/(1 + w) for x < 0, with low parts as in tanh; the power of two
/// in w comes last, as in exp.
LANE VEC sigmoid_f64(VEC x)
{
    const VEC one = vec_all(1.0);
    VEC a = vec_min(vec_all(EXP_LIMIT), vec_abs(x));
    exp_parts e = exp_minus(a, vec_all(0.0), vec_all(MAGIC));
    exp_scale halves = scale_halves(e.shifted);
    VEC scale = vec_mul(halves.first, halves.second);
    VEC m = vec_add(one, e.p);
    VEC m_low = vec_add(vec_add(vec_sub(one, m), e.p), e.p_low);

    VEC w = vec_mul(m, scale);
    VEC under = vec_add(one, w);
    VEC under_low = vec_fma(m_low, scale, vec_add(vec_sub(one, under), w));
    VEC q = vec_div(one, under);
    VEC q_low = vec_mul(q, vec_fnma(q, under_low, vec_fnma(q, under, one)));

    VEC y = vec_mul(m, q);
    VEC y_low = vec_fma(m, q_low, vec_fma(m_low, q, vec_fms(m, q, y)));
    VEC tail = vec_mul(vec_mul(vec_add(y, y_low), halves.first), halves.second);
    return vec_select(vec_less(x, vec_all(0.0)), tail, vec_add(q, q_low));
}

#endif
