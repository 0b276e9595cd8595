// SPDX-License-Identifier: Apache-2.0
// 128-bit integers through one typedef, because ISO C has none and -Wpedantic says so.
#ifndef NACREI_CORE_INT128_H
#define NACREI_CORE_INT128_H

__extension__ typedef __int128 nacrei_i128;
__extension__ typedef unsigned __int128 nacrei_u128;

#endif
