// SPDX-License-Identifier: Apache-2.0
// Per-CPU utilisation from /proc/stat (proc(5)): user nice system idle iowait irq softirq steal,
// counters in clock ticks. guest and guest_nice follow and are contained in user and nice, so only
// the first eight count. The text may hold anything: numbers that do not fit end the line.
#include "hw/os_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define FIELDS 8

/// Digits at *at; false when there are none or they do not fit. Moves *at behind them.
static bool parse_uint(const char **at, const char *end, uint64_t *value)
{
    const char *start = *at;
    uint64_t sum = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(**at - '0'), &sum))
            return false;
    *value = sum;
    return *at > start;
}

/// The fields behind the name; kernels before 2.6.11 have no steal, so four are enough.
static bool parse_fields(const char *at, const char *end, nacrei_cpu_time *out)
{
    enum { IDLE = 3, IOWAIT = 4, STEAL = 7, LEAST = 4 };
    uint64_t field[FIELDS] = {0}, total = 0;
    size_t count = 0;
    while (count < FIELDS) {
        while (at < end && *at == ' ')
            at++;
        uint64_t value;
        if (!parse_uint(&at, end, &value) || (at < end && *at != ' '))
            break; // a number with a tail is none: it must not count in one sum only
        if (__builtin_add_overflow(total, value, &total))
            return false;
        field[count++] = value;
    }
    if (count < LEAST)
        return false;
    out->total = total;
    out->steal = field[STEAL];
    out->busy = total - field[IDLE] - field[IOWAIT] - field[STEAL];
    return true;
}

size_t nacrei_proc_stat_parse(const char *text, size_t bytes, nacrei_cpu_time *all,
                              nacrei_cpu_time *each, size_t capacity)
{
    size_t count = 0;
    *all = (nacrei_cpu_time){.cpu = NACRE_HW_NONE};
    const char *end = text + bytes;
    for (const char *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        if (stop - line > 3 && memcmp(line, "cpu", 3) == 0) {
            const char *at = line + 3;
            uint64_t number;
            nacrei_cpu_time time = {.cpu = NACRE_HW_NONE};
            if (*at == ' ' && parse_fields(at, stop, &time)) {
                *all = time;
            } else if (*at != ' ' && count < capacity && parse_uint(&at, stop, &number) &&
                       number < NACRE_HW_NONE && at < stop && *at == ' ' &&
                       parse_fields(at, stop, &time)) {
                time.cpu = (uint32_t)number;
                each[count++] = time;
            }
        }
        line = stop + (stop < end);
    }
    return count;
}

nacrei_cpu_share nacrei_cpu_share_between(const nacrei_cpu_time *before,
                                          const nacrei_cpu_time *after)
{
    nacrei_cpu_share share = {after->cpu, (double)NAN, (double)NAN};
    bool forward = after->busy >= before->busy && after->steal >= before->steal;
    if (!forward || after->total <= before->total)
        return share;
    double wall = (double)(after->total - before->total);
    double busy = (double)(after->busy - before->busy);
    double steal = (double)(after->steal - before->steal);
    if (busy + steal > wall) // idle stepped back, which Linux allows
        return share;
    share.busy_percent = 100.0 * (busy / wall); // in this order never above 100
    share.steal_percent = 100.0 * (steal / wall);
    return share;
}

size_t nacrei_proc_stat_read(nacrei_cpu_time *all, nacrei_cpu_time *each, size_t capacity)
{
    char text[65536]; // the CPUs stand first; the interrupts behind them may be cut off
    size_t used = 0;
    int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && used < sizeof text) {
        ssize_t got = read(fd, text + used, sizeof text - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    if (fd >= 0)
        (void)close(fd);
    return nacrei_proc_stat_parse(text, used, all, each, capacity);
}
