#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre run`: what it writes is valid and consistent by an independent check, nothing is half-written,
# nothing of the user's is touched, and a wrong command line or file is one line.
. "$(dirname "$0")/lib.sh"
source_dir=${NACRE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}

check() { # FOLDER: results.json, tables and report by tests/cli/check_results.py
    if ! command -v python3 >/dev/null; then
        skip_part test_run.results "python3 is not installed"
        return
    fi
    python3 "$source_dir/tests/cli/check_results.py" "$source_dir/docs/results.schema.json" "$1" \
        >check.txt 2>&1 || fail "$1: $(head -c 600 check.txt)"
}

usage() { # TEXT -- ARGUMENT...
    local text=$1
    shift 2
    run 2 run "$@"
    has err.txt "nacre run: $text"
    [ ! -e out ] || fail "a wrong command line made the folder"
}

# Two days of trades, one bucket volume, so that windows fill: names decide the symbols.
binance_rows 4000 1723075200000 >BTCUSDT-trades-2024-08-08.csv
binance_rows 4000 1723161600000 >BTCUSDT-trades-2024-08-09.csv
binance_rows 3000 1723075200000 >ETHUSDT-trades-2024-08-08.csv

usage "--out DIR is needed" -- --trades BTCUSDT-trades-2024-08-08.csv
usage "--trades FILE is needed" -- --out out
usage "--demo makes its own trades" -- --demo --out out BTCUSDT-trades-2024-08-08.csv
usage "--mode" -- --trades BTCUSDT-trades-2024-08-08.csv --out out --mode cuasal

# One symbol from two files.
run 0 run --trades BTCUSDT-trades-2024-08-08.csv BTCUSDT-trades-2024-08-09.csv --out out --window 10
has out.txt "BTCUSDT: 8,000 of 8,000 trades kept" "CDF not defined (" "warm-up skip" "out/report.html"
[ "$(ls out | tr '\n' ' ')" = "report.html results.json vpin_BTCUSDT.csv vpin_BTCUSDT.npy " ] ||
    fail "out holds $(ls out | tr '\n' ' ')"
check out
has out/report.html "BTCUSDT" "<svg role=\"img\"" "Andersen and Bondarenko" " of 500 values that it needs"
head -n 1 out/vpin_BTCUSDT.csv >header.txt
is header.txt "bucket,start_ns,end_ns,duration_ns,volume,buy,sell,imbalance,vpin,cdf,alarm,price,volatility,volatility_cdf,traded_volume,traded_volume_cdf"
[ "$(wc -l <out/vpin_BTCUSDT.csv)" -gt 40 ] || fail "few buckets: $(wc -l <out/vpin_BTCUSDT.csv)"

# The same once more gives the same tables; the folder is not replaced unasked.
run 3 run --trades BTCUSDT-trades-2024-08-08.csv --out out
one_line "nacre run: out: exists and is not empty; choose another --out, or --force"
echo mine >out/notes.txt
cp out/vpin_BTCUSDT.csv before.csv
run 0 run --trades BTCUSDT-trades-2024-08-08.csv BTCUSDT-trades-2024-08-09.csv --out out/ --window 10 --force
cmp -s before.csv out/vpin_BTCUSDT.csv || fail "the same trades gave another table"
is out/notes.txt mine
[ -z "$(find . -name '*.tmp-*' -o -name '.*tmp*')" ] || fail "temporary names are left"

# An empty folder is as good as none; missing parents are made.
mkdir empty
run 0 run --trades ETHUSDT-trades-2024-08-08.csv --out empty --bucket-volume 20 --window 5
check empty
run 0 run --trades ETHUSDT-trades-2024-08-08.csv --out deep/er/out --bucket-volume 20 --window 5 --quiet
cmp -s empty/vpin_ETHUSDT.csv deep/er/out/vpin_ETHUSDT.csv || fail "two runs differ"

# Several symbols at once, and every way of computing.
run 0 run --trades ETHUSDT-trades-2024-08-08.csv --trades BTCUSDT-trades-2024-08-09.csv --out two \
    --mode aggressor --window 5
check two
has out.txt "ETHUSDT: 3,000" "BTCUSDT: 4,000" "looks ahead"
has two/report.html "Looks ahead" "#s-ETHUSDT" "#s-BTCUSDT"
run 0 run --trades BTCUSDT-trades-2024-08-08.csv --out elo --mode elo_research --window 5 --bar 10
check elo
has out.txt "looks ahead"
has elo/results.json '"look_ahead": true' '"mode": "elo_research"' '"bar_ns": "10000000000"'

# A tape gives the same as the file that it was made of.
run 0 import ETHUSDT-trades-2024-08-08.csv --out tapes
run 0 run --trades tapes/ETHUSDT --out from_tape --bucket-volume 20 --window 5
cmp -s empty/vpin_ETHUSDT.csv from_tape/vpin_ETHUSDT.csv || fail "tape and file differ"
has from_tape/results.json '"source": "tape"'

# --json prints results.json.
run 0 --json run --trades ETHUSDT-trades-2024-08-08.csv --out j --bucket-volume 20
cmp -s out.txt j/results.json || fail "--json is not results.json"

# What is wrong is one line and leaves nothing.
refused run -- --trades missing.csv --out bad -- "missing.csv"
printf '1,2,3\n' >BROKEN-trades.csv
refused run -- --trades ETHUSDT-trades-2024-08-08.csv BROKEN-trades.csv --out bad -- "BROKEN-trades.csv"
refused run -- --trades ETHUSDT-trades-2024-08-08.csv --out bad --warmup refuse -- "--bucket-volume"
refused run -- --trades ETHUSDT-trades-2024-08-08.csv --out ETHUSDT-trades-2024-08-08.csv -- "ETHUSDT"
refused run -- --trades missing.csv --out new/parent/bad -- "missing.csv"
[ ! -e bad ] && [ ! -e new ] || fail "a refused run left a folder: $(ls -d bad new 2>/dev/null)"
[ -z "$(find . -name '*tmp-*')" ] || fail "a refused run left $(find . -name '*tmp-*')"
(
    ulimit -f 8
    trap '' XFSZ
    "$NACRE_BIN" run --trades BTCUSDT-trades-2024-08-08.csv --out full --bucket-volume 1 >out.txt 2>err.txt
    [ $? -eq 3 ] || exit 1
) || fail "a full disk is no error: $(head -c 300 err.txt)"
one_line "nacre run: "
[ ! -e full ] && [ -z "$(find . -name '*tmp-*')" ] || fail "a full disk left something"

finish
