// SPDX-License-Identifier: Apache-2.0
// Standard normal CDF, AVX2 with FMA: the steps of ndtr.h, 4 lanes at a time, tails by mask. The
// polynomials are written out because -O2 does not unroll them. Same bits as ndtr_ref.c by
// tests/conform.
#include "kern/ndtr/ndtr.h"
#include "kern/ndtr/ndtr_coeff.h"

#include <immintrin.h>

#define LANES 4u
#define K(constant) _mm256_set1_pd(constant)
#define FMA _mm256_fmadd_pd
#define FMS _mm256_fmsub_pd
#define FNMA _mm256_fnmadd_pd

/// exp(-(h + h_low)) = (1 + p) 2^-n; *exponent is n - 150, ready to be taken from a double's bits.
static inline __m256d exp_minus_one(__m256d h, __m256d h_low, __m256i *exponent)
{
    const __m256d magic = K(NDTR_MAGIC);
    __m256d shifted = FMA(h, K(NDTR_LOG2E), magic);
    __m256d count = _mm256_sub_pd(shifted, magic);
    *exponent = _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52);
    __m256d r_high = FMS(count, K(NDTR_LN2_HIGH), h);
    __m256d r_rest = FMS(count, K(NDTR_LN2_LOW), h_low);
    __m256d r = _mm256_add_pd(r_high, r_rest);
    __m256d r_low = _mm256_add_pd(_mm256_sub_pd(r_high, r), r_rest);
    __m256d e = K(NDTR_E[9]);
    e = FMA(e, r, K(NDTR_E[8]));
    e = FMA(e, r, K(NDTR_E[7]));
    e = FMA(e, r, K(NDTR_E[6]));
    e = FMA(e, r, K(NDTR_E[5]));
    e = FMA(e, r, K(NDTR_E[4]));
    e = FMA(e, r, K(NDTR_E[3]));
    e = FMA(e, r, K(NDTR_E[2]));
    e = FMA(e, r, K(NDTR_E[1]));
    e = FMA(e, r, K(NDTR_E[0]));
    return _mm256_add_pd(r, FMA(_mm256_mul_pd(r, r), e, r_low));
}

/// (Q(t) - Q[0]) / t, even and odd powers apart.
static inline __m256d q_rest(__m256d t)
{
    __m256d t2 = _mm256_mul_pd(t, t);
    __m256d even = K(NDTR_Q[21]), odd = K(NDTR_Q[22]);
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

static inline __m256d tail(__m256d a)
{
    const __m256d one = K(1.0), shift = K(NDTR_SHIFT), minus_two_shift = K(-2.0 * NDTR_SHIFT);
    __m256d half = _mm256_mul_pd(K(0.5), a);
    __m256d h = _mm256_mul_pd(half, a);
    __m256i exponent;
    __m256d p = exp_minus_one(h, FMS(half, a, h), &exponent);

    __m256d s = _mm256_add_pd(a, shift);
    __m256d s_low = _mm256_sub_pd(a, _mm256_sub_pd(s, shift));
    __m256d u = _mm256_div_pd(one, s);
    __m256d u_low = _mm256_mul_pd(u, FNMA(u, s_low, FNMA(u, s, one)));
    __m256d t = FMA(minus_two_shift, u, one);
    __m256d t_low = _mm256_mul_pd(minus_two_shift, u_low);

    __m256d slope = FMA(K(NDTR_SLOPE[1]), t, K(NDTR_SLOPE[0]));
    __m256d rest = q_rest(t);
    __m256d q = FMA(rest, t, K(NDTR_Q[0]));
    __m256d q_low = _mm256_add_pd(FMA(rest, t, _mm256_sub_pd(K(NDTR_Q[0]), q)),
                                  FMA(slope, t_low, K(NDTR_Q0_LOW)));

    __m256d r = _mm256_mul_pd(q, u);
    __m256d r_low = FMA(q, u_low, FMS(q, u, r));
    __m256d grown = FMA(u, p, u); // u (1 + p)
    __m256d m = _mm256_add_pd(r, FMA(r, p, FMA(q_low, grown, FMA(r_low, p, r_low))));
    __m256i scaled = _mm256_sub_epi64(_mm256_castpd_si256(m), exponent);
    return _mm256_mul_pd(_mm256_castsi256_pd(scaled), K(NDTR_UNDERFLOW));
}

static inline __m256d ndtr(__m256d x)
{
    // min returns its second operand for NaN, as the reference does.
    __m256d a = _mm256_andnot_pd(K(-0.0), x);
    __m256d z = tail(_mm256_min_pd(a, K(NDTR_LIMIT)));
    __m256d positive = _mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_GT_OQ);
    z = _mm256_blendv_pd(z, _mm256_sub_pd(K(1.0), z), positive);
    return _mm256_blendv_pd(z, _mm256_add_pd(x, x), _mm256_cmp_pd(x, x, _CMP_UNORD_Q));
}

void nacrek_ndtr_f64__avx2(size_t n, const double *x, double *y)
{
    size_t i = 0;
    for (; n - i >= LANES; i += LANES)
        _mm256_storeu_pd(y + i, ndtr(_mm256_loadu_pd(x + i)));
    if (i < n) {
        const __m256i lanes = _mm256_set_epi64x(3, 2, 1, 0);
        __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)(n - i)), lanes);
        _mm256_maskstore_pd(y + i, mask, ndtr(_mm256_maskload_pd(x + i, mask)));
    }
}
