#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nacre simulate: same seed, same bytes; another seed, others; the truth and the panel are written;
# nothing is overwritten.
. "$(dirname "$0")/lib.sh"

run 0 simulate --out a --days 30 --trades-per-day 2000 --seed 5 --panel panel.csv --json
has out.txt '"tape":"a/SIM"' '"episodes":"a/episodes.json"' '"csv":null' '"seed":"5"' '"days":30'
rows=$(grep -o '"rows":[0-9]*' out.txt | cut -d: -f2)
[ "$rows" -gt 50000 ] || fail "only $rows rows in 30 days of about 2000"
run 0 tape check a/SIM
has out.txt "a/SIM: ok"
run 0 simulate --out b --days 30 --trades-per-day 2000 --seed 5
has out.txt "SIM" "days      30, seed 5" "8 informed" "8 volatility_burst" "8 volume_burst" "8 calm"
for file in SIM/ts_event.npy SIM/price.npy SIM/size.npy SIM/side.npy SIM/tape.json episodes.json; do
    cmp -s "a/$file" "b/$file" || fail "the same seed gives another $file"
done
run 0 simulate --out c --days 30 --trades-per-day 2000 --seed 6 --flash-crash
has out.txt "1 flash_crash"
cmp -s a/SIM/price.npy c/SIM/price.npy && fail "another seed gives the same prices"
cmp -s a/episodes.json c/episodes.json && fail "another seed gives the same episodes"

has a/episodes.json '"schema": "nacre.episodes/1"' '"kind": "informed"' '"kind": "calm"'
[ "$(grep -c '"begin_ns"' a/episodes.json)" -eq 32 ] || fail "32 episodes expected"
awk -F'"' '/"begin_ns"/ { begin = $4 } /"end_ns"/ { n += $4 > begin } END { exit n != 32 }' a/episodes.json ||
    fail "32 episodes that end after they begin expected"
grep -A3 flash_crash c/episodes.json | grep -q '"begin": "2024-01-30T' || fail "the crash is not on the last day"
[ "$(wc -l <panel.csv)" -eq 757 ] || fail "756 days and a header expected"
head -1 panel.csv | grep -q '^date,A001,A002,' || fail "the panel's header"
sed -n 2p panel.csv | grep -q '^2021-01-04,100,' || fail "the panel's first day"
sed -n 7p panel.csv | grep -q '^2021-01-11,' || fail "the panel's sixth weekday"
[ "$(sed -n 5p panel.csv | tr -cd , | wc -c)" -eq 100 ] || fail "100 assets expected"

refused simulate -- --out a --days 30 -- "is there already"
run 0 tape check a/SIM
touch plain
refused simulate -- --out plain/x --days 30 -- "plain/x"
(
    trap '' XFSZ
    ulimit -f 64
    "$NACRE_BIN" simulate --out full/x --days 30 --csv >out.txt 2>err.txt
    echo $? >code.txt
)
is code.txt 3
one_line "nacre simulate: "
nothing_in full

# The defaults that the help states are those that are used.
run 0 simulate --help
has out.txt "(default 120)" "(default 20000)" "(default 8)" "(default 1)"
run 0 simulate --out d --json
has out.txt '"seed":"1","days":120,' '"episode_count":32'
finish
