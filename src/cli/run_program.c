// SPDX-License-Identifier: Apache-2.0
// Peers run as processes of their own: nothing of theirs is linked, and what they need may be
// missing.
#include "cli/run_program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int nacrei_program_run(const char *const *argv, const char *stdout_path)
{
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return 127;
    int failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, stdout_path,
                                                  O_WRONLY | O_CREAT | O_TRUNC, 0600);
    failed |= posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!failed) {
        char *copy[16] = {NULL};
        for (size_t i = 0; argv[i] && i + 1 < sizeof copy / sizeof *copy; i++)
            copy[i] = strdup(argv[i]);
        failed = posix_spawnp(&child, argv[0], &actions, NULL, copy, environ);
        for (size_t i = 0; copy[i]; i++)
            free(copy[i]);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return 127;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

const char *nacrei_program_python(const char *scratch)
{
    static const char *const pythons[] = {"/usr/bin/python3", "python3"};
    for (size_t i = 0; i < sizeof pythons / sizeof pythons[0]; i++) {
        const char *const argv[] = {pythons[i], "-c", "import numpy, pandas", NULL};
        if (nacrei_program_run(argv, scratch) == 0)
            return pythons[i];
    }
    return NULL;
}
