#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Run every linter, also after one has found something; print the findings only.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .build
rm -f .build/antsibull.log
output=.build/lint.txt
status=0

check() {
    name=$1
    shift
    if "$@" >"$output" 2>&1; then
        echo "ok      $name"
    else
        echo "FAILED  $name"
        cat "$output"
        status=1
    fi
}

here=.build/ansible/collections/ansible_collections/redisops/cache
check "ruff check" ruff check
check "ruff format" ruff format --check
# plugins/ run on older Pythons than the tests do, and have to be correct there.
check "mypy plugins" mypy --python-version 3.10 "$here/plugins"
check "mypy tests, scripts" mypy --python-version 3.11 tests scripts
check "yamllint" yamllint --strict .
check "ansible-lint" ansible-lint --offline
# The virtualenv is ignored by git, and antsibull-docs leaves out what git ignores: let it not see that it is in a clone.
export GIT_CEILING_DIRECTORIES="$VIRTUAL_ENV"
# Both antsibulls add to a log in the home directory.
check "antsibull-docs" env HOME="$PWD/.build" antsibull-docs lint-collection-docs --plugin-docs .
check "antsibull-changelog" env HOME="$PWD/.build" antsibull-changelog lint
check "shellcheck" shellcheck .ci/run scripts/*.sh tests/hosts/mkbase tests/hosts/nshost roles/redis_server/files/redis-health
exit "$status"
