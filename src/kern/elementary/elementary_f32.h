// SPDX-License-Identifier: Apache-2.0
// The f32 functions, in f64 lanes and rounded once at the end: the formulas of elementary_f64.h
// with shorter polynomials and without low parts. No step comes near the limits of f64, so that
// overflow and subnormal results fall to the last conversion.
#ifndef NACREI_KERN_ELEMENTARY_F32_H
#define NACREI_KERN_ELEMENTARY_F32_H

/// exp(-h) = (1 + p) 2^-n. *shifted is magic + n.
LANE VEC exp_minus_f32(VEC h, VEC *shifted)
{
    *shifted = vec_fma(h, vec_all(EXP_LOG2E), vec_all(MAGIC));
    VEC r = vec_fms(vec_sub(*shifted, vec_all(MAGIC)), vec_all(EXP_LN2), h);
    return vec_mul(r, vec_fma(r, POLY(EXP_E_F32, r), vec_all(1.0)));
}

/// (1 + p) 2^-n. A NaN stays one: the low bits of its magic + n are zero.
LANE VEC exp_join_f32(VEC p, VEC shifted)
{
    BITS m = vec_bits(vec_add(vec_all(1.0), p));
    return vec_from_bits(bits_sub(m, bits_shl(vec_bits(shifted), 52)));
}

LANE VEC log_positive_f32(VEC x)
{
    VEC k;
    VEC f = split_exponent(x, &k);
    return vec_fma(k, vec_all(EXP_LN2), vec_fma(vec_mul(f, f), POLY(LOG_L_F32, f), f));
}

LANE VEC log_f32(VEC x)
{
    return log_special(x, log_positive_f32(x));
}

LANE VEC ndtr_f32(VEC x)
{
    VEC a = vec_min(vec_all(NDTR_LIMIT_F32), vec_abs(x));
    VEC shifted;
    VEC p = exp_minus_f32(vec_mul(vec_mul(vec_all(0.5), a), a), &shifted);
    VEC u = vec_div(vec_all(1.0), vec_add(a, vec_all(NDTR_SHIFT)));
    VEC t = vec_fma(vec_all(-2.0 * NDTR_SHIFT), u, vec_all(1.0));
    VEC z = vec_mul(exp_join_f32(p, shifted), vec_mul(u, POLY(NDTR_Q_F32, t)));
    return vec_select(vec_less(vec_all(0.0), x), vec_sub(vec_all(1.0), z), z);
}

LANE VEC ndtri_f32(VEC p)
{
    const VEC half = vec_all(0.5), one = vec_all(1.0), zero = vec_all(0.0);
    VEC small = vec_min(vec_sub(one, p), p);
    MASK outer = vec_less(small, vec_all(NDTRI_CENTRE));
    VEC product = vec_mul(vec_mul(vec_all(4.0), small), vec_sub(one, small));
    VEC w = vec_sub(zero, log_positive_f32(vec_select(outer, small, product)));
    VEC x = vec_mul(vec_sub(half, small), POLY(NDTRI_C_F32, vec_sub(w, vec_all(NDTRI_W_MIDDLE))));
    if (vec_any(outer)) {
        VEC s = vec_sqrt(w);
        VEC t = vec_div(vec_sub(s, vec_all(NDTRI_MIDDLE_F32)), vec_add(s, vec_all(NDTRI_SHIFT)));
        x = vec_select(outer, ndtri_edges(small, vec_mul(s, POLY(NDTRI_T_F32, t))), x);
    }
    return vec_copysign(x, vec_sub(p, half));
}

LANE VEC tanh_f32(VEC x)
{
    const VEC one = vec_all(1.0);
    VEC a = vec_min(vec_all(TANH_LIMIT), vec_abs(x));
    VEC shifted;
    VEC p = exp_minus_f32(vec_add(a, a), &shifted);
    VEC scale = scale_once(shifted);
    VEC over = vec_fnma(p, scale, vec_sub(one, scale));
    VEC under = vec_fma(p, scale, vec_add(one, scale));
    return vec_copysign(vec_div(over, under), x);
}

LANE VEC sigmoid_f32(VEC x)
{
    const VEC one = vec_all(1.0);
    VEC shifted;
    VEC p = exp_minus_f32(vec_min(vec_all(EXP_LIMIT_F32), vec_abs(x)), &shifted);
    VEC w = exp_join_f32(p, shifted);
    return vec_div(vec_select(vec_less(x, vec_all(0.0)), w, one), vec_add(one, w));
}

#endif
