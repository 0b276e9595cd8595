// SPDX-License-Identifier: Apache-2.0
// Options of the tape filter and of VPIN. Settings of the configuration come first, then the
// command line; what depends on the data (the unit of --bucket-volume, the automatic warm-up) comes
// last.
#include "cli/cli_vpin.h"

#include "cli/cli_text.h"
#include "core/timezone.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

// In the order of the enumerations.
static const char *const classify_names[] = {"by-mode", "bvc", "side"};
static const char *const auctions_names[] = {"half", "exclude", "sign"};
static const char *const warmup_names[] = {"refuse", "skip", "first-session", "auto"};

const char *cli_warmup_name(nacre_vpin_warmup warmup)
{
    return warmup_names[warmup];
}

const char *cli_auctions_name(nacre_vpin_auctions auctions)
{
    return auctions_names[auctions];
}

const char *cli_classify_name(nacre_vpin_classify classify)
{
    return classify_names[classify];
}

static bool parse_names(const cli_args *args, nacre_vpin_options *options, bool *auto_warmup)
{
    const char *modes[NACRE_VPIN_AGGRESSOR + 1];
    for (int i = 0; i <= NACRE_VPIN_AGGRESSOR; i++)
        modes[i] = nacre_vpin_mode_name((nacre_vpin_mode)i);
    int mode = (int)options->mode, classify = (int)options->classify;
    int auctions = (int)options->auctions, warmup = 3; // auto
    if (!cli_choice(args, "mode", modes, LENGTH(modes), &mode) ||
        !cli_choice(args, "classify", classify_names, LENGTH(classify_names), &classify) ||
        !cli_choice(args, "auctions", auctions_names, LENGTH(auctions_names), &auctions) ||
        !cli_choice(args, "warmup", warmup_names, LENGTH(warmup_names), &warmup))
        return false;
    options->mode = (nacre_vpin_mode)mode;
    options->classify = (nacre_vpin_classify)classify;
    options->auctions = (nacre_vpin_auctions)auctions;
    *auto_warmup = warmup == 3;
    if (!*auto_warmup)
        options->warmup = (nacre_vpin_warmup)warmup;
    return true;
}

static bool parse_counts(const cli_args *args, nacre_vpin_options *options)
{
    int64_t buckets = options->buckets_per_day, window = options->window;
    int64_t lookback = options->lookback, min_bars = options->min_bars;
    int64_t horizon = options->horizon_buckets, bar = options->bar_ns / NACREI_NS_PER_SECOND;
    if (!cli_int(args, "buckets-per-day", 1, 100000, &buckets) ||
        !cli_int(args, "window", 1, 32767, &window) ||
        !cli_int(args, "lookback", 1, 250, &lookback) ||
        !cli_int(args, "min-bars", 2, 1000000, &min_bars) ||
        !cli_int(args, "horizon", 1, UINT32_MAX, &horizon) || !cli_int(args, "bar", 1, 86400, &bar))
        return false;
    options->buckets_per_day = (uint32_t)buckets;
    options->window = (uint32_t)window;
    options->lookback = (uint32_t)lookback;
    options->min_bars = (uint32_t)min_bars;
    options->horizon_buckets = (uint32_t)horizon;
    options->bar_ns = bar * NACREI_NS_PER_SECOND;
    return true;
}

static bool parse_bucket_volume(const cli_args *args, uint8_t size_exp, nacre_vpin_options *options)
{
    const char *text = cli_value(args, "bucket-volume");
    if (!text)
        return true;
    bool unknown = size_exp == CLI_SIZE_EXP_UNKNOWN;
    int64_t volume = 0;
    if (unknown && (strspn(text, "0123456789.") != strlen(text) || !strpbrk(text, "123456789"))) {
        (void)cli_usage(args, "--bucket-volume: '%s' is not a positive decimal number", text);
        return false;
    }
    if (!unknown && (!cli_parse_decimal(text, size_exp, &volume) || volume <= 0)) {
        (void)cli_usage(args,
                        "--bucket-volume: '%s' is not a positive decimal with at most %u decimals, "
                        "as this instrument's sizes have",
                        text, (unsigned)size_exp);
        return false;
    }
    options->bucket_volume = volume;
    return true;
}

bool cli_parse_vpin(const cli_args *args, const nacrei_config *config, uint8_t size_exp,
                    nacre_vpin_options *options, bool *auto_warmup)
{
    nacre_vpin_options_init(options);
    options->buckets_per_day = (uint32_t)config->vpin_buckets_per_day;
    options->window = (uint32_t)config->vpin_window;
    options->lookback = (uint32_t)config->vpin_lookback;
    options->bar_ns = config->vpin_bar_seconds * NACREI_NS_PER_SECOND;
    options->cdf_threshold = config->vpin_cdf_threshold;
    options->level = config->vpin_level;
    options->reset_session = cli_has(args, "reset-session");
    return parse_names(args, options, auto_warmup) && parse_counts(args, options) &&
           cli_double(args, "threshold", 0.5, 1, &options->cdf_threshold) &&
           cli_double(args, "hysteresis", 0, 0.5, &options->cdf_hysteresis) &&
           cli_double(args, "level", 0, 1, &options->level) &&
           parse_bucket_volume(args, size_exp, options);
}

bool cli_parse_filter(const cli_args *args, nacre_filter_options *options)
{
    nacre_filter_options_init(options);
    const char *text = cli_value(args, "conditions");
    if (!text || strcmp(text, "regular") == 0)
        return true;
    if (strcmp(text, "all") == 0) {
        options->conditions = NACRE_CONDITIONS_ALL;
        return true;
    }
    const char *digits = strncmp(text, "0x", 2) == 0 ? text + 2 : text;
    size_t length = strlen(digits);
    if (length < 1 || length > 8 || strspn(digits, "0123456789abcdefABCDEF") != length) {
        static const char *const words[] = {"regular", "all"};
        const char *near = nacrei_nearest(text, words, LENGTH(words));
        (void)cli_usage(
            args, "--conditions: '%s' is not regular, all or a hex mask such as 0x100000%s%s%s",
            text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return false;
    }
    options->conditions = NACRE_CONDITIONS_MASK;
    options->exclude_mask = (uint32_t)strtoul(digits, NULL, 16);
    return true;
}

static nacre_status session_begin(const nacre_calendar *calendar, int64_t t_ns, int64_t *begin_ns,
                                  nacre_error *err)
{
    if (!calendar) {
        *begin_ns = nacrei_floor_div(t_ns, NACREI_NS_PER_DAY) * NACREI_NS_PER_DAY;
        return NACRE_OK;
    }
    nacre_session session;
    nacre_status status = nacre_calendar_session(calendar, t_ns, &session, err);
    if (!status)
        *begin_ns = session.begin_ns;
    return status;
}

nacre_status cli_choose_warmup(const nacre_trades *trades, const nacre_calendar *calendar,
                               nacre_vpin_options *options, nacre_error *err)
{
    if (trades->rows == 0)
        return nacrei_fail(err, NACRE_E_ARG,
                           "no trade is left after the filter (see --conditions)");
    int64_t first = 0, last = 0;
    nacre_status status = session_begin(calendar, trades->ts_event[0], &first, err);
    if (!status)
        status = session_begin(calendar, trades->ts_event[trades->rows - 1], &last, err);
    if (status)
        return status;
    options->warmup =
        first != last ? NACRE_VPIN_WARMUP_SKIP_SESSION : NACRE_VPIN_WARMUP_FIRST_SESSION;
    return NACRE_OK;
}
