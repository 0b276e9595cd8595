// SPDX-License-Identifier: Apache-2.0
// A results folder that appears only when it is complete: everything is written into a temporary
// folder beside it, which is renamed at the end. With replacement the entries are renamed one by
// one over those of the same name, and nothing else in the folder is touched.
#ifndef NACREI_CLI_RUN_FOLDER_H
#define NACREI_CLI_RUN_FOLDER_H

#include "core/status.h"

#define RUN_PATH_BYTES 4096

typedef struct run_folder {
    char path[RUN_PATH_BYTES];
    char temporary[RUN_PATH_BYTES - 64]; ///< empty after commit
    unsigned parents_made;               ///< folders above it that were made for it
    bool replace;                        ///< the folder is there already and may be changed
} run_folder;

/// @error NACRE_E_EXISTS the folder holds something and `force` is not given; NACRE_E_IO
NACRE_MUST_CHECK nacre_status nacrei_run_folder_open(run_folder *folder, const char *path,
                                                     bool force, nacre_error *err);
/// Gives the results their place.
NACRE_MUST_CHECK nacre_status nacrei_run_folder_commit(run_folder *folder, nacre_error *err);
/// Removes what was written. Harmless after commit.
void nacrei_run_folder_abandon(run_folder *folder);

#endif
