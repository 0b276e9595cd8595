// SPDX-License-Identifier: Apache-2.0
// Matrix products: C = alpha op(A) op(B) + beta C, row-major; shapes and steps as in nacre/kern.h.
//
// The contract of a kernel (nacrei_gemm_f32_fn, nacrei_gemm_f64_fn), on one thread:
//   - m, n, k >= 0; the caller has checked shapes, overlap and address space;
//   - nothing outside the matrices is read or written, padding between rows included;
//   - scratch NULL: does nothing and returns the bytes of scratch that this call needs, perhaps 0;
//   - else: with fewer bytes than it needs, does nothing and returns the need; with enough, does
//   the
//     product and returns 0. Any alignment will do.
// Every entry of C is one chain of fma over k, so a product may be cut into rectangles of C, but
// never along k, without a change of bits.
#ifndef NACREI_KERN_GEMM_H
#define NACREI_KERN_GEMM_H

#include "core/status.h"
#include "kern/variants.h"

typedef struct nacrei_gemm_shape {
    bool ta, tb;
    size_t m, n, k;
    const void *a;
    size_t lda;
    const void *b;
    size_t ldb;
    const void *c;
    size_t ldc;
    size_t size;  ///< of an element in bytes
    size_t limit; ///< of every dimension and leading dimension
} nacrei_gemm_shape;

/// The errors of nacre_gemm_f32 that concern the arguments.
NACRE_MUST_CHECK nacre_status nacrei_gemm_check(const nacrei_gemm_shape *shape, nacre_error *err);

/// C in rows x columns nearly equal rectangles.
typedef struct nacrei_gemm_grid {
    size_t rows, columns;
} nacrei_gemm_grid;

/// No grid has more rectangles.
#define NACREI_GEMM_RECTANGLES 64u

/// One rectangle for one thread or little work, else about two per thread, so that a thread that is
/// held up delays the end by half its share.
nacrei_gemm_grid nacrei_gemm_plan(size_t m, size_t n, size_t k, uint32_t threads);

/// Start of part `index` of `parts` nearly equal ones.
static inline size_t nacrei_gemm_part(size_t count, size_t parts, size_t index)
{
    size_t rest = count % parts;
    return count / parts * index + (index < rest ? index : rest);
}

#endif
