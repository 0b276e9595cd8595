#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre risk` on a small panel: figures that can be worked out by hand, limits and exit codes, bad
# input by name; and, where pandas and SciPy are there, every figure against tests/oracle/risk_oracle.py.
set -u
bin=${NACRE_BIN:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
fail() { echo "FAIL: $*"; failed=1; }
expect() { # expect CODE PATTERN COMMAND...
    local code=$1 pattern=$2
    shift 2
    "$@" >"$dir/out" 2>&1
    local got=$?
    [ "$got" = "$code" ] || fail "$*: exit $got instead of $code: $(head -c 300 "$dir/out")"
    grep -q -- "$pattern" "$dir/out" || fail "$*: no '$pattern' in: $(head -c 300 "$dir/out")"
}

# 600 days of three assets: deterministic waves with a few shocks.
awk 'BEGIN { print "date,AAA,BBB,CCC"; a = 100; b = 50; c = 20;
    for (i = 0; i < 600; i++) {
        y = 2018 + int(i / 336); m = 1 + int(i / 28) % 12; d = 1 + i % 28;
        printf "%04d-%02d-%02d,%.6f,%.6f,%.6f\n", y, m, d, a, b, c;
        a *= 1 + 0.01 * sin(i * 1.7) - (i % 97 == 5) * 0.04;
        b *= 1 + 0.012 * cos(i * 2.3) + (i % 89 == 7) * 0.03;
        c *= 1 + 0.008 * sin(i * 0.9 + 1) - (i % 61 == 3) * 0.03;
    } }' >"$dir/prices.csv"
panel=(--panel-kind prices "$dir/prices.csv")

expect 0 "backtest of VaR 99, the last 255 periods" "$bin" risk "${panel[@]}"
cp "$dir/out" "$dir/first"
"$bin" --threads 2 risk "${panel[@]}" >"$dir/second"
cmp -s "$dir/first" "$dir/second" || fail "one and two threads print different figures"
expect 0 "limit var99" "$bin" risk "${panel[@]}" --limit var99=90
expect 1 "BREACHED" "$bin" risk "${panel[@]}" --limit var99=0.01
expect 2 "limit: 'nonsense'" "$bin" risk "${panel[@]}" --limit nonsense
expect 2 "method: 'garch'" "$bin" risk "${panel[@]}" --method garch
expect 2 "level: '101'" "$bin" risk "${panel[@]}" --level 101
expect 2 "horizon: '0'" "$bin" risk "${panel[@]}" --horizon 0
expect 3 "no return of the panel" "$bin" risk "${panel[@]}" --stress 1999-01-01:1999-02-01
# Bought on the last day before and held: AAA alone falls from its price then to its price at the end.
printf 'asset,weight\nAAA,1\n' >"$dir/one.csv"
want=$(awk -F, '$1 == "2018-03-10" { p = $2 } $1 == "2018-03-20" { printf "%.2f", 100 * (1 - $2 / p) }' "$dir/prices.csv")
expect 0 "2018-03-11:2018-03-20 *2018-03-11 to 2018-03-20  loss $want %" \
    "$bin" risk "${panel[@]}" --weights "$dir/one.csv" --stress 2018-03-11:2018-03-20
printf 'AAA,0.5\nDDD,0.5\n' >"$dir/bad.csv"
expect 3 'bad.csv:2: "DDD" is not among' "$bin" risk "${panel[@]}" --weights "$dir/bad.csv"
printf 'AAA,0.5\nAAA,0.5\n' >"$dir/bad.csv"
expect 3 'bad.csv:2: "AAA" a second time' "$bin" risk "${panel[@]}" --weights "$dir/bad.csv"
printf 'AAA,0.5\nBBB,nan\n' >"$dir/bad.csv"
expect 3 'bad.csv:2: field 2, "nan", is not a finite number' "$bin" risk "${panel[@]}" --weights "$dir/bad.csv"
printf 'AAA,0\n' >"$dir/bad.csv"
expect 3 "variance is 0" "$bin" risk "${panel[@]}" --weights "$dir/bad.csv"
printf 'AAA,half\nBBB,1\n' >"$dir/bad.csv"
expect 3 'bad.csv:1: field 2, "half"' "$bin" risk "${panel[@]}" --weights "$dir/bad.csv"
# What nacre optimize writes is what nacre risk reads: the third column is not taken for the weight.
printf 'asset,weight,risk_share\nAAA,1,0.5\n' >"$dir/three.csv"
"$bin" risk "${panel[@]}" --weights "$dir/one.csv" | tail -n +3 >"$dir/first"
"$bin" risk "${panel[@]}" --weights "$dir/three.csv" | tail -n +3 >"$dir/second"
[ "$(grep -v csv "$dir/first")" = "$(grep -v csv "$dir/second")" ] || fail "a third column of weights changes figures"
head -60 "$dir/prices.csv" >"$dir/short.csv"
expect 3 "level 0.99 needs at least 100" "$bin" risk --panel-kind prices "$dir/short.csv"
head -2 "$dir/prices.csv" >"$dir/day.csv"
expect 3 "the panel has 1 rows, .*: 0 returns, at least 2 are needed" "$bin" risk --panel-kind prices "$dir/day.csv"
expect 0 "" "$bin" risk "${panel[@]}" --out "$dir/out.d"
[ "$(wc -l <"$dir/out.d/components.csv")" = 4 ] || fail "components.csv has not 4 lines"

if /usr/bin/python3 -c 'import pandas, scipy' 2>/dev/null; then
    "$bin" --json risk "${panel[@]}" >"$dir/risk.json" || fail "--json"
    /usr/bin/python3 "${NACRE_SOURCE:?}/tests/oracle/risk_oracle.py" "$dir/prices.csv" \
        "$dir/risk.json" || fail "the oracle disagrees"
else
    echo "SKIP test_cli_risk.oracle: /usr/bin/python3 has no pandas and scipy"
fi
exit $failed
