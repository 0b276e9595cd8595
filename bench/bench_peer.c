// SPDX-License-Identifier: Apache-2.0
// Where the peers' scripts are: in share/nacre/peers of an installation, or in bench/peers of the
// source tree that the program was built in. Found from the program's own place, so that no path is
// compiled in. And peers that stay: one socket is their standard input and output.
#include "bench.h"

#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SILENCE_MS 20000

extern char **environ;

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

/// Reads up to a line end, which is cut off.
static bool read_line(int channel, char *line, size_t bytes)
{
    for (size_t used = 0; used + 1 < bytes; used++) {
        struct pollfd ready = {.fd = channel, .events = POLLIN};
        if (poll(&ready, 1, SILENCE_MS) != 1 || read(channel, line + used, 1) != 1)
            return false;
        if (line[used] == '\n') {
            line[used] = '\0';
            return true;
        }
    }
    return false;
}

bool bench_peer_start(bench_peer *peer, const char *command, char *version, size_t bytes)
{
    int ends[2];
    *peer = (bench_peer){0};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    char shell[] = "/bin/sh", option[] = "-c", text[2048];
    char *const arguments[] = {shell, option, text, NULL};
    posix_spawn_file_actions_t actions;
    bool good = (size_t)snprintf(text, sizeof text, "%s", command) < sizeof text &&
                posix_spawn_file_actions_init(&actions) == 0;
    if (good) {
        good = posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO) == 0 &&
               posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0 &&
               posix_spawn(&peer->pid, shell, &actions, NULL, arguments, environ) == 0;
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(ends[1]);
    if (good)
        peer->channel = ends[0];
    else
        (void)close(ends[0]);
    return good && read_line(peer->channel, version, bytes);
}

bool bench_peer_ask(const bench_peer *peer, char *answer, size_t bytes)
{
    return send(peer->channel, "\n", 1, MSG_NOSIGNAL) == 1 &&
           read_line(peer->channel, answer, bytes);
}

void bench_peer_stop(bench_peer *peer)
{
    if (peer->channel > 0)
        (void)close(peer->channel); // the end of its input: it leaves by itself
    if (peer->pid > 0)
        (void)waitpid(peer->pid, NULL, 0);
    *peer = (bench_peer){0};
}
