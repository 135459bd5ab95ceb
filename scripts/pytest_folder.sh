#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Run the tests of one folder, one after the other and with their output: pytest_folder.sh FOLDER
set -eu
cd "$(dirname "$0")/.."

if [ -z "$(find "$1" -name 'test_*.py' 2>/dev/null)" ]; then
    echo "There is nothing in $1 yet."
    exit 0
fi
exec python -m pytest --capture=no --durations=5 "$1"
