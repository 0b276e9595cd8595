// SPDX-License-Identifier: Apache-2.0
// A file as a stream of text bytes: plain, gzip, xz, zstd or zip, told apart by the first bytes and
// never by the name. Buffers are fixed, so memory does not grow with the file. A zip gives one
// member after another; everything else is one member. The decoders keep their own state in
// malloc'd memory (their libraries' choice); all of ours comes from the context.
#ifndef NACREI_DATA_INPUT_STREAM_H
#define NACREI_DATA_INPUT_STREAM_H

#include "core/alloc.h"

#define NACREI_INPUT_RAW_BYTES (256u * 1024u)
#define NACREI_INPUT_PLACE_BYTES 224

typedef struct nacrei_input nacrei_input;

/// One way of packing. `read` gives 0 bytes at the end of a member; `next` may be NULL (one
/// member).
typedef struct nacrei_codec {
    nacre_status (*open)(nacrei_input *input, nacre_error *err);
    nacre_status (*read)(nacrei_input *input, char *out, size_t capacity, size_t *got,
                         nacre_error *err);
    nacre_status (*next)(nacrei_input *input, bool *more, nacre_error *err);
    void (*close)(nacrei_input *input);
} nacrei_codec;

struct nacrei_input {
    nacre_ctx *ctx;
    const nacrei_codec *codec;
    void *state; ///< the codec's own
    int fd;
    unsigned char *raw; ///< packed bytes, raw[raw_begin, raw_end) not yet used
    size_t raw_begin, raw_end;
    bool raw_eof;
    uint64_t consumed;                    ///< packed bytes taken from the file
    char path[NACREI_INPUT_PLACE_BYTES];  ///< for messages: its last part when it is long
    char place[NACREI_INPUT_PLACE_BYTES]; ///< the path, for a zip with the member
};

extern const nacrei_codec nacrei_codec_plain;
extern const nacrei_codec nacrei_codec_gzip;
extern const nacrei_codec nacrei_codec_xz;
extern const nacrei_codec nacrei_codec_zstd;
extern const nacrei_codec nacrei_codec_zip;

/// Checks that `path` names something readable and adds its size; a pipe's size is unknown (false).
/// @error  NACRE_E_IO missing, not permitted, a directory, a loop of links: each with its remedy
NACRE_MUST_CHECK nacre_status nacrei_input_check(const char *path, uint64_t *bytes, bool *sized,
                                                 nacre_error *err);
/// @error  as nacrei_input_check; NACRE_E_PARSE empty; NACRE_E_CORRUPT a damaged container
NACRE_MUST_CHECK nacre_status nacrei_input_open(nacre_ctx *ctx, const char *path,
                                                nacrei_input **out, nacre_error *err);
/// Up to `capacity` bytes of the current member; *got is 0 at its end.
/// @error  NACRE_E_CORRUPT damaged or truncated, NACRE_E_IO
NACRE_MUST_CHECK nacre_status nacrei_input_read(nacrei_input *input, char *out, size_t capacity,
                                                size_t *got, nacre_error *err);
/// Goes to the next member of a zip.
NACRE_MUST_CHECK nacre_status nacrei_input_next(nacrei_input *input, bool *more, nacre_error *err);
void nacrei_input_close(nacrei_input *input);

/// For codecs: makes raw bytes available, or sets raw_eof.
NACRE_MUST_CHECK nacre_status nacrei_input_pull(nacrei_input *input, nacre_error *err);
/// Copies `path` for messages; of a long one the last part.
void nacrei_input_shorten(char *out, size_t bytes, const char *path);

#endif
