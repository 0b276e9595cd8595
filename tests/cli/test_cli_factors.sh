#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre factors` on a panel whose components are known by hand: four orthogonal columns over eight
# days, one three times as volatile as the others, so it has 9/12 of the variance and the rest share
# one subspace. Eigenvalues are 8/7 of the squared amplitude.
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

{
    echo "date,A,B,C,D"
    for t in 0 1 2 3 4 5 6 7; do
        a=$((t & 1)) b=$((t >> 1 & 1)) c=$((t >> 2 & 1))
        d=$((a ^ b))
        printf '2024-01-%02d' $((t + 1))
        printf ',%s0.01' "$([ $a = 1 ] || echo -)"
        printf ',%s0.03' "$([ $b = 1 ] || echo -)"
        printf ',%s0.01' "$([ $c = 1 ] || echo -)"
        printf ',%s0.01\n' "$([ $d = 1 ] || echo -)"
    done
} >"$folder/panel.csv"
printf 'Symbol,Sector\nA,"North, old"\nB,"North, old"\nC,South\nZ,South\n' >"$folder/groups.csv"
panel="$folder/panel.csv --panel-kind simple"

expect 0 '4 assets x 8 simple returns \(file: simple\), 2024-01-01 to 2024-01-08' factors $panel
expect 0 '^ +1 +0\.001029 +75\.00 % +75\.00 % +#{40}$' factors $panel
expect 0 '^ +4 +0\.0001143 +8\.33 % +100\.00 % +#{4} noise \(one subspace\)$' factors $panel
expect 0 '^ +1  B \+3\.207,' factors $panel
expect 0 '^covariance  sample; .*mean correlation -?0\.000' factors $panel --method sample
expect 0 'lw_constant_correlation, weight of the target' factors $panel
expect 0 'of the correlation matrix; noise edge .* 2\.914: 0 of 4' factors $panel --correlation
expect 0 '3 of 4 assets in 2 groups' factors $panel --groups "$folder/groups.csv"
expect 0 'left out, without a group: D$' factors $panel --groups "$folder/groups.csv"
expect 0 '1 raised to the floor' factors $panel --groups "$folder/groups.csv"
expect 0 '"noise_edge": 0\.00099915893567' factors $panel --json
expect 0 '"without_group": \[' factors $panel --groups "$folder/groups.csv" --json

expect 0 components factors $panel --groups "$folder/groups.csv" --components 2 --out "$folder/out"
[ "$(head -n 1 "$folder/out/factors.csv")" = 'date,market,"North, old",South,r_squared,PC1,PC2' ] ||
    fail "factors.csv: $(head -n 1 "$folder/out/factors.csv")"
[ "$(wc -l <"$folder/out/factors.csv")" -eq 9 ] || fail "factors.csv has other rows"
# 2024-01-01: A, B, C = -1, -3, -1 %: market -5/3 %, North -2 + 5/3, South -1 + 5/3
awk -F, 'NR == 2 { split($0, f, ","); exit !($1 == "2024-01-01" && ($2 + 0.05 / 3) ^ 2 < 1e-30 &&
    ($3 + 0.01 / 3) ^ 2 < 1e-30 && ($4 - 0.02 / 3) ^ 2 < 1e-30) }' "$folder/out/factors.csv" ||
    fail "factors.csv: $(sed -n 2p "$folder/out/factors.csv")"
grep -q '^A,"North, old",' "$folder/out/loadings.csv" || fail "loadings.csv"
grep -q '^D,,,' "$folder/out/loadings.csv" || fail "loadings.csv: D has no group"
[ "$(head -n 1 "$folder/out/covariance.csv")" = "asset,A,B,C,D" ] || fail "covariance.csv"

expect 2 'name one panel file' factors
expect 2 '"oas" is not sample' factors $panel --method oas
expect 2 '"weekly" is not prices' factors "$folder/panel.csv" --panel-kind weekly
expect 2 '"2024-13-01" is no date' factors $panel --from 2024-13-01
expect 3 'panel.csv:2' factors "$folder/panel.csv" # returns below zero are no prices
expect 3 'missing.csv' factors "$folder/missing.csv"
expect 3 'E_|constant' factors $panel --from 2024-01-01 --to 2024-01-02
head -2 "$folder/panel.csv" >"$folder/day.csv"
expect 3 'the panel has 1 rows, .*: 1 returns, at least 2 are needed' factors "$folder/day.csv" --panel-kind simple
printf 'date,A,B\n2024-01-01,1,2\n2024-01-02,1,2.1\n2024-01-03,1,2\n' >"$folder/still.csv"
expect 3 'A never moves in the window' factors "$folder/still.csv"
[ $failures -eq 0 ]
