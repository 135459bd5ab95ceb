#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Pin what requirements/*.in ask for, with all that it depends on, for every platform and every Python of the line.
set -eu
cd "$(dirname "$0")/../requirements"

pin() {
    {
        echo "# Made from $1.in by \`make pins\`; edit that file, not this one."
        uv pip compile --quiet --universal --upgrade --python-version "$2" --no-header --no-annotate "$1.in"
    } >"$1.txt.new"
    mv "$1.txt.new" "$1.txt"
}
pin newest 3.12
pin oldest 3.11
