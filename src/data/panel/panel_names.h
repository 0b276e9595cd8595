// SPDX-License-Identifier: Apache-2.0
// Order and search over names, without the hidden allocation of qsort.
#ifndef NACREI_DATA_PANEL_NAMES_H
#define NACREI_DATA_PANEL_NAMES_H

#include <stddef.h>

/// Sorts the `count` indices in `order` so that the names they point to ascend in byte order.
void nacrei_panel_sort_names(const char *const *names, size_t *order, size_t count);
/// The index whose name is `key`, or SIZE_MAX. `order` is sorted.
size_t nacrei_panel_find_name(const char *const *names, const size_t *order, size_t count,
                              const char *key);

#endif
