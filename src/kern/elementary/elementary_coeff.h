// SPDX-License-Identifier: Apache-2.0
// Written by tools/fit_elementary.py; the mathematics stands there. The number behind a table's
// description is the largest relative error of the fit in exact arithmetic.
#ifndef NACREI_KERN_ELEMENTARY_COEFF_H
#define NACREI_KERN_ELEMENTARY_COEFF_H

#define EXP_LOG2E 0x1.71547652b82fep+0
#define EXP_LN2 0x1.62e42fefa39efp-1
#define EXP_LN2_HIGH 0x1.62e42fefa2000p-1
#define EXP_LN2_LOW 0x1.9ef35793c7673p-41
/// E(r) = sum EXP_E[i] r^i; 2.6e-16, and it enters times r^2 <= 0.12
static const double EXP_E[10] = {
    0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553b6cp-5,  0x1.1111111110918p-7,
    0x1.6c16c1794e1dcp-10, 0x1.a01a01a83ba17p-13, 0x1.a019b621f9d08p-16, 0x1.71de0be2b5e96p-19,
    0x1.2894f52583578p-22, 0x1.af3ce42b12b24p-26,
};
/// E(r) for f32; of exp(r) - 1; 2.5e-10
static const double EXP_E_F32[6] = {
    0x1.0000002a49fe8p-1, 0x1.5555558c348c2p-3,  0x1.5554a71ac5afcp-5,
    0x1.11108a5d2c55bp-7, 0x1.6d7b7b47c7694p-10, 0x1.a1a93797d4fa9p-13,
};
#define EXP_F32_LOG2E 0x1.7154760000000p+0f
#define EXP_F32_LN2_HIGH 0x1.62e4300000000p-1f
#define EXP_F32_LN2_LOW -0x1.05c6100000000p-29f
/// E(r) in f32; of exp(r); 3.4e-09
static const float EXP_F32_E[5] = {
    0x1.0000000000000p-1f, 0x1.5554860000000p-3f,  0x1.5554540000000p-5f,
    0x1.1241460000000p-7f, 0x1.6dbc720000000p-10f,
};

/// R(z); relative to 2 atanh(s); 1.3e-18
static const double LOG_R[7] = {
    0x1.5555555555597p-1, 0x1.999999997e3e2p-2, 0x1.249249437950bp-2, 0x1.c71c50b697c10p-3,
    0x1.74668847821d9p-3, 0x1.3999f7527aaf7p-3, 0x1.2f5720cf9edc5p-3,
};
/// L(f); relative to log(1 + f); 7.2e-10
static const double LOG_L_F32[10] = {
    -0x1.ffffffd53fb21p-2, 0x1.555546155b1dbp-2, -0x1.0000115b2dab7p-2, 0x1.99a5520620dfap-3,
    -0x1.555abdcafc742p-3, 0x1.232bd6bb38c2ap-3, -0x1.fc2fb8a29ac23p-4, 0x1.e78d7f8bbcf5bp-4,
    -0x1.de69f58822718p-4, 0x1.1374996cbbfc9p-4,
};

#define NDTR_LIMIT 0x1.4000000000000p+5 // beyond it the tail is zero in f64
#define NDTR_SHIFT 0x1.0000000000000p+2
#define NDTR_Q0_LOW -0x1.449f98ce63292p-55 // what NDTR_Q[0] lost to rounding
/// Q(t) = sum NDTR_Q[i] t^i; 8.2e-17
static const double NDTR_Q[23] = {
    0x1.82b4bb8c94dcep-1,  -0x1.373e3a893c287p-1,  0x1.8c6dbf2cfc2fbp-2,   -0x1.7dff2bff688a0p-3,
    0x1.eec4cc3e459fap-5,  -0x1.ee27610349e76p-8,  -0x1.c81719cb09100p-9,  0x1.ab825f7de2f78p-10,
    0x1.17a4a6e7a5034p-13, -0x1.e4a415c11b7b6p-13, -0x1.00120b4de2cd6p-19, 0x1.26cf887a53160p-15,
    0x1.7fe0e1370a5c0p-21, -0x1.8d352f4cd7869p-18, -0x1.4fa3c1bf640d8p-21, 0x1.11bae4ab8471bp-20,
    0x1.1b2d26ff43e51p-22, -0x1.4b0ab63e0bc3cp-23, -0x1.481bdad69bd0dp-24, 0x1.f216c3b440103p-27,
    0x1.dde5618264993p-27, 0x1.b2abb1109c867p-34,  -0x1.0676ef8d985afp-30,
};
/// dQ/dt, roughly
static const double NDTR_SLOPE[2] = {
    -0x1.3f0c464ac57e0p-1,
    0x1.639b4a871e112p+0,
};
/// Q(t) for f32; 1.1e-09
static const double NDTR_Q_F32[11] = {
    0x1.82b4bb9286ebdp-1,  -0x1.373e3acd44d4ep-1,  0x1.8c6dba07c47dcp-2,   -0x1.7dff0274f8620p-3,
    0x1.eec7eb94a4f75p-5,  -0x1.ee56b8954cf3fp-8,  -0x1.c98f46dcda8fdp-9,  0x1.ad5167eaaab78p-10,
    0x1.6598955e7c3a8p-13, -0x1.d41d7c958492bp-13, -0x1.88dfa0aa3fee7p-15,
};

#define NDTRI_CENTRE 0x1.c000000000000p-10 // the least p of the centre
#define NDTRI_W_MIDDLE 0x1.3f2f77548d08fp+1
#define NDTRI_SHIFT 0x1.0000000000000p+1
/// C(w) in powers of w - NDTRI_W_MIDDLE; 3.5e-17
static const double NDTRI_C[21] = {
    0x1.0f7ffda6de715p+2,   0x1.6540032c404d0p-1,   -0x1.80f0b0f18d52dp-7,  -0x1.d2794b33a4f89p-9,
    0x1.43e0d4c6a5ad1p-11,  -0x1.cdbd3f28d6ea6p-17, -0x1.4647f74900db2p-17, 0x1.6af1080639f2bp-20,
    0x1.5520cfe834ecbp-25,  -0x1.09479b8e1a617p-25, 0x1.5d6be33b2ecf5p-29,  0x1.7b62c020472a6p-32,
    -0x1.83e9f0fe515bep-34, 0x1.569d141ce059fp-39,  0x1.b1e4a6859c6a8p-40,  -0x1.df126ac568543p-43,
    -0x1.60c0ce9cc60f2p-47, 0x1.75a0ef7fec3c1p-48,  -0x1.2c72ecb30c5b8p-52, -0x1.1aedbefac3111p-54,
    0x1.e4ac727146a52p-58,
};
#define NDTRI_MIDDLE 0x1.759beee98c41fp+2 // c
/// T(t); 2.8e-17
static const double NDTRI_T[29] = {
    0x1.59bd71533f18fp+0,   0x1.27cc5136e5d70p-3,   -0x1.c9f109419ac0bp-4,  0x1.73f08f24d9b8ap-5,
    -0x1.313caf18b4fb4p-6,  0x1.aa86f9b2d0d40p-8,   -0x1.5238a5265b1fdp-9,  0x1.a1c144b6ddff7p-11,
    -0x1.7f622cf56d825p-12, 0x1.34ff41175d778p-14,  -0x1.11995602c589ap-14, -0x1.a0f675f6c898cp-18,
    -0x1.550af236cec26p-16, -0x1.1a881a935068fp-17, -0x1.7dfa04903ee00p-18, -0x1.127fbd4820f14p-16,
    -0x1.c31f9d75f70e2p-16, 0x1.02c3a29ac9caep-15,  0x1.1f39d82a35533p-14,  -0x1.b14186b7968c7p-14,
    -0x1.82ef7c5a94548p-13, 0x1.8a319241a63f1p-13,  0x1.475badcf3aac3p-12,  -0x1.fd84581d581c9p-13,
    -0x1.7e364bcebf2f7p-12, 0x1.7d389126b4309p-13,  0x1.07b2eab72392bp-12,  -0x1.180fdd30019ccp-14,
    -0x1.5f75614d26c96p-14,
};
/// C(w) in powers of w - NDTRI_W_MIDDLE; 2.2e-09
static const double NDTRI_C_F32[11] = {
    0x1.0f7ffdadffbadp+2,  0x1.654004321a1cfp-1,   -0x1.80f1322987603p-7,  -0x1.d27cc2ed40341p-9,
    0x1.43ecf0778a5c6p-11, -0x1.ca7fe4f58cdf2p-17, -0x1.47f8871d5ed89p-17, 0x1.6127d45fd6193p-20,
    0x1.c4aa3bd83a78ap-25, -0x1.ac05f6bd432c9p-26, 0x1.feb33bb9932c5p-31,
};
#define NDTRI_MIDDLE_F32 0x1.26180bf86bb5fp+2 // c
/// T(t); 3.2e-10
static const double NDTRI_T_F32[10] = {
    0x1.51acbc99af281p+0,  0x1.d3209bb97d23bp-3,  -0x1.9a76eacac462ap-3, 0x1.ab249475a51b7p-4,
    -0x1.aea56575d5946p-5, 0x1.8b06ca45f1928p-6,  -0x1.7457940f587aep-7, 0x1.461f48a23087bp-8,
    -0x1.5d23ebbbc59cbp-9, 0x1.21466d15dbc29p-10,
};

#endif
