// SPDX-License-Identifier: Apache-2.0
// Approximate minimum degree on a quotient graph. Eliminated columns become elements, each with the
// list of variables that its elimination joined; a variable keeps the elements and the variables
// that it still touches. An upper bound of the degree is enough for a good order and needs no union
// of lists. Variables with the same neighbours are merged and eliminated together. Element lists go
// to the end of one growing store: their sum is bounded by the fill itself. Rows with very many
// entries are left for last, because every elimination would have to walk them.
#include "engine/portfolio/solver/ipm_order.h"

#include "core/alloc.h"
#include "engine/portfolio/solver/qp_blocks.h"

#include <math.h>
#include <string.h>

#define NONE UINT32_MAX

typedef struct order_graph {
    size_t n;
    nacrei_qp_blocks blocks;
    size_t *head;        ///< start of a variable's list in `near`
    uint32_t *near;      ///< elements first, then variables
    uint32_t *elements;  ///< number of elements in the list
    uint32_t *variables; ///< number of variables in the list
    uint32_t *weight;    ///< columns that a variable stands for; 0 = merged or eliminated
    uint32_t *degree;
    uint32_t *next, *previous, *bucket; ///< lists of variables by degree
    size_t *element_head;               ///< of an element's list in `store`
    uint32_t *element_size;
    uint32_t *element_weight; ///< columns in the list; 0 = absorbed or none
    uint32_t *store;
    size_t store_used, store_capacity;
    uint32_t *merged_into; ///< for columns that follow another one
    uint32_t *mark;        ///< of variables: in the current element
    uint32_t *outside;     ///< of elements: weight outside the current one
    uint32_t *outside_stamp;
    uint32_t *hash_bucket, *hash_next;
    uint32_t stamp;
    uint32_t *follow_head, *follow_next; ///< columns merged into a variable
} order_graph;

static nacre_status graph_alloc(order_graph *g, size_t n, size_t edges, nacre_error *err)
{
    struct {
        void *out;
        size_t count, size;
    } wanted[] = {
        {&g->head, n + 1, sizeof *g->head},
        {&g->near, 2 * edges, sizeof *g->near},
        {&g->elements, n, sizeof *g->elements},
        {&g->variables, n, sizeof *g->variables},
        {&g->weight, n, sizeof *g->weight},
        {&g->degree, n, sizeof *g->degree},
        {&g->next, n, sizeof *g->next},
        {&g->previous, n, sizeof *g->previous},
        {&g->bucket, n + 1, sizeof *g->bucket},
        {&g->element_head, n, sizeof *g->element_head},
        {&g->element_size, n, sizeof *g->element_size},
        {&g->element_weight, n, sizeof *g->element_weight},
        {&g->mark, n, sizeof *g->mark},
        {&g->outside, n, sizeof *g->outside},
        {&g->outside_stamp, n, sizeof *g->outside_stamp},
        {&g->hash_bucket, n, sizeof *g->hash_bucket},
        {&g->hash_next, n, sizeof *g->hash_next},
        {&g->follow_head, n, sizeof *g->follow_head},
        {&g->follow_next, n, sizeof *g->follow_next},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        nacre_status status = nacrei_qp_blocks_take(&g->blocks, wanted[i].count, wanted[i].size,
                                                    "elimination order", wanted[i].out, err);
        if (status)
            return status;
    }
    return nacrei_grow(g->blocks.ctx, &g->store, &g->store_capacity, edges + n, sizeof *g->store,
                       "elimination order", err);
}

static void graph_fill(order_graph *g, const size_t *start, const uint32_t *index)
{
    size_t n = g->n;
    for (size_t j = 0; j < n; j++)
        for (size_t k = start[j]; k < start[j + 1]; k++)
            if (index[k] != j) {
                g->variables[j]++;
                g->variables[index[k]]++;
            }
    for (size_t j = 0; j < n; j++)
        g->head[j + 1] = g->head[j] + g->variables[j];
    memset(g->variables, 0, n * sizeof *g->variables);
    for (size_t j = 0; j < n; j++)
        for (size_t k = start[j]; k < start[j + 1]; k++)
            if (index[k] != j) {
                uint32_t i = index[k];
                g->near[g->head[j] + g->variables[j]++] = i;
                g->near[g->head[i] + g->variables[i]++] = (uint32_t)j;
            }
}

static void bucket_add(order_graph *g, uint32_t i)
{
    uint32_t d = g->degree[i];
    g->previous[i] = NONE;
    g->next[i] = g->bucket[d];
    if (g->next[i] != NONE)
        g->previous[g->next[i]] = i;
    g->bucket[d] = i;
}

static void bucket_remove(order_graph *g, uint32_t i)
{
    if (g->previous[i] != NONE)
        g->next[g->previous[i]] = g->next[i];
    else
        g->bucket[g->degree[i]] = g->next[i];
    if (g->next[i] != NONE)
        g->previous[g->next[i]] = g->previous[i];
}

/// Appends what pivot p touches to the store and absorbs its elements; the list is element p.
static nacre_status make_element(order_graph *g, uint32_t p, nacre_error *err)
{
    size_t most = g->variables[p];
    const uint32_t *list = g->near + g->head[p];
    for (uint32_t k = 0; k < g->elements[p]; k++)
        most += g->element_size[list[k]];
    nacre_status status =
        nacrei_grow(g->blocks.ctx, &g->store, &g->store_capacity, g->store_used + most,
                    sizeof *g->store, "elimination order", err);
    if (status)
        return status;
    size_t begin = g->store_used, size = 0;
    uint32_t weight = 0;
    g->stamp++;
    g->mark[p] = g->stamp;
    for (uint32_t k = 0; k <= g->elements[p]; k++) {
        bool own = k == g->elements[p];
        const uint32_t *from = own ? list + k : g->store + g->element_head[list[k]];
        uint32_t count = own ? g->variables[p] : g->element_size[list[k]];
        for (uint32_t t = 0; t < count; t++) {
            uint32_t i = from[t];
            if (g->weight[i] == 0 || g->mark[i] == g->stamp)
                continue;
            g->mark[i] = g->stamp;
            g->store[begin + size++] = i;
            weight += g->weight[i];
        }
        if (!own)
            g->element_weight[list[k]] = 0;
    }
    g->element_head[p] = begin;
    g->element_size[p] = (uint32_t)size;
    g->element_weight[p] = weight;
    g->store_used = begin + size;
    return NACRE_OK;
}

/// For every element that meets element p: how much of it lies outside p.
static void measure_outside(order_graph *g, uint32_t p)
{
    const uint32_t *members = g->store + g->element_head[p];
    for (uint32_t t = 0; t < g->element_size[p]; t++) {
        uint32_t i = members[t];
        const uint32_t *list = g->near + g->head[i];
        for (uint32_t k = 0; k < g->elements[i]; k++) {
            uint32_t e = list[k];
            if (g->element_weight[e] == 0)
                continue;
            if (g->outside_stamp[e] != g->stamp) {
                g->outside_stamp[e] = g->stamp;
                g->outside[e] = g->element_weight[e];
            }
            g->outside[e] -= g->weight[i];
        }
    }
}

/// Drops from the list of i what element p covers, adds p, and returns a hash of the new list.
static uint32_t update_member(order_graph *g, uint32_t i, uint32_t p, size_t left)
{
    uint32_t *list = g->near + g->head[i];
    uint32_t kept = 0, hash = p;
    size_t degree = g->element_weight[p] - g->weight[i];
    uint32_t old_elements = g->elements[i], old_variables = g->variables[i];
    for (uint32_t k = 0; k < old_elements; k++) {
        uint32_t e = list[k];
        if (g->element_weight[e] == 0 || g->outside[e] == 0)
            continue;
        degree += g->outside[e];
        hash += e;
        list[kept++] = e;
    }
    uint32_t elements = kept++;
    uint32_t hole = elements; // for p: i was reached through an entry that is gone now
    uint32_t write = kept, held = NONE;
    for (uint32_t k = old_elements; k < old_elements + old_variables; k++) {
        uint32_t j = list[k];
        if (g->weight[j] == 0 || g->mark[j] == g->stamp)
            continue;
        degree += g->weight[j];
        hash += j;
        if (write > k) // no entry has been dropped so far: keep it until there is room
            held = j;
        else
            list[write++] = j;
    }
    if (held != NONE)
        list[write++] = held;
    list[hole] = p;
    g->elements[i] = elements + 1;
    g->variables[i] = write - elements - 1;
    size_t grown = (size_t)g->degree[i] + g->element_weight[p] - g->weight[i];
    degree = degree < grown ? degree : grown;
    degree = degree < left - g->weight[i] ? degree : left - g->weight[i];
    g->degree[i] = (uint32_t)degree;
    return hash % (uint32_t)g->n;
}

static bool same_lists(const order_graph *g, uint32_t a, uint32_t b)
{
    if (g->elements[a] != g->elements[b] || g->variables[a] != g->variables[b])
        return false;
    // The lists hold no entry twice, so a one-to-one search is a comparison of sets; equal sets
    // mostly stand in the same order.
    const uint32_t *x = g->near + g->head[a], *y = g->near + g->head[b];
    uint32_t count = g->elements[a] + g->variables[a];
    for (uint32_t k = 0; k < count; k++) {
        if (x[k] == y[k])
            continue;
        uint32_t t = 0;
        while (t < count && y[t] != x[k])
            t++;
        if (t == count)
            return false;
    }
    return true;
}

static void merge(order_graph *g, uint32_t into, uint32_t from)
{
    g->weight[into] += g->weight[from];
    g->degree[into] -= g->weight[from];
    g->weight[from] = 0;
    g->follow_next[from] = g->follow_head[into];
    g->follow_head[into] = from;
    // The columns that followed `from` follow it still: splice them after it.
    if (g->follow_head[from] != NONE) {
        uint32_t tail = g->follow_head[from];
        while (g->follow_next[tail] != NONE)
            tail = g->follow_next[tail];
        g->follow_next[tail] = g->follow_next[from];
        g->follow_next[from] = g->follow_head[from];
        g->follow_head[from] = NONE;
    }
}

static void merge_twins(order_graph *g, uint32_t p, const uint32_t *hash)
{
    const uint32_t *members = g->store + g->element_head[p];
    for (uint32_t t = 0; t < g->element_size[p]; t++) {
        uint32_t i = members[t];
        uint32_t *slot = &g->hash_bucket[hash[i]];
        uint32_t other = *slot;
        while (other != NONE && !same_lists(g, other, i))
            other = g->hash_next[other];
        if (other != NONE) {
            merge(g, other, i);
        } else {
            g->hash_next[i] = *slot;
            *slot = i;
        }
    }
    for (uint32_t t = 0; t < g->element_size[p]; t++)
        g->hash_bucket[hash[members[t]]] = NONE;
}

/// Members that were merged leave the list; the others go back among the candidates.
static void close_element(order_graph *g, uint32_t p)
{
    uint32_t *members = g->store + g->element_head[p];
    uint32_t kept = 0;
    for (uint32_t t = 0; t < g->element_size[p]; t++)
        if (g->weight[members[t]] > 0)
            members[kept++] = members[t];
    g->element_size[p] = kept;
    g->store_used = g->element_head[p] + kept;
    for (uint32_t t = 0; t < kept; t++)
        bucket_add(g, members[t]);
}

static size_t emit(order_graph *g, uint32_t p, uint32_t *order, size_t at)
{
    order[at++] = p;
    for (uint32_t j = g->follow_head[p]; j != NONE; j = g->follow_next[j])
        order[at++] = j;
    return at;
}

static nacre_status eliminate(order_graph *g, uint32_t *order, uint32_t *hash, nacre_error *err)
{
    size_t n = g->n, done = 0, lowest = 0;
    size_t dense = 10 * (size_t)sqrt((double)n) + 16, postponed = 0;
    for (uint32_t i = 0; i < n; i++) {
        g->weight[i] = 1;
        g->degree[i] = g->variables[i];
        g->bucket[i] = g->hash_bucket[i] = NONE;
        g->follow_head[i] = g->follow_next[i] = NONE;
    }
    g->bucket[n] = NONE;
    for (uint32_t i = 0; i < n; i++) {
        if (g->variables[i] > dense) {
            g->weight[i] = 0;
            order[n - ++postponed] = i;
        } else {
            bucket_add(g, i);
        }
    }
    while (done + postponed < n) {
        while (g->bucket[lowest] == NONE)
            lowest++;
        uint32_t p = g->bucket[lowest];
        bucket_remove(g, p);
        nacre_status status = make_element(g, p, err);
        if (status)
            return status;
        done = emit(g, p, order, done);
        g->weight[p] = 0;
        const uint32_t *members = g->store + g->element_head[p];
        for (uint32_t t = 0; t < g->element_size[p]; t++)
            bucket_remove(g, members[t]);
        measure_outside(g, p);
        for (uint32_t t = 0; t < g->element_size[p]; t++)
            hash[members[t]] = update_member(g, members[t], p, n - postponed - done);
        merge_twins(g, p, hash);
        close_element(g, p);
        for (uint32_t t = 0; t < g->element_size[p]; t++)
            if (g->degree[members[t]] < lowest)
                lowest = g->degree[members[t]];
    }
    return NACRE_OK;
}

nacre_status nacrei_ipm_order(nacre_ctx *ctx, size_t n, const size_t *start, const uint32_t *index,
                              uint32_t *order, nacre_error *err)
{
    order_graph g = {.n = n, .blocks = {.ctx = ctx}};
    uint32_t *hash;
    nacre_status status =
        nacrei_qp_blocks_take(&g.blocks, n, sizeof *hash, "elimination order", &hash, err);
    if (!status)
        status = graph_alloc(&g, n, start[n], err);
    if (!status) {
        graph_fill(&g, start, index);
        status = eliminate(&g, order, hash, err);
    }
    nacrei_free(ctx, g.store, g.store_capacity, sizeof *g.store);
    nacrei_qp_blocks_release(&g.blocks);
    return status;
}
