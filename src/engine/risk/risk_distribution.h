// SPDX-License-Identifier: Apache-2.0
// Distribution functions that the risk engine needs: normal, Student's t, binomial, chi-square with
// one or two degrees of freedom. Tails are arguments of their own, so that a level near 1 loses no
// digits.
#ifndef NACREI_ENGINE_RISK_DISTRIBUTION_H
#define NACREI_ENGINE_RISK_DISTRIBUTION_H

#include <stddef.h>

/// z with P(Z > z) = tail for a standard normal Z; tail in (0, 1).
/// @accuracy relative 1e-15 or so        @source Wichura 1988, algorithm AS 241, PPND16
double nacrei_normal_upper_quantile(double tail);
/// The two outer branches of AS 241: z >= 0 with P(Z > z) = tail, for tail <= 0.075.
double nacrei_normal_far_quantile(double tail);
double nacrei_normal_density(double x);

/// I_x(a, b), the regularised incomplete beta function; a, b > 0, x in [0, 1].
/// @accuracy relative 1e-13 for a, b <= 1e4, 1e-10 for a, b <= 1e9
double nacrei_incomplete_beta(double a, double b, double x);

/// P(T > t) for Student's t with real nu > 0.
double nacrei_student_tail(double t, double nu);
double nacrei_student_density(double t, double nu);
/// t with P(T > t) = tail; tail in (0, 1).
double nacrei_student_upper_quantile(double tail, double nu);

/// P(B <= k) for B binomial with n trials of probability p in (0, 1).
double nacrei_binomial_cdf(size_t k, size_t n, double p);
/// P(X > x) for chi-square with 1 or 2 degrees of freedom.
double nacrei_chi_square_tail(double x, int degrees);

// The two inner branches of AS 241, shared with the vectorised loops of the draws.
#define NACREI_AS241_CENTRE 0.425 ///< |p - 0.5| up to which the central branch holds
#define NACREI_AS241_CONST 0.180625

/// z for q = p - 0.5, |q| <= NACREI_AS241_CENTRE.
static inline double nacrei_normal_centre(double q)
{
    double r = NACREI_AS241_CONST - q * q;
    double top = 2.5090809287301226727e3;
    top = top * r + 3.3430575583588128105e4;
    top = top * r + 6.7265770927008700853e4;
    top = top * r + 4.5921953931549871457e4;
    top = top * r + 1.3731693765509461125e4;
    top = top * r + 1.9715909503065514427e3;
    top = top * r + 1.3314166789178437745e2;
    top = top * r + 3.3871328727963666080;
    double bottom = 5.2264952788528545610e3;
    bottom = bottom * r + 2.8729085735721942674e4;
    bottom = bottom * r + 3.9307895800092710610e4;
    bottom = bottom * r + 2.1213794301586595867e4;
    bottom = bottom * r + 5.3941960214247511077e3;
    bottom = bottom * r + 6.8718700749205790830e2;
    bottom = bottom * r + 4.2313330701600911252e1;
    bottom = bottom * r + 1.0;
    return q * top / bottom;
}

/// z for r = sqrt(-log(tail)) up to here, which is tail >= 1.4e-11; beyond it the outermost branch
/// holds.
#define NACREI_AS241_NEAR 5.0

/// z >= 0 for 1.6 <= r <= NACREI_AS241_NEAR: the middle branch.
static inline double nacrei_normal_near_tail(double root)
{
    double r = root - 1.6;
    double top = 7.74545014278341407640e-4;
    top = top * r + 2.27238449892691845833e-2;
    top = top * r + 2.41780725177450611770e-1;
    top = top * r + 1.27045825245236838258;
    top = top * r + 3.64784832476320460504;
    top = top * r + 5.76949722146069140550;
    top = top * r + 4.63033784615654529590;
    top = top * r + 1.42343711074968357734;
    double bottom = 1.05075007164441684324e-9;
    bottom = bottom * r + 5.47593808499534494600e-4;
    bottom = bottom * r + 1.51986665636164571966e-2;
    bottom = bottom * r + 1.48103976427480074590e-1;
    bottom = bottom * r + 6.89767334985100004550e-1;
    bottom = bottom * r + 1.67638483018380384940;
    bottom = bottom * r + 2.05319162663775882187;
    bottom = bottom * r + 1.0;
    return top / bottom;
}

#endif
