// SPDX-License-Identifier: Apache-2.0
// The one place that includes the headers of OpenBLAS and LAPACKE, and sets OpenBLAS to one thread
// before its first use: the project has its own pool, and sums stay in one order.
#ifndef NACREI_KERN_BLAS_SETUP_H
#define NACREI_KERN_BLAS_SETUP_H

#include <cblas.h>
#include <lapacke.h>

#include <stddef.h>

/// Call before anything of OpenBLAS; costs one load after the first time.
void nacrei_blas_setup(void);

/// A count as BLAS takes it; the contract of linalg.h bounds it.
static inline blasint nacrei_blas_int(size_t count)
{
    return (blasint)count;
}

/// A leading dimension as BLAS takes it: never 0, even for empty matrices.
static inline blasint nacrei_blas_ld(size_t ld)
{
    return ld ? (blasint)ld : 1;
}

#endif
