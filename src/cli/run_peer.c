// SPDX-License-Identifier: Apache-2.0
// The same VPIN by NumPy and pandas on the same tape: bench/peers/vpin_pandas.py in its own
// process, which times its own computation without reading the data. When the program, Python or a
// package is missing, the reason says what to install; a run never fails because of it.
#include "bench.h"
#include "cli/run_job.h"
#include "cli/run_program.h"

#include <yyjson.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PEER_PATH_BYTES 4608

/// The peer's one line of JSON.
static bool read_answer(run_peer *peer, const char *path)
{
    yyjson_doc *document = yyjson_read_file(path, 0, NULL, NULL);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *seconds = yyjson_obj_get(root, "seconds");
    const char *pandas = yyjson_get_str(yyjson_obj_get(root, "pandas"));
    const char *numpy = yyjson_get_str(yyjson_obj_get(root, "numpy"));
    bool good = yyjson_is_num(seconds) && pandas && numpy;
    if (good) {
        peer->seconds = yyjson_get_num(seconds);
        (void)snprintf(peer->version, sizeof peer->version, "pandas %.32s and NumPy %.32s", pandas,
                       numpy);
    }
    yyjson_doc_free(document);
    return good;
}

/// Compares a one-dimensional .npy of f8 with our values, bucket by bucket.
static bool compare(run_peer *peer, const char *path, const nacre_vpin_result *vpin)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    unsigned char head[10];
    bool good = fread(head, 1, sizeof head, file) == sizeof head &&
                memcmp(head, "\x93NUMPY\x01", 7) == 0 &&
                fseek(file, (long)(head[8] | head[9] << 8), SEEK_CUR) == 0;
    size_t row = 0;
    double value;
    peer->max_difference = 0.0;
    peer->compared = 0;
    bool same_gaps = true;
    for (; good && fread(&value, sizeof value, 1, file) == 1; row++) {
        if (row >= vpin->bucket_count)
            continue;
        double ours = vpin->buckets[row].vpin;
        same_gaps &= isnan(ours) == isnan(value);
        if (isnan(ours) || isnan(value))
            continue;
        peer->max_difference = fmax(peer->max_difference, fabs(ours - value));
        peer->compared++;
    }
    good &= ferror(file) == 0;
    (void)fclose(file);
    peer->equal = good && same_gaps && row == vpin->bucket_count && peer->compared > 0 &&
                  peer->max_difference <= RUN_PEER_TOLERANCE;
    return good;
}

/// The program knows one definition only.
static bool default_definition(const nacre_vpin_options *used)
{
    nacre_vpin_options plain;
    nacre_vpin_options_init(&plain);
    return used->mode == plain.mode && used->classify != NACRE_VPIN_CLASSIFY_SIDE &&
           used->warmup == NACRE_VPIN_WARMUP_SKIP_SESSION && !used->reset_session &&
           used->buckets_per_day == plain.buckets_per_day && used->window == plain.window &&
           used->lookback == plain.lookback && used->min_bars == plain.min_bars &&
           used->bar_ns == plain.bar_ns && used->bucket_volume == 0;
}

static void absent(run_peer *peer, const char *reason)
{
    peer->present = false;
    (void)snprintf(peer->reason, sizeof peer->reason, "%s", reason);
}

void nacrei_run_peer(run_peer *peer, const char *tape, const char *scratch,
                     const nacre_vpin_result *vpin)
{
    char script[PEER_PATH_BYTES], answer[PEER_PATH_BYTES], values[PEER_PATH_BYTES];
    memset(peer, 0, sizeof *peer);
    (void)snprintf(answer, sizeof answer, "%s/.peer.json", scratch);
    (void)snprintf(values, sizeof values, "%s/.peer.npy", scratch);
    if (!default_definition(&vpin->options)) {
        absent(peer, "the NumPy and pandas program knows VPIN with default options only");
        return;
    }
    if (!bench_find_peer("vpin_pandas.py", script, sizeof script)) {
        absent(peer, "vpin_pandas.py is neither installed nor in a source tree above the program");
        return;
    }
    const char *python = nacrei_program_python(answer);
    if (!python) {
        absent(peer, "Python with NumPy and pandas was not found; apt-get install python3-pandas");
    } else {
        const char *const argv[] = {python, script, "--tape", tape, "--out", values, NULL};
        peer->present = nacrei_program_run(argv, answer) == 0 && read_answer(peer, answer) &&
                        compare(peer, values, vpin);
        if (!peer->present)
            absent(peer, "bench/peers/vpin_pandas.py failed; run it on the tape to see why");
    }
    (void)unlink(answer);
    (void)unlink(values);
}
