#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Three systems, five caches, on the embedded AWS: deployed, verified, run again, one of them changed; saved, restored, drilled.
#
#   KEEP=1 scripts/demo.sh    leaves the embedded AWS running, and says how to talk to it and how to stop it
set -euo pipefail
cd "$(dirname "$0")/.."

state=$PWD/.build/demo
log=$state/demo.log
run=$state/run.log
aws=$state/aws
reports=$state/reports
rate=120

bold='' dim='' red='' green='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

# Whatever this shell has to do with a real account stays out of it.
unset "${!AWS_@}"
export AWS_ACCESS_KEY_ID=AKIASTANDIN000000001 AWS_SECRET_ACCESS_KEY=the/standin/takes/any/0123456789
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

export ANSIBLE_CONFIG=$PWD/ansible.cfg ANSIBLE_HOME=$PWD/.build/ansible
export ANSIBLE_FORKS=10 ANSIBLE_PIPELINING=true ANSIBLE_CHECK_MODE_MARKERS=true ANSIBLE_DEPRECATION_WARNINGS=false
export ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ANSIBLE_NOCOLOR=true
# Ansible starts many short processes, and each would compile what it imports anew.
unset PYTHONDONTWRITEBYTECODE

stage=0
started=$SECONDS
stage_started=$SECONDS

begin() {
    stage=$((stage + 1))
    stage_started=$SECONDS
    printf '\n%s%d  %s%s\n' "$bold" "$stage" "$1" "$plain"
    printf '\n### %d %s\n' "$stage" "$1" >>"$log"
}

end() {
    printf '   %s✓ %s%s%s, %d s%s\n' "$green" "$1" "$plain" "$dim" $((SECONDS - stage_started)) "$plain"
}

fail() {
    printf '\n   %s✗ %s%s\n   The whole log: %s\n' "$red" "$1" "$plain" "$log" >&2
    exit 1
}

stop() {
    # One that was killed leaves this file behind, and cannot be stopped any more.
    if [ -f "$aws/endpoint.json" ]; then python -m tests.standin stop --state "$aws" >>"$log" 2>&1 || true; fi
}

finish() {
    status=$?
    if [ "$status" -ne 0 ] || [ -z "${KEEP:-}" ]; then stop; fi
}

# Of what Ansible prints, as it comes: which task changed which hosts, who failed, and the recap.
brief() {
    awk -v dim="$dim" -v plain="$plain" -v red="$red" '
        function close_line() { if (open) printf "\n"; open = 0 }
        /^TASK \[/ { close_line(); task = $0; sub(/^TASK \[([^:]*: )?/, "", task); sub(/\].*/, "", task) }
        /^(changed|fatal|failed): \[/ {
            host = $2; sub(/^\[/, "", host); sub(/\]:?$/, "", host)
            if (!open) printf "   │ %s: ", task
            open = 1
            printf "%s%s%s ", $1 == "changed:" ? "" : red, host, $1 == "changed:" ? "" : " FAILED" plain
            fflush()
        }
        /^PLAY RECAP/ { close_line(); recaps = 0 }
        / : ok=/ { sub(/ +unreachable.*/, ""); recap[recaps++] = $0 }
        END { close_line(); for (i = 0; i < recaps; i++) printf "   │ %s%s%s\n", dim, recap[i], plain }'
}

# Show the command, and in brief what it does; everything else goes to the log.
run_playbooks() {
    local status=0
    printf '   %s$ ansible-playbook -i inventories/demo %s%s\n' "$dim" "$*" "$plain"
    ansible-playbook -i inventories/demo -e "cache_ca_path=$aws/ca.pem" -e "cache_report_dir=$reports" "$@" 2>"$run.err" | tee "$run" | brief || status=$?
    cat "$run" "$run.err" >>"$log"
    return $status
}

errors() {
    awk '/^\[?ERROR/ { told = 1 } /^(Origin:|$)/ { told = 0 } told' "$run" "$run.err"
}

play() {
    if ! run_playbooks "$@"; then
        errors >&2
        fail "ansible-playbook failed."
    fi
}

# For what has to fail, with these words.
play_refused() {
    local words=$1
    shift
    if run_playbooks "$@"; then fail "This should have failed."; fi
    errors | sed -n 's/^- /   ! /p'
    if ! errors | grep -qF -e "$words"; then fail "It failed, and not because of this: $words"; fi
}

# What the last task of this name had to say to each host, on a line of its own.
told() {
    awk -v task="$1]" '
        function say() { gsub(/\047\047/, "\047", line); sub(/^\047/, "", line); sub(/\047$/, "", line); if (line) print "   │ " line; line = "" }
        /^TASK \[/ { say(); told = index($0, task) > 0; next }
        !told { next }
        /^(ok|changed): \[/ { say(); next }
        NF == 0 { say(); told = 0; next }
        { sub(/^ +(msg: +)?/, ""); line = line (line ? " " : "") $0 }
        END { say() }' "$run"
}

# The warnings that this demo is about, in their first sentence; each parameter once, though its group warns as well.
warnings() {
    sed -n -E 's/^\[WARNING\]: ([a-z0-9-]+: (parameters\.|engine_version: ).*)/\1/p' "$run.err" | awk -F': ' '$2 !~ /^parameters/ || !seen[$2]++ {print}' |
        sed -E -e 's/\. .*/./' -e 's/^/   ! /'
}

unchanged() {
    if ! grep -q 'changed=0' "$run" || grep -Eq 'changed=[1-9]' "$run"; then
        fail "A second run changed something again; it should find nothing to do."
    fi
}

mkdir -p "$state"
: >"$log"
stop
rm -rf "$aws" "$reports"
trap finish EXIT

printf '%sThree systems, five caches, on an AWS in a box%s\n' "$bold" "$plain"

begin "The embedded AWS, its clock $rate times as fast"
exec {standin}< <(trap '' HUP && exec python -m tests.standin --state "$aws" --rate "$rate" 2>>"$log")
read -r AWS_ENDPOINT_URL <&"$standin" || fail "The embedded AWS did not start."
export AWS_ENDPOINT_URL
end "answers at $AWS_ENDPOINT_URL"

begin "Networks, keys and tokens of the three systems, as they would be there already"
python -m tests.demo.network "$AWS_ENDPOINT_URL" tests/demo/networks.yml 2>>"$log" | sed 's/^/   │ /' || fail "They could not be made."
end "two regions, three VPCs; the tokens are in Secrets Manager"

begin "Five caches, side by side: deploy, then verify"
play redisops.cache.deploy_caches redisops.cache.verify_caches
warnings
end "deployed; each let in by its token alone, over TLS where it has TLS; written, read, deleted"

begin "The same again: nothing may change"
play redisops.cache.deploy_caches
unchanged
end "changed=0 on every cache"

change=(--limit phb-prod -e cache_node_type=cache.t3.medium -e cache_replicas=2 -e cache_allow_disruption=failover)

begin "A larger node and a second replica for phb-prod: first the plan"
play redisops.cache.deploy_caches --check --diff "${change[@]}"
sed -n '/What a run would change/,/^$/s/^        /   │ /p' "$run"
end "planned, nothing done; without allow_disruption this is refused"

begin "Then the change"
play redisops.cache.deploy_caches "${change[@]}"
end "changed while it ran"

begin "And again: nothing may change"
play redisops.cache.deploy_caches "${change[@]}"
unchanged
end "changed=0"

begin "All five once more, as their clients see them"
play redisops.cache.verify_caches tests/demo/table.yml -e "table=$state/table.txt" >>"$log"
sed -e "1s/.*/$bold&$plain/" -e 's/^/   /' "$state/table.txt"
if grep -q FAILED "$state/table.txt"; then fail "A cache does not do what it should."; fi
end "verified"

begin "100,000 keys of every type into PHB's production, some into VibeWell's; then a snapshot of both"
play tests/demo/fill.yml redisops.cache.take_snapshot -e '{"fill": {"phb-prod": 100000, "vibewell-prod": 5000}}' -e "project=$PWD" --limit phb-prod,vibewell-prod
told "What was saved"
end "taken, and tagged with what is in it, since nobody wrote meanwhile"

begin "phb-redis-restored, from the snapshot of phb-redis-cache"
play redisops.cache.restore_snapshot --limit phb-prod -e confirm=phb-redis-cache
told "What was restored"
end "restored, and every key, value and expiry is as it was"

begin "VibeWell's recovery test: data of at most 24 hours ago, within 30 minutes (15 seconds of this clock)"
play redisops.cache.test_recovery --limit vibewell-prod
told "What was found"
end "passed; nothing of it is left but the report"

begin "The same with an objective of one second, which has to be missed"
play_refused "recovery_time_objective: it took" redisops.cache.test_recovery --limit vibewell-prod -e cache_rto=1
end "failed as it should, with a report of both tests"

begin "A failover of PHB's production, while a client writes"
play redisops.cache.test_failover --limit phb-prod -e confirm=phb-redis-cache
told "What it did to clients"
end "measured"

begin "A flush of PHB's database 1 by somebody who does not say the cache's name"
play_refused "-e confirm=phb-redis-cache" redisops.cache.flush_cache --limit phb-prod
end "refused, and not a key is gone"

printf '\n%sDone in %d s.%s' "$bold" $((SECONDS - started)) "$plain"
if [ -n "${KEEP:-}" ]; then
    cat <<TEXT
 The embedded AWS goes on. To talk to it from this directory:

   export PATH=$PWD/.venv/bin:\$PATH AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL AWS_DEFAULT_REGION=us-east-1
   export AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY
   aws elasticache describe-replication-groups                          # Caroud's are in ap-southeast-1
   ansible-playbook -i inventories/demo redisops.cache.verify_caches -e cache_ca_path=$aws/ca.pem
   ansible-playbook -i inventories/demo redisops.cache.deploy_caches    # refuses to shrink phb-prod, which stage 6 has enlarged

 Caches of your own that have TLS are verified with the same cache_ca_path. To stop it:

   python -m tests.standin stop --state $aws
TEXT
else
    printf ' The embedded AWS is stopped; KEEP=1 make demo leaves it running. Log: %s\n' "$log"
fi
