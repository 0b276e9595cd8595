#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre run --panel`: the joined story. What comes after asof changes nothing that was known on it; the
# weights are those of `nacre optimize` on the same days; shares, P&L, VaR of every evening, spreads and
# the walk of equal weights are computed once more from the panel by a program that shares no code.
. "$(dirname "$0")/lib.sh"
source_dir=${NACRE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}

check() { # FOLDER [SYMBOL TRADES]...: schema, tables and the independent program
    local folder=$1
    shift
    if ! command -v python3 >/dev/null; then
        skip_part test_run_panel.results "python3 is not installed"
        return
    fi
    python3 "$source_dir/tests/cli/check_results.py" "$source_dir/docs/results.schema.json" "$folder" \
        >check.txt 2>&1 || fail "$folder: $(head -c 600 check.txt)"
    python3 "$source_dir/tests/oracle/desk_oracle.py" panel.csv "$folder" "$@" >check.txt 2>&1 ||
        fail "$folder: $(head -c 600 check.txt)"
}

same() { # FILE...: as in the folder full
    local name
    for name in "$@"; do
        cmp -s "full/$name" "cut/$name" || fail "$what: $name differs"
    done
}

desk() { # the panel in $1, into the folder $2
    local panel=$1 folder=$2
    shift 2
    rm -rf "$folder"
    run 0 run --panel "$panel" --asof 2023-06-02 --trades BTCUSDT-trades-2023-06-05.csv QUIET.csv OTHER.csv \
        --out "$folder" --quiet "$@"
}

# Simulated names on weekdays from 2021; one is called as the trades that come with it.
run 0 simulate --out sim --days 14 --trades-per-day 1440 --episodes 1 --panel all.csv
cut -d, -f1-25 all.csv | sed '1s/A002/BTCUSDT/;1s/A010/QUIET/' >panel.csv
binance_rows 3000 1685959200000 >BTCUSDT-trades-2023-06-05.csv
# A bounce of 0.02 about 100 without sides, and prices that only trend, which Roll cannot use.
awk 'BEGIN { print "ts_event,ts_recv,price,size,seq,side,flags,venue,conditions"; s = 7
    for (i = 0; i < 2000; i++) { s = s * 16807 % 2147483647
        printf "%d000000000,0,%.2f,1,%d,N,0,,0\n", 1685959200 + i, (s % 2 ? 100.02 : 100), i } }' \
    </dev/null >QUIET.csv
awk 'BEGIN { print "ts_event,ts_recv,price,size,seq,side,flags,venue,conditions"
    for (i = 0; i < 2000; i++)
        printf "%d000000000,0,%.4f,1,%d,N,0,,0\n", 1685959200 + i, 100 + (int(i / 40) % 2 * (i % 40) / 100), i }' \
    </dev/null >OTHER.csv

# The whole story.
desk panel.csv full --capital 2000000 --max-weight 0.2
has out.txt "Bought on 2023-06-02: minimum variance" "What came in 5 days of holding" "2023-06-05" \
    "2023-06-09" "by the aggressor's side" "Roll's bounce, a floor" "OTHER: no spread (no bounce" \
    "not in the panel" "of the weight that was measured" "Walk forward" "survivorship" "  walk " \
    "weights, factors, trades, follow and walk.csv"
[ "$(ls full | tr '\n' ' ')" = "factors.csv follow.csv report.html results.json trades.csv vpin_BTCUSDT.csv \
vpin_BTCUSDT.npy vpin_OTHER.csv vpin_OTHER.npy vpin_QUIET.csv vpin_QUIET.npy walk.csv weights.csv " ] ||
    fail "full holds $(ls full | tr '\n' ' ')"
run 0 import BTCUSDT-trades-2023-06-05.csv --out tapes
run 0 tape export tapes/BTCUSDT --csv sides.csv
check full QUIET QUIET.csv OTHER OTHER.csv BTCUSDT sides.csv
[ "$(wc -l <full/follow.csv)" -eq 6 ] || fail "follow.csv has $(wc -l <full/follow.csv) lines"

# The same portfolio as by the command for portfolios.
run 0 optimize panel.csv --from 2021-06-02 --to 2023-06-02 --max-weight 0.2 --out optimize
cut -d, -f1,3,4 full/weights.csv >weights.txt
cut -d, -f1-3 optimize/weights.csv >expected.txt
cmp -s weights.txt expected.txt || fail "not the weights of nacre optimize: $(diff weights.txt expected.txt | head -4)"

# The future cut off, cut short, and changed.
known="weights.csv factors.csv trades.csv walk.csv"
awk -F, 'NR == 1 || $1 <= "2023-06-02"' panel.csv >now.csv
awk -F, 'NR == 1 || $1 <= "2023-06-07"' panel.csv >three.csv
awk -F, 'BEGIN { OFS = "," } NR > 1 && $1 > "2023-06-07" { for (i = 2; i <= NF; i++) $i *= 1 + i / 10 } { print }' \
    panel.csv >changed.csv
what="without a future"
desk now.csv cut --capital 2000000 --max-weight 0.2
same $known
has out.txt "No day was followed; the panel ends on 2023-06-02"
[ "$(wc -l <cut/follow.csv)" -eq 1 ] || fail "days were followed that are not there"
for panel in three changed; do
    what="$panel.csv"
    desk $panel.csv cut --capital 2000000 --max-weight 0.2
    same $known
    head -n 4 full/follow.csv >expected.txt
    head -n 4 cut/follow.csv | cmp -s - expected.txt || fail "$what: the first three days differ"
done
cmp -s cut/follow.csv full/follow.csv && fail "the changed days changed nothing: the test cannot fail"

# So many days; an evening that is no row of the panel; a held name without a close.
desk panel.csv cut --follow 1
has out.txt "What came in 1 day of holding"
desk panel.csv cut --follow 8
[ "$(wc -l <cut/follow.csv)" -eq 9 ] || fail "--follow 8 gave $(wc -l <cut/follow.csv) lines"
check cut
rm -rf cut
run 0 run --panel panel.csv --asof 2023-06-04 --trades QUIET.csv --out cut --quiet --max-weight 0.2 --capital 2000000
what="a Sunday"
same trades.csv walk.csv follow.csv
rm -rf cut
run 0 run --panel panel.csv --asof 2023-06-09 --trades QUIET.csv --out cut --quiet
has out.txt "trades of 2023-06-05 to 2023-06-05, not of the days that were followed"
desk three.csv cut --follow 8
has out.txt "What came in 3 days" "the panel ends on 2023-06-07"
name=$(awk -F, 'NR == 2 { print $1 }' full/trades.csv)
awk -F, -v name="$name" 'BEGIN { OFS = "," } NR == 1 { for (i = 2; i <= NF; i++) if ($i == name) at = i }
    $1 == "2023-06-08" { $at = "" } { print }' panel.csv >gap.csv
desk gap.csv cut
has out.txt "What came in 3 days" "$name, which is held, has no close on 2023-06-08"

# Groups; too short a past to walk through; fewer weights than add up.
printf 'Symbol,Sector\nA006,North\nA004,South\nA005,North\nZZZ,South\n' >groups.csv
desk panel.csv cut --groups groups.csv
head -n 1 cut/factors.csv | grep -q '^date,market,South,North,r_squared,PC1,' || fail "factors.csv: $(head -n 1 cut/factors.csv)"
grep -q '^A005,North,' cut/weights.csv || fail "weights.csv has no groups"
check cut
awk -F, 'NR == 1 || $1 >= "2023-01-12"' panel.csv >short.csv
desk short.csv cut
has out.txt "No walk forward: the panel has 101 returns up to asof; 120 are needed"
python3 "$source_dir/tests/cli/check_results.py" "$source_dir/docs/results.schema.json" cut >check.txt 2>&1 ||
    ! command -v python3 >/dev/null || fail "short: $(head -c 600 check.txt)"

# What is wrong is one line.
usage() { # TEXT ARGUMENT...
    local text=$1
    shift
    run 2 run --trades QUIET.csv --out bad "$@"
    has err.txt "nacre run: $text"
}
usage "--asof goes with --panel FILE" --asof 2023-06-02
usage "--follow goes with --panel FILE" --follow 3
usage "--groups goes with --panel FILE" --groups groups.csv
usage "--panel wants --asof DATE" --panel panel.csv
usage '--asof: "2023-02-30" is no date' --panel panel.csv --asof 2023-02-30
usage "--follow" --panel panel.csv --asof 2023-06-02 --follow 65
usage "--max-weight" --panel panel.csv --asof 2023-06-02 --max-weight 2
run 2 run --demo --panel panel.csv --asof 2023-06-02 --out bad
has err.txt "nacre run: --demo makes its own panel"
wrong() { # ARGUMENT... -- TEXT...
    local args=()
    while [ "$1" != -- ]; do
        args+=("$1")
        shift
    done
    refused run -- --trades QUIET.csv --out bad "${args[@]}" "$@"
}
wrong --panel panel.csv --asof 2020-12-31 -- "panel.csv: --asof 2020-12-31 is outside the panel, 2021-01-04 to"
wrong --panel panel.csv --asof 2024-01-01 -- "panel.csv: --asof 2024-01-01 is outside the panel"
wrong --panel panel.csv --asof 2021-05-03 -- "panel.csv: 86 rows from 2021-01-04 to --asof 2021-05-03 give 85 returns; 100 are needed"
wrong --panel panel.csv --asof 2023-06-02 --groups all.csv -- "all.csv"
printf 'Symbol,Sector\nZZZ,South\n' >none.csv
wrong --panel panel.csv --asof 2023-06-02 --groups none.csv -- "none.csv: names a sector for none"
wrong --panel panel.csv --asof 2023-06-02 --max-weight 0.04 -- "24 assets of at most 4 %" "raise --max-weight"
printf 'date,A,B\n2023-06-01,0.01,-0.02\n2023-06-02,0.01,0.02\n' >returns.csv
wrong --panel returns.csv --asof 2023-06-02 -- "returns.csv:2:17" "is no price above 0; nacre run buys shares, so it needs prices above 0"
printf 'row,A,B\nT1,1,2\nT2,2,3\n' >undated.csv
wrong --panel undated.csv --asof 2023-06-02 -- "undated.csv: the rows have no dates"
wrong --panel missing.csv --asof 2023-06-02 -- "missing.csv"
[ ! -e bad ] && [ -z "$(find . -name '*tmp-*')" ] || fail "a refused run left something"

finish
