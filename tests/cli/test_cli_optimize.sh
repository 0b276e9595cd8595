#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre optimize` where the answer is known by hand: two uncorrelated assets, one three times as
# volatile, have minimum variance weights 9 : 1 and risk parity weights 3 : 1; two assets of at most a
# half each are held half and half, at prices that make whole lots.
set -u
nacre=${NACRE_BIN:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

# expect CODE PATTERN ARGUMENT...: exit code, and an extended regular expression in what is printed
expect() {
    local code=$1 pattern=$2
    shift 2
    "$nacre" "$@" >"$folder/text" 2>&1
    local got=$?
    [ $got -eq "$code" ] || fail "nacre $*: exit code $got instead of $code"
    grep -Eq -- "$pattern" "$folder/text" || fail "nacre $*: no \"$pattern\" in: $(cat "$folder/text")"
}

# line FILE PATTERN
line() {
    grep -Eq -- "$2" "$1" || fail "$1: no \"$2\" in: $(cat "$1")"
}

printf 'date,A,B\n2024-01-01,0.01,0.03\n2024-01-02,-0.01,0.03\n2024-01-03,0.01,-0.03\n' >"$folder/returns.csv"
printf '2024-01-04,-0.01,-0.03\n' >>"$folder/returns.csv"
printf 'date,A,B\n2024-01-01,9,4.1\n2024-01-02,9.5,3.9\n2024-01-03,9.2,4.2\n2024-01-04,10,4\n' >"$folder/prices.csv"
printf 'name,shares\nA,20\n' >"$folder/held.csv"
printf 'Symbol,Sector\nA,North\nB,South\n' >"$folder/groups.csv"
returns="$folder/returns.csv --panel-kind simple --cov sample --max-weight 1"

expect 0 'min_variance: optimal' optimize $returns
expect 0 '^A +90\.0000% +90\.0000%$' optimize $returns
expect 0 '^B +10\.0000% ' optimize $returns
expect 0 '^A +75\.0000% +50\.0000%$' optimize $returns --method riskparity
expect 0 '^B +50\.0000% ' optimize $returns --method te --benchmark equal
expect 0 '^North +0\.6 +0\.6 +-' optimize $returns --groups "$folder/groups.csv" --group-max North=0.6
expect 0 '"outcome": "optimal"' --json optimize $returns
expect 1 'rest can: budget, upper_bounds$' optimize "$folder/prices.csv" --max-weight 0.2
expect 1 'misses budget by 0\.6 ' optimize "$folder/prices.csv" --max-weight 0.2
expect 1 'no_positive_excess_return' optimize $returns --method sharpe

expect 0 '2 orders' optimize "$folder/prices.csv" --max-weight 0.5 --capital 1000 \
    --holdings "$folder/held.csv" --cost-bp 10 --out "$folder/out"
line "$folder/out/trades.csv" '^A,10,20,50,30,300,0\.3$'
line "$folder/out/trades.csv" '^B,4,0,125,125,500,0\.5$'
line "$folder/out/weights.csv" '^asset,weight,risk_share$'

# The limits with names, one at a time, each binding.
printf 'asset,size,value\nA,1,-1\nB,0,2\nC,5,5\n' >"$folder/exposures.csv"
bands="--exposures $folder/exposures.csv"
expect 0 '^A +45\.0000% ' optimize $returns --budget 0.5
expect 0 '^A +60\.0000% ' optimize $returns --asset-max A=0.6
expect 0 '^B +40\.0000% ' optimize $returns --asset-min B=0.4
expect 0 '^size +0\.7 +0\.7 +-' optimize $returns $bands --factor-band size=0.2:0.7
expect 0 '^B +30\.0000% ' optimize $returns $bands --factor-band size=:0.7
expect 0 '^B +50\.0000% ' optimize $returns $bands --factor-band value=0.5:
expect 1 'misses value by 1 ' optimize $returns $bands --factor-band value=3:
printf 'name,share\nA,4\nB,1\n' >"$folder/shares.csv"
expect 0 '^A +85\.7143% +80\.0000%$' optimize $returns --method riskparity --risk-budget "$folder/shares.csv"
printf 'A,10\nB,225\n' >"$folder/both.csv"
expect 0 '^A +25\.0000% ' optimize "$folder/prices.csv" --max-weight 1 --capital 1000 --holdings "$folder/both.csv" \
    --max-turnover 0.3
expect 0 'turnover    30\.00 %' optimize "$folder/prices.csv" --max-weight 1 --capital 1000 \
    --holdings "$folder/both.csv" --max-turnover 0.3

# Means 1 % and 2 %, deviations 1 : 3: the frontier runs from B alone to 9 : 1, half of the way is 45 : 55.
printf 'date,A,B\n2024-01-01,0.02,0.05\n2024-01-02,0,0.05\n2024-01-03,0.02,-0.01\n' >"$folder/two.csv"
printf '2024-01-04,0,-0.01\n' >>"$folder/two.csv"
two="$folder/two.csv --panel-kind simple --cov sample --max-weight 1 --periods-per-year 1"
expect 0 'frontier +3 points, 2 corners' optimize $two --frontier 3
expect 0 '^ +2\.0000% +3\.4641% +0\.5774 +1$' optimize $two --frontier 3
expect 0 '^ +1\.5500% +1\.9748% +0\.7849 +2$' optimize $two --frontier 3
expect 0 '^\* +1\.1000% +1\.0954% +1\.0042 +2  chosen$' optimize $two --frontier 3
expect 0 'volatility 1\.9748 %, least at its mean or above 1\.9748 %' optimize $two --frontier 3 --method target \
    --target 0.0155
expect 0 '"least_volatility_annual": 0\.0109544' --json optimize $two --frontier 3
expect 0 '"frontier": null' --json optimize $two
expect 0 'optimal' optimize $two --frontier 3 --out "$folder/line"
line "$folder/line/frontier.csv" '^kind,mean_annual,volatility_annual,sharpe_annual,names,A,B$'
line "$folder/line/frontier.csv" '^corner,0\.020*[0-9]*,0\.0346410[0-9]*,0\.577350[0-9]*,1,0,1$'
[ "$(cut -d, -f1 "$folder/line/frontier.csv" | uniq -c | tr -s ' \n' ' ')" = " 1 kind 3 point 2 corner 1 chosen " ] ||
    fail "frontier.csv: $(cat "$folder/line/frontier.csv")"
expect 0 '^ +0\.0000% +0\.0000% +- +0$' optimize $two --budget 0 --min-weight -1 --frontier 2
expect 2 "--frontier: '1' is not a whole number from 2 to 10000" optimize $two --frontier 1
expect 3 'frontier: budget 1 is outside \[0, 0\.4\]' optimize "$folder/two.csv" --panel-kind simple \
    --method riskparity --max-weight 0.2 --frontier 3

# Black-Litterman with a certain view: of two uncorrelated assets the other one keeps its equilibrium return
# (gamma S w = 0.12 %), so the best ratio is 0.01 / S_A : 0.0012 / (1.05 S_B) = 75 : 1 / 1.05.
printf 'view,asset,weight,return,confidence\nup,A,1,0.01,1\n' >"$folder/views.csv"
views="$two --benchmark equal --method sharpe"
expect 0 '^A +98\.7461% ' optimize $views --views "$folder/views.csv"
expect 0 'return      0\.9890 % .*equilibrium with views' optimize $views --views "$folder/views.csv"
expect 0 '^A +98\.4375% ' optimize $views --views "$folder/views.csv" --rf 0.002
expect 0 '"return_annual_views": 0\.00988' --json optimize $views --views "$folder/views.csv"
bad_views() { # PATTERN ROW...
    local pattern=$1
    shift
    printf '%s\n' "$@" >"$folder/bad.csv"
    expect 3 "$pattern" optimize $views --views "$folder/bad.csv"
}
header=view,asset,weight,return,confidence
bad_views 'bad.csv:1: the header has no column weight' 'view,asset,return' 'up,A,0.01'
bad_views 'bad.csv: no view below the header' $header
bad_views 'bad.csv:2: "C" is not among the 2 assets' $header up,C,1,0.01,1
bad_views 'bad.csv:2: field 3, "much", is not' $header up,A,much,0.01,1
bad_views 'bad.csv:2: field 4, "inf", is not' $header up,A,1,inf,1
bad_views 'bad.csv:3: view "up" has A already' $header up,A,1,0.01,1 up,A,1,,
bad_views 'bad.csv:3: view "up" has return 0.02 here and 0.01 above' $header up,A,1,0.01,1 up,B,1,0.02,
bad_views 'view "up" has no return' $header up,A,1,,0.5
bad_views 'view up: confidence 0 is not in \(0, 1\]' $header up,A,1,0.01,0
bad_views 'view down repeats or contradicts' $header up,A,1,0.01,1 down,A,1,-0.01,1
bad_views 'bad.csv:2: the row has 3 fields, the first row 5' $header up,A,1
expect 2 '--views wants --benchmark' optimize $two --views "$folder/views.csv"

expect 2 'sharpe, te, riskparity' optimize $returns --method best
expect 2 '--method target wants --target' optimize $returns --method target
expect 2 '--group-max wants --groups CSV' optimize $returns --group-max North=1
expect 3 'no group "West"' optimize $returns --groups "$folder/groups.csv" --group-max West=1
expect 3 'is not NAME=W' optimize $returns --groups "$folder/groups.csv" --group-max North
# Panels without an answer.
head -2 "$folder/prices.csv" >"$folder/day.csv"
expect 3 'the panel has 1 rows, .*: 0 returns, at least 2 are needed' optimize "$folder/day.csv"
printf 'date,A,B,C\n2024-01-01,1,2,5\n2024-01-02,1.1,2.1,5\n2024-01-03,1.05,2.2,5\n' >"$folder/still.csv"
expect 3 'column 2 \(from 0\) is constant .*C never moves in the window' optimize "$folder/still.csv"
expect 3 'C has variance 0: an asset without volatility must be left out' optimize "$folder/still.csv" --cov sample
printf 'date,A,B\n2024-01-02,1,2\n2024-01-01,1,2\n' >"$folder/back.csv"
expect 3 "back.csv:3:1: date '2024-01-01' steps back" optimize "$folder/back.csv"
printf 'date,A [EUR],B [USD]\n2024-01-01,1,2\n' >"$folder/mixed.csv"
expect 3 "column 'B' is in USD, the first column in EUR" optimize "$folder/mixed.csv"
expect 3 'is no price above 0; .*--panel-kind simple or log' optimize "$folder/returns.csv"
expect 3 '"C" is not among the 2 assets' optimize $returns --asset-max C=0.1
expect 3 'bounds of asset A cross: lower 0.7, upper 0.6' optimize $returns --asset-max A=0.6 --asset-min A=0.7
expect 3 'exposures.csv has no column "growth"' optimize $returns $bands --factor-band growth=0:1
expect 3 'is not NAME=LOW:HIGH' optimize $returns $bands --factor-band size=0.5
expect 3 'bounds of row size cross' optimize $returns $bands --factor-band size=0.5:0.2
printf 'asset,size\nA,1\n' >"$folder/missing.csv"
expect 3 'missing.csv: no row for B' optimize $returns --exposures "$folder/missing.csv" --factor-band size=0:1
expect 2 '--factor-band wants --exposures' optimize $returns --factor-band size=0:1
expect 2 '--risk-budget wants --method riskparity' optimize $returns --risk-budget "$folder/shares.csv"
expect 3 'risk budget of B is 0' optimize $returns --method riskparity --risk-budget "$folder/held.csv"
expect 3 'shares need a panel of prices' optimize $returns --holdings "$folder/held.csv"
printf 'A,20\nA,30\n' >"$folder/twice.csv"
expect 3 'twice.csv:2: "A" a second time' optimize "$folder/prices.csv" --holdings "$folder/twice.csv"
printf 'C,20\n' >"$folder/foreign.csv"
expect 3 'foreign.csv:1: "C" is not among' optimize "$folder/prices.csv" --holdings "$folder/foreign.csv"
printf 'A,20\nB;1\n' >"$folder/broken.csv"
expect 3 'broken.csv:2: ' optimize "$folder/prices.csv" --holdings "$folder/broken.csv"

[ $failures -eq 0 ] || exit 1
