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

// Reductions over vectors, and products of a matrix and a vector.
//
// Strict means the lane rule: a row is 64 elements of f32 or 32 of f64, element i belongs to lane
// i mod row, a block is 8,192 elements; every lane of a block takes its elements in ascending
// order; lanes, then blocks, are folded as a balanced tree by index. NaN and infinity travel. A
// vector without elements may be NULL. All: @own borrows its arrays for the call; @thread safe.

/// *sum = the sum of x; +0 for none.
/// @error  NACRE_E_ARG x or sum is NULL; NACRE_E_RANGE x does not fit the address space;
///         NACRE_E_UNSUPPORTED no such class. Outputs are untouched then
/// @accuracy |error| <= (8192 / row + 6 + log2(n / 8192)) u sum |x|, u = 2^-24 or 2^-53
/// @source Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 4.2
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sum_f32(nacre_ctx *ctx, nacre_class numeric_class,
                                                      size_t n, const float *x, float *sum,
                                                      nacre_kern_ran *ran_or_NULL,
                                                      nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sum_f64(nacre_ctx *ctx, nacre_class numeric_class,
                                                      size_t n, const double *x, double *sum,
                                                      nacre_kern_ran *ran_or_NULL,
                                                      nacre_error *err);

/// *dot = x'y with fma; +0 for none. x may be y. Bounded: a library, n <= INT32_MAX.
/// @error  as nacre_sum_f64, for x, y and dot
/// @accuracy strict: as nacre_sum_f64, of sum |x y|; bounded: n u sum |x y|; barring underflow
NACRE_API NACRE_MUST_CHECK nacre_status nacre_dot_f32(nacre_ctx *ctx, nacre_class numeric_class,
                                                      size_t n, const float *x, const float *y,
                                                      float *dot, nacre_kern_ran *ran_or_NULL,
                                                      nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_dot_f64(nacre_ctx *ctx, nacre_class numeric_class,
                                                      size_t n, const double *x, const double *y,
                                                      double *dot, nacre_kern_ran *ran_or_NULL,
                                                      nacre_error *err);

/// Mean and variance about a pilot: p = sum(x) / n; d = x - p; s = sum(d); q = sum(d d);
/// mean = p + s / n; variance = max(0, q - s s / n) / (n - ddof). ddof 1: the unbiased estimator.
/// @error  as nacre_sum_f64, for x, mean and variance; NACRE_E_ARG n <= ddof
/// @accuracy the error of the mean no longer depends on its size against the deviations, beyond
///         its own rounding; variance relative 2 (8192 / row + 8 + log2(n / 8192)) u, plus
///         n u^2 mean^2 / variance
/// @source Chan, Golub & LeVeque 1983, The American Statistician 37, 242-247
NACRE_API NACRE_MUST_CHECK nacre_status nacre_mean_variance_f32(
    nacre_ctx *ctx, nacre_class numeric_class, size_t n, size_t ddof, const float *x, float *mean,
    float *variance, nacre_kern_ran *ran_or_NULL, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_mean_variance_f64(
    nacre_ctx *ctx, nacre_class numeric_class, size_t n, size_t ddof, const double *x, double *mean,
    double *variance, nacre_kern_ran *ran_or_NULL, nacre_error *err);

/// y[i] = x[0] + ... + x[i]. Strict: groups of 64 bytes are scanned by the tree of doubling steps,
/// added to a carry within a block of 8,192 elements, and that to the sum of the blocks before
/// (kern/reduce/reduce.h has the steps). Runs on the calling thread. y may be x.
/// @error  as nacre_sum_f64, for x and y; NACRE_E_ARG y overlaps x without being x
/// @accuracy |error| <= (8192 / group + 6 + i / 8192) u sum |x|, group = 16 or 8
NACRE_API NACRE_MUST_CHECK nacre_status nacre_prefix_sum_f32(nacre_ctx *ctx,
                                                             nacre_class numeric_class, size_t n,
                                                             const float *x, float *y,
                                                             nacre_kern_ran *ran_or_NULL,
                                                             nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_prefix_sum_f64(nacre_ctx *ctx,
                                                             nacre_class numeric_class, size_t n,
                                                             const double *x, double *y,
                                                             nacre_kern_ran *ran_or_NULL,
                                                             nacre_error *err);

/// y = alpha op(A) x + beta y, row-major, op(A) = A' where transpose is set. Strict: acc = a row of
/// op(A) times x by the lane rule; y = beta == 0 ? alpha acc : fma(alpha, acc, beta y). beta == 0
/// does not read y; alpha = 0 skips nothing in the strict class.
/// @shape  A: m x n, lda >= n; x: n, y: m; with transpose x: m, y: n
/// @error  NACRE_E_ARG an argument is NULL, or y overlaps A or x; NACRE_E_SHAPE lda is too small;
///         NACRE_E_RANGE too large, as in nacre_gemm_f64; NACRE_E_UNSUPPORTED no such class
/// @accuracy as nacre_dot_f64 with 3 u (|alpha acc| + |beta y|) more
NACRE_API NACRE_MUST_CHECK nacre_status nacre_gemv_f32(nacre_ctx *ctx, nacre_class numeric_class,
                                                       bool transpose, size_t m, size_t n,
                                                       float alpha, const float *a, size_t lda,
                                                       const float *x, float beta, float *y,
                                                       nacre_kern_ran *ran_or_NULL,
                                                       nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_gemv_f64(nacre_ctx *ctx, nacre_class numeric_class,
                                                       bool transpose, size_t m, size_t n,
                                                       double alpha, const double *a, size_t lda,
                                                       const double *x, double beta, double *y,
                                                       nacre_kern_ran *ran_or_NULL,
                                                       nacre_error *err);

/// B = A', row-major. Class exact: bits are moved, not numbers.
/// @shape  A: m x n, lda >= n; B: n x m, ldb >= m. Without elements both may be NULL
/// @error  NACRE_E_ARG A or B is NULL, or B overlaps A; NACRE_E_SHAPE a leading dimension is too
///         small; NACRE_E_RANGE a matrix does not fit the address space; NACRE_E_UNSUPPORTED no
///         such class. B is untouched then
/// @own    borrows both for the call          @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_transpose_f32(
    nacre_ctx *ctx, nacre_class numeric_class, size_t m, size_t n, const float *a, size_t lda,
    float *b, size_t ldb, nacre_kern_ran *ran_or_NULL, nacre_error *err);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_transpose_f64(
    nacre_ctx *ctx, nacre_class numeric_class, size_t m, size_t n, const double *a, size_t lda,
    double *b, size_t ldb, nacre_kern_ran *ran_or_NULL, nacre_error *err);

/// Covariance of n variables (columns of x) over m observations. w = the weights, or ones; W = sum
/// w; pilot p = x'w / W; D = x - 1p'; s = D'w; E = D with row i times sqrt(w[i]); C = (E'E - s s' /
/// W) / (W - ddof); mean = p + s / W. Weights count observations, so ddof = 1 is the unbiased
/// estimator; for relative weights take ddof = 0.
///
/// Strict: p and s by the lane rule of nacre_gemv_f64, each entry of E'E one chain of fma over the
/// observations in order. Bounded: E'E by a library. Both triangles are equal to the bit.
/// @shape  x: m x n, ldx >= n; weights: m or NULL; mean: n or NULL; C: n x n, ldc >= n
/// @error  NACRE_E_ARG x or C is NULL, an output overlaps an input, a weight is negative or not
///         finite (named), W <= ddof; NACRE_E_SHAPE a leading dimension is too small; NACRE_E_RANGE
///         as in nacre_gemm_f64; NACRE_E_UNSUPPORTED no such class; NACRE_E_NOMEM: a centred copy
///         of x is made. After an error C and mean are untouched, but for NACRE_E_NOMEM in the
///         middle of the strict product, which may leave part of C written
/// @own    borrows all arrays for the call          @thread safe
/// @accuracy |error| <= (m + 8) u |E|'|E| / (W - ddof) per entry, u = 2^-53, plus what the rounding
///         of the pilot leaves, of order u^2 p p'
/// @source Chan, Golub & LeVeque 1983, The American Statistician 37, 242-247
NACRE_API NACRE_MUST_CHECK nacre_status nacre_covariance_f64(
    nacre_ctx *ctx, nacre_class numeric_class, size_t m, size_t n, size_t ddof, const double *x,
    size_t ldx, const double *weights_or_NULL, double *mean_or_NULL, double *c, size_t ldc,
    nacre_kern_ran *ran_or_NULL, nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
