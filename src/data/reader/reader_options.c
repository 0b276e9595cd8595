// SPDX-License-Identifier: Apache-2.0
// The names of formats and the defaults of reading.
#include "nacre/data.h"

#include <string.h>

static const char *const format_names[] = {"auto", "binance-trades", "binance-aggtrades",
                                           "lean", "nacre",          "generic"};
enum { FORMAT_COUNT = sizeof format_names / sizeof format_names[0] };

void nacre_reader_options_init(nacre_reader_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->size_exp = -1;
}

const char *nacre_format_name(nacre_format format)
{
    return (unsigned)format < FORMAT_COUNT ? format_names[format] : "unknown";
}

bool nacre_format_parse(const char *name, nacre_format *out)
{
    for (unsigned i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(format_names[i], name) == 0) {
            *out = (nacre_format)i;
            return true;
        }
    return false;
}
