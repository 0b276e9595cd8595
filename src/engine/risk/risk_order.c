// SPDX-License-Identifier: Apache-2.0
// VaR and ES from a sample. One selection puts the lowest order statistic that is needed at its
// place, and only what lies above it is sorted: for a million losses that is the last few percent.
#include "engine/risk/risk_order.h"

#include "core/alloc.h"
#include "engine/risk/risk_distribution.h"

#include <math.h>
#include <string.h>

#define SNAP 1e-9
#define SMALL 24u
#define BAND_SHARE 0.025

nacre_status nacrei_count_tail(size_t n, double level, nacrei_tail_count *tail, nacre_error *err)
{
    if (!(level > 0 && level < 1))
        return nacrei_fail(err, NACRE_E_ARG, "level %g is not between 0 and 1", level);
    double mass = (double)n * (1 - level);
    double whole = round(mass);
    if (fabs(mass - whole) <= SNAP * (whole > 1 ? whole : 1))
        mass = whole;
    if (mass < 1)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "%zu observations: level %g needs at least %.0f: give more or lower it",
                           n, level, ceil(1 / (1 - level) * (1 - SNAP)));
    tail->mass = mass;
    tail->beyond = (size_t)mass;
    if (tail->beyond >= n) // a level so small that VaR is the smallest loss
        tail->beyond = n - 1;
    tail->index = n - 1 - tail->beyond;
    return NACRE_OK;
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void insertion_sort(double *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        size_t at = i;
        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

static void sift_down(double *values, size_t root, size_t n)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= n)
            return;
        if (child + 1 < n && values[child + 1] > values[child])
            child++;
        if (values[root] >= values[child])
            return;
        swap(&values[root], &values[child]);
        root = child;
    }
}

static void heap_sort(double *values, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(values, i, n);
    for (size_t end = n; end-- > 1;) {
        swap(&values[0], &values[end]);
        sift_down(values, 0, end);
    }
}

/// Hoare's partition about the median of three; both parts are shorter than n (n > SMALL).
static size_t partition(double *values, size_t n)
{
    double *a = &values[0], *b = &values[n / 2], *c = &values[n - 1];
    if (*a > *b)
        swap(a, b);
    if (*b > *c)
        swap(b, c);
    if (*a > *b)
        swap(a, b);
    double pivot = *b;
    size_t i = 0, j = n - 1;
    for (;;) {
        while (values[i] < pivot)
            i++;
        while (values[j] > pivot)
            j--;
        if (i >= j)
            return j + 1;
        swap(&values[i++], &values[j--]);
    }
}

static unsigned depth_limit(size_t n)
{
    unsigned depth = 8;
    for (; n; n >>= 1)
        depth += 2;
    return depth;
}

void nacrei_sort(double *values, size_t n)
{
    // The larger part waits on the stack, so 64 entries hold any n.
    struct {
        double *values;
        size_t n;
        unsigned depth;
    } stack[64];
    size_t top = 0;
    unsigned depth = depth_limit(n);
    for (;;) {
        while (n > SMALL && depth > 0) {
            size_t cut = partition(values, n);
            depth--;
            bool left_larger = cut > n - cut;
            stack[top].values = left_larger ? values : values + cut;
            stack[top].n = left_larger ? cut : n - cut;
            stack[top++].depth = depth;
            values = left_larger ? values + cut : values;
            n = left_larger ? n - cut : cut;
        }
        if (n > SMALL)
            heap_sort(values, n);
        else
            insertion_sort(values, n);
        if (top == 0)
            return;
        top--;
        values = stack[top].values;
        n = stack[top].n;
        depth = stack[top].depth;
    }
}

void nacrei_select(double *values, size_t n, size_t index)
{
    unsigned depth = depth_limit(n);
    while (n > SMALL && depth-- > 0) {
        size_t cut = partition(values, n);
        if (index < cut) {
            n = cut;
        } else {
            values += cut;
            n -= cut;
            index -= cut;
        }
    }
    if (n > SMALL)
        heap_sort(values, n);
    else
        insertion_sort(values, n);
}

/// Ranks (from 1) of the order statistics that hold the level's quantile with 95 %; high may be n
/// + 1.
static void interval_ranks(size_t n, double level, size_t *low, size_t *high)
{
    // low: the largest with P(B <= low - 1) <= 2.5 %, but at least 1.
    size_t a = 0, b = n;
    while (a + 1 < b) {
        size_t middle = a + (b - a) / 2;
        if (nacrei_binomial_cdf(middle - 1, n, level) <= 0.025)
            a = middle;
        else
            b = middle;
    }
    *low = a ? a : 1;
    // high: the smallest with P(B >= high) <= 2.5 %.
    a = 0, b = n + 1;
    while (a + 1 < b) {
        size_t middle = a + (b - a) / 2;
        if (1 - nacrei_binomial_cdf(middle - 1, n, level) <= 0.025)
            b = middle;
        else
            a = middle;
    }
    *high = b;
}

nacre_status nacrei_tail_ranks_of(size_t n, double level, nacrei_tail_ranks *ranks,
                                  nacre_error *err)
{
    nacre_status status = nacrei_count_tail(n, level, &ranks->count, err);
    if (!status)
        interval_ranks(n, level, &ranks->low, &ranks->high);
    return status;
}

void nacrei_tail_measure(const double *sorted, size_t n, double level,
                         const nacrei_tail_ranks *ranks, nacre_risk_figure *var_figure,
                         nacre_risk_figure *es_figure)
{
    const nacrei_tail_count *count = &ranks->count;
    double var = sorted[count->index];
    double low = sorted[ranks->low - 1];
    double high = ranks->high <= n ? sorted[ranks->high - 1] : (double)INFINITY;
    *var_figure = (nacre_risk_figure){
        .value = var,
        .standard_error = ranks->high <= n ? (high - low) / (2 * NACREI_NORMAL_975) : (double)NAN,
        .low = low,
        .high = high,
    };
    double sum = 0;
    for (size_t i = n; i-- > count->index + 1;)
        sum += sorted[i];
    double rest = count->mass - (double)count->beyond;
    double es = (sum + rest * var) / count->mass;
    double squares = rest * (var - es) * (var - es);
    for (size_t i = n; i-- > count->index + 1;)
        squares += (sorted[i] - es) * (sorted[i] - es);
    double error = sqrt((squares / count->mass + level * (es - var) * (es - var)) / count->mass);
    *es_figure = (nacre_risk_figure){
        .value = es,
        .standard_error = error,
        .low = es - NACREI_NORMAL_975 * error,
        .high = es + NACREI_NORMAL_975 * error,
    };
}

static void weigh(const double *sorted, size_t n, const nacrei_tail_count *count, size_t band,
                  nacrei_tail *tail)
{
    size_t above = 0, equal = 0;
    for (size_t i = n; i-- > 0 && sorted[i] >= tail->var.value;)
        if (sorted[i] > tail->var.value)
            above++;
        else
            equal++;
    tail->beyond_weight = 1 / count->mass;
    tail->equal_weight = (count->mass - (double)above) / count->mass / (double)equal;
    size_t first = count->index - band, last = count->index + band;
    tail->band = band;
    tail->band_low = sorted[first];
    tail->band_high = sorted[last];
    tail->band_count = 0;
    double sum = 0;
    for (size_t i = n; i-- > 0 && sorted[i] >= tail->band_low;)
        if (sorted[i] <= tail->band_high) {
            sum += sorted[i];
            tail->band_count++;
        }
    tail->band_mean = sum / (double)tail->band_count;
}

nacre_status nacrei_tail_of(nacre_ctx *ctx, size_t n, const double *losses, double level,
                            size_t band, nacrei_tail *tail, nacre_error *err)
{
    nacrei_tail_ranks ranks;
    nacre_status status = nacrei_tail_ranks_of(n, level, &ranks, err);
    if (status)
        return status;
    const nacrei_tail_count count = ranks.count;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(losses[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "loss %zu is %g", i, losses[i]);
    if (band == 0)
        band = (size_t)(BAND_SHARE * (double)n);
    // The band stays symmetric, and inside the tail's side, however many ranks were asked for.
    size_t room = count.beyond < count.index ? count.beyond : count.index;
    size_t most = room / 2 > 1 ? room / 2 : room;
    band = band > most ? most : band;
    double *sorted;
    status = nacrei_alloc(ctx, n, sizeof *sorted, "sorted losses", &sorted, err);
    if (status)
        return status;
    memcpy(sorted, losses, n * sizeof *sorted);
    size_t from = ranks.low - 1 < count.index - band ? ranks.low - 1 : count.index - band;
    nacrei_select(sorted, n, from);
    // Equal values below `from` belong to the band or to VaR's ties; they are put beside it.
    for (size_t i = 0, at = from; i < at;)
        if (sorted[i] == sorted[from])
            swap(&sorted[i], &sorted[--at]);
        else
            i++;
    nacrei_sort(sorted + from, n - from);
    nacrei_tail_measure(sorted, n, level, &ranks, &tail->var, &tail->es);
    weigh(sorted, n, &count, band, tail);
    nacrei_free(ctx, sorted, n, sizeof *sorted);
    return NACRE_OK;
}

nacre_status nacrei_tail_check(const nacrei_tail *from, const nacre_risk_tail *tail,
                               nacre_error *err)
{
    if (tail->component_var && from->band_mean == 0 && from->var.value != 0)
        return nacrei_fail(err, NACRE_E_ARG,
                           "the mean loss of the band of %zu ranks about VaR is 0: choose another "
                           "band",
                           from->band);
    return NACRE_OK;
}

void nacrei_tail_finish(const nacrei_tail *from, size_t assets, nacre_risk_tail *tail)
{
    double scale = from->band_mean == 0 ? 1 : from->var.value / from->band_mean;
    if (tail->component_var)
        for (size_t i = 0; i < assets; i++)
            tail->component_var[i] *= scale;
    tail->var = from->var;
    tail->es = from->es;
    tail->band = from->band;
    tail->band_mean = from->band_mean;
}

nacre_status nacre_risk_historical(nacre_ctx *ctx, size_t n, const double *losses, double level,
                                   nacre_risk_figure *var, nacre_risk_figure *es, nacre_error *err)
{
    nacrei_tail tail;
    nacre_status status = nacrei_tail_of(ctx, n, losses, level, 1, &tail, err);
    if (status)
        return status;
    *var = tail.var;
    *es = tail.es;
    return NACRE_OK;
}
