// SPDX-License-Identifier: Apache-2.0
// Standard normal CDF, reference: the steps of ndtr.h in scalar C with libm's fma, which is
// correctly rounded on every machine. Slow where fma is emulated; it defines the bits, the others
// must match.
#include "kern/ndtr/ndtr.h"
#include "kern/ndtr/ndtr_coeff.h"

#include <math.h>
#include <string.h>

static uint64_t to_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// exp(-(h + h_low)) = (1 + p) 2^-n; *exponent is n - 150, ready to be taken from a double's bits.
static double exp_minus_one(double h, double h_low, uint64_t *exponent)
{
    double shifted = fma(h, NDTR_LOG2E, NDTR_MAGIC);
    double count = shifted - NDTR_MAGIC;
    *exponent = to_bits(shifted) << 52;
    double r_high = fma(count, NDTR_LN2_HIGH, -h);
    double r_rest = fma(count, NDTR_LN2_LOW, -h_low);
    double r = r_high + r_rest;
    double r_low = (r_high - r) + r_rest;
    double e = NDTR_E[9];
    for (int i = 8; i >= 0; i--)
        e = fma(e, r, NDTR_E[i]);
    return r + fma(r * r, e, r_low);
}

/// (Q(t) - Q[0]) / t, even and odd powers apart.
static double q_rest(double t)
{
    double t2 = t * t;
    double even = NDTR_Q[21], odd = NDTR_Q[22];
    for (int i = 19; i >= 1; i -= 2) {
        even = fma(even, t2, NDTR_Q[i]);
        odd = fma(odd, t2, NDTR_Q[i + 1]);
    }
    return fma(odd, t, even);
}

static double tail(double a)
{
    double half = 0.5 * a;
    double h = half * a;
    uint64_t exponent;
    double p = exp_minus_one(h, fma(half, a, -h), &exponent);

    double s = a + NDTR_SHIFT;
    double s_low = a - (s - NDTR_SHIFT);
    double u = 1.0 / s;
    double u_low = u * fma(-u, s_low, fma(-u, s, 1.0));
    double t = fma(-2.0 * NDTR_SHIFT, u, 1.0);
    double t_low = -2.0 * NDTR_SHIFT * u_low;

    double slope = fma(NDTR_SLOPE[1], t, NDTR_SLOPE[0]);
    double rest = q_rest(t);
    double q = fma(rest, t, NDTR_Q[0]);
    double q_low = fma(rest, t, NDTR_Q[0] - q) + fma(slope, t_low, NDTR_Q0_LOW);

    double r = q * u;
    double r_low = fma(q, u_low, fma(q, u, -r));
    double grown = fma(u, p, u); // u (1 + p)
    double m = r + fma(r, p, fma(q_low, grown, fma(r_low, p, r_low)));
    return from_bits(to_bits(m) - exponent) * NDTR_UNDERFLOW;
}

void nacrek_ndtr_f64__ref(size_t n, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        double value = x[i];
        double a = fabs(value);
        double z = tail(a < NDTR_LIMIT ? a : NDTR_LIMIT); // NaN takes the limit, too
        z = value > 0.0 ? 1.0 - z : z;
        y[i] = isnan(value) ? value + value : z;
    }
}
