// SPDX-License-Identifier: Apache-2.0
// The elementary functions, AVX2 with FMA: 4 lanes.
#include <immintrin.h>

#define ISA avx2
#define LANES ((size_t)4)

typedef __m256d VEC;
typedef __m256i BITS;
typedef __m256d MASK;

#define TAIL_MASK(count)                                                                           \
    _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)(count)), _mm256_set_epi64x(3, 2, 1, 0))
#define TAIL_MASK_F32(count)                                                                       \
    _mm_cmpgt_epi32(_mm_set1_epi32((int)(count)), _mm_set_epi32(3, 2, 1, 0))

#define vec_all _mm256_set1_pd
#define vec_load _mm256_loadu_pd
#define vec_store _mm256_storeu_pd
#define vec_load_tail(p, count) _mm256_maskload_pd(p, TAIL_MASK(count))
#define vec_store_tail(p, count, x) _mm256_maskstore_pd(p, TAIL_MASK(count), x)
#define vec_load_f32(p) _mm256_cvtps_pd(_mm_loadu_ps(p))
#define vec_store_f32(p, x) _mm_storeu_ps(p, _mm256_cvtpd_ps(x))
#define vec_load_tail_f32(p, count) _mm256_cvtps_pd(_mm_maskload_ps(p, TAIL_MASK_F32(count)))
#define vec_store_tail_f32(p, count, x)                                                            \
    _mm_maskstore_ps(p, TAIL_MASK_F32(count), _mm256_cvtpd_ps(x))

#define vec_add _mm256_add_pd
#define vec_sub _mm256_sub_pd
#define vec_mul _mm256_mul_pd
#define vec_div _mm256_div_pd
#define vec_sqrt _mm256_sqrt_pd
#define vec_fma _mm256_fmadd_pd
#define vec_fms _mm256_fmsub_pd
#define vec_fnma _mm256_fnmadd_pd
#define vec_min _mm256_min_pd
#define vec_max _mm256_max_pd
#define vec_abs(x) _mm256_andnot_pd(_mm256_set1_pd(-0.0), x)
#define vec_copysign(x, sign) _mm256_or_pd(vec_abs(x), _mm256_and_pd(_mm256_set1_pd(-0.0), sign))
#define vec_less(a, b) _mm256_cmp_pd(a, b, _CMP_LT_OQ)
#define vec_is_nan(x) _mm256_cmp_pd(x, x, _CMP_UNORD_Q)
#define vec_select(mask, yes, no) _mm256_blendv_pd(no, yes, mask)
#define vec_any(mask) (_mm256_movemask_pd(mask) != 0)

#define vec_bits _mm256_castpd_si256
#define vec_from_bits _mm256_castsi256_pd
#define bits_all(value) _mm256_set1_epi64x((long long)(value))
#define bits_add _mm256_add_epi64
#define bits_sub _mm256_sub_epi64
#define bits_and _mm256_and_si256
#define bits_shl _mm256_slli_epi64
#define bits_shr _mm256_srli_epi64

#define FLT_LANES ((size_t)8)

typedef __m256 FLT;
typedef __m256i FLTBITS;

#define FLT_TAIL_MASK(count)                                                                       \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count)), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0))

#define flt_all _mm256_set1_ps
#define flt_load _mm256_loadu_ps
#define flt_store _mm256_storeu_ps
#define flt_load_tail(p, count) _mm256_maskload_ps(p, FLT_TAIL_MASK(count))
#define flt_store_tail(p, count, x) _mm256_maskstore_ps(p, FLT_TAIL_MASK(count), x)
#define flt_add _mm256_add_ps
#define flt_sub _mm256_sub_ps
#define flt_mul _mm256_mul_ps
#define flt_fma _mm256_fmadd_ps
#define flt_fnma _mm256_fnmadd_ps
#define flt_min _mm256_min_ps
#define flt_max _mm256_max_ps
#define flt_bits _mm256_castps_si256
#define flt_from_bits _mm256_castsi256_ps
#define fltbits_all _mm256_set1_epi32
#define fltbits_add _mm256_add_epi32
#define fltbits_sub _mm256_sub_epi32
#define fltbits_shl _mm256_slli_epi32
#define fltbits_shr _mm256_srli_epi32

#include "kern/elementary/elementary_map.h"
