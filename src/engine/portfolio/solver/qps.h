// SPDX-License-Identifier: Apache-2.0
// What the two halves of the QPS reader share: the sections as they were read (qps_read.c), from
// which the problem is built (qps_build.c).
#ifndef NACREI_PORTFOLIO_QPS_H
#define NACREI_PORTFOLIO_QPS_H

#include "engine/portfolio/solver/qps_names.h"
#include "nacre/portfolio.h"

/// One entry of A (row, column) or of P (both columns).
typedef struct nacrei_qps_entry {
    uint32_t row, column;
    double value;
} nacrei_qps_entry;

typedef struct nacrei_qps_list {
    nacrei_qps_entry *entry;
    size_t count, capacity;
} nacrei_qps_list;

#define NACREI_QPS_IGNORED UINT32_MAX ///< a further N row
#define NACREI_QPS_OBJECTIVE (UINT32_MAX - 1)

struct nacre_qps {
    nacre_ctx *ctx;
    char *name;
    size_t name_bytes;
    nacrei_qps_names all_rows; ///< with the N rows
    nacrei_qps_names columns;
    uint32_t *row_of; ///< row of the problem, or one of the two marks
    size_t row_of_capacity;
    size_t *name_of;     ///< row of the problem -> row name
    char *type;          ///< E, L, G of a row of the problem
    double *rhs, *range; ///< NaN = not given
    size_t name_of_capacity, type_capacity, rhs_capacity, range_capacity;
    double *linear, *lower, *upper;
    size_t linear_capacity, lower_capacity, upper_capacity;
    nacrei_qps_list a, p;
    bool full_p; ///< QMATRIX: both triangles
    bool has_objective;
    size_t rows;
    double constant; ///< NaN = not given
    nacre_qp problem;
    size_t *a_start, *a_index, *p_start, *p_index;
    double *a_value, *p_value, *row_lower, *row_upper;
};

/// Makes the arrays of `problem` from the sections.
/// @error  NACRE_E_NOMEM; NACRE_E_PARSE an entry is there twice or P is not symmetric: names both
NACRE_MUST_CHECK nacre_status nacrei_qps_build(nacre_qps *qps, const char *file, nacre_error *err);

#endif
