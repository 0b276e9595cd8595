// SPDX-License-Identifier: Apache-2.0
// nacre doctor: what is in this machine, what may be used of it, how fast it was measured, what
// Nacre makes of it, and what to do next. Nothing is changed but the cache of measured ceilings.
#include "cli/cli_doctor.h"
#include "core/alloc.h"

#include <time.h>

#define WINDOW_NS 200000000L // over which the CPUs' use is observed

static const cli_option options[] = {
    {"measure", 0, NULL, "measure the ceilings anew (about 2 s) instead of reading the cache"},
};

const cli_command cmd_doctor = {
    .name = "doctor",
    .synopsis = "[OPTION...]",
    .summary = "what this machine has, how fast it is, and what Nacre makes of it",
    .details =
        "Looks at the processor, memory and operating system, measures what the machine can do\n"
        "(once; kept in $XDG_CACHE_HOME/nacre or ~/.cache/nacre), lists what each kernel got and\n"
        "why, and which optional libraries are there. What cannot be measured is absent, with\n"
        "the reason. Exit code 1 when the instruction set asked for (NACRE_ISA, --isa, settings)\n"
        "cannot be used here.",
    .example = "nacre doctor",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .runs_without_isa = true,
};

/// Use of the CPUs by everybody, over a short window before this program loads them itself.
static void observe(cli_doctor *doctor, nacrei_cpu_time *before, nacrei_cpu_time *after)
{
    const struct timespec window = {0, WINDOW_NS};
    nacrei_cpu_time all_before, all_after;
    size_t had = nacrei_proc_stat_read(&all_before, before, DOCTOR_CPUS_MAX);
    (void)nanosleep(&window, NULL);
    size_t has = nacrei_proc_stat_read(&all_after, after, DOCTOR_CPUS_MAX);
    doctor->all = nacrei_cpu_share_between(&all_before, &all_after);
    for (size_t i = 0; i < had && i < has && before[i].cpu == after[i].cpu; i++)
        doctor->cpus[doctor->cpu_count++] = nacrei_cpu_share_between(&before[i], &after[i]);
}

static nacre_status examine(nacre_ctx *ctx, const cli_args *args, cli_doctor *doctor,
                            nacre_error *err)
{
    nacrei_cpu_time *times = NULL;
    nacre_hw_ceilings_options wanted;
    nacre_hw_ceilings_options_init(&wanted);
    wanted.measure = cli_has(args, "measure");
    nacre_status status = nacre_hw_topology_create(ctx, &doctor->topology, err);
    if (!status)
        status =
            nacrei_alloc(ctx, DOCTOR_CPUS_MAX, sizeof *doctor->cpus, "CPUs", &doctor->cpus, err);
    if (!status)
        status = nacrei_alloc(ctx, DOCTOR_KERNELS_MAX, sizeof *doctor->kernels, "kernels",
                              &doctor->kernels, err);
    if (!status)
        status = nacrei_alloc(ctx, (size_t)2 * DOCTOR_CPUS_MAX, sizeof *times, "CPUs", &times, err);
    if (status)
        return status;
    observe(doctor, times, times + DOCTOR_CPUS_MAX);
    nacrei_free(ctx, times, (size_t)2 * DOCTOR_CPUS_MAX, sizeof *times);
    status = nacre_hw_ceilings_create(ctx, doctor->topology, &wanted, &doctor->ceilings, err);
    if (status)
        return status;
    doctor->isa = nacre_ctx_isa(ctx);
    doctor->kernel_count = cli_doctor_kernels(ctx, doctor->topology, doctor->kernels);
    for (int unit = 0; unit < NACRE_HW_UNITS; unit++)
        doctor->busy_ns[unit] = nacre_hw_busy_ns(ctx, (nacre_hw_unit)unit);
    cli_doctor_libraries(doctor->library);
    cli_doctor_advise(doctor);
    return NACRE_OK;
}

int run_doctor(const cli_env *env, const cli_args *args)
{
    if (args->argc)
        return cli_usage(args, "'%s': there are no operands", args->argv[0]);
    cli_doctor doctor = {.isa_error = env->isa_error};
    nacre_error err = {0};
    nacre_status status = examine(env->ctx, args, &doctor, &err);
    if (!status && env->json)
        status = cli_doctor_print_json(stdout, &doctor, &err);
    else if (!status)
        cli_doctor_print(stdout, &doctor);
    int code = status ? cli_fail(args, &err) : doctor.isa_error ? CLI_FAILED : CLI_OK;
    nacrei_free(env->ctx, doctor.kernels, DOCTOR_KERNELS_MAX, sizeof *doctor.kernels);
    nacrei_free(env->ctx, doctor.cpus, DOCTOR_CPUS_MAX, sizeof *doctor.cpus);
    nacre_hw_ceilings_destroy(env->ctx, doctor.ceilings);
    nacre_hw_topology_destroy(env->ctx, doctor.topology);
    return code;
}
