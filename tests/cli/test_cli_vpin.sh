#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nacre vpin: a case small enough to work out by hand, batch against stream, tape against CSV, settings
# against options, and what is refused.
. "$(dirname "$0")/lib.sh"

# Aggressor mode by hand: V = 1, n = 2. Buckets: B B | S S | B S -> imbalance 1, 1, 0; VPIN -, 1, 0.5;
# then 0.25 stay in the open bucket.
cat >ABC.csv <<'CSV'
ts_event,ts_recv,price,size,seq,side,flags,venue,conditions
1723075200000000000,1723075200000000000,10,0.50000000,1,B,0,,0
1723075201000000000,1723075201000000000,11,0.50000000,2,B,0,,0
1723075202000000000,1723075202000000000,12,1.00000000,3,S,0,,0
1723075203000000000,1723075203000000000,13,0.50000000,4,B,0,,0
1723075204000000000,1723075204000000000,14,0.75000000,5,S,0,,0
CSV
hand="--mode aggressor --bucket-volume 1 --window 2"
# shellcheck disable=SC2086
run 0 vpin ABC.csv $hand --csv -
cat >want.txt <<'CSV'
bucket,start_ns,end_ns,duration_ns,volume,buy,sell,imbalance,vpin,cdf,alarm,price
0,1723075200000000000,1723075201000000000,1000000000,1,1,0,1,,,0,11
1,1723075201000000000,1723075202000000000,1000000000,1,0,1,1,1,,0,12
2,1723075202000000000,1723075204000000000,2000000000,1,0.5,0.5,0,0.5,,0,14
CSV
cmp -s want.txt out.txt || fail "the hand-made case: $(diff want.txt out.txt)"
run 0 vpin ABC.csv $hand --csv buckets.csv
cmp -s want.txt buckets.csv || fail "--csv FILE differs from --csv -"
without_times out.txt >summary.txt
cat >want.txt <<'TEXT'
ABC, calendar 24x7
  rows      5 read, 5 kept (conditions regular)
  method    aggressor, classify side, window 2, auctions half
  sessions  1
  V         1 units a bucket (given)
  buckets   3 full, 0.25 units in the open one
  VPIN      mean 0.750000, last 0.500000 at 2024-08-08 00:00:04 UTC
  CDF       not defined: 2 of 500 values
  alarms    none
TEXT
cmp -s want.txt summary.txt || fail "the summary: $(diff want.txt summary.txt)"
run 0 vpin ABC.csv $hand --json
has out.txt '"schema":"nacre.vpin/1"' '"symbol":"ABC"' '"mean_vpin":0.75' '"cdf_count":2' \
    '"buy":"0.5","sell":"0.5","imbalance":0,"vpin":0.5,"cdf":null' '"bucket_volume":"1"'

# The tape filter: an average-price print goes, by request all stay or any condition goes.
cat >lean_xyz_trades.csv <<'CSV'
36000000,1000000,100,P,1,0
36001000,1001000,200,P,100001,0
36002000,1002000,300,P,20000001,0
36003000,1003000,400,P,1,0
CSV
for case in "regular 3" "all 4" "0x20000000 3" "20100000 2"; do
    set -- $case
    run 0 vpin lean_xyz_trades.csv --format lean --date 20131007 --bucket-volume 100 --conditions $1
    has out.txt "  rows      4 read, $2 kept (conditions $1)"
done
run 0 vpin lean_xyz_trades.csv --format lean --date 20131007 --bucket-volume 100
has out.txt "XYZ, calendar XNYS" "excluded  1 rows, 20.00 % of the volume: average_price"

# A market with alarms: a tape and its CSV, batch and stream give the same bytes.
run 0 simulate --out market --seed 7 --days 40 --csv
run 0 vpin market/SIM --json
without_times out.txt >batch.json
has batch.json '"warmup":"skip","warmup_chosen_by_data":true' '"kind":"cdf"' '"warmup_sessions":1'
for block in 997 100000; do
    run 0 vpin market/SIM --json --stream $block
    without_times out.txt >stream.json
    cmp -s batch.json stream.json || fail "a stream in blocks of $block differs from the batch"
done
run 0 vpin market/SIM.csv --symbol SIM --json
without_times out.txt | sed 's/"venue":"[A-Za-z]*"/"venue":""/' >csv.json
sed 's/"venue":"[A-Za-z]*"/"venue":""/' batch.json | cmp -s - csv.json || fail "tape and CSV differ"
for isa in ref avx2 avx512; do
    "$NACRE_BIN" --isa $isa config >/dev/null 2>&1 || continue
    run 0 vpin market/SIM --json --isa $isa --threads 1
    without_times out.txt | cmp -s - batch.json || fail "--isa $isa differs"
done
run 0 vpin market/SIM
cp out.txt batch.txt
run 0 vpin market/SIM --stream 5000
[ "$(without_times out.txt)" = "$(without_times batch.txt)" ] || fail "the summary of a stream differs"
has batch.txt "warm-up   skip (auto): 1 of 40 sessions only calibrate" "    cdf    2024-"
grep -q look-ahead batch.txt && fail "the causal mode does not look ahead"
run 0 vpin market/SIM --level 0.4
has out.txt "    level  2024-"

# Settings are taken, options win over them.
echo '{ "vpin.window": 20 }' >settings.json
run 0 vpin market/SIM --config settings.json
has out.txt "window 20,"
run 0 vpin market/SIM --config settings.json --window 30
has out.txt "window 30,"

# Warm-up.
run 0 vpin market/SIM --warmup first-session
has out.txt "warm-up   first-session: V of the first of 40 sessions is its own" "look-ahead yes"
refused vpin -- market/SIM --warmup refuse -- "--bucket-volume"
run 0 vpin market/SIM --mode elo_research
has out.txt "look-ahead yes"
refused vpin -- market/SIM --mode elo_research --stream 1000 -- "elo_research" "live"
run 2 vpin market/SIM --bucket-volume 1.123456789
one_line "nacre vpin: --bucket-volume: '1.123456789' is not a positive decimal with at most 8"

refused vpin -- market/SIM market/SIM -- "one tape"
refused vpin -- none.csv -- "none.csv"
refused vpin -- market/SIM --csv out/of/reach.csv -- "out/of/reach.csv"
finish
