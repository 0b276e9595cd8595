// SPDX-License-Identifier: Apache-2.0
// VPIN of a simulated market, once over all trades and once as a stream, with the public API only:
//     gcc -std=c17 vpin.c $(pkg-config --cflags --libs nacre) -o vpin && ./vpin
#include <nacre/nacre.h>

#include <stdio.h>
#include <stdlib.h>

static void check(nacre_status status, const nacre_error *err)
{
    if (!status)
        return;
    (void)fprintf(stderr, "vpin: %s\n", err->message);
    exit(EXIT_FAILURE);
}

static void print_alarm(void *user, uint64_t index, const nacre_vpin_bucket *bucket)
{
    uint64_t *buckets = user;
    *buckets = index + 1;
    if (bucket->alarm & NACRE_VPIN_ALARM_CDF)
        (void)printf("bucket %5llu  vpin %.4f  cdf %.4f  price %.2f\n", (unsigned long long)index,
                     bucket->vpin, bucket->cdf, (double)bucket->price / NACRE_PRICE_SCALE);
}

int main(void)
{
    nacre_error err;
    nacre_ctx *ctx;
    check(nacre_ctx_create(NULL, &ctx, &err), &err);

    nacre_sim_options market;
    nacre_sim_options_init(&market);
    nacre_sim *sim;
    check(nacre_sim_create(ctx, &market, &sim, &err), &err);

    nacre_vpin_options options;
    nacre_vpin_options_init(&options);
    options.warmup = NACRE_VPIN_WARMUP_SKIP_SESSION; // the first day tells the bucket volume
    size_t bytes = nacre_vpin_stream_bytes(&options);
    void *memory = aligned_alloc(64, bytes);
    nacre_vpin_stream *stream;
    if (!memory)
        return EXIT_FAILURE;
    check(nacre_vpin_stream_init(memory, bytes, &options, &stream, &err), &err);

    uint64_t buckets = 0, trades = 0;
    nacre_trades block, first;
    check(nacre_sim_next(sim, &first, &err), &err);
    nacre_vpin_options fixed = options;
    fixed.bucket_volume = first.rows ? first.size[0] * 100 : 1;
    nacre_vpin_result *result; // a batch of the first block, with a bucket volume of our own
    check(nacre_vpin_batch(ctx, &first, NULL, &fixed, &result, &err), &err);
    (void)printf("first block: %llu trades, %zu buckets\n", (unsigned long long)result->trades,
                 result->bucket_count);
    nacre_vpin_result_destroy(ctx, result);

    for (block = first; block.rows; check(nacre_sim_next(sim, &block, &err), &err)) {
        trades += block.rows;
        check(nacre_vpin_stream_push(stream, ctx, NULL, &block, print_alarm, &buckets, &err), &err);
    }
    check(nacre_vpin_stream_flush(stream, ctx, print_alarm, &buckets, &err), &err);
    (void)printf("stream: %llu trades, %llu buckets\n", (unsigned long long)trades,
                 (unsigned long long)buckets);

    free(memory);
    nacre_sim_destroy(sim);
    nacre_ctx_destroy(ctx);
    return buckets ? EXIT_SUCCESS : EXIT_FAILURE;
}
