// SPDX-License-Identifier: Apache-2.0
// Status names and texts from the one list in core.h, and the functions that fill an error.
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *nacre_status_name(nacre_status status)
{
    switch (status) {
#define STATUS_NAME(code, name, text)                                                              \
    case NACRE_##name:                                                                             \
        return #name;
        NACRE_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
    }
    return "unknown";
}

const char *nacre_status_text(nacre_status status)
{
    switch (status) {
#define STATUS_TEXT(code, name, text)                                                              \
    case NACRE_##name:                                                                             \
        return text;
        NACRE_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "unknown";
}

const char *nacre_version(void)
{
    return NACRE_VERSION_STRING;
}

nacre_status nacrei_fail(nacre_error *err, nacre_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->status = status;
        err->system_code = 0;
        (void)vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

nacre_status nacrei_fail_system(nacre_error *err, nacre_status status, int system_code,
                                const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->status = status;
        err->system_code = system_code;
        (void)vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
        size_t used = strlen(err->message);
        char text[128];
        // GNU strerror_r may return a static string instead of filling the buffer.
        const char *reason = strerror_r(system_code, text, sizeof text);
        (void)snprintf(err->message + used, sizeof err->message - used, ": %s", reason);
    }
    return status;
}

nacre_status nacrei_fail_memory(nacre_error *err, size_t bytes, const char *what)
{
    return nacrei_fail(err, NACRE_E_NOMEM, "out of memory (%zu bytes for %s)", bytes, what);
}
