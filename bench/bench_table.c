// SPDX-License-Identifier: Apache-2.0
// The table of benchmark cases, from cases.def.
#include "bench.h"

#define BENCH_CASE(symbol) extern const bench_case symbol;
#include "cases.def"
#undef BENCH_CASE

const bench_case *const bench_cases[] = {
#define BENCH_CASE(symbol) &symbol,
#include "cases.def"
#undef BENCH_CASE
};

const size_t bench_case_count = sizeof bench_cases / sizeof *bench_cases;
