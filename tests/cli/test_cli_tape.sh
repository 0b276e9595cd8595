#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tape info, check and export: CSV -> tape -> CSV -> tape gives the same bytes, damage is found, and an
# export appears whole or not at all.
. "$(dirname "$0")/lib.sh"

# A hand-made file in the nacre format with every column used: extremes, all sides, venue, conditions.
cat >ABC.csv <<'CSV'
ts_event,ts_recv,price,size,seq,side,flags,venue,conditions
1381152600000000000,1381152600000000100,0.000000001,0.00000001,1,B,0,,0
1381152600000000000,1381152600000000000,1.5,1.00000000,2,S,1,P,20
1381152600000000001,1381152599999999999,123456.789012345,92233720368.54775807,3,N,2,Q,ffffffff
1381238999999999999,1381239000000000000,9223372036.854775807,100.10000000,9223372036854775807,B,3,z,4000001
CSV
run 0 import ABC.csv --tape abc
has out.txt "received before the event: 1 rows"
run 0 tape export abc --csv again.csv
cmp ABC.csv again.csv || fail "the export is not the file that was imported"
run 0 import again.csv --symbol ABC --tape abc2
for column in ts_event ts_recv price size seq side flags venue conditions instrument; do
    cmp -s abc/$column.npy abc2/$column.npy || fail "$column differs after CSV -> tape -> CSV -> tape"
done
run 0 tape export abc --csv -
cmp -s ABC.csv out.txt || fail "the export to standard output differs"

# A larger one: a simulated market through CSV and back, and to NumPy.
run 0 simulate --out market --days 14 --episodes 0 --trades-per-day 3000 --csv
run 0 tape export market/SIM --csv sim.csv
cmp -s sim.csv market/SIM.csv || fail "simulate --csv and tape export --csv differ"
[ "$(wc -l <sim.csv)" -gt 30000 ] || fail "the simulated market is too small"
run 0 import sim.csv --symbol SIM --tape sim2
for column in ts_event ts_recv price size seq side flags venue conditions; do
    cmp -s market/SIM/$column.npy sim2/$column.npy || fail "$column differs after a round trip"
done

run 0 tape info abc
has out.txt "abc" "ABC" "rows        4" "2013-10-07 13:30:00 UTC to 2013-10-08 13:29:59 UTC" "schema 1"
run 0 tape info abc market/SIM --json
has out.txt '"path":"abc","symbol":"ABC"' '"rows":4,' '"first_ns":"1381152600000000000"' '"symbol":"SIM"'
refused tape -- info abc none -- "none" "No such file"
run 0 tape export abc --csv told.csv --json
has out.txt '{"path":"told.csv","rows":4,'
touch plain
refused tape -- check plain -- "plain" "no tape"

# Check: good, altered, torn.
run 0 tape check abc market/SIM
has out.txt "abc: ok, 4 rows" "market/SIM: ok"
cp -r abc bent
printf '\377' | dd of=bent/price.npy bs=1 seek=4099 conv=notrunc 2>/dev/null
run 1 tape check bent
one_line "nacre tape: bent"
has err.txt "price"
run 1 tape check bent --json
has out.txt '"ok":false'
cp -r abc torn
truncate -s 4100 torn/size.npy
run 1 tape check torn
one_line "nacre tape: torn"
has err.txt "size"
run 3 vpin torn
one_line "nacre vpin: torn"

# NumPy columns.
run 0 tape export abc --npy columns
[ "$(ls columns | wc -l)" -eq 9 ] || fail "nine columns expected: $(ls columns)"
refused tape -- export abc --npy columns -- "columns" "is there already"
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
    /usr/bin/python3 - >numpy.txt <<'PY'
import numpy as np
get = lambda name: np.load(f"columns/{name}.npy")
print(get("ts_event").dtype, get("ts_event")[-1], get("price").dtype, get("price")[1], get("size")[3],
      get("side").tolist(), get("flags").tolist(), get("venue").tolist(), get("conditions").tolist())
PY
    is numpy.txt "int64 1381238999999999999 float64 1.5 100.1 [1, -1, 0, 1] [0, 1, 2, 3] \
[0, 80, 81, 122] [0, 32, 4294967295, 67108865]"
else
    skip_part test_cli_tape.numpy "NumPy is not installed (apt-get install python3-numpy)"
fi

# An export that fails leaves nothing, and an older file as it was.
echo old >old.csv
(
    trap '' XFSZ
    ulimit -f 64
    "$NACRE_BIN" tape export market/SIM --csv old.csv >out.txt 2>err.txt
    echo $? >code.txt
    "$NACRE_BIN" tape export market/SIM --npy full >>out.txt 2>>err2.txt
    echo $? >code2.txt
)
is code.txt 3
is code2.txt 3
one_line "nacre tape: old.csv"
is old.csv old
[ -z "$(ls -d old.csv.* full* 2>/dev/null)" ] || fail "left behind: $(ls -d old.csv.* full*)"
refused tape -- export abc --csv plain/x.csv -- "plain/x.csv"
if [ -c /dev/full ]; then
    refused tape -- export abc --csv /dev/full -- "/dev/full" "No space left"
else
    skip_part test_cli_tape.full "there is no /dev/full"
fi
finish
