#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a tape without Nacre and without NumPy, and prints what it holds.

Parses every .npy header by the published format (numpy.lib.format, version 1.0), unpacks the values
with struct, recomputes each CRC-32C bit by bit, and compares all of it with tape.json. Prints one
line "column dtype rows first last sum-modulo-2^64" per column. With --numpy it opens the files with
numpy.load instead and prints the same lines; exit status 77 means that NumPy is not installed.
Usage: read_tape.py [--numpy] TAPE
"""
import ast
import json
import os
import struct
import sys

CODES = {"<i8": "q", "<u4": "I", "|i1": "b", "|u1": "B"}
BLOCK = 1 << 20


def crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


def crc32c(data, table=crc32c_table()):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def read_npy(path):
    with open(path, "rb") as file:
        content = file.read()
    assert content[:8] == b"\x93NUMPY\x01\x00", path
    length = struct.unpack("<H", content[8:10])[0]
    assert (10 + length) % 4096 == 0 and content[9 + length : 10 + length] == b"\n", path
    header = ast.literal_eval(content[10 : 10 + length].decode("latin1").strip())
    assert set(header) == {"descr", "fortran_order", "shape"}, path
    assert header["fortran_order"] is False and len(header["shape"]) == 1, path
    data = content[10 + length :]
    values = struct.unpack("<%d%s" % (header["shape"][0], CODES[header["descr"]]), data)
    return header["descr"], values, data


def main():
    use_numpy = "--numpy" in sys.argv
    folder = sys.argv[-1]
    if use_numpy:
        try:
            import numpy
        except ImportError:
            sys.exit(77)
    with open(os.path.join(folder, "tape.json"), encoding="utf-8") as file:
        tape = json.load(file)
    assert tape["schema_version"] == 1 and tape["kind"] == "trades"
    assert len(os.listdir(folder)) == len(tape["columns"]) + 1
    for column in tape["columns"]:
        path = os.path.join(folder, column["name"] + ".npy")
        if use_numpy:
            array = numpy.load(path, mmap_mode="r", allow_pickle=False)
            dtype, values = array.dtype.str, array.tolist()
        else:
            dtype, values, data = read_npy(path)
            blocks = [data[i : i + BLOCK] for i in range(0, len(data), BLOCK)]
            assert column["crc32c"] == ["%08x" % crc32c(block) for block in blocks], path
        assert dtype == column["dtype"] and str(len(values)) == column["rows"] == tape["rows"], path
        if column["name"] == "ts_event":
            assert str(values[0]) == tape["first_ns"] and str(values[-1]) == tape["last_ns"]
        print(column["name"], dtype, len(values), values[0], values[-1], sum(values) % 2**64)


main()
