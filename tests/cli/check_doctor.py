#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the JSON of `nacre doctor` against docs/doctor.schema.json and what must hold between its parts.

usage: check_doctor.py SCHEMA FILE
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_results import Problem, expect, validate  # noqa: E402


def check(found):
    machine = found["machine"]
    expect(sum(c["threads"] for c in machine["cores"]) == machine["cpus"], "threads do not add up")
    expect(1 <= machine["usable_cpus"] <= machine["cpus"], "usable_cpus")
    classes = [c["class"] for c in machine["cores"]]
    expect(classes.count("performance") == machine["performance_cores"], "performance_cores")
    expect(classes.count("efficiency") == machine["efficiency_cores"], "efficiency_cores")
    for feature in found["features"]:
        expect(feature["usable"] == (feature["reason"] is None), f"{feature['name']}: reason")
    names = [f["name"] for f in found["ceilings"]["figures"]]
    expect(len(names) == len(set(names)) >= 28, "figures are missing or double")
    for figure in found["ceilings"]["figures"]:
        if figure["samples"] == 0:
            expect(figure["reason"] and figure["median"] is None, f"{figure['name']}: absent without a reason")
        else:
            expect(0 < figure["q1"] <= figure["median"] <= figure["q3"], f"{figure['name']}: quartiles")
            expect("reason" not in figure, f"{figure['name']}: measured with a reason")
    expect(found["kernels"], "no kernels")
    for kernel in found["kernels"]:
        chosen = [v for v in kernel["variants"] if v["chosen"]]
        expect(len(chosen) == 1, f"{kernel['op']}: {len(chosen)} variants chosen")
        for variant in kernel["variants"]:
            expect(variant["chosen"] == (variant["reason"] is None), f"{variant['symbol']}: reason")
    expect(found["next"], "nothing to do next")
    seed = found["seed"]["_map_hardware_topology"]
    expect(seed["cpu_complex"]["performance_cores"] == machine["performance_cores"], "seed: cores")
    expect(seed["unified_memory"]["total_capacity"] == machine["memory_bytes"], "seed: memory")


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    found = json.loads(pathlib.Path(sys.argv[2]).read_text())
    try:
        validate(found, schema, schema, "doctor")
        check(found)
    except Problem as problem:
        print(f"{sys.argv[2]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
