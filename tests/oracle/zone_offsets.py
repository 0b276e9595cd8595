#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Offsets and local-to-UTC conversions by Python's own zoneinfo, for tests/unit/test_core_timezone.c.

Reads the same zone files and shares no code with ours. Prints lines "ZONE offset T SECONDS" and
"ZONE utc LOCAL T" (fold = 0: in a gap the offset before it, of two instants the earlier), near every
change of clocks it finds and at seeded random instants from 1800 to 2900.
"""
import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = ["America/New_York", "America/Sao_Paulo", "America/St_Johns", "Europe/London",
         "Europe/Dublin", "Asia/Kolkata", "Asia/Tokyo", "Asia/Gaza", "Asia/Tehran",
         "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham",
         "America/Nuuk", "Antarctica/Troll", "UTC"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NAIVE_EPOCH = datetime(1970, 1, 1)


def offset(zone, t):
    moment = (EPOCH + timedelta(seconds=t)).astimezone(zone)
    return int(moment.utcoffset().total_seconds())


def to_utc(zone, local):
    moment = (NAIVE_EPOCH + timedelta(seconds=local)).replace(tzinfo=zone, fold=0)
    return local - int(moment.utcoffset().total_seconds())


def changes(zone, first, last):
    """Seconds at which the offset changes, by stepping a day and halving."""
    step = 86400
    for t in range(first, last, step):
        low, high = t, t + step
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset(zone, middle) == offset(zone, t):
                low = middle
            else:
                high = middle
        yield high


def main():
    rng = random.Random(20131103)
    for name in ZONES:
        zone = ZoneInfo(name)
        instants = [rng.randrange(-5364662400, 29348179200) for _ in range(400)]
        for first, last in ((1356998400, 1420070400), (4102444800, 4165516800)):  # 2013-14, 2100-01
            for change in changes(zone, first, last):
                instants += [change - 1, change, change + 1]
                for local in (change + offset(zone, change - 1), change + offset(zone, change)):
                    for nudge in (-3601, -3600, -1, 0, 1, 1799, 1800, 3599, 3600):
                        print(name, "utc", local + nudge, to_utc(zone, local + nudge))
        for t in instants:
            print(name, "offset", t, offset(zone, t))
            print(name, "utc", t, to_utc(zone, t))


main()
