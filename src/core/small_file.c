// SPDX-License-Identifier: Apache-2.0
// Opens without blocking, so that a pipe under a settings file's name is refused instead of waited
// for; the size comes from the open file, and a file that grows meanwhile is read up to that size.
#include "core/small_file.h"

#include "core/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static nacre_status read_all(int fd, const char *path, char *content, size_t size, nacre_error *err)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(fd, content + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return nacrei_fail_system(err, NACRE_E_IO, errno, "cannot read %s", path);
        if (got == 0)
            return nacrei_fail(err, NACRE_E_IO, "%s became shorter while it was read", path);
        used += (size_t)got;
    }
    return NACRE_OK;
}

static nacre_status read_open(nacre_ctx *ctx, int fd, const char *path, size_t limit, char **out,
                              size_t *size, nacre_error *err)
{
    struct stat info;
    if (fstat(fd, &info))
        return nacrei_fail_system(err, NACRE_E_IO, errno, "cannot look at %s", path);
    if (!S_ISREG(info.st_mode))
        return nacrei_fail(err, NACRE_E_IO, "%s is no regular file", path);
    size_t bytes = (size_t)info.st_size;
    if (bytes > limit)
        return nacrei_fail(err, NACRE_E_LIMIT, "%s has %zu bytes, at most %zu are read", path,
                           bytes, limit);
    char *content;
    nacre_status status = nacrei_alloc(ctx, bytes + 1, 1, path, &content, err);
    if (status)
        return status;
    status = read_all(fd, path, content, bytes, err);
    if (status) {
        nacrei_small_file_free(ctx, content, bytes);
        return status;
    }
    *out = content;
    *size = bytes;
    return NACRE_OK;
}

nacre_status nacrei_small_file_read(nacre_ctx *ctx, const char *path, size_t limit, char **out,
                                    size_t *size, nacre_error *err)
{
    *out = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return nacrei_fail_system(err, errno == ENOENT ? NACRE_E_NOTFOUND : NACRE_E_IO, errno,
                                  "cannot open %s", path);
    nacre_status status = read_open(ctx, fd, path, limit, out, size, err);
    (void)close(fd);
    return status;
}

void nacrei_small_file_free(nacre_ctx *ctx, char *content, size_t size)
{
    nacrei_free(ctx, content, size + 1, 1);
}
