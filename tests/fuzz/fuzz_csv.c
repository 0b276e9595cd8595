// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of trades: byte 0 chooses the format, byte 1 the options, the rest is the
// file, packed or plain. Whatever comes out must be legal trades in order.
#include "nacre/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(nacre_reader *reader)
{
    nacre_trades block;
    nacre_error err;
    int64_t last = INT64_MIN;
    uint64_t rows = 0;
    while (nacre_reader_next(reader, &block, &err) == NACRE_OK && block.rows > 0) {
        rows += block.rows;
        for (size_t i = 0; i < block.rows; i++) {
            if (block.ts_event[i] < last || block.price[i] <= 0 || block.size[i] <= 0 ||
                (block.side && (block.side[i] < -1 || block.side[i] > 1)))
                abort();
            last = block.ts_event[i];
        }
        if (nacre_reader_get_stats(reader)->rows != rows)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static nacre_ctx *ctx;
    if (!ctx && nacre_ctx_create(NULL, &ctx, NULL))
        abort();
    if (size < 2)
        return 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data + 2, size - 2) != (ssize_t)(size - 2))
        abort();
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const char *paths[1] = {path};
    nacre_reader_options options;
    nacre_reader_options_init(&options);
    options.format = (nacre_format)(data[0] % 6);
    options.symbol = data[1] & 1 ? "AAA" : NULL;
    options.skip_bad = data[1] & 2;
    options.round = data[1] & 4;
    options.side_as_is = data[1] & 8;
    options.reorder_ns = data[1] & 16 ? 5000000 : 0;
    options.columns = data[1] & 32 ? "ts_event=a:ms,price=b,size=c,symbol=d" : NULL;
    options.date = data[1] & 64 ? 20131007 : 0;
    options.size_exp = data[1] & 128 ? 9 : -1;
    nacre_reader *reader;
    nacre_error err;
    if (nacre_reader_open(ctx, paths, 1, &options, &reader, &err) == NACRE_OK) {
        read_all(reader);
        nacre_reader_close(reader);
    }
    (void)close(fd);
    return 0;
}
