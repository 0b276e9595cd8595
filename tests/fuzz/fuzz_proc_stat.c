// SPDX-License-Identifier: Apache-2.0
// /proc/stat from any bytes: never more CPUs than there is room for, and each with shares that are
// parts of its total.
#include "hw/os_probe.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check(const nacrei_cpu_time *time)
{
    require(time->busy <= time->total && time->steal <= time->total - time->busy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nacrei_cpu_time all, each[4], few[1];
    size_t count = nacrei_proc_stat_parse((const char *)data, size, &all, each, 4);
    require(count <= 4);
    check(&all);
    for (size_t i = 0; i < count; i++) {
        check(&each[i]);
        nacrei_cpu_share share = nacrei_cpu_share_between(&each[0], &each[i]);
        require(!(share.busy_percent < 0.0 || share.busy_percent > 100.0));
        require(!(share.steal_percent < 0.0 || share.steal_percent > 100.0));
    }
    require(nacrei_proc_stat_parse((const char *)data, size, &all, few, 1) == (count > 0));
    return 0;
}
