// SPDX-License-Identifier: Apache-2.0
// Output files that appear complete or not at all: written beside their place, synced, renamed.
// What is there already and is no regular file (a device, a pipe) is written directly.
#include "cli/cli_export.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

nacre_status cli_file_open(cli_file *file, const char *path, nacre_error *err)
{
    *file = (cli_file){.path = path};
    struct stat info;
    if (strcmp(path, "-") == 0) {
        file->out = stdout;
        file->path = "standard output";
        return NACRE_OK;
    }
    bool direct = stat(path, &info) == 0 && !S_ISREG(info.st_mode);
    if (!direct) {
        int n = snprintf(file->temporary, sizeof file->temporary, "%s.partial-%ld", path,
                         (long)getpid());
        if (n < 0 || (size_t)n >= sizeof file->temporary)
            return nacrei_fail(err, NACRE_E_ARG, "an output path of %d bytes is too long", n);
    }
    file->out = fopen(direct ? path : file->temporary, direct ? "we" : "wxe");
    if (file->out)
        return NACRE_OK;
    int code = errno;
    file->temporary[0] = 0;
    return nacrei_fail_system(err, NACRE_E_IO, code, "%s: cannot be written", path);
}

nacre_status cli_file_commit(cli_file *file, nacre_error *err)
{
    bool standard = file->out == stdout;
    errno = 0;
    bool bad = ferror(file->out) != 0;
    bad |= fflush(file->out) != 0;
    if (!bad && file->temporary[0])
        bad = fsync(fileno(file->out)) != 0;
    int code = errno;
    if (!standard && fclose(file->out) != 0 && !bad) {
        bad = true;
        code = errno;
    }
    file->out = NULL;
    if (!bad && file->temporary[0] && rename(file->temporary, file->path) != 0) {
        bad = true;
        code = errno;
    }
    if (bad) {
        cli_file_abandon(file);
        return nacrei_fail_system(err, NACRE_E_IO, code ? code : EIO,
                                  "%s: could not be written completely", file->path);
    }
    file->temporary[0] = 0;
    return NACRE_OK;
}

void cli_file_abandon(cli_file *file)
{
    if (file->out && file->out != stdout)
        (void)fclose(file->out);
    file->out = NULL;
    if (file->temporary[0])
        (void)unlink(file->temporary);
    file->temporary[0] = 0;
}

nacre_status cli_make_folder(const char *path, nacre_error *err)
{
    unsigned made;
    return cli_make_folders(path, &made, err);
}

nacre_status cli_make_folders(const char *path, unsigned *made, nacre_error *err)
{
    char part[4096];
    unsigned count = 0;
    *made = 0;
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return nacrei_fail(err, NACRE_E_ARG, "an output folder needs a name of 1 to %zu bytes",
                           sizeof part - 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        bool done = mkdir(part, 0777) == 0;
        count += done;
        if (done || errno == EEXIST)
            continue;
        int code = errno;
        if (count) { // the ones above this one
            part[i - 1] = 0;
            char *slash = strrchr(part, '/');
            if (slash)
                *slash = 0;
            cli_unmake_folder(part, count);
        }
        return nacrei_fail_system(err, NACRE_E_IO, code, "%.*s: the folder cannot be made", (int)i,
                                  path);
    }
    *made = count;
    struct stat info;
    if (stat(path, &info) != 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s", path);
    if (!S_ISDIR(info.st_mode))
        return nacrei_fail(err, NACRE_E_IO, "%s: is no folder; name another with --out", path);
    return NACRE_OK;
}

void cli_unmake_folder(const char *path, unsigned made)
{
    char part[4096];
    size_t length = strlen(path);
    if (length >= sizeof part)
        return;
    memcpy(part, path, length + 1);
    for (; made > 0; made--) {
        while (length > 1 && part[length - 1] == '/')
            part[--length] = 0;
        if (rmdir(part) != 0)
            return; // something else moved in
        while (length > 0 && part[length - 1] != '/')
            part[--length] = 0;
    }
}
