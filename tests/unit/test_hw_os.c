// SPDX-License-Identifier: Apache-2.0
// What Linux tells in /proc and /sys, on a made-up machine in a folder, and /proc/stat on text that
// no kernel ever wrote.
#include "hw/os_probe.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];

/// Writes root/path with the folders above it.
static void write_file(const char *path, const char *text)
{
    char full[512];
    int n = snprintf(full, sizeof full, "%s%s", root, path);
    assert_true(n > 0 && (size_t)n < sizeof full);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        assert_true(mkdir(full, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/nacre-hw-os-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    char command[256];
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void test_nothing_told(void **state)
{
    (void)state;
    nacrei_os os;
    nacrei_os_probe(root, &os);
    assert_int_equal(os.memory_bytes, 0);
    assert_int_equal(os.page_count, 0);
    assert_true(isnan(os.cpu_quota));
    assert_string_equal(os.governor, "");
    assert_string_equal(os.transparent_huge_pages, "");
    assert_string_equal(os.microcode, "");
}

static void test_all_told(void **state)
{
    (void)state;
    nacrei_os os;
    write_file("/proc/meminfo", "MemTotal:       24683620 kB\nMemFree:  1 kB\n"
                                "MemAvailable:   24240464 kB\n");
    write_file("/proc/cpuinfo", "processor\t: 0\nmodel name\t: x\nmicrocode\t: 0x2b000590\n\n"
                                "processor\t: 1\nmicrocode\t: 0x1\n");
    write_file("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    write_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    write_file("/sys/fs/cgroup/cpu.max", "150000 100000\n");
    write_file("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "2\n");
    write_file("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
    write_file("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "500\n");
    write_file("/sys/kernel/mm/hugepages/hugepages-xkB/free_hugepages", "500\n");
    nacrei_os_probe(root, &os);
    assert_true(os.memory_bytes == UINT64_C(24683620) * 1024);
    assert_true(os.memory_free_bytes == UINT64_C(24240464) * 1024);
    assert_string_equal(os.microcode, "0x2b000590");
    assert_string_equal(os.transparent_huge_pages, "madvise");
    assert_string_equal(os.governor, "powersave");
    assert_true(os.cpu_quota == 1.5);
    assert_int_equal(os.page_count, 2);
    assert_int_equal(os.pages[0].bytes, 2 << 20);
    assert_int_equal(os.pages[0].total, 512);
    assert_int_equal(os.pages[0].free, 500);
    assert_int_equal(os.pages[1].bytes, 1 << 30);
    assert_int_equal(os.pages[1].total, 2);
    assert_int_equal(os.pages[1].free, 0); // not told
}

static void test_told_oddly(void **state)
{
    (void)state;
    nacrei_os os;
    write_file("/proc/meminfo", "MemTotal: 99999999999999999999999 kB\nMemAvailable");
    write_file("/proc/cpuinfo", "microcode");
    write_file("/sys/kernel/mm/transparent_hugepage/enabled", "always [a very long word indeed] x");
    write_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
               "a-governor-with-a-name-that-does-not-fit");
    write_file("/sys/fs/cgroup/cpu.max", "max 100000\n");
    nacrei_os_probe(root, &os);
    assert_int_equal(os.memory_bytes, 0);
    assert_int_equal(os.memory_free_bytes, 0);
    assert_string_equal(os.microcode, "");
    assert_string_equal(os.transparent_huge_pages, "");
    assert_string_equal(os.governor, "");
    assert_true(isnan(os.cpu_quota));
    write_file("/sys/fs/cgroup/cpu.max", "-5 100000\n");
    nacrei_os_probe(root, &os);
    assert_true(isnan(os.cpu_quota));
}

static size_t parse(const char *text, nacrei_cpu_time *all, nacrei_cpu_time *each, size_t capacity)
{
    return nacrei_proc_stat_parse(text, strlen(text), all, each, capacity);
}

static void test_proc_stat(void **state)
{
    (void)state;
    nacrei_cpu_time all, each[4];
    // user nice system idle iowait irq softirq steal guest guest_nice
    const char *text = "cpu  10 20 30 1000 40 5 6 7 3 1\n"
                       "cpu0 1 2 3 500 4 5 6 7 0 0\n"
                       "cpu12 9 18 27 500 36 0 0 0 3 1\n"
                       "intr 514992 0 0\nctxt 12\n";
    assert_int_equal(parse(text, &all, each, 4), 2);
    assert_int_equal(all.total, 10 + 20 + 30 + 1000 + 40 + 5 + 6 + 7);
    assert_int_equal(all.busy, 10 + 20 + 30 + 5 + 6);
    assert_int_equal(all.steal, 7);
    assert_int_equal(each[0].cpu, 0);
    assert_int_equal(each[0].busy, 1 + 2 + 3 + 5 + 6);
    assert_int_equal(each[1].cpu, 12);
    assert_int_equal(each[1].steal, 0);
    assert_int_equal(parse(text, &all, each, 1), 1); // no room for the second
    assert_int_equal(each[0].cpu, 0);
    assert_int_equal(parse("cpu 1 2 3 4", &all, each, 4), 0); // before 2.6.11, no newline
    assert_int_equal(all.total, 10);
    assert_int_equal(all.busy, 6);
}

static void test_proc_stat_odd(void **state)
{
    (void)state;
    nacrei_cpu_time all, each[4];
    static const char *const none[] = {
        "",
        "cpu",
        "cpu\n",
        "cpu ",
        "cpu  1 2 3\n",
        "cpu  1 2 3 x\n",
        "cpu  1 2 3 4x\n",
        "cpu  -1 2 3 4\n",
        "cpux 1 2 3 4\n",
        "cpu0\n",
        "cpu0x 1 2 3 4\n",
        "cpu 18446744073709551616 1 1 1\n",
        "cpu 18446744073709551615 1 1 1\n",
        "cpu4294967295 1 2 3 4\n",
        "cpu99999999999999999999 1 2 3 4\n",
        " cpu 1 2 3 4\n",
        "\n\n\ncp\nc",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(parse(none[i], &all, each, 4), 0);
        assert_int_equal(all.total, 0);
    }
    // A bad line costs itself only; a NUL ends a number, not the text.
    assert_int_equal(parse("cpu0 1\ncpu1 1 2 3 4\ncpu2 1 2 3 4 y\n", &all, each, 4), 2);
    assert_int_equal(each[0].cpu, 1);
    assert_int_equal(each[1].total, 10);
    assert_int_equal(parse("cpu0 1 2 3 4 99x 0 0 7\n", &all, each, 4), 1);
    assert_true(each[0].total == 10 && each[0].busy == 6 && each[0].steal == 0);
    const char zero[] = "cpu0 1 2\0 3 4\ncpu1 1 1 1 1\n";
    assert_int_equal(nacrei_proc_stat_parse(zero, sizeof zero - 1, &all, each, 4), 1);
    assert_int_equal(each[0].cpu, 1);
}

static void test_share(void **state)
{
    (void)state;
    const nacrei_cpu_time before = {.cpu = 3, .busy = 100, .steal = 10, .total = 1000};
    nacrei_cpu_time after = {.cpu = 3, .busy = 125, .steal = 15, .total = 1100};
    nacrei_cpu_share share = nacrei_cpu_share_between(&before, &after);
    assert_int_equal(share.cpu, 3);
    assert_true(share.busy_percent == 25.0 && share.steal_percent == 5.0);
    after.busy = 99; // stepped back
    assert_true(isnan(nacrei_cpu_share_between(&before, &after).busy_percent));
    assert_true(isnan(nacrei_cpu_share_between(&before, &before).busy_percent));
    after = (nacrei_cpu_time){.busy = 200, .steal = 10, .total = 1050}; // idle stepped back
    assert_true(isnan(nacrei_cpu_share_between(&before, &after).busy_percent));
}

static void test_this_machine(void **state)
{
    (void)state;
    nacrei_cpu_time all, each[1024];
    size_t count = nacrei_proc_stat_read(&all, each, 1024);
    if (access("/proc/stat", R_OK) != 0) {
        assert_int_equal(count, 0);
        return;
    }
    assert_true(count >= 1 && count <= 1024);
    for (size_t i = 0; i < count; i++)
        assert_true(each[i].busy + each[i].steal <= each[i].total);
    assert_true(all.total > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_told, make_root, remove_root),
        cmocka_unit_test_setup_teardown(test_all_told, make_root, remove_root),
        cmocka_unit_test_setup_teardown(test_told_oddly, make_root, remove_root),
        cmocka_unit_test(test_proc_stat),
        cmocka_unit_test(test_proc_stat_odd),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_this_machine),
    };
    return cmocka_run_group_tests_name("hw_os", tests, NULL, NULL);
}
