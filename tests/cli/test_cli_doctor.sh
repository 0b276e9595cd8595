#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nacre doctor: its page fits 80 columns and ends with what to do, its JSON follows its schema, the cache is
# read, refused and written anew as said, and an instruction set that cannot be used is exit code 1.
. "$(dirname "$0")/lib.sh"
export XDG_CACHE_HOME=$work/cache HOME=$work

run 0 doctor
has out.txt "machine" "what may be used" "measured ceilings" "kernels (set in use:" "ndtr_f64" "strict" \
    "optional libraries" "onnxruntime" "vulkan" "cuda" "duckdb" "effects on the whole process" "warnings" \
    "measured now: nothing was cached" "$work/cache/nacre/ceilings-"
wide=$(grep -v "$work" out.txt | awk 'length > 80' | wc -l)
[ "$wide" -eq 0 ] || fail "$wide lines are wider than 80 columns"
tail -n 3 out.txt >end.txt
has end.txt "nacre bench" "nacre run --demo"
[ ! -s err.txt ] || fail "stderr is not empty: $(cat err.txt)"
file=$(ls cache/nacre/ceilings-*.json)
[ "$(ls -A cache/nacre | wc -l)" -eq 1 ] || fail "not one file in the cache: $(ls -A cache/nacre)"

# The second run reads the cache: the same figures.
cp "$file" first.json
run 0 doctor --json
has out.txt '"from_cache":true' '"cache_note":"read from the cache"' '"ok":true' '"isa_error":null' \
    '"_map_hardware_topology":{' '"_check_sme_availability":'
cmp -s "$file" first.json || fail "reading the cache wrote it"
cp out.txt doctor.json

# A kernel that is held back says so; nothing is measured for it.
NACRE_ISA=ref run 0 doctor
has out.txt "read from the cache" "kernels (set in use: ref)"
NACRE_ISA=ref run 0 doctor --json
has out.txt '"isa":"ref"' '"symbol":"nacrek_ndtr_f64__ref","isa":"ref","chosen":true'
cp out.txt ref.json

# A set that does not exist or is not here: everything is still told, and the answer is 1.
NACRE_ISA=avx9 run 1 doctor
has out.txt 'instruction set "avx9" cannot be used here; use one of: ref' "unset NACRE_ISA" \
    "kernels (set in use: ref)"
run 1 --isa avx9 doctor --json
has out.txt '"ok":false' '"isa_error":"instruction set \"avx9\"'
cp out.txt bad.json

# A corrupt cache is said and replaced; a cache that cannot be written is said.
echo '{' >"$file"
run 0 doctor
has out.txt "the cache was not taken:"
grep -q '"schema": 1' "$file" || fail "the corrupt cache was not replaced"
echo >plain
XDG_CACHE_HOME=$work/plain run 0 doctor --measure --json
has out.txt '"from_cache":false' "measured now and not cached:"
cp out.txt anew.json
[ "$(wc -c <plain)" -eq 1 ] || fail "plain was changed"

if command -v python3 >/dev/null; then
    for name in doctor ref bad anew; do
        python3 "$NACRE_SOURCE/tests/cli/check_doctor.py" "$NACRE_SOURCE/docs/doctor.schema.json" \
            $name.json 2>problem.txt || fail "$(cat problem.txt)"
    done
else
    skip_part test_cli_doctor.schema "python3 is not installed"
fi

run 2 doctor x
one_line "nacre doctor: 'x': there are no operands"
finish
