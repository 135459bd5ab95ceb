#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Run scenarios of molecule/, one after the other, also after one has failed; the end shows what each took.
#
#   molecule.sh [SCENARIO...]              "standin" are those on the embedded AWS, "hosts" those on hosts; nothing is all
#   STEP=converge molecule.sh SCENARIO     one step of molecule, not the whole test; hosts stay up until STEP=destroy
#   molecule.sh --check                    only say what keeps this machine from running those on hosts; status 1 if so
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

step=()
read -ra step <<<"${STEP:-test}"

is_on_hosts() { grep -q '^ *suite:' "molecule/$1/molecule.yml"; }

scenarios_of() { # scenarios_of standin|hosts|SCENARIO
    local file scenario kind
    for file in molecule/*/molecule.yml; do
        scenario=$(basename "$(dirname "$file")")
        kind=standin
        if is_on_hosts "$scenario"; then kind=hosts; fi
        if [ "$1" = "$kind" ] || [ "$1" = "$scenario" ]; then echo "$scenario"; fi
    done
}

check_hosts() {
    # Who is not root lacks more than packages.
    if [ "$(id -u)" = 0 ]; then python scripts/setup.py "${CORE:-newest}" hosts || return; fi
    tests/hosts/nshost check
}

# Hosts have names and addresses that are the machine's, so runs of one scenario in two clones wait for each other.
run_on_hosts() { # run_on_hosts SCENARIO
    local lock=/run/lock/redisops-cache-$1.lock
    if ! flock --nonblock "$lock" true; then
        echo "Another run on this machine has the hosts of $1. This one waits until that ends ($lock)."
    fi
    flock --close "$lock" molecule --base-config molecule/hosts/base.yml "${step[@]}" --scenario-name "$1"
}

run() { # run SCENARIO
    if is_on_hosts "$1"; then
        run_on_hosts "$1"
    else
        molecule "${step[@]}" --scenario-name "$1"
    fi
}

if [ "${1:-}" = --check ]; then
    check_hosts
    exit
fi

chosen=()
if [ $# = 0 ]; then set -- standin hosts; fi
for word in "$@"; do
    mapfile -t found < <(scenarios_of "$word")
    if [ "${#found[@]}" = 0 ]; then
        echo "There is no scenario $word in molecule/." >&2
        exit 1
    fi
    chosen+=("${found[@]}")
done

for scenario in "${chosen[@]}"; do
    if is_on_hosts "$scenario"; then
        check_hosts || exit 1
        break
    fi
done

results=()
status=0
for scenario in "${chosen[@]}"; do
    printf '\n=== %s\n' "$scenario"
    began=$SECONDS outcome=ok
    run "$scenario" || { outcome=FAILED status=1; }
    results+=("$(printf '%-8s %4d s  %s' "$outcome" $((SECONDS - began)) "$scenario")")
done
printf '\n=== molecule %s\n' "${step[*]}"
printf '%s\n' "${results[@]}"
exit "$status"
