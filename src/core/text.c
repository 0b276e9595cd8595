// SPDX-License-Identifier: Apache-2.0
// UTF-8 by the table of well-formed sequences (Unicode standard, table 3-7), not by decoding: only
// the second byte's range depends on the first.
#include "core/text.h"

static int is_between(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

size_t nacrei_utf8_sequence(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    unsigned char first = p[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (!is_between(first, 0xC2, 0xF4))
        return 0;
    unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (!is_between(p[1], low, high))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_between(p[i], 0x80, 0xBF))
            return 0;
    return length;
}

void nacrei_text_one_line(char *text)
{
    while (*text) {
        size_t length = nacrei_utf8_sequence(text);
        if (length == 0)
            *text = '?';
        else if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = ' ';
        text += length ? length : 1;
    }
}
