#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Run every Molecule scenario, when there are any.
set -eu
cd "$(dirname "$0")/.."

if [ -z "$(find molecule -name molecule.yml 2>/dev/null)" ]; then
    echo "There is no Molecule scenario yet."
    exit 0
fi
exec molecule test --all
