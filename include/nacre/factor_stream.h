// SPDX-License-Identifier: Apache-2.0
// Covariance and factors of a market that moves on: rows of returns come in, and every so many rows
// an estimate is due. Taking a row in costs no memory and little time. The estimate is long work,
// so it is a function of its own that only reads the state: it can run elsewhere, on a snapshot,
// while rows keep coming, and its result comes back as one more event.
#ifndef NACRE_FACTOR_STREAM_H
#define NACRE_FACTOR_STREAM_H

#include "nacre/factor.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NACRE_FACTOR_STREAM_SHARES 8

typedef struct nacre_factor_stream_options {
    uint32_t struct_size;
    uint32_t assets;      ///< N, 1 to 16384; must be given
    uint32_t window;      ///< W = 252 rows, at most 65536
    uint32_t every;       ///< 1: rows between two estimates
    uint32_t shares;      ///< 5: eigenvalue shares in a report
    uint32_t correlation; ///< 1 = principal components of the correlation matrix; 0 = covariance
    nacre_covariance_options covariance;
} nacre_factor_stream_options;

NACRE_API void nacre_factor_stream_options_init(nacre_factor_stream_options *options);

/// What an estimate found. Volatilities are per period.
typedef struct nacre_factor_estimate {
    uint64_t rows;             ///< rows that the stream had taken in: tells estimates apart
    int64_t time_ns;           ///< of the last of them
    uint64_t periods;          ///< rows that the covariance is made of: W; ewma: all
    uint32_t assets;           ///< N
    uint32_t share_count;      ///< of `share` below
    double shrinkage;          ///< as in nacre_covariance_info
    double average_volatility; ///< mean over the assets of sqrt(C_ii)
    double market_volatility;  ///< sqrt(sum C_ij) / N: of the equally weighted portfolio
    double share[NACRE_FACTOR_STREAM_SHARES]; ///< explained_ratio of nacre_pca_create on the window
    double noise_edge;                        ///< of nacre_pca_create
    uint32_t noise;                           ///< N less the eigenvalues above the edge
    uint32_t clamped;                         ///< as in nacre_covariance_info
} nacre_factor_estimate;

typedef struct nacre_factor_stream_report {
    uint64_t sequence; ///< of the reports, from 1
    nacre_factor_estimate estimate;
} nacre_factor_stream_report;

/// Streaming state: flat, pointer-free, in the caller's memory; a copy of the bytes is a snapshot.
typedef struct nacre_factor_stream nacre_factor_stream;

/// Bytes that a stream with these options needs; 0 when the options are invalid. W x N doubles, and
/// N (N + 1) / 2 for ewma.
NACRE_API size_t nacre_factor_stream_bytes(const nacre_factor_stream_options *options);
/// @param memory  64-byte aligned, nacre_factor_stream_bytes() long
/// @error  NACRE_E_ARG names the option and its range
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_factor_stream_init(void *memory, size_t bytes, const nacre_factor_stream_options *options,
                         nacre_factor_stream **out, nacre_error *err);

/// Takes one row of simple returns in, O(N), with ewma O(N^2). Allocates nothing.
/// @shape  returns: N         @thread one at a time per stream
/// @error  NACRE_E_NONFINITE names the asset; NACRE_E_RANGE a magnitude above 1e100; NACRE_E_ORDER
/// the
///         time steps back. The state is then as before
NACRE_API NACRE_MUST_CHECK nacre_status nacre_factor_stream_push(nacre_factor_stream *stream,
                                                                 int64_t time_ns,
                                                                 const double *returns,
                                                                 nacre_error *err);
/// Whether an estimate should be made: the window is full, and `every` rows have come since the
/// last accepted estimate.
NACRE_API bool nacre_factor_stream_due(const nacre_factor_stream *stream);
/// Makes an estimate; the state is only read. The covariance is that of nacre_covariance on the
/// window's rows in order, to the bit. With ewma it is the fold over all rows r of
///   S = lambda S + r r',  s = lambda s + 1,  C = S / s,
/// which equals nacre_covariance on all rows up to 1e-13 of the trace: the same sum, in the order
/// of time instead of by blocks.
/// @param[out] covariance  N x N, symmetric to the bit, or NULL
/// @error  NACRE_E_STATE the window is not full; what nacre_covariance and nacre_pca_create report.
///         Outputs are then untouched
/// @thread safe with other readers of the state
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_factor_stream_estimate(const nacre_factor_stream *stream, nacre_ctx *ctx,
                             nacre_factor_estimate *estimate, double *covariance, nacre_error *err);
/// Takes an estimate back into the stream that it was made of, or a later state of it.
/// @param[out] report  the new report, inside the state and valid until the next call; NULL when
///             nothing newer has come
/// @error  NACRE_E_ARG an estimate of other options, or with impossible figures; NACRE_E_STATE one
/// of
///         rows that the stream does not have yet
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_factor_stream_accept(nacre_factor_stream *stream, const nacre_factor_estimate *estimate,
                           const nacre_factor_stream_report **report, nacre_error *err);

/// The last report; before the first one sequence is 0.
NACRE_API const nacre_factor_stream_report *
nacre_factor_stream_last(const nacre_factor_stream *stream);

/// Brings the checksum up to date; call before the bytes are copied as a snapshot.
NACRE_API void nacre_factor_stream_seal(nacre_factor_stream *stream);
/// Checks a restored snapshot before it is used.
/// @param expected  the options that it must have been made with; NULL = any
/// @error  NACRE_E_CORRUPT names what is wrong: magic, version, size, checksum, content;
///         NACRE_E_STATE a sound snapshot of other options (names them)
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_factor_stream_restore(void *memory, size_t bytes, const nacre_factor_stream_options *expected,
                            nacre_factor_stream **out, nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
