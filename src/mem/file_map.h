// SPDX-License-Identifier: Apache-2.0
// A whole file mapped read-only: how sealed columns reach the engines without being copied.
#ifndef NACREI_MEM_FILE_MAP_H
#define NACREI_MEM_FILE_MAP_H

#include "core/status.h"

typedef struct nacrei_map {
    const unsigned char *data; ///< NULL when the file is empty
    size_t bytes;
} nacrei_map;

/// Maps the regular file `name` inside the open folder `folder` (AT_FDCWD for a plain path).
/// The file must not shrink while it is mapped: reading a page that is gone raises SIGBUS.
/// @param shown  the path for messages
/// @error  NACRE_E_NOTFOUND no such file; NACRE_E_CORRUPT not a regular file; NACRE_E_IO otherwise
/// @own    nacrei_map_close
NACRE_MUST_CHECK nacre_status nacrei_map_open(int folder, const char *name, const char *shown,
                                              nacrei_map *out, nacre_error *err);
/// Unmaps; a zeroed or closed map is fine.
void nacrei_map_close(nacrei_map *map);

#endif
