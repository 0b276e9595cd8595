#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every kind of bad input, end to end: exit code 3, one line that names file, line, column and remedy,
# and nothing left where the tape would have been. Good input beside it, so that a refusal of
# everything would not pass.
. "$(dirname "$0")/lib.sh"

bad() { # FILE [OPTION...] -- TEXT...: importing the file is refused and leaves nothing
    local args=()
    while [ "$1" != -- ]; do
        args+=("$1")
        shift
    done
    shift
    refused import -- "${args[@]}" --out deep/out -- "$@"
    nothing_in deep
}

bad_row() { # SED_SCRIPT TEXT...: 20 rows with one spoilt
    binance_rows 20 | sed "$1" >BTCUSDT-trades-bad.csv
    shift
    bad BTCUSDT-trades-bad.csv -- "$@"
}

binance_rows 20000 >BTCUSDT-trades-2024-08-08.csv
run 0 import BTCUSDT-trades-2024-08-08.csv --out tapes
has out.txt "BTCUSDT" "  rows      20,000 in " "2024-08-08 00:00:00 UTC to 2024-08-08 01:23:20 UTC" \
    "format binance-trades" "time unit ms from BTCUSDT-trades-2024-08-08.csv:1" "tapes/BTCUSDT ("
run 0 tape check tapes/BTCUSDT
refused import -- BTCUSDT-trades-2024-08-08.csv --out tapes -- "tapes/BTCUSDT"
run 0 tape check tapes/BTCUSDT # and it is still there

# Files that are not there, not whole, or not to be read.
bad none.csv -- "none.csv" "No such file"
: >BTCUSDT-empty.csv
bad BTCUSDT-empty.csv -- "BTCUSDT-empty.csv" "empty"
printf 'ts_event_ms,price,size\n' >BTCUSDT-header.csv
bad BTCUSDT-header.csv -- "BTCUSDT-header.csv"
for kind in "gzip gz" "xz xz" "zstd zst"; do
    set -- $kind
    if ! command -v "$1" >/dev/null; then
        skip_part "test_cli_import.$1" "the program $1 is not installed"
        continue
    fi
    "$1" -c BTCUSDT-trades-2024-08-08.csv 2>/dev/null >whole.csv.$2
    run 0 import whole.csv.$2 --tape whole-$2
    cmp -s whole-$2/price.npy tapes/BTCUSDT/price.npy || fail "$1 gives other prices"
    head -c 20000 whole.csv.$2 >BTCUSDT-cut.csv.$2
    bad BTCUSDT-cut.csv.$2 -- "BTCUSDT-cut.csv.$2" "truncated"
done
if command -v python3 >/dev/null; then
    python3 - <<'PY'
import zipfile
with zipfile.ZipFile("whole.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("BTCUSDT-trades-2024-08-08.csv")
data = open("whole.zip", "rb").read()
open("BTCUSDT-cut.zip", "wb").write(data[:len(data) // 2])
PY
    run 0 import whole.zip --tape whole-zip
    cmp -s whole-zip/price.npy tapes/BTCUSDT/price.npy || fail "zip gives other prices"
    bad BTCUSDT-cut.zip -- "BTCUSDT-cut.zip" "truncated"
else
    skip_part test_cli_import.zip "there is no python3 to write a zip"
fi
ln -s loop-b.csv loop-a.csv
ln -s loop-a.csv loop-b.csv
bad loop-a.csv -- "loop-a.csv" "circle"
mkdir folder.csv
bad folder.csv -- "folder.csv"

# Rows.
bad_row '7s/.*/7,61000.1,0.1,1.5,1723075201750/' "BTCUSDT-trades-bad.csv:7:" "7 columns" "found 5"
bad_row '7{N;s/\n/,/}' "BTCUSDT-trades-bad.csv:7:" "found 14" "two records"
bad_row '7s/.*/7,NaN,0.1,1.5,1723075201750,True,True/' "bad.csv:7:3" "NaN" "--skip-bad"
bad_row '7s/.*/7,61000.1,inf,1.5,1723075201750,True,True/' "bad.csv:7:11" "inf"
bad_row '7s/.*/7,61000.1,-0.1,1.5,1723075201750,True,True/' "bad.csv:7:11" "-0.1" "negative"
bad_row '7s/.*/7,99999999999.1,0.1,1.5,1723075201750,True,True/' "bad.csv:7:3" "99999999999.1"
bad_row '7s/.*/7,61000.1,0.123456789,1.5,1723075201750,True,True/' "bad.csv:7:11" "8 decimals" "--round"
bad_row '7s/.*/7,61000.1,0.1,1.5,1723075201000,True,True/' "bad.csv:7:" "steps back" "--reorder"
bad_row '7s/.*/7,61000.1,0.1,1.5,1723075201,True,True/' "bad.csv:7:" # ms -> s is a step back

# The same rows by request.
binance_rows 20 | sed '7s/.*/7,61000.1,x,1.5,1723075201750,True,True/' >BTCUSDT-trades-skip.csv
run 0 import BTCUSDT-trades-skip.csv --skip-bad --tape skipped
has out.txt "  rows      19 in" "bad rows  1 skipped" "BTCUSDT-trades-skip.csv:7:11"
binance_rows 20 | sed '7s/.*/7,61000.1,0.123456785,1.5,1723075201750,True,True/' >BTCUSDT-round.csv
run 0 import BTCUSDT-round.csv --round --tape rounded
has out.txt "rounded   1 values"
run 0 tape export rounded --csv -
has out.txt ",0.12345678,7," # half to even
binance_rows 20 | sed '7s/.*/7,61000.1,0.1,1.5,1723075201000,True,True/' >BTCUSDT-late.csv
run 0 import BTCUSDT-late.csv --reorder 1000 --tape ordered
has out.txt "reordered 1 rows"
run 0 tape check ordered

# ms -> us in the middle is legal when time goes on, and printed; a step back there is not.
{
    binance_rows 10
    binance_rows 10 1723075210000 | awk -F, -v OFS=, '{ $5 = $5 "000"; print }'
} >BTCUSDT-switch.csv
run 0 import BTCUSDT-switch.csv --tape switched
has out.txt "time unit ms from BTCUSDT-switch.csv:1" "time unit us from BTCUSDT-switch.csv:11"
{
    binance_rows 10
    binance_rows 10 | awk -F, -v OFS=, '{ $5 = $5 "000"; print }'
} >BTCUSDT-switch.csv
bad BTCUSDT-switch.csv -- "BTCUSDT-switch.csv:11:" "steps back"

# An inverted side column, and the same accepted by request.
awk 'BEGIN { print "ts_event_ms,price,size,side"; p = 6000000
    for (i = 0; i < 3000; i++) { up = i * 7 % 3 != 0; p += up ? 1 : -1
        printf "%.0f,%.2f,0.5,%s\n", 1723075200000 + i * 10, p / 100, up ? "sell" : "buy" } }' \
    >BTCUSDT-inverted.csv
bad BTCUSDT-inverted.csv -- "BTCUSDT-inverted.csv" "side column looks inverted" "--side-as-is"
run 0 import BTCUSDT-inverted.csv --side-as-is --tape inverted

# Symbols.
awk 'BEGIN { print "ts_ms,symbol,price,size"
    for (i = 0; i < 20; i++) printf "%.0f,%s,10.5,1\n", 1723075200000 + i * 10, i % 2 ? "AAA" : "BBB" }' \
    >several.csv
bad several.csv -- "several.csv:3:" "AAA" "BBB" "--symbol"
bad several.csv --symbol CCC -- "CCC" "BBB, AAA"
run 0 import several.csv --symbol AAA --out some
has out.txt "  rows      10 in" "left out  10 rows of other symbols" "some/AAA ("

# Several instruments in one call: one tape each; one symbol at two venues: told apart by the venue.
binance_rows 50 >binance_spot_ethusdt_20240808_trades.csv
binance_rows 60 >binance_usdm_ethusdt_20240808_trades.csv
binance_rows 70 >BTCUSDT-trades-b.csv
cp BTCUSDT-trades-b.csv binance_spot_ltcusdt_20240808_trades.csv
run 0 import binance_*.csv --out several --json
has out.txt '"symbol":"ETHUSDT"' '"rows":50' '"rows":60' '"rows":70' '"path":"several/LTCUSDT"'
[ "$(ls several | wc -l)" -eq 3 ] || fail "three tapes expected: $(ls several)"
ls several | grep -q "ETHUSDT@" || fail "one symbol at two venues: $(ls several)"

# A line without an end is never held in memory; a pipe can be read.
{
    binance_rows 5
    head -c 10000000 /dev/zero | tr '\0' 7
    echo
} >BTCUSDT-long.csv
bad BTCUSDT-long.csv -- "BTCUSDT-long.csv:6:1" "1 MiB"
mkfifo BTCUSDT-pipe.csv
binance_rows 100 >BTCUSDT-pipe.csv &
run 0 import BTCUSDT-pipe.csv --tape piped
has out.txt "  rows      100 in"
wait

# Places that cannot be written.
touch plain
refused import -- BTCUSDT-trades-b.csv --out plain/out -- "plain/out" "Not a directory"
refused import -- BTCUSDT-trades-b.csv --tape plain/tape -- "plain/" "Not a directory"
cmp -s plain /dev/null || fail "a file that was in the way was changed"
(
    trap '' XFSZ # the limit then is an error of write, like a full disk
    ulimit -f 64
    "$NACRE_BIN" import BTCUSDT-trades-2024-08-08.csv --out full/out >out.txt 2>err.txt
    echo $? >code.txt
)
is code.txt 3
one_line "nacre import: full/out/"
nothing_in full
# A really full disk, in a mount that only this child sees.
binance_rows 60000 >BTCUSDT-large.csv
mkdir mnt
export NACRE_BIN
if unshare -m bash -c 'mount -t tmpfs -o size=1m none mnt' 2>/dev/null; then
    unshare -m bash -c 'mount -t tmpfs -o size=1m none mnt
        "$NACRE_BIN" import BTCUSDT-large.csv --out mnt/out >out.txt 2>err.txt
        echo $? >code.txt
        ls -A mnt >left.txt'
    is code.txt 3
    one_line "nacre import: mnt/out/"
    has err.txt "No space left on device"
    [ ! -s left.txt ] || fail "left on the full disk: $(cat left.txt)"
else
    skip_part test_cli_import.tmpfs "mounting a small tmpfs is not permitted here"
fi
if [ "$(id -u)" -ne 0 ]; then
    cp BTCUSDT-trades-b.csv closed.csv
    chmod 0 closed.csv
    bad closed.csv -- "closed.csv" "Permission denied"
    mkdir shut
    chmod 500 shut
    refused import -- BTCUSDT-trades-b.csv --out shut/out -- "shut/out" "Permission denied"
elif command -v setpriv >/dev/null && setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$NACRE_BIN" --version >/dev/null 2>&1; then
    cp BTCUSDT-trades-b.csv closed.csv
    chmod 600 closed.csv
    setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$NACRE_BIN" vpin closed.csv >out.txt 2>err.txt
    [ $? -eq 3 ] || fail "a file without permission"
    one_line "nacre vpin: closed.csv"
    has err.txt "Permission denied"
    setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$NACRE_BIN" import BTCUSDT-trades-b.csv --out shut/out >out.txt 2>err.txt
    [ $? -eq 3 ] || fail "a folder without permission"
    one_line "nacre import: shut"
    has err.txt "Permission denied"
else
    skip_part test_cli_import.permission "root may read everything and setpriv cannot be used"
fi
finish
