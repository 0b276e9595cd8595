// SPDX-License-Identifier: Apache-2.0
// The bucket tables. Volumes are binary fractions of a lot (2^-20), which always have a finite
// decimal expansion: the CSV writes all of it, so that buy + sell = volume holds in the file as
// well.
#include "cli/results_table.h"

#include "core/int128.h"
#include "core/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FRACTION_BITS 20u
#define NPY_HEADER_BYTES 512u ///< a multiple of 64, as the format asks for

void nacrei_exact_volume(char text[RUN_EXACT_BYTES], int64_t lots, uint32_t frac, uint8_t size_exp)
{
    // frac / 2^20 = frac * 5^20 / 10^20: digits of the whole number and of 20 + size_exp decimals.
    uint64_t five = 1;
    for (unsigned i = 0; i < FRACTION_BITS; i++)
        five *= 5;
    nacrei_u128 tail = (nacrei_u128)frac * five;
    uint64_t scale = 1;
    for (unsigned i = 0; i < size_exp; i++)
        scale *= 10;
    uint64_t whole = (uint64_t)lots / scale, part = (uint64_t)lots % scale;
    char digits[40];
    unsigned count = size_exp + FRACTION_BITS;
    for (unsigned i = count; i-- > 0;) {
        if (i >= size_exp) {
            digits[i] = (char)('0' + (int)(tail % 10));
            tail /= 10;
        } else {
            digits[i] = (char)('0' + (int)(part % 10));
            part /= 10;
        }
    }
    while (count > 0 && digits[count - 1] == '0')
        count--;
    int used = snprintf(text, RUN_EXACT_BYTES, "%" PRIu64, whole);
    if (count > 0)
        (void)snprintf(text + used, RUN_EXACT_BYTES - (size_t)used, ".%.*s", (int)count, digits);
}

/// Sell volume of a bucket in lots and 2^-20 lots.
static void sell_of(const nacre_vpin_bucket *bucket, int64_t *lots, uint32_t *frac)
{
    *lots = bucket->volume - bucket->buy_lots - (bucket->buy_frac != 0);
    *frac = bucket->buy_frac ? (1u << FRACTION_BITS) - bucket->buy_frac : 0;
}

static void put_double(FILE *out, double value)
{
    char text[40];
    fputc(',', out);
    if (!isfinite(value))
        return; // an empty field: not defined
    (void)nacrei_format_double(text, sizeof text, value);
    fputs(text, out);
}

void nacrei_results_csv(FILE *out, const run_symbol *symbol)
{
    uint8_t size_exp = symbol->instrument.size_exp;
    fputs("bucket,start_ns,end_ns,duration_ns,volume,buy,sell,imbalance,vpin,cdf,alarm,price,"
          "volatility,volatility_cdf,traded_volume,traded_volume_cdf\n",
          out);
    for (size_t i = 0; i < symbol->vpin->bucket_count; i++) {
        const nacre_vpin_bucket *bucket = &symbol->vpin->buckets[i];
        char volume[RUN_EXACT_BYTES], buy[RUN_EXACT_BYTES], sell[RUN_EXACT_BYTES];
        char price[RUN_EXACT_BYTES];
        int64_t sell_lots;
        uint32_t sell_frac;
        sell_of(bucket, &sell_lots, &sell_frac);
        nacrei_exact_volume(volume, bucket->volume, 0, size_exp);
        nacrei_exact_volume(buy, bucket->buy_lots, bucket->buy_frac, size_exp);
        nacrei_exact_volume(sell, sell_lots, sell_frac, size_exp);
        nacrei_exact_volume(price, bucket->price, 0, 9);
        fprintf(out, "%zu,%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%s,%s", i, bucket->start_ns,
                bucket->end_ns, bucket->duration_ns, volume, buy, sell);
        put_double(out, bucket->imbalance);
        put_double(out, bucket->vpin);
        put_double(out, bucket->cdf);
        fprintf(out, ",%" PRIu32 ",%s", bucket->alarm, price);
        put_double(out, symbol->volatility->value[i]);
        put_double(out, symbol->volatility->cdf[i]);
        put_double(out, symbol->volume->value[i] / pow(10.0, size_exp));
        put_double(out, symbol->volume->cdf[i]);
        fputc('\n', out);
    }
}

/// One row of the .npy; the dtype below says the same.
typedef struct table_row {
    int64_t bucket, start_ns, end_ns, duration_ns, volume_lots, buy_lots, buy_frac, alarm;
    double volume, buy, sell, imbalance, vpin, cdf, price;
    double volatility, volatility_cdf, traded_volume, traded_volume_cdf;
} table_row;

/// The .npy preamble: magic, version 1.0, length and dtype, padded to a multiple of 64 bytes.
static void write_npy_header(FILE *out, size_t rows)
{
    static const char *const names[] = {"bucket",
                                        "start_ns",
                                        "end_ns",
                                        "duration_ns",
                                        "volume_lots",
                                        "buy_lots",
                                        "buy_frac",
                                        "alarm",
                                        "volume",
                                        "buy",
                                        "sell",
                                        "imbalance",
                                        "vpin",
                                        "cdf",
                                        "price",
                                        "volatility",
                                        "volatility_cdf",
                                        "traded_volume",
                                        "traded_volume_cdf"};
    _Static_assert(sizeof(table_row) == sizeof names / sizeof *names * 8, "one name per field");
    const size_t integers = 8, prefix = 10;
    char header[2 * NPY_HEADER_BYTES];
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    size_t used = prefix;
    used += (size_t)snprintf(header + used, sizeof header - used, "{'descr': [");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        used += (size_t)snprintf(header + used, sizeof header - used, "('%s', '<%c8'), ", names[i],
                                 i < integers ? 'i' : 'f');
    used += (size_t)snprintf(header + used, sizeof header - used,
                             "], 'fortran_order': False, 'shape': (%zu,), }", rows);
    header[used] = ' ';
    size_t total = (used + 1 + 63) / 64 * 64;
    header[total - 1] = '\n';
    header[8] = (char)((total - prefix) & 0xff);
    header[9] = (char)((total - prefix) >> 8);
    (void)fwrite(header, 1, total, out);
}

void nacrei_results_npy(FILE *out, const run_symbol *symbol)
{
    write_npy_header(out, symbol->vpin->bucket_count);
    double size_unit = pow(10.0, symbol->instrument.size_exp), fraction = 1u << FRACTION_BITS;
    for (size_t i = 0; i < symbol->vpin->bucket_count; i++) {
        const nacre_vpin_bucket *bucket = &symbol->vpin->buckets[i];
        int64_t sell_lots;
        uint32_t sell_frac;
        sell_of(bucket, &sell_lots, &sell_frac);
        table_row row = {
            .bucket = (int64_t)i,
            .start_ns = bucket->start_ns,
            .end_ns = bucket->end_ns,
            .duration_ns = bucket->duration_ns,
            .volume_lots = bucket->volume,
            .buy_lots = bucket->buy_lots,
            .buy_frac = bucket->buy_frac,
            .alarm = bucket->alarm,
            .volume = (double)bucket->volume / size_unit,
            .buy = ((double)bucket->buy_lots + bucket->buy_frac / fraction) / size_unit,
            .sell = ((double)sell_lots + sell_frac / fraction) / size_unit,
            .imbalance = bucket->imbalance,
            .vpin = bucket->vpin,
            .cdf = bucket->cdf,
            .price = (double)bucket->price / NACRE_PRICE_SCALE,
            .volatility = symbol->volatility->value[i],
            .volatility_cdf = symbol->volatility->cdf[i],
            .traded_volume = symbol->volume->value[i] / size_unit,
            .traded_volume_cdf = symbol->volume->cdf[i],
        };
        (void)fwrite(&row, sizeof row, 1, out);
    }
}
