// SPDX-License-Identifier: Apache-2.0
// hwloc's tree becomes flat arrays: callers loop over cores and caches and never see hwloc. A
// core's package, cluster and NUMA node are indices, and caches that are alike are one row with a
// count.
#include "core/alloc.h"
#include "hw/cpu.h"
#include "hw/features.h"
#include "hw/os_probe.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CACHES_MAX 24

typedef struct topology_state {
    nacre_hw_topology pub; // first: the public struct is the address of this one
    nacre_hw_core *cores;
    nacre_hw_numa *numas;
    nacre_hw_cache caches[CACHES_MAX];
    nacre_hw_page pages[NACREI_PAGES_MAX];
    nacre_hw_feature features[NACREI_FEATURES];
} topology_state;

static uint32_t count_of(hwloc_topology_t tree, hwloc_obj_type_t type)
{
    int count = hwloc_get_nbobjs_by_type(tree, type);
    return count > 0 ? (uint32_t)count : 0;
}

static uint32_t weight(hwloc_const_bitmap_t set)
{
    int bits = set ? hwloc_bitmap_weight(set) : 0;
    return bits > 0 ? (uint32_t)bits : 0;
}

/// Index of the ancestor of that type, or NACRE_HW_NONE.
static uint32_t ancestor(hwloc_topology_t tree, hwloc_obj_type_t type, hwloc_obj_t object)
{
    hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(tree, type, object);
    return found ? found->logical_index : NACRE_HW_NONE;
}

/// Kinds are sorted by efficiency, the fastest last; one kind, or kinds without an order, are
/// alike.
static nacre_hw_core_class core_class(hwloc_topology_t tree, hwloc_const_bitmap_t cpus)
{
    int kinds = hwloc_cpukinds_get_nr(tree, 0);
    int kind = kinds > 1 ? hwloc_cpukinds_get_by_cpuset(tree, cpus, 0) : -1;
    int efficiency = -1;
    if (kind < 0 || hwloc_cpukinds_get_info(tree, (unsigned)kind, NULL, &efficiency, NULL, NULL, 0))
        return NACRE_HW_CORE_PERFORMANCE;
    return efficiency >= 0 && kind < kinds - 1 ? NACRE_HW_CORE_EFFICIENCY
                                               : NACRE_HW_CORE_PERFORMANCE;
}

/// A cluster is what the system calls one or, where it calls nothing so, the cores that share an
/// L2.
static bool is_cluster(hwloc_obj_t object)
{
    if (object->type == HWLOC_OBJ_GROUP)
        return object->subtype && strcmp(object->subtype, "Cluster") == 0;
    return object->type == HWLOC_OBJ_L2CACHE && object->arity > 1;
}

static hwloc_obj_t cluster_of(hwloc_topology_t tree, uint32_t core)
{
    hwloc_obj_t up = hwloc_get_obj_by_type(tree, HWLOC_OBJ_CORE, core);
    while (up && !is_cluster(up))
        up = up->parent;
    return up;
}

/// The number of the core's cluster: that of an earlier core in it, or a new one.
static uint32_t cluster_index(hwloc_topology_t tree, topology_state *state, uint32_t core)
{
    hwloc_obj_t cluster = cluster_of(tree, core);
    if (!cluster)
        return NACRE_HW_NONE;
    for (uint32_t i = 0; i < core; i++)
        if (cluster_of(tree, i) == cluster)
            return state->cores[i].cluster;
    return state->pub.clusters++;
}

static uint32_t numa_of(hwloc_topology_t tree, hwloc_const_bitmap_t cpus)
{
    uint32_t count = count_of(tree, HWLOC_OBJ_NUMANODE);
    for (uint32_t i = 0; i < count; i++) {
        hwloc_obj_t node = hwloc_get_obj_by_type(tree, HWLOC_OBJ_NUMANODE, i);
        if (node && hwloc_bitmap_isincluded(cpus, node->cpuset))
            return i;
    }
    return NACRE_HW_NONE;
}

static void fill_cores(hwloc_topology_t tree, topology_state *state)
{
    nacre_hw_topology *t = &state->pub;
    for (uint32_t i = 0; i < t->core_count; i++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(tree, HWLOC_OBJ_CORE, i);
        nacre_hw_core *core = &state->cores[i];
        if (!object)
            continue;
        int first = hwloc_bitmap_first(object->cpuset);
        core->package = ancestor(tree, HWLOC_OBJ_PACKAGE, object);
        core->cluster = cluster_index(tree, state, i);
        core->numa = numa_of(tree, object->cpuset);
        core->first_cpu = first >= 0 ? (uint32_t)first : NACRE_HW_NONE;
        core->threads = weight(object->cpuset);
        core->core_class = core_class(tree, object->cpuset);
        if (core->core_class == NACRE_HW_CORE_EFFICIENCY)
            t->efficiency_cores++;
        else
            t->performance_cores++;
    }
}

static void fill_numas(hwloc_topology_t tree, topology_state *state)
{
    for (uint32_t i = 0; i < state->pub.numa_count; i++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(tree, HWLOC_OBJ_NUMANODE, i);
        if (object)
            state->numas[i] = (nacre_hw_numa){
                .os_index = object->os_index,
                .cpus = weight(object->cpuset),
                .bytes = object->attr->numanode.local_memory,
            };
    }
}

static void add_cache(topology_state *state, const nacre_hw_cache *cache)
{
    size_t at = 0;
    for (; at < state->pub.cache_count; at++) {
        nacre_hw_cache *known = &state->caches[at];
        if (known->level == cache->level && known->kind == cache->kind &&
            known->bytes == cache->bytes && known->shared_by == cache->shared_by) {
            known->instances++;
            return;
        }
    }
    if (at < CACHES_MAX) {
        state->caches[at] = *cache;
        state->pub.cache_count++;
    }
}

static void fill_caches(hwloc_topology_t tree, topology_state *state)
{
    static const struct {
        hwloc_obj_type_t type;
        char kind;
    } types[] = {
        {HWLOC_OBJ_L1CACHE, 'd'}, {HWLOC_OBJ_L1ICACHE, 'i'}, {HWLOC_OBJ_L2CACHE, 'u'},
        {HWLOC_OBJ_L3CACHE, 'u'}, {HWLOC_OBJ_L4CACHE, 'u'},  {HWLOC_OBJ_L5CACHE, 'u'},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        for (hwloc_obj_t o = NULL; (o = hwloc_get_next_obj_by_type(tree, types[i].type, o));) {
            nacre_hw_cache cache = {
                .level = o->attr->cache.depth,
                .kind = types[i].kind,
                .bytes = o->attr->cache.size,
                .line_bytes = o->attr->cache.linesize,
                .ways =
                    o->attr->cache.associativity > 0 ? (uint32_t)o->attr->cache.associativity : 0,
                .instances = 1,
                .shared_by = weight(o->cpuset),
            };
            add_cache(state, &cache);
        }
    }
}

static uint32_t usable_cpus(uint32_t online)
{
#if defined(__linux__)
    cpu_set_t mask;
    if (!sched_getaffinity(0, sizeof mask, &mask))
        return (uint32_t)CPU_COUNT(&mask);
#endif
    return online;
}

static void fill_system(topology_state *state)
{
    nacre_hw_topology *t = &state->pub;
    struct utsname system = {0};
    nacrei_os os;
    nacrei_os_probe("", &os);
    (void)uname(&system);
    nacrei_cpu_name(t->cpu_name);
    (void)snprintf(t->architecture, sizeof t->architecture, "%.15s", system.machine);
    (void)snprintf(t->system, sizeof t->system, "%.24s %.64s", system.sysname, system.release);
    memcpy(t->microcode, os.microcode, sizeof t->microcode);
    memcpy(t->transparent_huge_pages, os.transparent_huge_pages, sizeof t->transparent_huge_pages);
    memcpy(t->governor, os.governor, sizeof t->governor);
    memcpy(state->pages, os.pages, sizeof state->pages);
    t->page_count = os.page_count;
    t->cpu_quota = os.cpu_quota;
    t->usable_cpus = usable_cpus(t->cpus);
    t->memory_free_bytes = os.memory_free_bytes;
    if (os.memory_bytes) // hwloc's sum of the nodes may leave out memory that was added later
        t->memory_bytes = os.memory_bytes;
    long page = sysconf(_SC_PAGESIZE);
    t->page_bytes = page > 0 ? (uint64_t)page : 0;
    nacrei_features_read(state->features);
    if (state->features[NACREI_FEATURE_amx_tile].usable)
        t->matrix_unit = "amx";
    else if (state->features[NACREI_FEATURE_sme].usable)
        t->matrix_unit = "sme";
}

static nacre_status fill(nacre_ctx *ctx, hwloc_topology_t tree, topology_state *state,
                         nacre_error *err)
{
    nacre_hw_topology *t = &state->pub;
    t->packages = count_of(tree, HWLOC_OBJ_PACKAGE);
    t->cpus = count_of(tree, HWLOC_OBJ_PU);
    t->core_count = count_of(tree, HWLOC_OBJ_CORE);
    t->numa_count = count_of(tree, HWLOC_OBJ_NUMANODE);
    t->memory_bytes = hwloc_get_root_obj(tree)->total_memory;
    if (!t->cpus)
        return nacrei_fail(err, NACRE_E_UNSUPPORTED, "hwloc finds no processor on this machine");
    nacre_status status =
        nacrei_alloc(ctx, t->core_count, sizeof *state->cores, "cores", &state->cores, err);
    if (!status)
        status = nacrei_alloc(ctx, t->numa_count, sizeof *state->numas, "NUMA nodes", &state->numas,
                              err);
    if (status)
        return status;
    fill_cores(tree, state);
    fill_numas(tree, state);
    fill_caches(tree, state);
    fill_system(state);
    t->feature_count = NACREI_FEATURES;
    t->cores = state->cores;
    t->numas = state->numas;
    t->caches = state->caches;
    t->pages = state->pages;
    t->features = state->features;
    return NACRE_OK;
}

static nacre_status load_tree(hwloc_topology_t *tree, nacre_error *err)
{
    if (hwloc_topology_init(tree))
        return nacrei_fail_system(err, NACRE_E_NOMEM, errno, "hwloc could not start");
    // hwloc leaves instruction caches out unless asked.
    (void)hwloc_topology_set_icache_types_filter(*tree, HWLOC_TYPE_FILTER_KEEP_ALL);
    // CPUs that a control group withholds are in the machine all the same.
    (void)hwloc_topology_set_flags(*tree, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(*tree) == 0)
        return NACRE_OK;
    nacre_status status =
        nacrei_fail_system(err, NACRE_E_UNSUPPORTED, errno, "hwloc could not read the topology");
    hwloc_topology_destroy(*tree);
    return status;
}

nacre_status nacre_hw_topology_create(nacre_ctx *ctx, nacre_hw_topology **out, nacre_error *err)
{
    *out = NULL;
    topology_state *state;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *state, "topology", &state, err);
    if (status)
        return status;
    hwloc_topology_t tree;
    status = load_tree(&tree, err);
    if (!status) {
        status = fill(ctx, tree, state, err);
        hwloc_topology_destroy(tree);
    }
    if (status) {
        nacre_hw_topology_destroy(ctx, &state->pub);
        return status;
    }
    *out = &state->pub;
    return NACRE_OK;
}

void nacre_hw_topology_destroy(nacre_ctx *ctx, nacre_hw_topology *topology)
{
    if (!topology)
        return;
    topology_state *state = (topology_state *)topology;
    nacrei_free(ctx, state->cores, state->pub.core_count, sizeof *state->cores);
    nacrei_free(ctx, state->numas, state->pub.numa_count, sizeof *state->numas);
    nacrei_free(ctx, state, 1, sizeof *state);
}

const nacre_hw_feature *nacre_hw_feature_find(const nacre_hw_topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->feature_count; i++)
        if (strcmp(topology->features[i].name, name) == 0)
            return &topology->features[i];
    return NULL;
}
