#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Help, version, usage errors, exit codes and global options: exact texts where they are short.
. "$(dirname "$0")/lib.sh"

run 0
has out.txt "Nacre turns real trades" "usage: nacre [OPTION...] COMMAND" "nacre run --trades"
for command in run import tape vpin simulate bench doctor config; do
    has out.txt "  $command "
done
cp out.txt overview.txt
run 0 --help
cmp -s out.txt overview.txt || fail "nacre and nacre --help differ"
run 0 --version
is out.txt "nacre 0.1.0"
run 0 --version --json
is out.txt '{"name":"nacre","version":"0.1.0"}'
run 0 --json --version
is out.txt '{"name":"nacre","version":"0.1.0"}'

# Every command explains itself: usage, options with their defaults, an example that starts with it.
for command in run import tape vpin simulate bench doctor config; do
    run 0 "$command" --help
    has out.txt "usage: nacre $command " "options of every command:" "--quiet" "example:"
    grep -A1 '^example:' out.txt | grep -q "nacre $command" || fail "$command has no example"
    [ "$(awk 'length > 100' out.txt | wc -l)" -eq 0 ] || fail "$command --help is wider than 100"
    cp out.txt one.txt
    run 0 help "$command"
    cmp -s out.txt one.txt || fail "nacre help $command differs from nacre $command --help"
    run 0 --help "$command"
    cmp -s out.txt one.txt || fail "nacre --help $command differs"
done

usage() { # TEXT ARGUMENT...: exit code 2 and exactly this line
    local text=$1
    shift
    run 2 "$@"
    [ ! -s out.txt ] || fail "stdout is not empty: nacre $*"
    is err.txt "$text"
}
usage "nacre: unknown command 'imprt'; did you mean 'import'? (try 'nacre --help')" imprt
usage "nacre: unknown command 'xyzzyx' (try 'nacre --help')" xyzzyx
usage "nacre: unknown option '--jsn'; did you mean '--json'? (try 'nacre --help')" --jsn
usage "nacre vpin: unknown option '--modee'; did you mean '--mode'? (try 'nacre vpin --help')" \
    vpin --modee x
usage "nacre vpin: unknown option '-z' (try 'nacre vpin --help')" vpin -z x
usage "nacre vpin: --mode needs an argument: MODE (try 'nacre vpin --help')" vpin --mode
usage "nacre import: --round takes no argument (try 'nacre import --help')" import --round=1
usage "nacre vpin: --mode: 'casual' is not one of causal, elo_research, abad_yague, aggressor; did \
you mean 'causal'? (try 'nacre vpin --help')" vpin x --mode casual
usage "nacre vpin: --classify: 'q' is not one of by-mode, bvc, side (try 'nacre vpin --help')" \
    vpin x --classify q
usage "nacre vpin: --auctions: 'hal' is not one of half, exclude, sign; did you mean 'half'? \
(try 'nacre vpin --help')" vpin x --auctions hal
usage "nacre vpin: --warmup: 'skp' is not one of refuse, skip, first-session, auto; did you mean \
'skip'? (try 'nacre vpin --help')" vpin x --warmup skp
usage "nacre vpin: --window: '0' is not a whole number from 1 to 32767 (try 'nacre vpin --help')" \
    vpin x --window 0
usage "nacre vpin: --window: '5x' is not a whole number from 1 to 32767 (try 'nacre vpin --help')" \
    vpin x --window 5x
usage "nacre vpin: --threshold: 'nan' is not a number from 0.5 to 1 (try 'nacre vpin --help')" \
    vpin x --threshold nan
usage "nacre vpin: --bucket-volume: 'ten' is not a positive decimal number (try 'nacre vpin --help')" \
    vpin x --bucket-volume ten
usage "nacre vpin: --conditions: 'al' is not regular, all or a hex mask such as 0x100000; did you \
mean 'all'? (try 'nacre vpin --help')" vpin x --conditions al
usage "nacre vpin: --json and --csv - both want standard output (try 'nacre vpin --help')" \
    vpin x --json --csv -
usage "nacre vpin: name a tape or files (try 'nacre vpin --help')" vpin
usage "nacre import: name at least one file (try 'nacre import --help')" import --out x
usage "nacre import: say where the tape goes: either --out DIR or --tape PATH (try 'nacre import \
--help')" import x
usage "nacre import: say where the tape goes: either --out DIR or --tape PATH (try 'nacre import \
--help')" import x --out a --tape b
usage "nacre import: --format: 'lena' is not one of auto, binance-trades, binance-aggtrades, lean, \
nacre, generic; did you mean 'lean'? (try 'nacre import --help')" import x --out a --format lena
usage "nacre import: --date: 20230230 is no day of the calendar (try 'nacre import --help')" \
    import x --out a --date 20230230
usage "nacre tape: say what to do: info, check or export (try 'nacre tape --help')" tape
usage "nacre tape: unknown action 'chek'; did you mean 'check'? (try 'nacre tape --help')" tape chek x
usage "nacre tape: info needs a tape (try 'nacre tape --help')" tape info
usage "nacre tape: export needs either --csv FILE or --npy DIR (try 'nacre tape --help')" tape export x
usage "nacre tape: --csv and --npy belong to export (try 'nacre tape --help')" tape info x --csv y
usage "nacre simulate: say where the market goes: --out DIR (try 'nacre simulate --help')" simulate
usage "nacre simulate: 'x': there are no operands (try 'nacre simulate --help')" simulate x --out y
usage "nacre config: unknown action 'chk'; the only one is 'check' (try 'nacre config --help')" \
    config chk
usage "nacre: --threads: '0' is not a whole number from 1 to 1024 (try 'nacre --help')" \
    --threads 0 config
run 2 --isa avx9 config
one_line "nacre config: --isa: "
has err.txt avx9 ref
run 2 vpin $'x\ny' --mode $'a\nb'
one_line "nacre vpin: --mode: 'a b' is not one of"

# Global options work before and after the command.
for order in "--isa ref config" "config --isa ref"; do
    # shellcheck disable=SC2086
    run 0 $order
    has out.txt '"threads"'
done

# Settings: the printed example is taken; a wrong one is refused with its place.
"$NACRE_BIN" config >example.json
run 0 config check example.json
is out.txt "example.json: ok"
run 0 config check example.json --json
is out.txt '{"path":"example.json","ok":true}'
printf '{\n  "vpin.windw": 5\n}\n' >bad.json
refused config -- check bad.json -- "bad.json" "windw" "vpin.window"
printf '{ "vpin.window": 99999999 }\n' >bad.json
refused config -- check bad.json -- "bad.json" "vpin.window" "32767"
printf '{ "log.level": "loud" }\n' >bad.json
refused tape -- info x --config bad.json -- "log.level" "loud" "debug"
refused config -- check none.json -- "none.json"

# A full disk under standard output is noticed; a closed pipe ends quietly.
if [ -c /dev/full ]; then
    "$NACRE_BIN" vpin --help >/dev/full 2>err.txt
    [ $? -eq 3 ] || fail "a full standard output gives exit code 3"
    has err.txt "nacre: standard output could not be written: No space left on device"
else
    skip_part test_cli_help.full "there is no /dev/full"
fi
"$NACRE_BIN" vpin --help 2>err.txt | true
[ ! -s err.txt ] || fail "a closed pipe prints: $(cat err.txt)"
finish
