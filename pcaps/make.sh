#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the captures of this folder: make.sh [NAME...], all of them without a name. `make.sh --list` says what there is.
# Real programs in network namespaces of their own; nothing outside them is started, stopped or configured. Needs root.
set -euo pipefail
cd "$(dirname "$0")"

declare -a names=("$@")
if [ "${1:-}" = --list ]; then
    for script in scenarios/*.sh; do
        name=${script##*/}
        printf '%-32s %s\n' "${name%.sh}" "$(sed -n '2s/^# //p' "$script")"
    done
    exit
fi
[ $# -gt 0 ] || for script in scenarios/*.sh; do name=${script##*/}; names+=("${name%.sh}"); done
[ "$(id -u)" -eq 0 ] || { echo "make.sh: network namespaces need root" >&2; exit 1; }

# One scenario in a shell of its own: what it leaves open is closed when the shell ends. `target` is the capture's path.
make() {
    local scenario=scenarios/$1.sh target=$1.pcap
    [ -f "$scenario" ] || { echo "make.sh: no scenario $1" >&2; return 2; }
    [ "$1" = demo ] && target=demo/demo.pcap
    (
        . ./lib.sh
        . ./management.sh
        . ./equipment.sh
        . ./intruder.sh
        open_lab
        . "./$scenario"
        stop_capture "$target"
    )
    printf '%-40s %8d bytes\n' "$target" "$(stat -c %s "$target")"
}

for name in "${names[@]}"; do make "$name"; done
