#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nacre qp end to end: a program small enough to solve by hand, its duals, an infeasible one, bad input.
# min x^2 + y^2 - 2x - 5y  s.t.  x + y <= 2, x, y >= 0: x = 1/4, y = 7/4, multiplier 3/2, value -6.125.
. "$(dirname "$0")/lib.sh"

cat >hand.qps <<'EOF'
NAME          HAND
ROWS
 N  COST
 L  LIMIT
COLUMNS
    X         COST      -2.0   LIMIT     1.0
    Y         COST      -5.0   LIMIT     1.0
RHS
    RHS       LIMIT     2.0
QUADOBJ
    X         X         2.0
    Y         Y         2.0
ENDATA
EOF
run 0 qp hand.qps --out hand.csv
has out.txt 'HAND: 2 variables, 1 rows' 'optimal'
run 0 qp hand.qps --json
has out.txt '"outcome":' '"optimal"'
awk -F, '
    $2 == "X" { seen++; if ($3 - 0.25 > 1e-6 || 0.25 - $3 > 1e-6) bad = 1 }
    $2 == "Y" { seen++; if ($3 - 1.75 > 1e-6 || 1.75 - $3 > 1e-6) bad = 1 }
    $2 == "LIMIT" { seen++; if ($4 + 1.5 > 1e-6 || -1.5 - $4 > 1e-6) bad = 1 }
    END { exit bad || seen != 3 }' hand.csv || fail "hand.csv is not the solution: $(cat hand.csv)"
sed -n 's/^ *"objective": \([-0-9.e]*\),*/\1/p' out.txt | awk '{ exit !($1 + 6.125 < 1e-6 && -6.125 - $1 < 1e-6) }' ||
    fail "the objective is not -6.125: $(cat out.txt)"

sed -e 's/^ L  LIMIT/&\n G  FLOOR/' -e 's/^    \([XY]\)         COST.*/&\n    \1         FLOOR     1.0/' \
    -e 's/^    RHS .*/&\n    RHS       FLOOR     3.0/' hand.qps >infeasible.qps
run 1 qp infeasible.qps
has out.txt 'infeasible'

refused qp -- missing.qps -- missing.qps
printf 'NAME X\nROWS\n Q  COST\nENDATA\n' >bad.qps
refused qp -- bad.qps -- bad.qps:3
run 2 qp
finish
