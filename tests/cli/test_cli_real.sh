#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real trades end to end, where they are: rows as each data folder's README counts them, ranges, filter
# reasons, and VPIN from the tape and from the file alike.
. "$(dirname "$0")/lib.sh"
if [ ! -d "${NACRE_DATA:-/nonexistent}/trades" ]; then
    echo "SKIP test_cli_real: NACRE_DATA does not name the folder of real data"
    exit 77
fi
data=$NACRE_DATA/trades

run 0 import "$data"/*.csv.xz --out tapes --json
cp out.txt import.json
for symbol in SPY BAC IBM BTCUSD_PERP; do
    [ -d "tapes/$symbol" ] || fail "no tape of $symbol: $(ls tapes)"
done
[ "$(ls tapes | wc -l)" -eq 6 ] || fail "six instruments expected: $(ls tapes)"
for tape in tapes/*; do
    run 0 tape check "$tape"
done
for symbol in SPY BAC IBM; do
    file=$(ls "$data"/lean_"${symbol,,}"_*.csv.xz)
    rows=$(xz -dc "$file" | grep -vc '^[a-z]')
    run 0 tape info tapes/$symbol --json
    has out.txt "\"rows\":$rows," '"calendar":"XNYS"' '"size_exp":0'
    run 0 vpin tapes/$symbol --json
    has out.txt "\"rows\":$rows," '"sessions":' '"reason":'
    without_times out.txt >tape.json
    run 0 vpin "$file" --json
    without_times out.txt | cmp -s - tape.json || fail "$symbol: file and tape differ"
    run 0 vpin tapes/$symbol --json --stream 1000
    without_times out.txt | cmp -s - tape.json || fail "$symbol: stream and batch differ"
    # CSV and back: the columns are the same bytes.
    run 0 tape export tapes/$symbol --csv $symbol.csv
    run 0 import $symbol.csv --size-exp 0 --tape again-$symbol
    for column in ts_event ts_recv price size seq side flags venue conditions; do
        cmp -s tapes/$symbol/$column.npy again-$symbol/$column.npy || fail "$symbol: $column differs"
    done
done
run 0 vpin tapes/SPY
has out.txt "extended_hours" "average_price" "official_open_close" "skip (auto): 1 of 3 sessions" \
    " of 500 values"
run 0 vpin "$data"/binance_usdm_btcusdt_20240808_trades.csv.xz --mode aggressor --bucket-volume 10
has out.txt "aggressor" "V         10 units a bucket (given)"
finish
