// SPDX-License-Identifier: Apache-2.0
// The loops in plain C, for machines without a variant of their own. Without a fused instruction
// in the baseline a multiply-add is a product and a sum here; both count.
#include "hw/ceiling_kernels.h"

#include <string.h>

uint64_t nacrek_read_u64__ref(size_t n, const uint64_t *x)
{
    uint64_t sum[8] = {0};
    for (size_t i = 0; i < n; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            sum[lane] += x[i + lane];
    return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

void nacrek_copy_u64__ref(size_t n, const uint64_t *restrict x, uint64_t *restrict y)
{
    memcpy(y, x, n * sizeof *x);
}

void nacrek_triad_f64__ref(size_t n, const double *restrict a, const double *restrict b,
                           double *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + 3.0 * b[i];
}

double nacrek_fmarate_f32__ref(uint64_t rounds)
{
    volatile float half = 0.5f;
    float lane[32] = {0}, factor = half;
    for (uint64_t r = 0; r < rounds; r++)
        for (int i = 0; i < 32; i++)
            lane[i] = lane[i] * factor + 1.0f;
    double sum = 0.0;
    for (int i = 0; i < 32; i++)
        sum += (double)lane[i];
    return sum;
}

double nacrek_fmarate_f64__ref(uint64_t rounds)
{
    volatile double half = 0.5;
    double lane[16] = {0}, factor = half;
    for (uint64_t r = 0; r < rounds; r++)
        for (int i = 0; i < 16; i++)
            lane[i] = lane[i] * factor + 1.0;
    double sum = 0.0;
    for (int i = 0; i < 16; i++)
        sum += lane[i];
    return sum;
}
