// SPDX-License-Identifier: Apache-2.0
// Read-only file mappings. The descriptor is closed at once (the mapping keeps the file), and only
// regular files are taken: a FIFO or device in a tape's folder must neither block nor be mapped.
#include "mem/file_map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static nacre_status map_descriptor(int fd, const char *shown, nacrei_map *out, nacre_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be examined", shown);
    if (!S_ISREG(info.st_mode))
        return nacrei_fail(err, NACRE_E_CORRUPT, "%s: not a regular file", shown);
    size_t bytes = (size_t)info.st_size;
    if (bytes == 0)
        return NACRE_OK;
    void *data = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: %zu bytes cannot be mapped", shown,
                                  bytes);
    *out = (nacrei_map){data, bytes};
    return NACRE_OK;
}

nacre_status nacrei_map_open(int folder, const char *name, const char *shown, nacrei_map *out,
                             nacre_error *err)
{
    *out = (nacrei_map){NULL, 0};
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return nacrei_fail_system(err, errno == ENOENT ? NACRE_E_NOTFOUND : NACRE_E_IO, errno,
                                  "%s: cannot be opened", shown);
    nacre_status status = map_descriptor(fd, shown, out, err);
    (void)close(fd);
    return status;
}

void nacrei_map_close(nacrei_map *map)
{
    if (map->data) {
        // munmap takes a writable pointer although it does not write through it.
        (void)munmap((void *)(uintptr_t)map->data, map->bytes);
    }
    *map = (nacrei_map){NULL, 0};
}
