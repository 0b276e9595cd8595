// SPDX-License-Identifier: Apache-2.0
// The elementary functions, AVX-512: 8 lanes.
#include <immintrin.h>

#define ISA avx512
#define LANES ((size_t)8)

typedef __m512d VEC;
typedef __m512i BITS;
typedef __mmask8 MASK;

#define TAIL_MASK(count) ((__mmask8)((1u << (count)) - 1))

#define vec_all _mm512_set1_pd
#define vec_load _mm512_loadu_pd
#define vec_store _mm512_storeu_pd
#define vec_load_tail(p, count) _mm512_maskz_loadu_pd(TAIL_MASK(count), p)
#define vec_store_tail(p, count, x) _mm512_mask_storeu_pd(p, TAIL_MASK(count), x)
#define vec_load_f32(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define vec_store_f32(p, x) _mm256_storeu_ps(p, _mm512_cvtpd_ps(x))
#define vec_load_tail_f32(p, count) _mm512_cvtps_pd(_mm256_maskz_loadu_ps(TAIL_MASK(count), p))
#define vec_store_tail_f32(p, count, x)                                                            \
    _mm256_mask_storeu_ps(p, TAIL_MASK(count), _mm512_cvtpd_ps(x))

#define vec_add _mm512_add_pd
#define vec_sub _mm512_sub_pd
#define vec_mul _mm512_mul_pd
#define vec_div _mm512_div_pd
#define vec_sqrt _mm512_sqrt_pd
#define vec_fma _mm512_fmadd_pd
#define vec_fms _mm512_fmsub_pd
#define vec_fnma _mm512_fnmadd_pd
#define vec_min _mm512_min_pd
#define vec_max _mm512_max_pd
#define vec_abs _mm512_abs_pd
#define vec_copysign(x, sign)                                                                      \
    _mm512_or_pd(_mm512_abs_pd(x), _mm512_and_pd(_mm512_set1_pd(-0.0), sign))
#define vec_less(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)
#define vec_is_nan(x) _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q)
#define vec_select(mask, yes, no) _mm512_mask_blend_pd(mask, no, yes)
#define vec_any(mask) ((mask) != 0)

#define vec_bits _mm512_castpd_si512
#define vec_from_bits _mm512_castsi512_pd
#define bits_all(value) _mm512_set1_epi64((long long)(value))
#define bits_add _mm512_add_epi64
#define bits_sub _mm512_sub_epi64
#define bits_and _mm512_and_si512
#define bits_shl _mm512_slli_epi64
#define bits_shr _mm512_srli_epi64

#define FLT_LANES ((size_t)16)

typedef __m512 FLT;
typedef __m512i FLTBITS;

#define FLT_TAIL_MASK(count) ((__mmask16)((1u << (count)) - 1))

#define flt_all _mm512_set1_ps
#define flt_load _mm512_loadu_ps
#define flt_store _mm512_storeu_ps
#define flt_load_tail(p, count) _mm512_maskz_loadu_ps(FLT_TAIL_MASK(count), p)
#define flt_store_tail(p, count, x) _mm512_mask_storeu_ps(p, FLT_TAIL_MASK(count), x)
#define flt_add _mm512_add_ps
#define flt_sub _mm512_sub_ps
#define flt_mul _mm512_mul_ps
#define flt_fma _mm512_fmadd_ps
#define flt_fnma _mm512_fnmadd_ps
#define flt_min _mm512_min_ps
#define flt_max _mm512_max_ps
#define flt_bits _mm512_castps_si512
#define flt_from_bits _mm512_castsi512_ps
#define fltbits_all _mm512_set1_epi32
#define fltbits_add _mm512_add_epi32
#define fltbits_sub _mm512_sub_epi32
#define fltbits_shl _mm512_slli_epi32
#define fltbits_shr _mm512_srli_epi32

#include "kern/elementary/elementary_map.h"
