#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `nacre run --demo`: the whole job on the default simulated market and panel, judged by its truth and by
# the NumPy/pandas programs, whose VPIN and whose portfolio must agree.
. "$(dirname "$0")/lib.sh"
source_dir=${NACRE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}

run 0 run --demo --out demo
has out.txt "A market was simulated (seed 1)" "  simulate " "  import " "  vpin " "  alarm by " \
    "  volatility only " "  volume only " "Report: demo/report.html" "Next, with your own trades" \
    "Bought on 2023-12-29: minimum variance" "What came in 5 days of holding" "2024-01-01" \
    "SIM: spread" "not in the panel" "not known and not guessed" "Walk forward, 2022-02-03"
[ "$(wc -l <out.txt)" -le 54 ] || fail "$(wc -l <out.txt) lines are too many for a newcomer"
[ "$(ls demo | tr '\n' ' ')" = "SIM episodes.json factors.csv follow.csv panel.csv report.html results.json \
trades.csv vpin_SIM.csv vpin_SIM.npy walk.csv weights.csv " ] ||
    fail "demo holds $(ls -A demo | tr '\n' ' ')"
cp out.txt summary.txt
run 0 tape check demo/SIM
has demo/report.html "VPIN on a simulated market" "Judged against the known episodes" "ep-informed"

if command -v python3 >/dev/null; then
    python3 "$source_dir/tests/cli/check_results.py" "$source_dir/docs/results.schema.json" demo \
        >check.txt 2>&1 || fail "$(head -c 600 check.txt)"
    python3 "$source_dir/tests/oracle/desk_oracle.py" demo/panel.csv demo >check.txt 2>&1 ||
        fail "$(head -c 600 check.txt)"
    # The scores once more from alarms and episodes alone.
    python3 - demo >check.txt 2>&1 <<'PY' || fail "$(head -c 600 check.txt)"
import json, sys
folder = sys.argv[1]
results = json.load(open(folder + "/results.json"))
truth = json.load(open(folder + "/episodes.json"))["episodes"]
judgement = results["judgement"]
start, grace = int(judgement["judged_from_ns"]), int(judgement["grace_ns"])
symbol = results["symbols"][0]
alarms = {"vpin": symbol["vpin"]["alarms"]}
alarms.update({b["name"]: b["alarms"] for b in symbol["baselines"]})
def times(episode):
    return int(episode["begin_ns"]), int(episode["end_ns"])
assert truth and sum(e["kind"] == "informed" for e in truth) >= 3
for score in judgement["scores"]:
    begins = sorted(int(a["begin_ns"]) for a in alarms[score["measure"]])
    spans = [times(e) for e in truth if e["kind"] == score["kind"] and times(e)[0] >= start]
    delays = sorted(d for d in (min((a - b for a in begins if b <= a <= e + grace), default=None)
                                for b, e in spans) if d is not None)
    assert int(score["episodes"]) == len(spans), score
    assert int(score["detected"]) == len(delays), (score, delays)
    assert int(score["alarms"]) == len(begins), score
    informed = [times(e) for e in truth if e["kind"] == "informed"]
    false = sum(not any(b <= a <= e + grace for b, e in informed) for a in begins)
    assert int(score["false_alarms"]) == false, (score, false)
informed = next(s for s in judgement["scores"] if s["measure"] == "vpin" and s["kind"] == "informed")
assert int(informed["detected"]) > 0, "VPIN found no informed episode"
assert len(alarms["volatility"]) > 0 and len(alarms["volume"]) > 0, "a plain alarm never rang"
PY
    if python3 -c 'import numpy, pandas' 2>/dev/null ||
        /usr/bin/python3 -c 'import numpy, pandas' 2>/dev/null; then
        has summary.txt "The same by pandas" "agree" "tolerance 1e-09" "the portfolios agree"
        [ "$(grep -c '"equal": true' demo/results.json)" -eq 2 ] ||
            fail "pandas computes another VPIN or portfolio: $(grep 'The same' summary.txt)"
    else
        skip_part test_run_demo.pandas "NumPy and pandas are not installed (apt-get install python3-pandas)"
        has summary.txt "apt-get install python3-pandas"
    fi
else
    skip_part test_run_demo.results "python3 is not installed"
fi

# Once more into the same folder, as `make demo` does: same market, same figures.
cp demo/vpin_SIM.csv before.csv
cp demo/weights.csv weights.csv
run 3 run --demo --out demo
run 0 run --demo --force --out demo
cmp -s before.csv demo/vpin_SIM.csv || fail "the same seed gave other figures"
cmp -s weights.csv demo/weights.csv || fail "the same seed gave another portfolio"
run 0 tape check demo/SIM
[ -z "$(find . -name '*tmp-*')" ] || fail "temporary names are left: $(find . -name '*tmp-*')"

finish
