// SPDX-License-Identifier: Apache-2.0
// Making, filling and placing a results folder. Symbolic links are never followed when removing.
#include "cli/run_folder.h"

#include "cli/cli_export.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_tree(const char *path)
{
    const int open_folders = 16;
    (void)nftw(path, remove_entry, open_folders, FTW_DEPTH | FTW_PHYS);
}

/// Whether the folder holds an entry.
static nacre_status look(const char *path, bool *exists, bool *holds, nacre_error *err)
{
    *exists = *holds = false;
    DIR *folder = opendir(path);
    if (!folder) {
        if (errno == ENOENT)
            return NACRE_OK;
        return nacrei_fail_system(err, NACRE_E_IO, errno, "--out %s: cannot be used as a folder",
                                  path);
    }
    *exists = true;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        *holds |= strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return NACRE_OK;
}

/// The folder that holds `path`; false when that is the current one or the root.
static bool parent_of(const char *path, char parent[RUN_PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return false;
    (void)snprintf(parent, RUN_PATH_BYTES, "%.*s", (int)(slash - path), path);
    return true;
}

static void unmake_parent(run_folder *folder)
{
    char parent[RUN_PATH_BYTES];
    if (folder->parents_made && parent_of(folder->path, parent))
        cli_unmake_folder(parent, folder->parents_made);
    folder->parents_made = 0;
}

nacre_status nacrei_run_folder_open(run_folder *folder, const char *path, bool force,
                                    nacre_error *err)
{
    memset(folder, 0, sizeof *folder);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || length + 128 > sizeof folder->temporary)
        return nacrei_fail(err, NACRE_E_ARG,
                           "--out: a folder's name is needed, of at most %zu bytes",
                           sizeof folder->temporary - 128);
    memcpy(folder->path, path, length);
    bool exists, holds;
    nacre_status status = look(folder->path, &exists, &holds, err);
    if (status)
        return status;
    if (holds && !force)
        return nacrei_fail(err, NACRE_E_EXISTS,
                           "%s: exists and is not empty; choose another --out, or --force to "
                           "replace the results in it",
                           folder->path);
    folder->replace = exists && holds;
    char parent[RUN_PATH_BYTES];
    if (parent_of(folder->path, parent))
        status = cli_make_folders(parent, &folder->parents_made, err);
    if (status)
        return status;
    (void)snprintf(folder->temporary, sizeof folder->temporary, "%.*s.tmp-XXXXXX", (int)length,
                   path);
    if (!mkdtemp(folder->temporary)) {
        int code = errno;
        folder->temporary[0] = 0;
        unmake_parent(folder);
        return nacrei_fail_system(err, NACRE_E_IO, code,
                                  "%s: cannot be made here (is its parent folder writable?)",
                                  folder->path);
    }
    mode_t mask = umask(0);
    (void)umask(mask);
    (void)chmod(folder->temporary, 0777 & ~mask);
    return NACRE_OK;
}

/// Puts one entry in its place; what was there under the same name goes.
static nacre_status place(const run_folder *folder, const char *name, nacre_error *err)
{
    char from[RUN_PATH_BYTES + 256], to[RUN_PATH_BYTES + 256], aside[RUN_PATH_BYTES + 512];
    (void)snprintf(from, sizeof from, "%s/%s", folder->temporary, name);
    (void)snprintf(to, sizeof to, "%s/%s", folder->path, name);
    if (rename(from, to) == 0)
        return NACRE_OK;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be replaced", to);
    // A tape is a folder: rename does not replace one that holds files.
    (void)snprintf(aside, sizeof aside, "%s/.%s.old", folder->temporary, name);
    if (rename(to, aside) != 0 || rename(from, to) != 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be replaced", to);
    remove_tree(aside);
    return NACRE_OK;
}

nacre_status nacrei_run_folder_commit(run_folder *folder, nacre_error *err)
{
    if (!folder->replace) {
        if (rename(folder->temporary, folder->path) != 0)
            return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be made", folder->path);
        folder->temporary[0] = 0;
        folder->parents_made = 0;
        return NACRE_OK;
    }
    DIR *entries = opendir(folder->temporary);
    if (!entries)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s", folder->temporary);
    nacre_status status = NACRE_OK;
    for (const struct dirent *entry; !status && (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.')
            status = place(folder, entry->d_name, err);
    (void)closedir(entries);
    if (!status)
        nacrei_run_folder_abandon(folder);
    return status;
}

void nacrei_run_folder_abandon(run_folder *folder)
{
    if (folder->temporary[0])
        remove_tree(folder->temporary);
    folder->temporary[0] = 0;
    unmake_parent(folder);
}
