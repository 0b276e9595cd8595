// SPDX-License-Identifier: Apache-2.0
// The doctor's page for a person: sections of short lines within 80 columns, long sentences wrapped
// under their beginning. Medians only, with quartiles where there is room; the rest is in --json.
#include "cli/cli_doctor.h"
#include "cli/cli_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define COLUMNS 79u

/// Prints `head` and then the words of `text` behind it, further lines indented as far as `head`.
static void print_wrapped(FILE *out, const char *head, const char *text)
{
    size_t indent = strlen(head), column = indent;
    bool first = true;
    (void)fputs(head, out);
    while (*text) {
        size_t length = strcspn(text, " ");
        if (!first && column + 1 + length > COLUMNS) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        (void)fprintf(out, "%s%.*s", first ? "" : " ", (int)length, text);
        column += length + !first;
        first = false;
        text += length;
        while (*text == ' ') { // runs of blanks line up columns: keep them
            text++;
            if (*text == ' ') {
                (void)fputc(' ', out);
                column++;
            }
        }
    }
    (void)fputc('\n', out);
}

static void print_cpu(FILE *out, const nacre_hw_topology *t)
{
    char line[256];
    (void)fprintf(out, "machine\n  %s, %s, %s\n", t->cpu_name, t->architecture, t->system);
    int n = snprintf(line, sizeof line, "%u package%s, %zu cores, %u threads", t->packages,
                     t->packages == 1 ? "" : "s", t->core_count, t->cpus);
    if (t->efficiency_cores)
        n += snprintf(line + n, sizeof line - (size_t)n, ", %u performance + %u efficiency cores",
                      t->performance_cores, t->efficiency_cores);
    if (t->clusters)
        n += snprintf(line + n, sizeof line - (size_t)n, ", %u clusters", t->clusters);
    (void)snprintf(line + n, sizeof line - (size_t)n, ", %zu NUMA node%s; this process may use %u",
                   t->numa_count, t->numa_count == 1 ? "" : "s", t->usable_cpus);
    print_wrapped(out, "  ", line);
    for (size_t i = 0; i < t->cache_count; i++) {
        const nacre_hw_cache *c = &t->caches[i];
        const char *kind = c->kind == 'd' ? " data" : c->kind == 'i' ? " instructions" : "";
        (void)fprintf(out, "  L%u%s: %u x %" PRIu64 " KiB, shared by %u thread%s\n", c->level, kind,
                      c->instances, c->bytes / 1024, c->shared_by, c->shared_by == 1 ? "" : "s");
    }
    if (!t->cache_count)
        (void)fprintf(out, "  caches: the system reports none\n");
}

static void print_memory(FILE *out, const nacre_hw_topology *t)
{
    char line[256];
    cli_text total = cli_bytes_text(t->memory_bytes), free_text;
    free_text = cli_bytes_text(t->memory_free_bytes);
    int n = snprintf(line, sizeof line, "memory %s", total.text);
    if (t->memory_free_bytes)
        n += snprintf(line + n, sizeof line - (size_t)n, ", %s free", free_text.text);
    (void)snprintf(line + n, sizeof line - (size_t)n,
                   "; pages of %" PRIu64 " KiB; transparent huge pages: %s", t->page_bytes / 1024,
                   t->transparent_huge_pages[0] ? t->transparent_huge_pages : "not reported");
    print_wrapped(out, "  ", line);
    for (size_t i = 0; i < t->page_count; i++)
        (void)fprintf(out,
                      "  huge pages of %" PRIu64 " KiB: %" PRIu64 " reserved, %" PRIu64 " free\n",
                      t->pages[i].bytes / 1024, t->pages[i].total, t->pages[i].free);
}

static void print_use(FILE *out, const cli_doctor *d)
{
    char line[512];
    if (isnan(d->all.busy_percent))
        return;
    int n = snprintf(line, sizeof line, "use just now: %.0f %%, stolen %.0f %%; per CPU",
                     d->all.busy_percent, d->all.steal_percent);
    size_t shown = d->cpu_count < 16 ? d->cpu_count : 16;
    for (size_t i = 0; i < shown; i++)
        n += isnan(d->cpus[i].busy_percent)
                 ? snprintf(line + n, sizeof line - (size_t)n, " -")
                 : snprintf(line + n, sizeof line - (size_t)n, " %.0f", d->cpus[i].busy_percent);
    if (shown < d->cpu_count)
        (void)snprintf(line + n, sizeof line - (size_t)n, " ... (%zu CPUs)", d->cpu_count);
    print_wrapped(out, "  ", line);
}

/// Features of this architecture; those of the other one would only be noise.
static void print_features(FILE *out, const nacre_hw_topology *t)
{
    (void)fprintf(out, "\nwhat may be used\n");
    const char *arch = strcmp(t->architecture, "arm64") == 0 ? "aarch64" : t->architecture;
    for (size_t i = 0; i < t->feature_count; i++) {
        const nacre_hw_feature *f = &t->features[i];
        char head[40];
        if (strcmp(f->architecture, arch) != 0)
            continue;
        (void)snprintf(head, sizeof head, "  %-12s %s", f->name, f->usable ? "yes" : "no   ");
        print_wrapped(out, head, f->reason);
    }
    if (!t->matrix_unit)
        (void)fprintf(out, "  %-12s none usable\n", "matrix unit");
    else
        (void)fprintf(out, "  %-12s %s\n", "matrix unit", t->matrix_unit);
}

static void print_bandwidth(FILE *out, const nacre_hw_ceilings *c)
{
    static const char *const operations[] = {"read", "copy", "triad"};
    static const char *const places[] = {"l1", "l2", "l3", "memory", "memory.all"};
    (void)fprintf(out, "  %-7s %10s %10s %10s %10s %14s\n", "GB/s", "L1", "L2", "L3", "memory",
                  "memory, all");
    for (size_t o = 0; o < 3; o++) {
        (void)fprintf(out, "  %-7s", operations[o]);
        for (size_t p = 0; p < 5; p++) {
            char name[32];
            (void)snprintf(name, sizeof name, "%s.%s", operations[o], places[p]);
            const nacre_hw_figure *f = nacre_hw_figure_find(c, name);
            int width = p == 4 ? 15 : 11;
            if (f && f->samples)
                (void)fprintf(out, "%*.1f", width, f->median);
            else
                (void)fprintf(out, "%*s", width, "-");
        }
        (void)fputc('\n', out);
    }
}

static void print_figures(FILE *out, const nacre_hw_ceilings *c)
{
    (void)fprintf(out, "\n  %-18s %12s %25s  %-8s %s\n", "", "median", "quartiles", "", "threads");
    for (size_t i = 0; i < c->count; i++) {
        const nacre_hw_figure *f = &c->figures[i];
        if (!f->samples || strcmp(f->unit, "GB/s") == 0)
            continue;
        (void)fprintf(out, "  %-18s %12.1f %12.1f %12.1f  %-8s %u\n", f->name, f->median, f->q1,
                      f->q3, f->unit, f->threads);
        if (!isnan(f->p99))
            (void)fprintf(out, "  %-18s %12.1f\n", "  its p99", f->p99);
    }
}

/// Reasons, each once, with the figures that share it.
static void print_notes(FILE *out, const nacre_hw_ceilings *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const nacre_hw_figure *f = &c->figures[i];
        bool told = !f->reason[0];
        for (size_t j = 0; j < i && !told; j++)
            told = strcmp(c->figures[j].reason, f->reason) == 0;
        if (told)
            continue;
        char line[512];
        int n = snprintf(line, sizeof line, "%s", f->name);
        for (size_t j = i + 1; j < c->count; j++)
            if (strcmp(c->figures[j].reason, f->reason) == 0)
                n += snprintf(line + n, sizeof line - (size_t)n, ", %s", c->figures[j].name);
        (void)snprintf(line + n, sizeof line - (size_t)n, "%s: %s", f->samples ? "" : " absent",
                       f->reason);
        print_wrapped(out, "  ", line);
    }
}

static void print_ceilings(FILE *out, const nacre_hw_ceilings *c)
{
    cli_text when = cli_time_text(c->measured_ns);
    (void)fprintf(out, "\nmeasured ceilings (medians; %s)\n", when.text);
    print_bandwidth(out, c);
    print_figures(out, c);
    print_notes(out, c);
    print_wrapped(out, "  ", c->cache_note);
    if (c->cache_path[0])
        (void)fprintf(out, "  %s\n", c->cache_path);
}

/// "avx512" of "nacrek_ndtr_f64__avx512"
static const char *variant_of(const char *symbol)
{
    const char *mark = strstr(symbol, "__");
    return mark ? mark + 2 : symbol;
}

static void print_kernels(FILE *out, const cli_doctor *d)
{
    (void)fprintf(out, "\nkernels (set in use: %s)\n", d->isa);
    for (size_t i = 0; i < d->kernel_count; i++) {
        const doctor_kernel *k = &d->kernels[i];
        const char *chosen = "none";
        for (size_t v = 0; v < k->variant_count; v++)
            chosen = k->variant[v].chosen ? variant_of(k->variant[v].symbol) : chosen;
        (void)fprintf(out, "  %-24s %-10s %s\n", k->op, k->numeric_class, chosen);
        for (size_t v = 0; v < k->variant_count; v++) {
            char head[64];
            if (k->variant[v].chosen)
                continue;
            (void)snprintf(head, sizeof head, "    not %s: ", variant_of(k->variant[v].symbol));
            print_wrapped(out, head, k->variant[v].reason);
        }
    }
}

static void print_libraries(FILE *out, const cli_doctor *d)
{
    (void)fprintf(out, "\noptional libraries\n");
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        const doctor_library *l = &d->library[i];
        char head[32], line[2 * DOCTOR_TEXT_BYTES];
        (void)snprintf(head, sizeof head, "  %-12s ", l->name);
        (void)snprintf(line, sizeof line, "%s (%s)%s%s", l->found ? l->detail : "not there",
                       l->purpose, l->found ? "" : ": ", l->found ? "" : l->install);
        print_wrapped(out, head, line);
    }
}

static void print_lines(FILE *out, const char *title, const doctor_lines *lines)
{
    (void)fprintf(out, "\n%s\n", title);
    for (size_t i = 0; i < lines->count; i++)
        print_wrapped(out, "  ", lines->text[i]);
    if (!lines->count)
        (void)fprintf(out, "  none\n");
}

void cli_doctor_print(FILE *out, const cli_doctor *d)
{
    print_cpu(out, d->topology);
    print_memory(out, d->topology);
    print_use(out, d);
    print_features(out, d->topology);
    print_ceilings(out, d->ceilings);
    print_kernels(out, d);
    print_libraries(out, d);
    print_lines(out, "effects on the whole process", &d->effects);
    print_lines(out, "warnings", &d->warnings);
    print_lines(out, "next", &d->next);
}
