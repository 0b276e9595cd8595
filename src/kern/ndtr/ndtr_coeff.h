// SPDX-License-Identifier: Apache-2.0
// Written by tools/fit_ndtr.py; the mathematics stands there. Relative error of Q in exact
// arithmetic 8.2e-17, of E 2.6e-16 (it enters the result times r^2 <= 0.12).
#ifndef NACREI_KERN_NDTR_COEFF_H
#define NACREI_KERN_NDTR_COEFF_H

#define NDTR_LIMIT 0x1.4000000000000p+5 // beyond it the tail is zero in f64
#define NDTR_SHIFT 0x1.0000000000000p+2
#define NDTR_LOG2E 0x1.71547652b82fep+0
#define NDTR_LN2_HIGH 0x1.62e42fefa2000p-1
#define NDTR_LN2_LOW 0x1.9ef35793c7673p-41
#define NDTR_MAGIC 0x1.7ffffffffff6ap+52 // adding it rounds to an integer; low bits hold it - 150
#define NDTR_UNDERFLOW 0x1.0000000000000p-150 // the last factor, the only step that may underflow
#define NDTR_Q0_LOW -0x1.449f98ce63292p-55    // what NDTR_Q[0] lost to rounding

/// Q(t) = sum NDTR_Q[i] t^i
static const double NDTR_Q[23] = {
    0x1.82b4bb8c94dcep-1,  -0x1.373e3a893c287p-1,  0x1.8c6dbf2cfc2fbp-2,   -0x1.7dff2bff688a0p-3,
    0x1.eec4cc3e459fap-5,  -0x1.ee27610349e76p-8,  -0x1.c81719cb09100p-9,  0x1.ab825f7de2f78p-10,
    0x1.17a4a6e7a5034p-13, -0x1.e4a415c11b7b6p-13, -0x1.00120b4de2cd6p-19, 0x1.26cf887a53160p-15,
    0x1.7fe0e1370a5c0p-21, -0x1.8d352f4cd7869p-18, -0x1.4fa3c1bf640d8p-21, 0x1.11bae4ab8471bp-20,
    0x1.1b2d26ff43e51p-22, -0x1.4b0ab63e0bc3cp-23, -0x1.481bdad69bd0dp-24, 0x1.f216c3b440103p-27,
    0x1.dde5618264993p-27, 0x1.b2abb1109c867p-34,  -0x1.0676ef8d985afp-30,
};
/// E(r) = sum NDTR_E[i] r^i
static const double NDTR_E[10] = {
    0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553b6cp-5,  0x1.1111111110918p-7,
    0x1.6c16c1794e1dcp-10, 0x1.a01a01a83ba17p-13, 0x1.a019b621f9d08p-16, 0x1.71de0be2b5e96p-19,
    0x1.2894f52583578p-22, 0x1.af3ce42b12b24p-26,
};
/// dQ/dt, roughly
static const double NDTR_SLOPE[2] = {
    -0x1.3f0c464ac57e0p-1,
    0x1.639b4a871e112p+0,
};

#endif
