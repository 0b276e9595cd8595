// SPDX-License-Identifier: Apache-2.0
// Quantiles and tails. Student's t and the binomial go through the incomplete beta function, whose
// continued fraction is evaluated by the modified Lentz method; quantiles of t are found by
// Newton's steps inside a bracket, so that any real nu > 0 and any tail work.
#include "engine/risk/risk_distribution.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#define SQRT_2PI 2.50662827463100050242
#define FRACTION_STEPS 200000
#define LENTZ_TINY 1e-300

static double polynomial(const double *c, int degree, double x)
{
    double sum = c[degree];
    for (int i = degree - 1; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

double nacrei_normal_far_quantile(double tail)
{
    static const double far_top[8] = {
        6.65790464350110377720,    5.46378491116411436990,    1.78482653991729133580,
        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7,
    };
    static const double far_bottom[8] = {
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    };
    double r = sqrt(-log(tail));
    if (r <= NACREI_AS241_NEAR)
        return nacrei_normal_near_tail(r);
    r -= NACREI_AS241_NEAR;
    return polynomial(far_top, 7, r) / polynomial(far_bottom, 7, r);
}

double nacrei_normal_upper_quantile(double tail)
{
    double q = 0.5 - tail;
    if (fabs(q) <= NACREI_AS241_CENTRE)
        return nacrei_normal_centre(q);
    return q > 0 ? nacrei_normal_far_quantile(tail) : -nacrei_normal_far_quantile(1 - tail);
}

double nacrei_normal_density(double x)
{
    return exp(-0.5 * x * x) / SQRT_2PI;
}

static double not_zero(double x)
{
    return fabs(x) < LENTZ_TINY ? LENTZ_TINY : x;
}

/// The continued fraction of I_x(a, b); converges fast for x < (a + 1) / (a + b + 2).
/// @source Abramowitz & Stegun 26.5.8; Lentz 1976, modified by Thompson & Barnett 1986
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), sum = d;
    for (int m = 1; m < FRACTION_STEPS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        sum *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        double factor = d * c;
        sum *= factor;
        if (fabs(factor - 1) <= DBL_EPSILON)
            break;
    }
    return sum;
}

static double log_gamma(double x)
{
    int sign; // lgamma itself writes a global
    return lgamma_r(x, &sign);
}

/// I_x(a, b) where both x and y = 1 - x are known to full precision.
static double beta_of(double a, double b, double x, double y)
{
    if (x <= 0)
        return 0;
    if (y <= 0)
        return 1;
    double log_front = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(y);
    double front = exp(log_front);
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, y) / b;
}

double nacrei_incomplete_beta(double a, double b, double x)
{
    return beta_of(a, b, x, 1 - x);
}

double nacrei_student_tail(double t, double nu)
{
    double square = t * t;
    double half = 0.5 * beta_of(0.5 * nu, 0.5, nu / (nu + square), square / (nu + square));
    return t >= 0 ? half : 1 - half;
}

double nacrei_student_density(double t, double nu)
{
    double log_scale = log_gamma(0.5 * (nu + 1)) - log_gamma(0.5 * nu) - 0.5 * log(nu * M_PI);
    return exp(log_scale - 0.5 * (nu + 1) * log1p(t * t / nu));
}

double nacrei_student_upper_quantile(double tail, double nu)
{
    if (tail > 0.5)
        return -nacrei_student_upper_quantile(1 - tail, nu);
    if (tail == 0.5)
        return 0;
    double low = 0, high = 1;
    while (nacrei_student_tail(high, nu) > tail && high < DBL_MAX / 4)
        high *= 2;
    double t = 0.5 * (low + high);
    // In log(tail) against t the tail is nearly straight for light tails and Newton cannot jump
    // far.
    for (int step = 0; step < 200; step++) {
        double p = nacrei_student_tail(t, nu);
        if (p > tail)
            low = t;
        else
            high = t;
        double next = t + p * log(p / tail) / nacrei_student_density(t, nu);
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        if (fabs(next - t) <= 2 * DBL_EPSILON * fabs(next))
            return next;
        t = next;
    }
    return t;
}

double nacrei_binomial_cdf(size_t k, size_t n, double p)
{
    if (k >= n)
        return 1;
    return beta_of((double)(n - k), (double)k + 1, 1 - p, p);
}

double nacrei_chi_square_tail(double x, int degrees)
{
    if (x <= 0)
        return 1;
    return degrees == 1 ? erfc(sqrt(0.5 * x)) : exp(-0.5 * x);
}
