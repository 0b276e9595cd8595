// SPDX-License-Identifier: Apache-2.0
// gzip (several members), xz (several streams) and zstd (several frames) as codecs of an input. The
// three loops are alike: feed what is there, and when the file ends inside a unit call it
// truncated.
#include "data/reader/input_stream.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

/// xz -9 needs 65 MiB to unpack; more than this is no market data.
#define XZ_MEMORY_LIMIT (UINT64_C(160) << 20)
/// Window of zstd --long=27, the most that `zstd -d` takes without being asked.
#define ZSTD_WINDOW_LOG_LIMIT 27

static nacre_status fail_truncated(const nacrei_input *input, const char *kind, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_CORRUPT,
                       "%s: truncated %s file: it ends after %llu bytes; fetch it again",
                       input->path, kind, (unsigned long long)input->consumed);
}

static nacre_status fail_damaged(const nacrei_input *input, const char *kind, const char *reason,
                                 nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_CORRUPT,
                       "%s: damaged %s file (%s near packed byte %llu); fetch it again",
                       input->path, kind, reason,
                       (unsigned long long)(input->consumed - (input->raw_end - input->raw_begin)));
}

// ---- gzip ------------------------------------------------------------------------------------

typedef struct gzip_state {
    z_stream stream;
    bool inside; ///< between a member's first and last byte
} gzip_state;

static nacre_status gzip_open(nacrei_input *input, nacre_error *err)
{
    gzip_state *state;
    nacre_status status = nacrei_alloc(input->ctx, 1, sizeof *state, "gzip state", &state, err);
    if (status)
        return status;
    if (inflateInit2(&state->stream, 15 + 16) != Z_OK) {
        nacrei_free(input->ctx, state, 1, sizeof *state);
        return nacrei_fail_memory(err, 64 * 1024, "gzip window");
    }
    input->state = state;
    state->inside = true;
    return NACRE_OK;
}

/// Between members: another one, zero padding, or the end.
static nacre_status gzip_between(nacrei_input *input, gzip_state *state, bool *end,
                                 nacre_error *err)
{
    while (input->raw_begin < input->raw_end && input->raw[input->raw_begin] == 0)
        input->raw_begin++;
    if (input->raw_begin == input->raw_end) {
        *end = input->raw_eof;
        return NACRE_OK;
    }
    if (input->raw[input->raw_begin] != 0x1f || inflateReset(&state->stream) != Z_OK)
        return fail_damaged(input, "gzip", "other bytes after its end", err);
    state->inside = true;
    return NACRE_OK;
}

static nacre_status gzip_read(nacrei_input *input, char *out, size_t capacity, size_t *got,
                              nacre_error *err)
{
    gzip_state *state = input->state;
    z_stream *z = &state->stream;
    z->next_out = (unsigned char *)out;
    z->avail_out = (uInt)capacity;
    while (z->avail_out == capacity) {
        nacre_status status = nacrei_input_pull(input, err);
        if (status)
            return status;
        if (!state->inside) {
            bool end = false;
            status = gzip_between(input, state, &end, err);
            if (status || end)
                return status;
            if (!state->inside)
                continue;
        }
        if (input->raw_eof)
            return fail_truncated(input, "gzip", err);
        z->next_in = input->raw + input->raw_begin;
        z->avail_in = (uInt)(input->raw_end - input->raw_begin);
        int code = inflate(z, Z_NO_FLUSH);
        input->raw_begin = input->raw_end - z->avail_in;
        if (code == Z_STREAM_END)
            state->inside = false;
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return fail_damaged(input, "gzip", z->msg ? z->msg : "bad data", err);
    }
    *got = capacity - z->avail_out;
    return NACRE_OK;
}

static void gzip_close(nacrei_input *input)
{
    gzip_state *state = input->state;
    if (!state)
        return;
    (void)inflateEnd(&state->stream);
    nacrei_free(input->ctx, state, 1, sizeof *state);
}

const nacrei_codec nacrei_codec_gzip = {gzip_open, gzip_read, NULL, gzip_close};

// ---- xz --------------------------------------------------------------------------------------

typedef struct xz_state {
    lzma_stream stream;
    bool done;
} xz_state;

static nacre_status xz_open(nacrei_input *input, nacre_error *err)
{
    xz_state *state;
    nacre_status status = nacrei_alloc(input->ctx, 1, sizeof *state, "xz state", &state, err);
    if (status)
        return status;
    state->stream = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&state->stream, XZ_MEMORY_LIMIT, LZMA_CONCATENATED) != LZMA_OK) {
        nacrei_free(input->ctx, state, 1, sizeof *state);
        return nacrei_fail_memory(err, 64 * 1024, "xz decoder");
    }
    input->state = state;
    return NACRE_OK;
}

static nacre_status xz_fail(const nacrei_input *input, lzma_ret code, nacre_error *err)
{
    if (code == LZMA_BUF_ERROR || (code == LZMA_FORMAT_ERROR && input->raw_eof))
        return fail_truncated(input, "xz", err);
    if (code == LZMA_MEM_ERROR)
        return nacrei_fail_memory(err, 64 << 20, "xz dictionary");
    if (code == LZMA_MEMLIMIT_ERROR)
        return nacrei_fail(
            err, NACRE_E_LIMIT,
            "%s: its xz dictionary needs more than 160 MiB; pack it again with xz -9", input->path);
    return fail_damaged(
        input, "xz",
        code == LZMA_FORMAT_ERROR ? "other bytes after its end" : "bad data or checksum", err);
}

static nacre_status xz_read(nacrei_input *input, char *out, size_t capacity, size_t *got,
                            nacre_error *err)
{
    xz_state *state = input->state;
    lzma_stream *x = &state->stream;
    x->next_out = (uint8_t *)out;
    x->avail_out = capacity;
    while (x->avail_out == capacity && !state->done) {
        nacre_status status = nacrei_input_pull(input, err);
        if (status)
            return status;
        x->next_in = input->raw + input->raw_begin;
        x->avail_in = input->raw_eof ? 0 : input->raw_end - input->raw_begin;
        lzma_ret code = lzma_code(x, input->raw_eof ? LZMA_FINISH : LZMA_RUN);
        input->raw_begin = input->raw_end - x->avail_in;
        if (code == LZMA_STREAM_END)
            state->done = true;
        else if (code != LZMA_OK)
            return xz_fail(input, code, err);
    }
    *got = capacity - x->avail_out;
    return NACRE_OK;
}

static void xz_close(nacrei_input *input)
{
    xz_state *state = input->state;
    if (!state)
        return;
    lzma_end(&state->stream);
    nacrei_free(input->ctx, state, 1, sizeof *state);
}

const nacrei_codec nacrei_codec_xz = {xz_open, xz_read, NULL, xz_close};

// ---- zstd ------------------------------------------------------------------------------------

typedef struct zstd_state {
    ZSTD_DCtx *decoder;
    bool inside; ///< the last call left a frame unfinished
} zstd_state;

static nacre_status zstd_open(nacrei_input *input, nacre_error *err)
{
    zstd_state *state;
    nacre_status status = nacrei_alloc(input->ctx, 1, sizeof *state, "zstd state", &state, err);
    if (status)
        return status;
    state->decoder = ZSTD_createDCtx();
    if (!state->decoder) {
        nacrei_free(input->ctx, state, 1, sizeof *state);
        return nacrei_fail_memory(err, 64 * 1024, "zstd decoder");
    }
    (void)ZSTD_DCtx_setParameter(state->decoder, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_LIMIT);
    input->state = state;
    return NACRE_OK;
}

static nacre_status zstd_read(nacrei_input *input, char *out, size_t capacity, size_t *got,
                              nacre_error *err)
{
    zstd_state *state = input->state;
    ZSTD_outBuffer target = {out, capacity, 0};
    while (target.pos == 0) {
        nacre_status status = nacrei_input_pull(input, err);
        if (status)
            return status;
        if (input->raw_eof && !state->inside)
            return NACRE_OK;
        ZSTD_inBuffer source = {input->raw, input->raw_eof ? 0 : input->raw_end,
                                input->raw_eof ? 0 : input->raw_begin};
        size_t code = ZSTD_decompressStream(state->decoder, &target, &source);
        if (ZSTD_isError(code))
            return fail_damaged(input, "zstd", ZSTD_getErrorName(code), err);
        // At the file's end the decoder may still hold output; none left in an open frame means
        // torn.
        if (input->raw_eof && code != 0 && target.pos == 0)
            return fail_truncated(input, "zstd", err);
        if (!input->raw_eof)
            input->raw_begin = source.pos;
        state->inside = code != 0;
    }
    *got = target.pos;
    return NACRE_OK;
}

static void zstd_close(nacrei_input *input)
{
    zstd_state *state = input->state;
    if (!state)
        return;
    (void)ZSTD_freeDCtx(state->decoder);
    nacrei_free(input->ctx, state, 1, sizeof *state);
}

const nacrei_codec nacrei_codec_zstd = {zstd_open, zstd_read, NULL, zstd_close};
