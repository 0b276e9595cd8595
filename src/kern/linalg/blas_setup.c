// SPDX-License-Identifier: Apache-2.0
// OpenBLAS keeps its number of threads per process, so this is a process-wide effect; it stands in
// docs/design.md. It is set on first use and not when the library is loaded: a program that never
// comes here keeps its own setting.
#include "kern/linalg/blas_setup.h"

#include "kern/linalg/linalg.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void one_thread(void)
{
    openblas_set_num_threads(1);
}

void nacrei_blas_setup(void)
{
    (void)pthread_once(&once, one_thread);
}

void nacrei_blas_describe(char *text, size_t bytes)
{
    static const char name[] = "OpenBLAS ";
    const char *config = openblas_get_config(); // "OpenBLAS 0.3.21 NO_LAPACKE ..."
    if (strncmp(config, name, sizeof name - 1) == 0)
        config += sizeof name - 1;
    (void)snprintf(text, bytes, "%.*s, %s kernels", (int)strcspn(config, " "), config,
                   openblas_get_corename());
}
