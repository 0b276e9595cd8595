// SPDX-License-Identifier: Apache-2.0
// Reductions over vectors, and products of a matrix and a vector. These lines define their bits.
//
// Lane rule. A row is 64 elements of f32 or 32 of f64; element i belongs to lane i mod row. A block
// is 8,192 elements. Within a block every lane starts at +0 and takes its elements in ascending
// order; the last row is filled up with +0 (deviations: filled up with deviations of +0). The lanes
// of a block, then the blocks, are folded as a balanced tree by index: of n > 1 values the first
// 2^p, 2^p the largest power of two below n, fold to the left summand, the rest to the right one.
// Nothing sums to +0.
//   sum      lane += x
//   dot      lane = fma(x, y, lane)
//   moments  d = x - pilot; lane += d for the first result, lane = fma(d, d, lane) for the second
//   gemv     acc = dot of a row of op(A) and x; y = beta == 0 ? alpha acc
//            : fma(alpha, acc, beta y); beta == 0 does not read y
//
// Prefix sums. A group is 64 bytes of elements, a block 8,192 elements; both restart the tree:
//   scan     in a group, for s = 1, 2, 4, ...: where index i has bit s, v[i] = v[(i & -2s) + s - 1]
//            + v[i]
//   carry    +0 in the first group of a block, then carry + last v of the group before
//   base     +0 in the first block, then base + what would be the carry behind the block before
//   y = base + (carry + v)
// So a register of any width scans its part and adds the last element of the part to its left.
//
// The contract of a kernel, on one thread: any n; reads and writes nothing outside its vectors and
// the rows of its matrix, padding between rows included; allocates nothing. NaN and infinity
// travel. y of a prefix sum may be x itself; else outputs and inputs are apart.
#ifndef NACREI_KERN_REDUCE_H
#define NACREI_KERN_REDUCE_H

#include <stddef.h>

#define NACREI_REDUCE_BLOCK ((size_t)8192)
#define NACREI_REDUCE_ROW_BYTES 256
#define NACREI_PREFIX_GROUP_BYTES 64

/// 2^p of the tree over n > 1 values, in units of `unit`: the largest unit 2^p below n.
static inline size_t nacrei_reduce_left(size_t n, size_t unit)
{
    size_t left = unit;
    while (left < n - left)
        left *= 2;
    return left;
}

#endif
