// SPDX-License-Identifier: Apache-2.0
// State of the interior point iteration. Every bound of a variable or row (one list, variables
// first) has a slack t > 0 and a multiplier z > 0 of its own, so that a start need not be feasible:
//     g - tl = lower,  g + tu = upper,  g = (x, Ax),     P x + q = A'v_rows + v_variables,
//     v = zl - zu at inequalities, free at equalities.
#ifndef NACREI_PORTFOLIO_IPM_H
#define NACREI_PORTFOLIO_IPM_H

#include "engine/portfolio/solver/ipm_kkt.h"

// Where the constants of the method come from.
// Literature: proximal weights of sqrt(u) whose centres move with the iterate (Altman & Gondzio
// 1999; Schwan et al. 2023); sigma = ratio^3 and the start (Mehrotra 1992); correctors with
// products in [0.1, 10] of the target, a trial of 1.5 alpha + 0.3, kept at 1.01 alpha (Gondzio
// 1996; Colombo & Gondzio 2008); blocks from 40 operations per entry on (Chen, Davis, Hager &
// Rajamanickam 2008). Reasoning: the last weights (what a double near 1 still feels), the share of
// a residual that the linear system may add (a tenth), the weight from which a multiplier leads its
// slack (1, where z / t begins to amplify), scales in 1e-8 to 1e8, one more step within a factor 10
// of the tolerance. Chosen on the Maros-Meszaros problems, whose score is in-sample thereby: the
// rows' weight grows before the variables' (QSIERRA, QSHELL, UBH1), 2 correctors out of 1 to 3
// (all), 50 iterations without a new low (LISWET8 needs more than 30); from earlier work on the 72
// smallest, the share of the gap that mu stops at (0.03), the margins of the starts, 0.995 of the
// way to the boundary.

/// Proximal weights at the start: the square root of the rounding unit, where half of the digits of
/// a diagonal near 1 survive a pivot that has nothing else (Altman & Gondzio 1999).
#define NACREI_IPM_WEIGHT 1e-8

typedef struct nacrei_ipm {
    nacrei_qp_blocks blocks;
    nacrei_qp_form form;
    nacrei_kkt kkt;
    size_t n, m, total; ///< total = n + m
    size_t pairs;       ///< bounds that have a slack
    double *x, *v;      ///< n; total
    double *tl, *tu, *zl, *zu;
    double *g;        ///< (x, Ax)
    double *px, *aty; ///< Px; A'v_rows
    double *rd;       ///< -(Px + q - A'v - v)
    double *rl, *ru;  ///< lower - g + tl (at equalities lower - g), upper - g - tu
    double *dg, *dv, *dtl, *dtu, *dzl, *dzu; ///< one block, in this order
    double *kept;                            ///< a copy of that block
    double *cl, *cu;                         ///< right sides of the complementarity
    double *w, *diagonal, *rhs, *scratch;
    double *best_x, *best_v;
    double best;     ///< largest scaled residual at the best point
    double constant; ///< of the objective, fixed variables included
    double tolerance;
    double mu_floor; ///< mu that leaves a gap well below the tolerance
    double mu, rho, delta;
    double primal, dual, gap; ///< of the current point, scaled as OSQP does
} nacrei_ipm;

NACRE_MUST_CHECK nacre_status nacrei_ipm_init(nacrei_ipm *ipm, nacre_ctx *ctx, const nacre_qp *qp,
                                              nacre_error *err);
void nacrei_ipm_fini(nacrei_ipm *ipm);

/// A start in the middle. @return false: the first factorisation failed
bool nacrei_ipm_cold(nacrei_ipm *ipm);
/// A start near ipm->x and ipm->v.
void nacrei_ipm_warm(nacrei_ipm *ipm);

/// Fills g, px, aty, rd, rl, ru, mu and the three scaled residuals.
void nacrei_ipm_residuals(nacrei_ipm *ipm);
/// True: no point within |x|_1 < 1e8 (scaled) satisfies the constraints; `v` proves it.
bool nacrei_ipm_proves_infeasible(nacrei_ipm *ipm, const double *v);
/// True: along x the objective falls without limit and no constraint is met. @param g (x, Ax)
bool nacrei_ipm_proves_unbounded(nacrei_ipm *ipm, const double *g);

/// One predictor-corrector step. @return the step length, 0 when the system cannot be solved
double nacrei_ipm_step(nacrei_ipm *ipm);

#endif
