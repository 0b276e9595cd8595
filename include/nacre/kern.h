// SPDX-License-Identifier: Apache-2.0
// Numeric operations: the numeric class that a caller asks for, what really ran, matrix products,
// elementary functions over arrays, and what the operations have done since counting began. An
// operation has variants (reference, instruction sets, libraries); the context chose one per class
// when it was created. A class that no variant offers is an error, never another class.
#ifndef NACRE_KERN_H
#define NACRE_KERN_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/// exact: integers. strict: the same bits from every variant and number of threads (NaN payloads
/// excepted). bounded: within the stated error bound; a library or matrix unit decides the order.
typedef enum nacre_class {
    NACRE_CLASS_DEFAULT = 0, ///< the operation's own; strict where nothing else is said
    NACRE_CLASS_EXACT = 1,
    NACRE_CLASS_STRICT = 2,
    NACRE_CLASS_BOUNDED = 3,
} nacre_class;

/// "default", "exact", "strict", "bounded"; "unknown" for a foreign number.
NACRE_API const char *nacre_class_name(nacre_class numeric_class);

/// What ran. The texts live as long as the library.
typedef struct nacre_kern_ran {
    const char *device; ///< "cpu"
    const char *unit; ///< "scalar", "vector", "matrix", or "library" where BLAS decides for itself
    const char *kernel; ///< "nacrek_gemm_f32__avx512"
    nacre_class numeric_class;
    uint32_t threads; ///< that could take part
} nacre_kern_ran;

/// C = alpha op(A) op(B) + beta C, row-major, op(X) = X' where transpose_x is set.
///
/// Strict: acc = 0; acc = fma(a, b, acc) for k ascending; C = beta == 0 ? alpha * acc
/// : fma(alpha, acc, beta * C). These steps hold for alpha = 0, too: NaN and infinity in A and B
/// always travel. beta == 0 does not read C.
/// @shape  op(A): m x k; op(B): k x n; C: m x n; leading dimensions in elements, at least a row as
///         stored. A matrix without elements may be NULL
/// @param[out] ran_or_NULL  filled on success
/// @error  NACRE_E_ARG a matrix is NULL, or C shares elements with A or B (with a leading dimension
///         other than C's: addresses); NACRE_E_SHAPE a leading dimension is too small;
///         NACRE_E_RANGE a matrix does not fit the address space, or a dimension of the bounded
///         class is above INT32_MAX; NACRE_E_UNSUPPORTED no such class; NACRE_E_NOMEM. C is
///         untouched then
/// @own    borrows all matrices for the call          @thread  safe
/// @accuracy |error| <= (k + 3) u (|alpha| |A||B| + |beta C|) per entry, u = 2^-24 or 2^-53; in the
///         bounded class (k + 8) u, and an infinity may come out as NaN; barring underflow
/// @source Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.5
NACRE_API NACRE_MUST_CHECK nacre_status nacre_gemm_f32(
    nacre_ctx *ctx, nacre_class numeric_class, bool transpose_a, bool transpose_b, size_t m,
    size_t n, size_t k, float alpha, const float *a, size_t lda, const float *b, size_t ldb,
    float beta, float *c, size_t ldc, nacre_kern_ran *ran_or_NULL, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_gemm_f64(
    nacre_ctx *ctx, nacre_class numeric_class, bool transpose_a, bool transpose_b, size_t m,
    size_t n, size_t k, double alpha, const double *a, size_t lda, const double *b, size_t ldb,
    double beta, double *c, size_t ldc, nacre_kern_ran *ran_or_NULL, nacre_error *err);

/// nacre_gemm_f32 by splitting every number into two bf16 terms and summing three of their four
/// products in f32: on a matrix unit that multiplies bf16 it is the fastest f32 product, at 16 to
/// 17 bits. The class is bounded; without such a unit a slow reference runs, and `ran` says so.
/// @error  as nacre_gemm_f32
/// @accuracy |error| <= (3 2^-16 + k 2^-24) |alpha| |A||B| per entry; normwise about 4e-6 on
/// uniform
///         numbers of either sign. Where A or B is not finite, C is not, and may be NaN where
///         infinity is due. Terms below 2^-126 count as 0
NACRE_API NACRE_MUST_CHECK nacre_status nacre_gemm_bf16x3_f32(
    nacre_ctx *ctx, nacre_class numeric_class, bool transpose_a, bool transpose_b, size_t m,
    size_t n, size_t k, float alpha, const float *a, size_t lda, const float *b, size_t ldb,
    float beta, float *c, size_t ldc, nacre_kern_ran *ran_or_NULL, nacre_error *err);

/// y[i] = f(x[i]) for n values, on the calling thread. Strict: the same bits on every machine.
///   exp, log, tanh   as in the C library
///   ndtr             standard normal distribution function Z
///   ndtri            its inverse; -inf at 0, inf at 1, NaN outside [0, 1]
///   sigmoid          1 / (1 + exp(-x))
/// NaN gives NaN. tanh(-x) = -tanh(x) to the bit, ndtri(1 - p) = -ndtri(p) where 1 - p is exact.
/// Subnormal numbers count like others. Every value is a result: no domain is an error.
/// @shape  x, y: n; they may be the same array, else must not overlap. May be NULL when n is 0
/// @error  NACRE_E_ARG an array is NULL or they overlap; NACRE_E_RANGE n values do not fit the
///         address space. y is untouched then
/// @own    borrows x and y for the call          @thread  safe
/// @accuracy in ulp, f32 (measured on all 2^32 arguments) and f64 (on random ones): exp 0.83 and 1;
///         log 0.52 and 0.75; ndtr 0.53 and 4 (2 for x >= -6); ndtri 0.55 and 4; tanh 0.52 and 1;
///         sigmoid 0.51 and 1
NACRE_API NACRE_MUST_CHECK nacre_status nacre_exp_f32(nacre_ctx *ctx, size_t n, const float *x,
                                                      float *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_exp_f64(nacre_ctx *ctx, size_t n, const double *x,
                                                      double *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_log_f32(nacre_ctx *ctx, size_t n, const float *x,
                                                      float *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_log_f64(nacre_ctx *ctx, size_t n, const double *x,
                                                      double *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_ndtr_f32(nacre_ctx *ctx, size_t n, const float *x,
                                                       float *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_ndtr_f64(nacre_ctx *ctx, size_t n, const double *x,
                                                       double *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_ndtri_f32(nacre_ctx *ctx, size_t n, const float *x,
                                                        float *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_ndtri_f64(nacre_ctx *ctx, size_t n, const double *x,
                                                        double *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tanh_f32(nacre_ctx *ctx, size_t n, const float *x,
                                                       float *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tanh_f64(nacre_ctx *ctx, size_t n, const double *x,
                                                       double *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sigmoid_f32(nacre_ctx *ctx, size_t n, const float *x,
                                                          float *y, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sigmoid_f64(nacre_ctx *ctx, size_t n, const double *x,
                                                          double *y, nacre_error *err);

/// What one operation did in one class. Rates that nothing has measured are NaN.
typedef struct nacre_kern_stats {
    const char *op;     ///< "gemm_f32"
    const char *kernel; ///< the variant of this class in use
    const char *unit;   ///< as in nacre_kern_ran
    nacre_class numeric_class;
    uint64_t calls;
    double seconds;               ///< on the clock, from entry to return, summed over the calls
    double flops, bytes;          ///< of the definition: fma counts 2; each matrix moves once
    double flops_per_s;           ///< flops / seconds
    double ceiling_flops_per_s;   ///< as given to nacre_kern_set_yardsticks
    double ceiling_fraction;      ///< flops_per_s / ceiling
    double reference_flops_per_s; ///< as given to nacre_kern_set_yardsticks
    double reference_factor;      ///< flops_per_s / reference
} nacre_kern_stats;

/// Starts or stops counting the calls of public operations, off at first. Starting again goes on
/// from the old counts. @thread safe
NACRE_API void nacre_kern_count(nacre_ctx *ctx, bool on);

/// One row per operation and class that was called while counting; each field is read atomically,
/// not the row as a whole.
/// @param[out] rows  may be NULL when capacity is 0
/// @return the number of rows there are; at most `capacity` are written          @thread safe
NACRE_API size_t nacre_kern_stats_read(const nacre_ctx *ctx, nacre_kern_stats *rows,
                                       size_t capacity);

/// Gives measured rates to compare with: the machine's ceiling, and the reference library on work
/// of the same kind. NaN = not measured.
/// @error  NACRE_E_NOTFOUND no operation `op` (names the near one); NACRE_E_UNSUPPORTED as for a
///         call; NACRE_E_ARG a rate is not positive
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_kern_set_yardsticks(nacre_ctx *ctx, const char *op,
                                                                  nacre_class numeric_class,
                                                                  double ceiling_flops_per_s,
                                                                  double reference_flops_per_s,
                                                                  nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
