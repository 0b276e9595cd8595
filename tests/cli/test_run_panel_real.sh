#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre run --panel` on real prices and trades: the S&P 500 of 2021 up to 4 October 2013, followed through
# the week whose ticks of SPY, BAC and IBM are there. The independent program computes losses, P&L, every
# evening's VaR and the walk of equal weights once more from the panel.
. "$(dirname "$0")/lib.sh"
source_dir=${NACRE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
if [ -z "${NACRE_DATA:-}" ] || [ ! -d "$NACRE_DATA/panels" ]; then
    echo "SKIP test_run_panel_real: NACRE_DATA does not name the data folder"
    exit 77
fi
panel=$NACRE_DATA/panels/pooksoft_sp500_2010_2021_adjclose.csv.xz

run 0 run --panel "$panel" --groups "$NACRE_DATA/panels/pooksoft_sp500_constituents_2021.csv" \
    --trades "$NACRE_DATA"/trades/lean_*.csv.xz --asof 2013-10-04 --out real
has out.txt "439 assets x 503 simple returns" "2011-10-05 to 2013-10-04" "survivorship" \
    "What came in 5 days of holding" "2013-10-07" "2013-10-11" "SPY: spread" "not in the panel" \
    "BAC: spread" "not held" "IBM: spread" "of the weight that was measured" "Walk forward, 2011-01-04" \
    "33 rebalances, each seeing 252 days and holding 21"
head -n 1 real/factors.csv | grep -q ',Health Care,.*,r_squared,PC1' || fail "factors.csv: $(head -n 1 real/factors.csv)"

# Nothing after asof, in another file.
if command -v xz >/dev/null; then
    xz -dc "$panel" >panel.csv
    awk -F, 'NR == 1 || $1 <= "2013-10-08"' panel.csv >cut.csv
    run 0 run --panel cut.csv --groups "$NACRE_DATA/panels/pooksoft_sp500_constituents_2021.csv" \
        --trades "$NACRE_DATA"/trades/lean_ibm_*.csv.xz --asof 2013-10-04 --out cut
    for name in weights.csv factors.csv trades.csv walk.csv; do
        cmp -s "real/$name" "cut/$name" || fail "$name knows the future"
    done
    head -n 3 real/follow.csv | cmp -s - cut/follow.csv || fail "the first two days differ"
    if command -v python3 >/dev/null; then
        python3 "$source_dir/tests/cli/check_results.py" "$source_dir/docs/results.schema.json" real \
            >check.txt 2>&1 || fail "$(head -c 600 check.txt)"
        python3 "$source_dir/tests/oracle/desk_oracle.py" panel.csv real >check.txt 2>&1 ||
            fail "$(head -c 600 check.txt)"
    else
        skip_part test_run_panel_real.results "python3 is not installed"
    fi
else
    skip_part test_run_panel_real.xz "xz is not installed"
fi

finish
