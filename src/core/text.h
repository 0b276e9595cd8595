// SPDX-License-Identifier: Apache-2.0
// Small helpers for text that came from outside: UTF-8 checking and making a line of it.
#ifndef NACREI_CORE_TEXT_H
#define NACREI_CORE_TEXT_H

#include <stddef.h>

/// Length of the valid UTF-8 sequence at `text` (1 to 4), or 0 when it is none. Overlong forms,
/// surrogates and values above U+10FFFF are none. Reads no byte past a terminating NUL.
size_t nacrei_utf8_sequence(const char *text);

/// Makes one printable line: control characters become spaces, bytes that are no UTF-8 become '?'.
/// A sequence cut off at the end counts as no UTF-8.
void nacrei_text_one_line(char *text);

#endif
