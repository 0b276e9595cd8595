// SPDX-License-Identifier: Apache-2.0
// The demo's panel by NumPy and pandas: bench/peers/desk_numpy.py in its own process, on the same
// cores, timing its own computation. Its weights come from another method (active set), so two
// programs that share nothing have to find the same portfolio. What is missing is said, with the
// remedy.
#include "bench.h"
#include "cli/run_desk_make.h"
#include "cli/run_program.h"

#include <yyjson.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEER_PATH_BYTES 4608
static void absent(run_desk *desk, const char *reason)
{
    desk->peer.present = false;
    (void)snprintf(desk->peer.reason, sizeof desk->peer.reason, "%s", reason);
}

/// Largest difference of the weights, which are raw doubles; false when there are not as many.
static bool compare_weights(run_desk *desk, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t row = 0;
    double value;
    for (; fread(&value, sizeof value, 1, file) == 1; row++)
        if (row < desk->problem.assets)
            desk->peer.weight_difference =
                fmax(desk->peer.weight_difference, fabs(value - desk->portfolio->weights[row]));
    (void)fclose(file);
    return row == desk->problem.assets;
}

static bool read_answer(run_desk *desk, const char *path)
{
    yyjson_doc *document = yyjson_read_file(path, 0, NULL, NULL);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *seconds = yyjson_obj_get(root, "seconds");
    yyjson_val *variance = yyjson_obj_get(root, "variance");
    yyjson_val *var99 = yyjson_obj_get(root, "var99"), *es975 = yyjson_obj_get(root, "es975");
    const char *pandas = yyjson_get_str(yyjson_obj_get(root, "pandas"));
    const char *numpy = yyjson_get_str(yyjson_obj_get(root, "numpy"));
    bool good = yyjson_is_num(seconds) && yyjson_is_num(variance) && yyjson_is_num(var99) &&
                yyjson_is_num(es975) && pandas && numpy;
    if (good) {
        const nacre_risk_figure *ours = desk->figure[RUN_DESK_HISTORICAL];
        desk->peer.seconds = yyjson_get_num(seconds);
        desk->peer.variance_difference = fabs(yyjson_get_num(variance) - desk->portfolio->variance);
        desk->peer.var_difference = fmax(fabs(yyjson_get_num(var99) - ours[1].value),
                                         fabs(yyjson_get_num(es975) - ours[2].value));
        (void)snprintf(desk->peer.version, sizeof desk->peer.version,
                       "pandas %.32s and NumPy %.32s", pandas, numpy);
    }
    yyjson_doc_free(document);
    return good;
}

void nacrei_desk_peer(run_job *job, const char *scratch)
{
    run_desk *desk = job->desk;
    char script[PEER_PATH_BYTES], answer[PEER_PATH_BYTES], weights[PEER_PATH_BYTES];
    char most[32];
    (void)snprintf(answer, sizeof answer, "%s/.desk.json", scratch);
    (void)snprintf(weights, sizeof weights, "%s/.desk.f64", scratch);
    (void)snprintf(most, sizeof most, "%.17g", desk->problem.max_weight);
    if (!bench_find_peer("desk_numpy.py", script, sizeof script)) {
        absent(desk, "desk_numpy.py is neither installed nor in a source tree above the program");
        return;
    }
    const char *python = nacrei_program_python(answer);
    cli_day asof = cli_panel_day(&desk->window, desk->asof);
    const char *const argv[] = {python,         script, "--panel", desk->path, "--asof", asof.text,
                                "--max-weight", most,   "--out",   weights,    NULL};
    if (!python) {
        absent(desk, "Python with NumPy and pandas was not found; apt-get install python3-pandas");
    } else if (nacrei_program_run(argv, answer) == 0 && read_answer(desk, answer) &&
               compare_weights(desk, weights)) {
        desk->peer.present = true;
        desk->peer.ours_seconds =
            nacrei_desk_seconds(job, "covariance") + nacrei_desk_seconds(job, "pca") +
            nacrei_desk_seconds(job, "optimise") + nacrei_desk_seconds(job, "risk");
        desk->peer.equal = desk->peer.weight_difference <= RUN_DESK_WEIGHT_TOLERANCE &&
                           desk->peer.variance_difference <=
                               RUN_DESK_VARIANCE_TOLERANCE * desk->portfolio->variance;
    } else {
        absent(desk, "bench/peers/desk_numpy.py failed; run it on panel.csv to see why");
    }
    (void)unlink(answer);
    (void)unlink(weights);
}
