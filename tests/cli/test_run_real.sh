#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre run` on real trades: US equities with auctions, conditions and nights, and Binance files of a
# few minutes. Kept rows and volumes were counted by an independent program.
. "$(dirname "$0")/lib.sh"
source_dir=${NACRE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
if [ -z "${NACRE_DATA:-}" ] || [ ! -d "$NACRE_DATA/trades" ]; then
    echo "SKIP test_run_real: NACRE_DATA does not name the data folder"
    exit 77
fi

run 0 run --trades "$NACRE_DATA"/trades/lean_*.csv.xz "$NACRE_DATA"/trades/binance_*.csv.xz --out real
has out.txt "SPY: 1,109,863 of 1,141,823 trades kept" "IBM: 125,514 of 126,395 trades kept" "BAC: " \
    "BTCUSD_PERP: 5,235 of 5,235" "BTCUSDT_SPOT: 19,904 of 19,904" "BTCUSDT_USDM: 21,313 of 21,313" \
    "CDF not defined (" "no bar could be classified"
has real/report.html "America/New York time" "Not defined: a value is ranked" "Excluded volume" \
    "No bar could be classified" "extended hours"
grep -A1 '"kept_volume"' real/results.json | grep -qF '"362426773"' || fail "SPY's kept volume"
grep -A1 '"kept_volume"' real/results.json | grep -qF '"20183288"' || fail "IBM's kept volume"
if command -v python3 >/dev/null; then
    python3 "$source_dir/tests/cli/check_results.py" "$source_dir/docs/results.schema.json" real \
        >check.txt 2>&1 || fail "$(head -c 600 check.txt)"
else
    skip_part test_run_real.results "python3 is not installed"
fi

finish
