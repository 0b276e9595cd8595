// SPDX-License-Identifier: Apache-2.0
// Any bytes as a zip archive of trades. Bytes that do not begin like one are given the beginning,
// so that the fuzzer spends its time on archives.
#include "nacre/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static nacre_ctx *ctx;
    if (!ctx && nacre_ctx_create(NULL, &ctx, NULL))
        abort();
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    if (size >= 4 && data[0] != 'P' && pwrite(fd, "PK\3\4", 4, 0) != 4)
        abort();
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const char *paths[1] = {path};
    nacre_reader_options options;
    nacre_reader_options_init(&options);
    options.symbol = "AAA";
    options.skip_bad = true;
    nacre_reader *reader;
    nacre_error err;
    if (nacre_reader_open(ctx, paths, 1, &options, &reader, &err) == NACRE_OK) {
        nacre_trades block;
        while (nacre_reader_next(reader, &block, &err) == NACRE_OK && block.rows > 0)
            if (block.ts_event[block.rows - 1] < block.ts_event[0])
                abort();
        nacre_reader_close(reader);
    }
    (void)close(fd);
    return 0;
}
