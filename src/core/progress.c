// SPDX-License-Identifier: Apache-2.0
// Draws "import  12.3 M rows  45 %  3.4 M rows/s  0:07 left" over itself. Rates are means since the
// beginning: they move slowly enough to be read. The line is cut to fit 79 columns, because a line
// that wraps cannot be drawn over.
#include "core/progress.h"

#include "core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRAW_INTERVAL_NS INT64_C(100000000)
#define LINE_BYTES 80

// "950", "12.3 k", "4.56 M", "7.89 G"
static void human(char *out, size_t bytes, double value)
{
    static const char *const prefixes[] = {"", " k", " M", " G", " T"};
    size_t i = 0;
    for (; value >= 1000 && i + 1 < sizeof prefixes / sizeof *prefixes; i++)
        value /= 1000;
    int decimals = i == 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    (void)snprintf(out, bytes, "%.*f%s", decimals, value, prefixes[i]);
}

void nacrei_progress_begin(nacrei_progress *progress, const char *label, const char *unit,
                           bool quiet)
{
    const char *terminal = getenv("TERM");
    bool dumb = terminal && strcmp(terminal, "dumb") == 0;
    int64_t now = nacrei_monotonic_ns();
    *progress = (nacrei_progress){.label = label,
                                  .unit = unit,
                                  .enabled = !quiet && !dumb && isatty(STDERR_FILENO),
                                  .started_ns = now,
                                  .drawn_ns = now};
}

static void draw(const nacrei_progress *progress, uint64_t done, uint64_t total, double seconds)
{
    char amount[32], rate[32], share[32] = "", left[32] = "", line[256];
    double per_second = (double)done / seconds;
    human(amount, sizeof amount, (double)done);
    human(rate, sizeof rate, per_second);
    if (total > 0 && done <= total) {
        (void)snprintf(share, sizeof share, "  %.0f %%", 100 * (double)done / (double)total);
        double rest = done ? (double)(total - done) / per_second : 0;
        if (done && rest < 360000)
            (void)snprintf(left, sizeof left, "  %d:%02d left", (int)rest / 60, (int)rest % 60);
    }
    (void)snprintf(line, sizeof line, "%s  %s %s%s  %s %s/s%s", progress->label, amount,
                   progress->unit, share, rate, progress->unit, left);
    (void)fprintf(stderr, "\r\033[K%.*s", LINE_BYTES - 1, line);
    (void)fflush(stderr);
}

bool nacrei_progress_update(void *user, uint64_t done, uint64_t total)
{
    nacrei_progress *progress = user;
    if (!progress->enabled)
        return true;
    int64_t now = nacrei_monotonic_ns();
    if (now - progress->drawn_ns < DRAW_INTERVAL_NS)
        return true;
    progress->drawn_ns = now;
    draw(progress, done, total, (double)(now - progress->started_ns) * 1e-9);
    return true;
}

void nacrei_progress_end(nacrei_progress *progress)
{
    if (progress->enabled) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
    progress->enabled = false;
}
