// SPDX-License-Identifier: Apache-2.0
// Everything that the doctor found, as JSON (docs/doctor.schema.json). Under "seed" the names of
// the document that Nacre implements: measured values, or null beside a reason; never its
// constants.
#include "cli/cli_doctor.h"
#include "core/json.h"

#include <math.h>
#include <string.h>

static void put_index(nacrei_json *json, const char *key, uint32_t value)
{
    if (value != NACRE_HW_NONE) {
        nacrei_json_put_uint(json, key, value);
        return;
    }
    nacrei_json_key(json, key);
    nacrei_json_null(json);
}

static void put_null(nacrei_json *json, const char *key)
{
    nacrei_json_key(json, key);
    nacrei_json_null(json);
}

/// An empty text is "not reported": null.
static void put_told(nacrei_json *json, const char *key, const char *text)
{
    nacrei_json_put_string(json, key, text && text[0] ? text : NULL);
}

static void put_cores(nacrei_json *json, const nacre_hw_topology *t)
{
    nacrei_json_key(json, "cores");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < t->core_count; i++) {
        const nacre_hw_core *c = &t->cores[i];
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "class",
                               c->core_class == NACRE_HW_CORE_EFFICIENCY ? "efficiency"
                                                                         : "performance");
        put_index(json, "package", c->package);
        put_index(json, "cluster", c->cluster);
        put_index(json, "numa", c->numa);
        put_index(json, "first_cpu", c->first_cpu);
        nacrei_json_put_uint(json, "threads", c->threads);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_caches(nacrei_json *json, const nacre_hw_topology *t)
{
    nacrei_json_key(json, "caches");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < t->cache_count; i++) {
        const nacre_hw_cache *c = &t->caches[i];
        nacrei_json_object_begin(json);
        nacrei_json_put_uint(json, "level", c->level);
        nacrei_json_put_string(json, "kind",
                               c->kind == 'd'   ? "data"
                               : c->kind == 'i' ? "instructions"
                                                : "unified");
        nacrei_json_put_uint(json, "bytes", c->bytes);
        nacrei_json_put_uint(json, "line_bytes", c->line_bytes);
        nacrei_json_put_uint(json, "ways", c->ways);
        nacrei_json_put_uint(json, "instances", c->instances);
        nacrei_json_put_uint(json, "shared_by", c->shared_by);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_memory(nacrei_json *json, const nacre_hw_topology *t)
{
    nacrei_json_put_uint(json, "memory_bytes", t->memory_bytes);
    nacrei_json_put_uint(json, "memory_free_bytes", t->memory_free_bytes);
    nacrei_json_put_uint(json, "page_bytes", t->page_bytes);
    put_told(json, "transparent_huge_pages", t->transparent_huge_pages);
    nacrei_json_key(json, "huge_pages");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < t->page_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_uint(json, "bytes", t->pages[i].bytes);
        nacrei_json_put_uint(json, "total", t->pages[i].total);
        nacrei_json_put_uint(json, "free", t->pages[i].free);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "numa_nodes");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < t->numa_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_uint(json, "node", t->numas[i].os_index);
        nacrei_json_put_uint(json, "cpus", t->numas[i].cpus);
        nacrei_json_put_uint(json, "bytes", t->numas[i].bytes);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_machine(nacrei_json *json, const nacre_hw_topology *t)
{
    nacrei_json_key(json, "machine");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "cpu", t->cpu_name);
    nacrei_json_put_string(json, "architecture", t->architecture);
    nacrei_json_put_string(json, "system", t->system);
    put_told(json, "microcode", t->microcode);
    put_told(json, "governor", t->governor);
    nacrei_json_put_double(json, "cpu_quota", t->cpu_quota);
    nacrei_json_put_uint(json, "packages", t->packages);
    nacrei_json_put_uint(json, "clusters", t->clusters);
    nacrei_json_put_uint(json, "cpus", t->cpus);
    nacrei_json_put_uint(json, "usable_cpus", t->usable_cpus);
    nacrei_json_put_uint(json, "performance_cores", t->performance_cores);
    nacrei_json_put_uint(json, "efficiency_cores", t->efficiency_cores);
    put_told(json, "matrix_unit", t->matrix_unit);
    put_cores(json, t);
    put_caches(json, t);
    put_memory(json, t);
    nacrei_json_object_end(json);
}

static void put_features(nacrei_json *json, const nacre_hw_topology *t)
{
    nacrei_json_key(json, "features");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < t->feature_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", t->features[i].name);
        nacrei_json_put_string(json, "architecture", t->features[i].architecture);
        nacrei_json_put_bool(json, "usable", t->features[i].usable);
        put_told(json, "reason", t->features[i].reason);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_use(nacrei_json *json, const cli_doctor *d)
{
    static const char *const units[NACRE_HW_UNITS] = {"vector", "matrix", "gpu", "npu"};
    nacrei_json_key(json, "use");
    nacrei_json_object_begin(json);
    nacrei_json_put_double(json, "busy_percent", d->all.busy_percent);
    nacrei_json_put_double(json, "steal_percent", d->all.steal_percent);
    nacrei_json_key(json, "cpus");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < d->cpu_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_uint(json, "cpu", d->cpus[i].cpu);
        nacrei_json_put_double(json, "busy_percent", d->cpus[i].busy_percent);
        nacrei_json_put_double(json, "steal_percent", d->cpus[i].steal_percent);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "own_busy_ns");
    nacrei_json_object_begin(json);
    for (int unit = 0; unit < NACRE_HW_UNITS; unit++)
        nacrei_json_put_uint(json, units[unit], d->busy_ns[unit]);
    nacrei_json_object_end(json);
    nacrei_json_object_end(json);
}

static void put_figure(nacrei_json *json, const nacre_hw_figure *f)
{
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", f->name);
    nacrei_json_put_string(json, "unit", f->unit);
    nacrei_json_put_string(json, "how", f->how);
    nacrei_json_put_double(json, "median", f->median);
    nacrei_json_put_double(json, "q1", f->q1);
    nacrei_json_put_double(json, "q3", f->q3);
    nacrei_json_put_double(json, "best", f->best);
    nacrei_json_put_double(json, "p99", f->p99);
    nacrei_json_put_uint(json, "samples", f->samples);
    nacrei_json_put_uint(json, "threads", f->threads);
    nacrei_json_put_uint(json, "working_bytes", f->working_bytes);
    put_told(json, "kernel", f->kernel);
    put_told(json, f->samples ? "note" : "reason", f->reason);
    nacrei_json_object_end(json);
}

static void put_ceilings(nacrei_json *json, const nacre_hw_ceilings *c)
{
    nacrei_json_key(json, "ceilings");
    nacrei_json_object_begin(json);
    nacrei_json_put_bool(json, "from_cache", c->from_cache);
    nacrei_json_put_int64(json, "measured_ns", c->measured_ns);
    nacrei_json_put_double(json, "steal_percent", c->steal_percent);
    nacrei_json_put_double(json, "other_percent", c->other_percent);
    put_told(json, "cache_path", c->cache_path);
    nacrei_json_put_string(json, "cache_note", c->cache_note);
    nacrei_json_key(json, "figures");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < c->count; i++)
        put_figure(json, &c->figures[i]);
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

static void put_kernels(nacrei_json *json, const cli_doctor *d)
{
    nacrei_json_put_string(json, "isa", d->isa);
    nacrei_json_put_string(json, "isa_error", d->isa_error);
    nacrei_json_key(json, "kernels");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < d->kernel_count; i++) {
        const doctor_kernel *k = &d->kernels[i];
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "op", k->op);
        nacrei_json_put_string(json, "class", k->numeric_class);
        nacrei_json_key(json, "variants");
        nacrei_json_array_begin(json);
        for (size_t v = 0; v < k->variant_count; v++) {
            nacrei_json_object_begin(json);
            nacrei_json_put_string(json, "symbol", k->variant[v].symbol);
            nacrei_json_put_string(json, "isa", k->variant[v].isa);
            nacrei_json_put_bool(json, "chosen", k->variant[v].chosen);
            put_told(json, "reason", k->variant[v].reason);
            nacrei_json_object_end(json);
        }
        nacrei_json_array_end(json);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_libraries(nacrei_json *json, const cli_doctor *d)
{
    nacrei_json_key(json, "libraries");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", d->library[i].name);
        nacrei_json_put_string(json, "purpose", d->library[i].purpose);
        nacrei_json_put_bool(json, "found", d->library[i].found);
        nacrei_json_put_string(json, "detail", d->library[i].detail);
        nacrei_json_put_string(json, "install", d->library[i].install);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_lines(nacrei_json *json, const char *key, const doctor_lines *lines)
{
    nacrei_json_key(json, key);
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < lines->count; i++)
        nacrei_json_string(json, lines->text[i]);
    nacrei_json_array_end(json);
}

/// A part that this build has no device for: every member null, and why.
static void put_unbuilt(nacrei_json *json, const char *part, const char *const *members,
                        size_t count, const char *reason)
{
    nacrei_json_key(json, part);
    nacrei_json_object_begin(json);
    for (size_t i = 0; i < count; i++)
        put_null(json, members[i]);
    nacrei_json_put_string(json, "reason", reason);
    nacrei_json_object_end(json);
}

static void put_measured(nacrei_json *json, const char *key, const nacre_hw_ceilings *c,
                         const char *figure)
{
    const nacre_hw_figure *f = nacre_hw_figure_find(c, figure);
    nacrei_json_key(json, key);
    nacrei_json_object_begin(json);
    nacrei_json_put_double(json, "value", f ? f->median : (double)NAN);
    nacrei_json_put_string(json, "unit", f ? f->unit : NULL);
    nacrei_json_put_string(json, "figure", figure);
    put_told(json, "reason", f ? f->reason : "");
    nacrei_json_object_end(json);
}

static void put_seed(nacrei_json *json, const cli_doctor *d)
{
    static const char *const neural[] = {"cores", "peak_tops", "optimal_workloads",
                                         "current_utilization"};
    static const char *const gpu[] = {"cores", "peak_bandwidth", "optimal_workloads",
                                      "current_utilization"};
    const nacre_hw_topology *t = d->topology;
    const nacre_hw_feature *sme = nacre_hw_feature_find(t, "sme");
    nacrei_json_key(json, "seed");
    nacrei_json_object_begin(json);
    nacrei_json_key(json, "_map_hardware_topology");
    nacrei_json_object_begin(json);
    put_unbuilt(json, "neural_engine", neural, 4, "this build drives no neural engine");
    put_unbuilt(json, "metal_gpu", gpu, 4, "this build drives no GPU");
    nacrei_json_key(json, "cpu_complex");
    nacrei_json_object_begin(json);
    nacrei_json_put_uint(json, "performance_cores", t->performance_cores);
    nacrei_json_put_uint(json, "efficiency_cores", t->efficiency_cores);
    nacrei_json_put_bool(json, "sme_acceleration", sme && sme->usable);
    put_measured(json, "peak_performance", d->ceilings, "fma.f32.all");
    nacrei_json_put_double(json, "current_utilization", d->all.busy_percent / 100.0);
    nacrei_json_object_end(json);
    nacrei_json_key(json, "unified_memory");
    nacrei_json_object_begin(json);
    nacrei_json_put_uint(json, "total_capacity", t->memory_bytes);
    put_measured(json, "bandwidth", d->ceilings, "read.memory.all");
    put_null(json, "zero_copy_capable");
    put_null(json, "memory_efficiency");
    nacrei_json_put_string(json, "reason", "this build drives no device to share memory with");
    nacrei_json_object_end(json);
    nacrei_json_object_end(json);
    nacrei_json_put_bool(json, "_check_sme_availability", sme && sme->usable);
    put_told(json, "sme_reason", sme ? sme->reason : "");
    nacrei_json_object_end(json);
}

nacre_status cli_doctor_print_json(FILE *out, const cli_doctor *d, nacre_error *err)
{
    nacrei_json json;
    nacrei_json_init(&json, out, false);
    nacrei_json_object_begin(&json);
    nacrei_json_put_uint(&json, "schema_version", 1);
    nacrei_json_put_string(&json, "version", NACRE_VERSION_STRING);
    nacrei_json_put_bool(&json, "ok", !d->isa_error);
    put_machine(&json, d->topology);
    put_features(&json, d->topology);
    put_use(&json, d);
    put_ceilings(&json, d->ceilings);
    put_kernels(&json, d);
    put_libraries(&json, d);
    put_lines(&json, "process_effects", &d->effects);
    put_lines(&json, "warnings", &d->warnings);
    put_lines(&json, "next", &d->next);
    put_seed(&json, d);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", err);
}
