#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the starting corpora of fuzz_tzif and fuzz_config into tests/fuzz/corpus, byte by byte.

Nothing comes from a tz database: the images follow RFC 8536 and differ from good ones in one place
each. Run from anywhere; the files are overwritten with the same bytes.
"""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "fuzz" / "corpus"


def header(version, isut=0, isstd=0, leap=0, time=0, type_=1, char=4):
    return b"TZif" + version + bytes(15) + struct.pack(">6I", isut, isstd, leap, time, type_, char)


def block(fmt, times, types=((0, 0, 0),), chars=b"UTC\0", tail=b""):
    out = b"".join(struct.pack(">" + fmt, t) for t in times)
    out += bytes((i + 1) % len(types) for i in range(len(times)))
    out += b"".join(struct.pack(">iBB", *t) for t in types)
    return out + chars + tail


TWO = ((3600, 0, 0), (7200, 1, 4))
NAMES = b"CET\0CEST\0"


def version1(times=(1000, 100000)):
    return header(b"\0", time=len(times), type_=2, char=9) + block("i", times, TWO, NAMES)


def version2(footer=b"CET-1CEST,M3.5.0,M10.5.0/3", times=(1000, 100000), version=b"2", **counts):
    fields = dict(time=len(times), type_=2, char=9)
    fields.update(counts)
    return (header(version) + block("i", ()) + header(version, **fields)
            + block("q", times, TWO, NAMES) + b"\n" + footer + b"\n")


def tzif():
    good = version2()
    yield "v1", version1()
    yield "v2_rule", good
    yield "v3_long_hours", version2(b"<-02>2<-01>,M3.5.0/-1,M10.5.0/167", version=b"3")
    yield "v4_all_year", version2(b"EST5EDT,0/0,J365/25", version=b"4")
    yield "v2_fixed", version2(b"<+0530>-5:30", ())
    yield "v2_no_rule", version2(b"")
    yield "v2_julian", version2(b"AAA0BBB,J60/0,J300", ())
    yield "v2_oldest", version2(times=(-2**59, 0))
    yield "indicators", (header(b"\0", 2, 2, 0, 0, 2, 9)
                         + block("i", (), TWO, NAMES, bytes((0, 1, 0, 1))))
    for name, size in (("header", 20), ("table", 60), ("second_header", 90), ("second_table", 120),
                       ("footer", len(good) - 1)):
        yield "cut_" + name, good[:size]
    yield "empty", b""
    yield "magic", b"TZiF" + good[4:]
    yield "version", version2(version=b"9")
    yield "huge_times", version2(time=2**32 - 1)
    yield "huge_all", header(b"2", *[2**32 - 1] * 6) + bytes(64)
    yield "no_types", version2(type_=0)
    yield "many_types", header(b"\0", type_=300, char=4) + bytes(300 * 6 + 4)
    yield "leap", header(b"\0", leap=1) + block("i", (), tail=struct.pack(">ii", 78796800, 1))
    yield "descending", version2(times=(100000, 1000))
    yield "equal_times", version2(times=(1000, 1000))
    yield "too_late", version2(times=(2**62,))
    yield "offset_huge", header(b"\0") + block("i", (), ((2**31 - 1, 0, 0),))
    yield "dst_flag", header(b"\0") + block("i", (), ((0, 9, 0),))
    yield "name_outside", header(b"\0") + block("i", (), ((0, 0, 200),))
    yield "name_open", header(b"\0", char=3) + block("i", (), chars=b"UTC")
    yield "type_outside", good.replace(bytes((1, 0)) + struct.pack(">i", 3600),
                                       bytes((7, 0)) + struct.pack(">i", 3600))
    yield "rule_month", version2(b"CET-1CEST,M13.5.0,M10.5.0/3")
    yield "rule_rest", version2(b"CET-1CEST,M3.5.0,M10.5.0/3,x")
    yield "rule_no_days", version2(b"CET-1CEST")
    yield "rule_long", version2(b"A" * 5000 + b"0")
    yield "rule_overtakes", version2(b"AAA24BBB-24,0/-167,J365/167")


def config():
    yield "empty_object.json", b"{}"
    yield "full.json", (b'// all kinds\n{"threads": 2, "isa": "ref", "log": {"level": "warn"},\n'
                        b'"vpin": {"window": 40, "level": 0.5, "cdf_threshold": 0.9,},}\n')
    yield "dotted.json", b'{"vpin.window": 1, "vpin.lookback": 250, "log.level": "debug"}'
    yield "unknown.json", b'{"vpin": {"windwo": 50}}'
    yield "twice.json", b'{"vpin": {"window": 1}, "vpin.window": 2}'
    yield "range.json", b'{"threads": 18446744073709551615}'
    yield "negative.json", b'{"vpin.window": -9223372036854775808}'
    yield "real.json", b'{"vpin.level": 1e-400, "vpin.window": 1.0}'
    yield "nul.json", b'{"isa": "a\\u0000b", "thr\\u0000": 1}'
    yield "newline_key.json", b'{"a\\nb\\u001b[31m": 1}'
    yield "long_key.json", b'{"' + b"vpin." * 60 + b'": 1}'
    yield "long_text.json", b'{"isa": "' + b"x" * 300 + b'"}'
    yield "cut.json", b'{"vpin": {"window": 4'
    yield "bad_utf8.json", b'{"isa": "\xff\xfe"}'
    yield "half_utf8_key.json", b'{"' + b"a" * 126 + "é".encode() + b'": 1}'
    yield "deep.json", b"[" * 5000
    yield "deep_object.json", b'{"vpin":' * 2000
    yield "array.json", b"[1, 2]"
    yield "comment_open.json", b"{} /* never closed"
    yield "nothing.json", b""


def main():
    for folder, files in (("tzif", tzif()), ("config", config())):
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (CORPUS / folder / name).write_bytes(content)


main()
