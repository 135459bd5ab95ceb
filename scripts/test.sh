#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Unit and component tests on two processes, then the coverage of plugins/: the ten files that have least, and the total.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .build/coverage

status=0
# worksteal keeps the tests of a file, and with them its servers, on one process as long as both are busy.
python -m pytest --quiet --numprocesses=2 --dist=worksteal --cov --cov-report= || status=$?
echo
coverage report --sort=cover | awk 'NR <= 12 || /^TOTAL/'
exit "$status"
