// SPDX-License-Identifier: Apache-2.0
// Text for people: digits in groups, exact decimals, durations, UTC without noise.
// Each function fills the caller's buffer and returns it, so that calls nest in one printf.
#ifndef NACREI_CLI_TEXT_H
#define NACREI_CLI_TEXT_H

#include "nacre/core.h"

#define CLI_TEXT_BYTES 48
typedef struct cli_text {
    char text[CLI_TEXT_BYTES];
} cli_text;

/// "1,234,567"
cli_text cli_count_text(uint64_t value);
/// value / 10^exponent, exact, trailing zeros dropped, digits in groups: "1,234.5"
cli_text cli_decimal_text(int64_t value, unsigned exponent);
/// "0.84 s", "12.3 ms", "2 min 5 s", "3 h 2 min"
cli_text cli_seconds_text(double seconds);
/// "12.3 M/s"
cli_text cli_rate_text(double per_second);
/// "1.2 GB"
cli_text cli_bytes_text(uint64_t bytes);
/// "2013-10-07 13:30:00 UTC"; "-" for INT64_MIN
cli_text cli_time_text(int64_t t_ns);

/// Parses an exact decimal ("10.50") into units of 10^-exponent; false when it is none or does not
/// fit.
bool cli_parse_decimal(const char *text, unsigned exponent, int64_t *value);

#endif
