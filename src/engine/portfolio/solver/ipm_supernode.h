// SPDX-License-Identifier: Apache-2.0
// The numeric part of the sparse L D L' by dense blocks, for factors with much arithmetic per
// entry. A supernode is a run of columns of L whose patterns are nested; its rows form one dense
// panel, and what it takes from an earlier supernode is one matrix product.
#ifndef NACREI_PORTFOLIO_IPM_SUPERNODE_H
#define NACREI_PORTFOLIO_IPM_SUPERNODE_H

#include "engine/portfolio/solver/qp_blocks.h"

struct nacrei_ldl;

typedef struct nacrei_supernodes {
    size_t count;        ///< 0: the factor is too sparse to gain by this
    uint32_t *first;     ///< first column of each, and the number of columns at the end
    uint32_t *of;        ///< supernode of a column
    size_t *panel_start; ///< panels are row-major, one row per row of L
    double *panel;
    size_t *target;         ///< place in `panel` of each entry of the permuted matrix
    uint32_t *head, *next;  ///< supernodes whose next row lies in a supernode
    uint32_t *reached;      ///< rows of a supernode that updates have used up
    uint32_t *place;        ///< row of the current panel that a row of L has
    double *update, *small; ///< an update; a block of rows times D
} nacrei_supernodes;

/// Finds the supernodes of an analysed factor whose pattern is filled in. Does nothing when the
/// arithmetic per entry is below that at which blocks pay.
/// @error NACRE_E_NOMEM       @own  the memory belongs to ldl->blocks
NACRE_MUST_CHECK nacre_status nacrei_supernodes_init(struct nacrei_ldl *ldl, nacre_error *err);

/// Fills l_value and d from ldl->value.
/// @return the step whose pivot has the wrong sign, or ldl->n
/// @source Ng & Peyton 1993 (left-looking, supernodal)
size_t nacrei_supernodes_factor(struct nacrei_ldl *ldl);

#endif
