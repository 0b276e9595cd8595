// SPDX-License-Identifier: Apache-2.0
// Settings from any bytes: either every value is in its range, or nothing changed and the error is
// one line.
#include "core/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nacrei_config config, before;
    nacre_error err;
    nacrei_config_init(&config);
    memcpy(&before, &config, sizeof config);
    if (nacrei_config_parse(&config, (const char *)data, size, "fuzz", &err)) {
        require(memcmp(&config, &before, sizeof config) == 0);
        require(err.message[0] && strlen(err.message) < sizeof err.message);
        for (const char *p = err.message; *p; p++)
            require((unsigned char)*p >= ' ');
        return 0;
    }
#define CONFIG_INT(key, field, default_value, low, high, text)                                     \
    require(config.field >= (low) && config.field <= (high));
#define CONFIG_DOUBLE(key, field, default_value, low, high, text)                                  \
    require(config.field >= (low) && config.field <= (high));
#define CONFIG_TEXT(key, field, default_value, choices, text)                                      \
    require(memchr(config.field, 0, sizeof config.field));
#include "core/config.def"
    return 0;
}
