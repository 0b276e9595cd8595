// SPDX-License-Identifier: Apache-2.0
// The cache of the measured ceilings from any bytes: either every figure is measured or absent with
// a reason, or nothing changed and the error is one line.
#include "hw/ceilings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void *take(void *user, size_t bytes, size_t alignment)
{
    (void)user;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void give(void *user, void *memory, size_t bytes)
{
    (void)user;
    (void)bytes;
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nacre_ctx ctx = {.allocator = {take, give, NULL}, .threads = 1};
    nacre_hw_figure figures[NACREI_CEILINGS];
    nacre_hw_ceilings out = {.measured_ns = -1};
    nacre_error err = {0};
    nacrei_figures_init(figures);
    if (nacrei_ceilings_parse(&ctx, (const char *)data, size, "fuzz", figures, &out, &err)) {
        require(out.measured_ns == -1 && err.message[0] && !strchr(err.message, '\n'));
        for (size_t i = 0; i < NACREI_CEILINGS; i++)
            require(strcmp(figures[i].reason, "not measured") == 0);
        return 0;
    }
    require(out.measured_ns >= 0);
    for (size_t i = 0; i < NACREI_CEILINGS; i++) {
        const nacre_hw_figure *f = &figures[i];
        require(memchr(f->kernel, 0, sizeof f->kernel) && memchr(f->reason, 0, sizeof f->reason));
        if (f->samples)
            require(f->q1 >= 0.0 && f->q1 <= f->median && f->median <= f->q3 && isfinite(f->q3));
        else
            require(isnan(f->median) && f->reason[0]);
    }
    return 0;
}
