// SPDX-License-Identifier: Apache-2.0
// The tape filter: which prints are trades of the regular market (docs/methods, section 2). Two
// passes: the first gives every row a verdict and adds up rows and volume per reason, the second
// copies the kept rows, column by column, in runs. When nothing has to go, nothing is copied.
#include "core/alloc.h"
#include "mem/copies.h"
#include "nacre/data.h"

#include <string.h>

/// name, condition bits. The order decides under which reason a row counts that has several.
/// The last one also takes the rows that the clock excludes.
#define REASON_LIST(X)                                                                             \
    X(CASH, "cash", NACRE_COND_CASH)                                                               \
    X(NEXT_DAY, "next_day", NACRE_COND_NEXT_DAY)                                                   \
    X(SELLER, "seller", NACRE_COND_SELLER)                                                         \
    X(DERIVATIVELY_PRICED, "derivatively_priced", NACRE_COND_DERIVATIVELY_PRICED)                  \
    X(AVERAGE_PRICE, "average_price", NACRE_COND_AVERAGE_PRICE)                                    \
    X(SOLD, "sold_out_of_sequence", NACRE_COND_SOLD | NACRE_COND_OUT_OF_SEQUENCE)                  \
    X(PRIOR_REFERENCE, "prior_reference_price", NACRE_COND_PRIOR_REFERENCE)                        \
    X(STOCK_OPTION, "stock_option", NACRE_COND_STOCK_OPTION)                                       \
    X(OFFICIAL, "official_open_close", NACRE_COND_OFFICIAL_OPEN | NACRE_COND_OFFICIAL_CLOSE)       \
    X(EXTENDED_HOURS, "extended_hours", NACRE_COND_FORM_T | NACRE_COND_EXTENDED_HOURS)

enum {
#define X(id, name, bits) REASON_##id,
    REASON_LIST(X)
#undef X
        REASON_COUNT,
    REASON_MASK = 0, ///< the only reason when the caller gives a mask
};
#define KEPT UINT8_MAX ///< verdict of a row that stays

static const char *const reason_names[REASON_COUNT] = {
#define X(id, name, bits) name,
    REASON_LIST(X)
#undef X
};
static const uint32_t reason_bits[REASON_COUNT] = {
#define X(id, name, bits) (bits),
    REASON_LIST(X)
#undef X
};

#define X(id, name, bits) (bits) |
static const uint32_t excluding_bits = REASON_LIST(X) 0;
#undef X
static const uint32_t auction_bits = NACRE_COND_OPENING | NACRE_COND_CLOSING | NACRE_COND_REOPENING;

#define COLUMNS_MAX 10

/// What the caller gets, and what has to be freed with it.
typedef struct filtered_box {
    nacre_filtered result; ///< first: the public pointer is the box's
    nacre_filter_reason reasons[REASON_COUNT];
    size_t owned_count;
    struct {
        void *memory;
        size_t count, size;
    } owned[COLUMNS_MAX];
} filtered_box;

/// The state of the first pass.
typedef struct sorter {
    const nacre_filter_options *options;
    const nacre_calendar *calendar;
    const nacre_trades *trades;
    bool has_auctions;     ///< the market has sessions and US sale conditions
    bool regular;          ///< such a market, under the default filter
    nacre_session session; ///< of the row before
    uint8_t *verdicts;     ///< NULL when every row is kept whatever it says
    size_t kept;
    bool marks; ///< a kept row is an auction that the input does not mark
} sorter;

void nacre_filter_options_init(nacre_filter_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

static bool is_auction(const sorter *s, uint32_t conditions, uint8_t flags)
{
    return (flags & NACRE_TRADE_AUCTION) != 0 ||
           (s->has_auctions && (conditions & auction_bits) != 0);
}

static uint8_t first_reason(uint32_t conditions)
{
    uint8_t reason = 0;
    while (!(conditions & reason_bits[reason]))
        reason++;
    return reason;
}

/// The default filter's verdict on a row; looks the session up when the row is in another one.
static nacre_status judge_regular(sorter *s, int64_t t, uint32_t conditions, bool auction,
                                  uint8_t *verdict, nacre_error *err)
{
    if (conditions & excluding_bits) {
        *verdict = first_reason(conditions);
        return NACRE_OK;
    }
    if (t < s->session.begin_ns || t >= s->session.end_ns) {
        nacre_status status = nacre_calendar_session(s->calendar, t, &s->session, err);
        if (status)
            return status;
    }
    bool in_hours = t >= s->session.open_ns && t < s->session.close_ns;
    *verdict = s->session.trading && (in_hours || auction) ? KEPT : REASON_EXTENDED_HOURS;
    return NACRE_OK;
}

static nacre_status add_volume(int64_t *sum, int64_t size, nacre_error *err)
{
    if (__builtin_add_overflow(*sum, size, sum))
        return nacrei_fail(err, NACRE_E_RANGE,
                           "the volume overflows 63 bits: filter fewer rows or use a smaller "
                           "size exponent");
    return NACRE_OK;
}

/// First pass: verdict, counts and sums of every row.
static nacre_status judge_rows(sorter *s, filtered_box *box, nacre_error *err)
{
    const nacre_trades *in = s->trades;
    const uint32_t mask =
        s->options->conditions == NACRE_CONDITIONS_MASK ? s->options->exclude_mask : 0;
    nacre_status status = NACRE_OK;
    for (size_t i = 0; i < in->rows && !status; i++) {
        uint32_t conditions = in->conditions ? in->conditions[i] : 0;
        uint8_t flags = in->flags ? in->flags[i] : 0;
        bool auction = is_auction(s, conditions, flags);
        uint8_t verdict = conditions & mask ? REASON_MASK : KEPT;
        if (s->regular) {
            status = judge_regular(s, in->ts_event[i], conditions, auction, &verdict, err);
            if (status)
                break;
        }
        if (s->verdicts)
            s->verdicts[i] = verdict;
        if (verdict != KEPT) {
            box->reasons[verdict].rows++;
            status = add_volume(&box->reasons[verdict].volume, in->size[i], err);
            continue;
        }
        s->kept++;
        status = add_volume(&box->result.kept_volume, in->size[i], err);
        if (auction && !status) {
            s->marks |= !(flags & NACRE_TRADE_AUCTION);
            status = add_volume(&box->result.auction_volume, in->size[i], err);
        }
    }
    return status;
}

// ---- second pass
// ---------------------------------------------------------------------------------

/// A column of the result that belongs to it.
static nacre_status own_column(nacre_ctx *ctx, filtered_box *box, size_t count, size_t size,
                               void *out_pointer, nacre_error *err)
{
    void **out = out_pointer;
    nacre_status status = nacrei_alloc(ctx, count, size, "filtered column", out, err);
    if (status)
        return status;
    box->owned[box->owned_count].memory = *out;
    box->owned[box->owned_count].count = count;
    box->owned[box->owned_count].size = size;
    box->owned_count++;
    return NACRE_OK;
}

/// Copies the kept rows of one column, run by run.
static void copy_runs(const sorter *s, const void *from, void *to, size_t size)
{
    const unsigned char *source = from;
    unsigned char *target = to;
    size_t rows = s->trades->rows;
    for (size_t i = 0; i < rows;) {
        size_t begin = i;
        while (i < rows && s->verdicts[i] == KEPT)
            i++;
        memcpy(target, source + begin * size, (i - begin) * size);
        target += (i - begin) * size;
        while (i < rows && s->verdicts[i] != KEPT)
            i++;
    }
    nacrei_copied(NACREI_COPY_FILTER, s->kept * size);
}

/// One column of the result: absent, borrowed when every row stays, copied otherwise.
static nacre_status take_column(nacre_ctx *ctx, const sorter *s, filtered_box *box,
                                const void *from, size_t size, void *out_pointer, nacre_error *err)
{
    memcpy(out_pointer, &from, sizeof from);
    if (!from || s->kept == s->trades->rows || s->kept == 0)
        return NACRE_OK;
    void *memory;
    nacre_status status = own_column(ctx, box, s->kept, size, &memory, err);
    if (status)
        return status;
    copy_runs(s, from, memory, size);
    memcpy(out_pointer, &memory, sizeof memory);
    return NACRE_OK;
}

/// The flags of the result, with the auctions marked.
static nacre_status take_flags(nacre_ctx *ctx, const sorter *s, filtered_box *box, nacre_error *err)
{
    const nacre_trades *in = s->trades;
    nacre_trades *kept = &box->result.kept;
    if (!s->marks)
        return take_column(ctx, s, box, in->flags, 1, &kept->flags, err);
    uint8_t *flags;
    nacre_status status = own_column(ctx, box, s->kept, 1, &flags, err);
    if (status)
        return status;
    size_t k = 0;
    for (size_t i = 0; i < in->rows; i++) {
        if (s->verdicts && s->verdicts[i] != KEPT)
            continue;
        uint8_t flag = in->flags ? in->flags[i] : 0;
        bool auction = is_auction(s, in->conditions ? in->conditions[i] : 0, flag);
        flags[k++] = (uint8_t)(flag | (auction ? NACRE_TRADE_AUCTION : 0));
    }
    nacrei_copied(NACREI_COPY_FILTER, s->kept);
    kept->flags = flags;
    return NACRE_OK;
}

static nacre_status take_columns(nacre_ctx *ctx, const sorter *s, filtered_box *box,
                                 nacre_error *err)
{
    const nacre_trades *in = s->trades;
    nacre_trades *kept = &box->result.kept;
    box->result.copied = s->kept != in->rows || s->marks;
    *kept = *in;
    kept->rows = s->kept;
    const struct {
        const void *from;
        void *out_pointer;
        size_t size;
    } columns[] = {
        {in->ts_event, &kept->ts_event, 8},
        {in->ts_recv, &kept->ts_recv, 8},
        {in->price, &kept->price, 8},
        {in->size, &kept->size, 8},
        {in->seq, &kept->seq, 8},
        {in->instrument, &kept->instrument, 4},
        {in->conditions, &kept->conditions, 4},
        {in->side, &kept->side, 1},
        {in->venue, &kept->venue, 1},
    };
    nacre_status status = NACRE_OK;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0] && !status; c++)
        status =
            take_column(ctx, s, box, columns[c].from, columns[c].size, columns[c].out_pointer, err);
    if (!status)
        status = take_flags(ctx, s, box, err);
    return status;
}

// ---- the call
// ------------------------------------------------------------------------------------

static nacre_status check_arguments(const nacre_instrument *instrument,
                                    const nacre_calendar *calendar,
                                    const nacre_filter_options *options, nacre_error *err)
{
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "filter options of %u bytes, expected %zu: call "
                           "nacre_filter_options_init first",
                           options->struct_size, sizeof *options);
    if (strcmp(instrument->calendar, nacre_calendar_name(calendar)) != 0)
        return nacrei_fail(err, NACRE_E_ARG, "%s trades on calendar %s, but calendar %s was given",
                           instrument->symbol, instrument->calendar, nacre_calendar_name(calendar));
    return NACRE_OK;
}

/// The reasons that the options can give; they are listed even when no row fell under them.
static void list_reasons(const sorter *s, filtered_box *box)
{
    box->result.reasons = box->reasons;
    if (s->regular) {
        box->result.reason_count = REASON_COUNT;
        for (int r = 0; r < REASON_COUNT; r++)
            box->reasons[r].name = reason_names[r];
    } else if (s->options->conditions == NACRE_CONDITIONS_MASK) {
        box->result.reason_count = 1;
        box->reasons[REASON_MASK].name = "mask";
    }
}

nacre_status nacre_filter_trades(nacre_ctx *ctx, const nacre_instrument *instrument,
                                 const nacre_calendar *calendar,
                                 const nacre_filter_options *options, const nacre_trades *trades,
                                 nacre_filtered **out, nacre_error *err)
{
    nacre_filter_options defaults;
    nacre_filter_options_init(&defaults);
    *out = NULL;
    if (!options)
        options = &defaults;
    nacre_status status = check_arguments(instrument, calendar, options, err);
    if (status)
        return status;
    filtered_box *box;
    status = nacrei_alloc(ctx, 1, sizeof *box, "filtered trades", &box, err);
    if (status)
        return status;
    sorter s = {.options = options, .calendar = calendar, .trades = trades};
    // A market around the clock has neither hours nor US sale conditions.
    s.has_auctions = strcmp(instrument->calendar, "24x7") != 0;
    s.regular = s.has_auctions && options->conditions == NACRE_CONDITIONS_REGULAR;
    list_reasons(&s, box);
    if (box->result.reason_count)
        status = nacrei_alloc(ctx, trades->rows, 1, "filter verdicts", &s.verdicts, err);
    if (!status)
        status = judge_rows(&s, box, err);
    if (!status)
        status = take_columns(ctx, &s, box, err);
    nacrei_free(ctx, s.verdicts, trades->rows, 1);
    if (status) {
        nacre_filtered_destroy(ctx, &box->result);
        return status;
    }
    *out = &box->result;
    return NACRE_OK;
}

void nacre_filtered_destroy(nacre_ctx *ctx, nacre_filtered *filtered)
{
    if (!filtered)
        return;
    filtered_box *box = (filtered_box *)filtered;
    for (size_t i = 0; i < box->owned_count; i++)
        nacrei_free(ctx, box->owned[i].memory, box->owned[i].count, box->owned[i].size);
    nacrei_free(ctx, box, 1, sizeof *box);
}
