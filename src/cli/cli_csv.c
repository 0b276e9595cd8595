// SPDX-License-Identifier: Apache-2.0
// What every command's CSV files share. Assets are named by whoever made the panel, so a name may
// hold anything that one line of text can.
#include "cli/cli_csv.h"

#include "cli/cli_export.h"
#include "core/json.h"

#include <math.h>
#include <string.h>

#define PATH_BYTES 4096

void cli_csv_name(FILE *out, const char *name)
{
    if (!strpbrk(name, ",\"\r\n")) {
        (void)fputs(name, out);
        return;
    }
    (void)fputc('"', out);
    for (; *name; name++) {
        if (*name == '"')
            (void)fputc('"', out);
        (void)fputc(*name, out);
    }
    (void)fputc('"', out);
}

void cli_csv_double(FILE *out, double value)
{
    char text[40];
    (void)fputc(',', out);
    if (!isfinite(value))
        return;
    (void)nacrei_format_double(text, sizeof text, value);
    (void)fputs(text, out);
}

nacre_status cli_csv_write(const char *folder, const char *name,
                           void (*write)(FILE *out, const void *what), const void *what,
                           nacre_error *err)
{
    char path[PATH_BYTES];
    cli_file file;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return nacrei_fail(err, NACRE_E_ARG, "--out: a path of %d bytes is too long", length);
    nacre_status status = cli_file_open(&file, path, err);
    if (status)
        return status;
    write(file.out, what);
    status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}
