#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what the tape filter must keep and exclude on a date-prefixed LEAN trade file.

Shares nothing with the C: the times of these files are local New York times, so no time zone is
needed, and no file here spans a holiday or an early close. Standard library only.
Usage: filter_counts.py FILE.csv.xz
Prints one line "name rows volume" per reason in the filter's order, then kept and auction.
"""
import datetime
import lzma
import sys

OPEN_MS, CLOSE_MS = 34_200_000, 57_600_000  # 09:30 and 16:00
# QuantConnect LEAN, Common/Data/Auxiliary/TradeConditionFlags (first column of each: our reason).
REASONS = [
    ("cash", 0x2),
    ("next_day", 0x4),
    ("seller", 0x8),
    ("derivatively_priced", 0x200),
    ("average_price", 0x100000),
    ("sold_out_of_sequence", 0x800 | 0x4000),
    ("prior_reference_price", 0x2000000),
    ("stock_option", 0x40000),
    ("official_open_close", 0x4000000 | 0x1000000),
    ("extended_hours", 0x400 | 0x2000),
]
AUCTION = 0x40 | 0x80 | 0x100  # opening, closing, reopening prints


def reason_of(date, ms, flags):
    for name, bits in REASONS:
        if flags & bits:
            return name
    weekday = datetime.date(date // 10000, date // 100 % 100, date % 100).weekday()
    if weekday > 4:
        return "extended_hours"
    if flags & AUCTION or OPEN_MS <= ms < CLOSE_MS:
        return "kept"
    return "extended_hours"


def main():
    table = {name: [0, 0] for name, _ in REASONS}
    table["kept"], table["auction"] = [0, 0], [0, 0]
    with lzma.open(sys.argv[1], "rt") as lines:
        for line in lines:
            date, ms, _price, size, _venue, flags, _suspicious = line.split(",")
            flags = int(flags, 16)
            name = reason_of(int(date), int(ms), flags)
            names = [name]
            if name == "kept" and flags & AUCTION:
                names.append("auction")
            for name in names:
                table[name][0] += 1
                table[name][1] += int(size)
    for name, (rows, volume) in table.items():
        print(name, rows, volume)


main()
