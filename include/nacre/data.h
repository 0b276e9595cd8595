// SPDX-License-Identifier: Apache-2.0
// Instruments, calendars, trades, tapes, readers, the tape filter and the simulated market.
// Times are UTC nanoseconds since 1970, prices are in 1e-9 currency units, sizes are in
// 10^-size_exp units of the instrument (its "lots"): integers throughout, never rounded silently.
#ifndef NACRE_DATA_H
#define NACRE_DATA_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NACRE_PRICE_SCALE 1000000000 ///< 1e9 steps per currency unit

typedef enum nacre_kind {
    NACRE_KIND_EQUITY = 0,
    NACRE_KIND_SPOT = 1,
    NACRE_KIND_PERPETUAL = 2,
    NACRE_KIND_FUTURE = 3,
    NACRE_KIND_OPTION = 4,
} nacre_kind;

typedef struct nacre_instrument {
    char symbol[32];
    char venue[16];
    nacre_kind kind;
    char currency[8];   ///< quote currency
    char settlement[8]; ///< currency in which profit is paid
    int64_t tick;       ///< smallest price step in 1e-9, 0 = unknown
    uint8_t size_exp;   ///< sizes count 10^-size_exp units; 0 for shares and contracts
    int64_t lot;        ///< smallest size step in size units, 0 = unknown
    int64_t multiplier; ///< contract multiplier, 1 for shares and coins
    bool inverse;       ///< coin-margined: value in coin = contracts * multiplier / price
    char calendar[16];  ///< "24x7" or "XNYS"
    char timezone[40];  ///< IANA name of the calendar's local time
    int64_t expiry_ns;  ///< 0 = none
} nacre_instrument;

/// USD equity on XNYS with whole shares.
NACRE_API void nacre_instrument_equity(nacre_instrument *out, const char *symbol);
/// 24x7 coin pair with sizes in 1e-8.
NACRE_API void nacre_instrument_crypto(nacre_instrument *out, const char *symbol);

// ---- calendars -------------------------------------------------------------------------------

typedef struct nacre_calendar nacre_calendar;

/// One trading session. `begin_ns <= t < end_ns` is the local calendar day (UTC day for 24x7) that
/// owns prints outside the hours too; `open_ns <= t < close_ns` are the regular hours.
typedef struct nacre_session {
    int32_t date; ///< yyyymmdd, local
    bool trading; ///< false on weekends and holidays
    bool early_close;
    int64_t begin_ns, end_ns;
    int64_t open_ns, close_ns;
} nacre_session;

/// @param name  "24x7" or "XNYS"
/// @error  NACRE_E_NOTFOUND unknown calendar (names the known ones); NACRE_E_IO no time-zone data
NACRE_API NACRE_MUST_CHECK nacre_status nacre_calendar_open(nacre_ctx *ctx, const char *name,
                                                            nacre_calendar **out, nacre_error *err);
NACRE_API void nacre_calendar_close(nacre_calendar *calendar);
NACRE_API const char *nacre_calendar_name(const nacre_calendar *calendar);
/// The session that owns the instant.
/// @error  NACRE_E_RANGE outside the years that the calendar knows
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_calendar_session(const nacre_calendar *calendar,
                                                               int64_t t_ns, nacre_session *out,
                                                               nacre_error *err);

// ---- trades ----------------------------------------------------------------------------------

#define NACRE_SIDE_SELL (-1) ///< the seller was the aggressor
#define NACRE_SIDE_UNKNOWN 0
#define NACRE_SIDE_BUY 1

#define NACRE_TRADE_SUSPICIOUS 0x01u ///< the vendor marked the print
#define NACRE_TRADE_AUCTION 0x02u    ///< opening, closing or reopening auction

/// US sale conditions, one bit each, as in LEAN's tick files. Bits not named here are kept as read.
#define NACRE_COND_REGULAR 0x00000001u
#define NACRE_COND_CASH 0x00000002u
#define NACRE_COND_NEXT_DAY 0x00000004u
#define NACRE_COND_SELLER 0x00000008u
#define NACRE_COND_INTERMARKET_SWEEP 0x00000020u
#define NACRE_COND_OPENING 0x00000040u
#define NACRE_COND_CLOSING 0x00000080u
#define NACRE_COND_REOPENING 0x00000100u
#define NACRE_COND_DERIVATIVELY_PRICED 0x00000200u
#define NACRE_COND_FORM_T 0x00000400u
#define NACRE_COND_SOLD 0x00000800u
#define NACRE_COND_EXTENDED_HOURS 0x00002000u
#define NACRE_COND_OUT_OF_SEQUENCE 0x00004000u
#define NACRE_COND_STOCK_OPTION 0x00040000u
#define NACRE_COND_AVERAGE_PRICE 0x00100000u
#define NACRE_COND_CROSS 0x00200000u
#define NACRE_COND_OFFICIAL_CLOSE 0x01000000u
#define NACRE_COND_PRIOR_REFERENCE 0x02000000u
#define NACRE_COND_OFFICIAL_OPEN 0x04000000u
#define NACRE_COND_TRADE_THROUGH_EXEMPT 0x20000000u

/// The 64-byte little-endian trade record (table: docs/formats.md).
typedef struct nacre_trade {
    int64_t ts_event;
    int64_t ts_recv; ///< 0 = not recorded
    int64_t price;
    int64_t size;
    int64_t seq;
    uint32_t instrument;
    uint32_t conditions;
    int8_t side;
    uint8_t flags;
    uint8_t venue; ///< ASCII letter of the reporting venue, 0 = unknown
    uint8_t kind;  ///< 1 = trade
    uint8_t reserved[12];
} nacre_trade;

/// A borrowed view of trades by column. `ts_event`, `price` and `size` are always there; any other
/// column may be NULL, which means zero in every row.
typedef struct nacre_trades {
    size_t rows;
    const int64_t *ts_event;
    const int64_t *ts_recv;
    const int64_t *price;
    const int64_t *size;
    const int64_t *seq;
    const uint32_t *instrument;
    const uint32_t *conditions;
    const int8_t *side;
    const uint8_t *flags;
    const uint8_t *venue;
} nacre_trades;

// ---- tapes -----------------------------------------------------------------------------------

typedef struct nacre_tape nacre_tape;
typedef struct nacre_tape_writer nacre_tape_writer;

typedef struct nacre_tape_info {
    uint32_t schema_version;
    uint64_t rows;
    uint64_t bytes; ///< of all columns on disk
    int64_t first_ns, last_ns;
    nacre_instrument instrument;
} nacre_tape_info;

/// Maps a sealed tape (a folder of .npy columns and tape.json). Sizes and headers are checked here,
/// checksums by nacre_tape_check.
/// @error  NACRE_E_NOTFOUND no such folder; NACRE_E_CORRUPT torn or altered, with the reason
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tape_open(nacre_ctx *ctx, const char *path,
                                                        nacre_tape **out, nacre_error *err);
NACRE_API void nacre_tape_close(nacre_tape *tape);
/// @own  borrowed from the tape until it is closed
NACRE_API const nacre_tape_info *nacre_tape_get_info(const nacre_tape *tape);
/// @own  the columns are the mapped files; valid until the tape is closed
NACRE_API void nacre_tape_view(const nacre_tape *tape, nacre_trades *out);
/// Verifies every block's CRC32C and the order of event times.
/// @error  NACRE_E_CORRUPT names the column and the block; NACRE_E_ORDER names the row
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tape_check(const nacre_tape *tape,
                                                         nacre_progress_fn progress, void *user,
                                                         nacre_error *err);

/// Starts a tape under a temporary name beside `path`; nothing appears at `path` before the seal.
/// @error  NACRE_E_EXISTS there is something at `path` already
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tape_writer_create(nacre_ctx *ctx, const char *path,
                                                                 const nacre_instrument *instrument,
                                                                 nacre_tape_writer **out,
                                                                 nacre_error *err);
/// @error  NACRE_E_ORDER a row before its predecessor; NACRE_E_IO disk full and the like
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tape_writer_append(nacre_tape_writer *writer,
                                                                 const nacre_trades *trades,
                                                                 nacre_error *err);
/// Writes tape.json, syncs everything and renames. After it only destroy is allowed.
NACRE_API NACRE_MUST_CHECK nacre_status nacre_tape_writer_seal(nacre_tape_writer *writer,
                                                               nacre_error *err);
/// Frees the writer; an unsealed tape leaves nothing behind.
NACRE_API void nacre_tape_writer_destroy(nacre_tape_writer *writer);

// ---- readers ---------------------------------------------------------------------------------

typedef enum nacre_format {
    NACRE_FORMAT_AUTO = 0,
    NACRE_FORMAT_BINANCE_TRADES = 1,    ///< id,price,qty,quote_qty,time,is_buyer_maker[,..]
    NACRE_FORMAT_BINANCE_AGGTRADES = 2, ///< id,price,qty,first,last,time,is_buyer_maker[,..]
    NACRE_FORMAT_LEAN =
        3, ///< ms,price*1e4,size,venue,conditions,suspicious; date before or in the name
    NACRE_FORMAT_NACRE = 4,   ///< what `nacre tape export` writes
    NACRE_FORMAT_GENERIC = 5, ///< header names or a column mapping
} nacre_format;

typedef struct nacre_reader nacre_reader;

typedef struct nacre_reader_options {
    uint32_t struct_size;
    nacre_format format;
    const char *columns; ///< generic: "ts_event=exch_ms:ms,price=price,size=qty,side=side"; NULL =
                         ///< by header
    const char *symbol;  ///< NULL = from the file name
    const char *venue;   ///< NULL = from the file name, or empty
    int32_t size_exp;    ///< -1 = the format's default (lean 0, others 8)
    int32_t date;        ///< lean: yyyymmdd when neither line nor name has it, else 0
    bool round;          ///< excess decimals are rounded and counted instead of refused
    bool skip_bad;       ///< bad rows are counted and listed instead of refused
    bool side_as_is;     ///< accept a side column that contradicts the tick rule
    int64_t reorder_ns;  ///< late prints within this span are put in order; 0 = refused
} nacre_reader_options;

/// What a reader has seen so far. Samples of bad rows are the first few messages.
#define NACRE_READER_BAD_SAMPLES 8
typedef struct nacre_reader_stats {
    uint64_t rows;
    uint64_t bytes_in;    ///< compressed bytes consumed
    uint64_t bytes_total; ///< compressed bytes of all files, 0 = unknown
    uint64_t bad_rows;
    uint64_t rounded_values;
    uint64_t reordered_rows;
    uint64_t recv_before_event_rows;
    uint64_t foreign_rows; ///< rows of other symbols than the one asked for
    char bad_samples[NACRE_READER_BAD_SAMPLES][160];
    char notes[512]; ///< decisions: format, columns, time unit and where it changed; one line each
} nacre_reader_stats;

NACRE_API void nacre_reader_options_init(nacre_reader_options *options);
/// "binance-trades" and so on; NACRE_FORMAT_AUTO's name is "auto".
NACRE_API const char *nacre_format_name(nacre_format format);
NACRE_API bool nacre_format_parse(const char *name, nacre_format *out);

/// Opens one instrument's files, plain or gzip, xz, zstd, zip (detected by content), in the given
/// order. Reading streams: memory does not grow with the files.
/// @error  NACRE_E_IO names the file; NACRE_E_PARSE format not recognised (says what was seen)
NACRE_API NACRE_MUST_CHECK nacre_status nacre_reader_open(nacre_ctx *ctx, const char *const *paths,
                                                          size_t path_count,
                                                          const nacre_reader_options *options,
                                                          nacre_reader **out, nacre_error *err);
/// The next block of trades; `out->rows == 0` at the end.
/// @own    the view is valid until the next call
/// @error  names file, line, column and remedy; the reader then only accepts close
NACRE_API NACRE_MUST_CHECK nacre_status nacre_reader_next(nacre_reader *reader, nacre_trades *out,
                                                          nacre_error *err);
NACRE_API const nacre_instrument *nacre_reader_instrument(const nacre_reader *reader);
NACRE_API const nacre_reader_stats *nacre_reader_get_stats(const nacre_reader *reader);
NACRE_API void nacre_reader_close(nacre_reader *reader);

// ---- tape filter -----------------------------------------------------------------------------

typedef enum nacre_conditions {
    NACRE_CONDITIONS_REGULAR = 0, ///< the default filter of docs/methods
    NACRE_CONDITIONS_ALL = 1,     ///< keep every print
    NACRE_CONDITIONS_MASK = 2,    ///< exclude the bits of `exclude_mask`
} nacre_conditions;

typedef struct nacre_filter_options {
    uint32_t struct_size;
    nacre_conditions conditions;
    uint32_t exclude_mask;
} nacre_filter_options;

typedef struct nacre_filter_reason {
    const char *name; ///< "average_price", "outside_regular_hours"
    uint64_t rows;
    int64_t volume; ///< in size units
} nacre_filter_reason;

/// Kept trades and the excluded ones by reason (each row counts once, under its first reason).
typedef struct nacre_filtered {
    nacre_trades kept;
    int64_t kept_volume;
    int64_t auction_volume; ///< of the kept ones
    size_t reason_count;
    const nacre_filter_reason *reasons;
    bool copied; ///< false: `kept` is the input itself, nothing had to go
} nacre_filtered;

NACRE_API void nacre_filter_options_init(nacre_filter_options *options);
/// Applies METHODS' tape filter: regular hours by calendar plus auctions whenever they print.
/// 24x7 instruments keep everything. NACRE_TRADE_AUCTION is set in the kept flags.
/// @own    `*out` is freed by nacre_filtered_destroy; `kept` may borrow the input's columns
/// @error  NACRE_E_RANGE a volume sum overflows 63 bits
NACRE_API NACRE_MUST_CHECK nacre_status nacre_filter_trades(nacre_ctx *ctx,
                                                            const nacre_instrument *instrument,
                                                            const nacre_calendar *calendar,
                                                            const nacre_filter_options *options,
                                                            const nacre_trades *trades,
                                                            nacre_filtered **out, nacre_error *err);
NACRE_API void nacre_filtered_destroy(nacre_ctx *ctx, nacre_filtered *filtered);

// ---- simulated market ------------------------------------------------------------------------

typedef enum nacre_episode_kind {
    NACRE_EPISODE_INFORMED = 0,         ///< one-sided informed flow
    NACRE_EPISODE_VOLATILITY_BURST = 1, ///< placebo: volatility without information
    NACRE_EPISODE_VOLUME_BURST = 2,     ///< placebo: volume without information
    NACRE_EPISODE_CALM = 3,             ///< placebo: nothing happens
    NACRE_EPISODE_FLASH_CRASH = 4,
} nacre_episode_kind;

typedef struct nacre_episode {
    nacre_episode_kind kind;
    int64_t begin_ns, end_ns;
} nacre_episode;

typedef struct nacre_sim_options {
    uint32_t struct_size;
    uint64_t seed;
    uint32_t days;              ///< UTC days, default 120
    uint32_t trades_per_day;    ///< expected number on a quiet day, default 20,000
    uint32_t episodes_per_kind; ///< default 8
    bool flash_crash;           ///< -6 % in 5 minutes at 100 times the volume, on the last day
    int64_t start_ns;           ///< default 2024-01-01
} nacre_sim_options;

typedef struct nacre_sim nacre_sim;

NACRE_API void nacre_sim_options_init(nacre_sim_options *options);
NACRE_API const char *nacre_episode_kind_name(nacre_episode_kind kind);
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sim_create(nacre_ctx *ctx,
                                                         const nacre_sim_options *options,
                                                         nacre_sim **out, nacre_error *err);
NACRE_API void nacre_sim_destroy(nacre_sim *sim);
/// The next block of trades in time order; `out->rows == 0` at the end. Same seed, same trades on
/// every machine: integer arithmetic on a counter-based generator (Philox4x32-10) only.
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sim_next(nacre_sim *sim, nacre_trades *out,
                                                       nacre_error *err);
NACRE_API const nacre_instrument *nacre_sim_instrument(const nacre_sim *sim);
/// The truth: all episodes in time order.
NACRE_API const nacre_episode *nacre_sim_episodes(const nacre_sim *sim, size_t *count);

/// Daily closes of a simulated universe with known factor structure.
typedef struct nacre_sim_panel_options {
    uint32_t struct_size;
    uint64_t seed;
    uint32_t assets;  ///< default 100
    uint32_t days;    ///< default 756
    uint32_t factors; ///< market first, default 4
} nacre_sim_panel_options;

NACRE_API void nacre_sim_panel_options_init(nacre_sim_panel_options *options);
/// Fills caller-owned arrays.
/// @shape  prices: days x assets row-major; loadings: assets x factors row-major or NULL;
///         specific_volatility: assets or NULL          @unit  daily volatility as fraction
NACRE_API NACRE_MUST_CHECK nacre_status nacre_sim_panel(const nacre_sim_panel_options *options,
                                                        double *prices, double *loadings,
                                                        double *specific_volatility,
                                                        nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
