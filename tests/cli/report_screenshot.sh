#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Pictures of a report for looking at it: light, dark and as wide as a phone.
# usage: tests/cli/report_screenshot.sh REPORT.html OUT_FOLDER
set -eu
if [ $# -ne 2 ]; then
    echo "usage: report_screenshot.sh REPORT.html OUT_FOLDER" >&2
    exit 2
fi
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    echo "SKIP report_screenshot: no Chromium (apt-get install chromium)"
    exit 77
fi
report=$(realpath "$1")
mkdir -p "$2"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

shot() { # NAME WIDTH HEIGHT FLAG...
    local picture=$out/$1.png size=$2,$3
    shift 3
    "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
        --user-data-dir="$profile" --window-size="$size" "$@" --screenshot="$picture" \
        "file://$report" >/dev/null 2>&1
    [ -s "$picture" ] || {
        echo "report_screenshot: no picture $picture" >&2
        exit 1
    }
    echo "$picture"
}

out=$(realpath "$2")
shot light 1200 4200
shot dark 1200 4200 --blink-settings=preferredColorScheme=0
shot phone 500 6000
