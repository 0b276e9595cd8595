// SPDX-License-Identifier: Apache-2.0
// exp for f32 in f32 lanes, which hold twice as many elements as the f64 lanes of the other f32
// functions: n = round(x/ln2); r = x - n ln2 in two steps, the first exact; exp(x) = m 2^n,
// m = 1 + r + r^2 E(r), what 1 + r loses carried along. The power is multiplied in two halves, so
// that only the last product may over- or underflow.
#ifndef NACREI_KERN_ELEMENTARY_EXP_F32_H
#define NACREI_KERN_ELEMENTARY_EXP_F32_H

/// Adding it to a float below 2^22 rounds that to an integer, which the low bits then hold.
#define MAGIC_F32 0x1.8p23f
#define MAGIC_F32_BITS UINT32_C(0x4b400000)

LANE FLT exp_f32(FLT x)
{
    const FLT magic = flt_all(MAGIC_F32), one = flt_all(1.0f);
    x = flt_max(flt_all((float)-EXP_LIMIT_F32), flt_min(flt_all((float)EXP_LIMIT_F32), x));
    FLT shifted = flt_fma(x, flt_all(EXP_F32_LOG2E), magic);
    FLT count = flt_sub(shifted, magic);
    FLT r = flt_fnma(count, flt_all(EXP_F32_LN2_HIGH), x);
    r = flt_fnma(count, flt_all(EXP_F32_LN2_LOW), r);
    FLT e = flt_all(EXP_F32_E[4]);
    e = flt_fma(e, r, flt_all(EXP_F32_E[3]));
    e = flt_fma(e, r, flt_all(EXP_F32_E[2]));
    e = flt_fma(e, r, flt_all(EXP_F32_E[1]));
    e = flt_fma(e, r, flt_all(EXP_F32_E[0]));
    FLT high = flt_add(one, r);
    FLT low = flt_add(flt_sub(one, high), r);
    FLT m = flt_add(high, flt_fma(flt_mul(r, r), e, low));

    const FLTBITS bias = fltbits_all(127 - 512);
    FLTBITS n = fltbits_sub(flt_bits(shifted), fltbits_all((int)(MAGIC_F32_BITS - 1024))); // + 1024
    FLTBITS half = fltbits_shr(n, 1);
    FLT first = flt_from_bits(fltbits_shl(fltbits_add(half, bias), 23));
    FLT second = flt_from_bits(fltbits_shl(fltbits_add(fltbits_sub(n, half), bias), 23));
    return flt_mul(flt_mul(m, first), second);
}

#endif
