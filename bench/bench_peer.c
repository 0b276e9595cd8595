// SPDX-License-Identifier: Apache-2.0
// Where the peers' scripts are: in share/nacre/peers of an installation, or in bench/peers of the
// source tree that the program was built in. Found from the program's own place, so that no path is
// compiled in.
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool bench_find_peer(const char *name, char *path, size_t bytes)
{
    static const char *const folders[] = {"share/nacre/peers", "bench/peers"};
    char above[4096];
    ssize_t length = readlink("/proc/self/exe", above, sizeof above - 1);
    if (length <= 0)
        return false;
    above[length] = '\0';
    for (char *slash; (slash = strrchr(above, '/')) != NULL;) {
        *slash = '\0';
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            int used = snprintf(path, bytes, "%s/%s/%s", above, folders[i], name);
            if (used > 0 && (size_t)used < bytes && access(path, R_OK) == 0)
                return true;
        }
    }
    return false;
}
