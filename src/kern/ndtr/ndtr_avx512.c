// SPDX-License-Identifier: Apache-2.0
// Standard normal CDF, AVX-512: the steps of ndtr.h, 8 lanes at a time, tails by mask. The
// polynomials are written out because -O2 does not unroll them. Same bits as ndtr_ref.c by
// tests/conform.
#include "kern/ndtr/ndtr.h"
#include "kern/ndtr/ndtr_coeff.h"

#include <immintrin.h>

#define LANES 8u
#define K(constant) _mm512_set1_pd(constant)
#define FMA _mm512_fmadd_pd
#define FMS _mm512_fmsub_pd
#define FNMA _mm512_fnmadd_pd

/// exp(-(h + h_low)) = (1 + p) 2^-n; *exponent is n - 150, ready to be taken from a double's bits.
static inline __m512d exp_minus_one(__m512d h, __m512d h_low, __m512i *exponent)
{
    const __m512d magic = K(NDTR_MAGIC);
    __m512d shifted = FMA(h, K(NDTR_LOG2E), magic);
    __m512d count = _mm512_sub_pd(shifted, magic);
    *exponent = _mm512_slli_epi64(_mm512_castpd_si512(shifted), 52);
    __m512d r_high = FMS(count, K(NDTR_LN2_HIGH), h);
    __m512d r_rest = FMS(count, K(NDTR_LN2_LOW), h_low);
    __m512d r = _mm512_add_pd(r_high, r_rest);
    __m512d r_low = _mm512_add_pd(_mm512_sub_pd(r_high, r), r_rest);
    __m512d e = K(NDTR_E[9]);
    e = FMA(e, r, K(NDTR_E[8]));
    e = FMA(e, r, K(NDTR_E[7]));
    e = FMA(e, r, K(NDTR_E[6]));
    e = FMA(e, r, K(NDTR_E[5]));
    e = FMA(e, r, K(NDTR_E[4]));
    e = FMA(e, r, K(NDTR_E[3]));
    e = FMA(e, r, K(NDTR_E[2]));
    e = FMA(e, r, K(NDTR_E[1]));
    e = FMA(e, r, K(NDTR_E[0]));
    return _mm512_add_pd(r, FMA(_mm512_mul_pd(r, r), e, r_low));
}

/// (Q(t) - Q[0]) / t, even and odd powers apart.
static inline __m512d q_rest(__m512d t)
{
    __m512d t2 = _mm512_mul_pd(t, t);
    __m512d even = K(NDTR_Q[21]), odd = K(NDTR_Q[22]);
    even = FMA(even, t2, K(NDTR_Q[19]));
    odd = FMA(odd, t2, K(NDTR_Q[20]));
    even = FMA(even, t2, K(NDTR_Q[17]));
    odd = FMA(odd, t2, K(NDTR_Q[18]));
    even = FMA(even, t2, K(NDTR_Q[15]));
    odd = FMA(odd, t2, K(NDTR_Q[16]));
    even = FMA(even, t2, K(NDTR_Q[13]));
    odd = FMA(odd, t2, K(NDTR_Q[14]));
    even = FMA(even, t2, K(NDTR_Q[11]));
    odd = FMA(odd, t2, K(NDTR_Q[12]));
    even = FMA(even, t2, K(NDTR_Q[9]));
    odd = FMA(odd, t2, K(NDTR_Q[10]));
    even = FMA(even, t2, K(NDTR_Q[7]));
    odd = FMA(odd, t2, K(NDTR_Q[8]));
    even = FMA(even, t2, K(NDTR_Q[5]));
    odd = FMA(odd, t2, K(NDTR_Q[6]));
    even = FMA(even, t2, K(NDTR_Q[3]));
    odd = FMA(odd, t2, K(NDTR_Q[4]));
    even = FMA(even, t2, K(NDTR_Q[1]));
    odd = FMA(odd, t2, K(NDTR_Q[2]));
    return FMA(odd, t, even);
}

static inline __m512d tail(__m512d a)
{
    const __m512d one = K(1.0), shift = K(NDTR_SHIFT), minus_two_shift = K(-2.0 * NDTR_SHIFT);
    __m512d half = _mm512_mul_pd(K(0.5), a);
    __m512d h = _mm512_mul_pd(half, a);
    __m512i exponent;
    __m512d p = exp_minus_one(h, FMS(half, a, h), &exponent);

    __m512d s = _mm512_add_pd(a, shift);
    __m512d s_low = _mm512_sub_pd(a, _mm512_sub_pd(s, shift));
    __m512d u = _mm512_div_pd(one, s);
    __m512d u_low = _mm512_mul_pd(u, FNMA(u, s_low, FNMA(u, s, one)));
    __m512d t = FMA(minus_two_shift, u, one);
    __m512d t_low = _mm512_mul_pd(minus_two_shift, u_low);

    __m512d slope = FMA(K(NDTR_SLOPE[1]), t, K(NDTR_SLOPE[0]));
    __m512d rest = q_rest(t);
    __m512d q = FMA(rest, t, K(NDTR_Q[0]));
    __m512d q_low = _mm512_add_pd(FMA(rest, t, _mm512_sub_pd(K(NDTR_Q[0]), q)),
                                  FMA(slope, t_low, K(NDTR_Q0_LOW)));

    __m512d r = _mm512_mul_pd(q, u);
    __m512d r_low = FMA(q, u_low, FMS(q, u, r));
    __m512d grown = FMA(u, p, u); // u (1 + p)
    __m512d m = _mm512_add_pd(r, FMA(r, p, FMA(q_low, grown, FMA(r_low, p, r_low))));
    __m512i scaled = _mm512_sub_epi64(_mm512_castpd_si512(m), exponent);
    return _mm512_mul_pd(_mm512_castsi512_pd(scaled), K(NDTR_UNDERFLOW));
}

static inline __m512d ndtr(__m512d x)
{
    // min returns its second operand for NaN, as the reference does.
    __m512d z = tail(_mm512_min_pd(_mm512_abs_pd(x), K(NDTR_LIMIT)));
    __mmask8 positive = _mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_GT_OQ);
    z = _mm512_mask_sub_pd(z, positive, K(1.0), z);
    return _mm512_mask_add_pd(z, _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q), x, x);
}

void nacrek_ndtr_f64__avx512(size_t n, const double *x, double *y)
{
    size_t i = 0;
    for (; n - i >= LANES; i += LANES)
        _mm512_storeu_pd(y + i, ndtr(_mm512_loadu_pd(x + i)));
    if (i < n) {
        __mmask8 mask = (__mmask8)((1u << (n - i)) - 1);
        _mm512_mask_storeu_pd(y + i, mask, ndtr(_mm512_maskz_loadu_pd(mask, x + i)));
    }
}
