# SPDX-License-Identifier: Apache-2.0
# What the tests of the program share. Each script sources this file, works in a folder of its own that
# goes at the end, counts failures instead of stopping at the first, and ends with `finish`.
set -u
if [ -z "${NACRE_BIN:-}" ]; then
    echo "SKIP $(basename "$0" .sh): NACRE_BIN does not name the program (run by ctest, or set it)"
    exit 77
fi
work=$(mktemp -d)
chmod 755 "$work"
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
unset NACRE_ISA
failures=0

fail() {
    printf 'FAIL %s\n' "$*"
    failures=$((failures + 1))
}

skip_part() { # NAME REASON: a part that cannot run here
    printf 'SKIP %s: %s\n' "$1" "$2"
}

finish() {
    [ "$failures" -eq 0 ] && exit 0
    printf '%d failures\n' "$failures"
    exit 1
}

run() { # CODE ARGUMENT...: runs the program, checks its exit code, leaves out.txt and err.txt
    local want=$1 got
    shift
    "$NACRE_BIN" "$@" >out.txt 2>err.txt </dev/null
    got=$?
    [ "$got" -eq "$want" ] || fail "exit code $got, not $want: nacre $* ($(head -c 300 err.txt))"
}

has() { # FILE TEXT...: every text occurs
    local file=$1 text
    shift
    for text in "$@"; do
        grep -qF -e "$text" "$file" || fail "'$text' is not in $file: $(head -c 600 "$file")"
    done
}

is() { # FILE TEXT: the whole content
    printf '%s\n' "$2" | cmp -s - "$1" || fail "$1 is not '$2' but: $(head -c 600 "$1")"
}

one_line() { # stderr is one line that begins with the argument, stdout is empty
    [ "$(wc -l <err.txt)" -eq 1 ] || fail "not one line on stderr ($1): $(head -c 600 err.txt)"
    case "$(cat err.txt)" in
    "$1"*) ;;
    *) fail "stderr does not begin with '$1': $(head -c 600 err.txt)" ;;
    esac
    [ ! -s out.txt ] || fail "stdout is not empty ($1): $(head -c 200 out.txt)"
}

refused() { # COMMAND -- ARGUMENT... -- TEXT...: exit code 3, one line with every text
    local command=$1 args=()
    shift 2
    while [ "$1" != -- ]; do
        args+=("$1")
        shift
    done
    shift
    run 3 "$command" "${args[@]}"
    one_line "nacre $command: "
    has err.txt "$@"
}

nothing_in() { # FOLDER: missing or empty, temporary names included
    [ ! -e "$1" ] || [ -z "$(ls -A "$1")" ] || fail "something is left in $1: $(ls -A "$1")"
}

without_times() { # FILE: the output without what differs from run to run
    sed -E -e '/^  time  /d' -e 's/ in [0-9.]+ (us|ms|s|min)( \([^)]*\))?//' \
        -e 's/"[a-z_]*seconds":[^,}]*,?//g' -e 's/"rows_per_second":[^,}]*,?//g' "$1"
}

binance_rows() { # COUNT [FIRST_MS]: a file in the binance-trades format; prices in cents
    awk -v n="$1" -v t="${2:-1723075200000}" 'BEGIN {
        for (i = 1; i <= n; i++)
            printf "%d,%d.%02d,0.%03d,1.5,%.0f,%s,True\n", i, 61000 + i % 17, i * 7 % 100, i % 999 + 1,
                t + i * 250, (i * 5 % 3) ? "True" : "False" }'
}
