// SPDX-License-Identifier: Apache-2.0
// Small text files of the kernel, each read whole into a buffer on the stack. They change while
// they are read and differ between kernels, so an unknown form is "not told", never an error.
#include "hw/os_probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SMALL_BYTES 8192

/// The beginning of a file as a text; its length, 0 when it cannot be read.
static size_t read_text(const char *root, const char *path, char *out, size_t bytes)
{
    char full[512];
    out[0] = '\0';
    int n = snprintf(full, sizeof full, "%s%s", root, path);
    if (n < 0 || (size_t)n >= sizeof full)
        return 0;
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    size_t used = 0;
    while (used + 1 < bytes) {
        ssize_t got = read(fd, out + used, bytes - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    (void)close(fd);
    out[used] = '\0';
    return used;
}

/// One line without its end into a small field; empty when it does not fit.
static void read_word(const char *root, const char *path, char *out, size_t bytes)
{
    char text[256];
    (void)read_text(root, path, text, sizeof text);
    size_t length = strcspn(text, "\n");
    out[0] = '\0';
    if (length < bytes) {
        memcpy(out, text, length);
        out[length] = '\0';
    }
}

static uint64_t read_count(const char *root, const char *path)
{
    char text[64];
    (void)read_text(root, path, text, sizeof text);
    return strtoull(text, NULL, 10);
}

/// The value after `key` at the beginning of a line, e.g. "MemTotal:"; NULL without one.
static const char *find_line(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0)
            return line + length + strspn(line + length, " \t:");
    }
    return NULL;
}

static uint64_t kilobytes(const char *text, const char *key)
{
    const char *value = find_line(text, key);
    uint64_t kib = value ? strtoull(value, NULL, 10) : 0;
    return kib > UINT64_MAX / 1024 ? 0 : kib * 1024;
}

static int compare_pages(const void *a, const void *b)
{
    const nacre_hw_page *x = a, *y = b;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static void read_pages(const char *root, nacrei_os *out)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/sys/kernel/mm/hugepages", root);
    DIR *folder = opendir(path);
    if (!folder)
        return;
    const struct dirent *entry;
    while (out->page_count < NACREI_PAGES_MAX && (entry = readdir(folder))) {
        uint64_t kib;
        if (sscanf(entry->d_name, "hugepages-%" SCNu64 "kB", &kib) != 1 || kib > UINT64_MAX / 1024)
            continue;
        nacre_hw_page *page = &out->pages[out->page_count++];
        page->bytes = kib * 1024;
        (void)snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/%.64s/nr_hugepages",
                       entry->d_name);
        page->total = read_count(root, path);
        (void)snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/%.64s/free_hugepages",
                       entry->d_name);
        page->free = read_count(root, path);
    }
    (void)closedir(folder);
    qsort(out->pages, out->page_count, sizeof *out->pages, compare_pages);
}

/// "always [madvise] never" -> "madvise"
static void read_chosen(const char *root, const char *path, char *out, size_t bytes)
{
    char text[256];
    (void)read_text(root, path, text, sizeof text);
    const char *open_bracket = strchr(text, '[');
    const char *close_bracket = open_bracket ? strchr(open_bracket, ']') : NULL;
    out[0] = '\0';
    if (close_bracket && (size_t)(close_bracket - open_bracket) <= bytes)
        (void)snprintf(out, bytes, "%.*s", (int)(close_bracket - open_bracket - 1),
                       open_bracket + 1);
}

/// Control group version 2 as seen from inside a container: "max 100000" or "150000 100000".
static double read_quota(const char *root)
{
    char text[128];
    double quota, period;
    (void)read_text(root, "/sys/fs/cgroup/cpu.max", text, sizeof text);
    if (sscanf(text, "%lf %lf", &quota, &period) != 2 || !(quota > 0) || !(period > 0))
        return (double)NAN;
    return quota / period;
}

void nacrei_os_probe(const char *root, nacrei_os *out)
{
    char text[SMALL_BYTES];
    memset(out, 0, sizeof *out);
    (void)read_text(root, "/proc/meminfo", text, sizeof text);
    out->memory_bytes = kilobytes(text, "MemTotal:");
    out->memory_free_bytes = kilobytes(text, "MemAvailable:");
    (void)read_text(root, "/proc/cpuinfo", text, sizeof text);
    const char *microcode = find_line(text, "microcode");
    if (microcode)
        (void)snprintf(out->microcode, sizeof out->microcode, "%.*s", (int)strcspn(microcode, "\n"),
                       microcode);
    read_chosen(root, "/sys/kernel/mm/transparent_hugepage/enabled", out->transparent_huge_pages,
                sizeof out->transparent_huge_pages);
    read_word(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", out->governor,
              sizeof out->governor);
    out->cpu_quota = read_quota(root);
    read_pages(root, out);
}
