#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Install Debian packages without starting, or leaving enabled, a server that comes with one of them:
# the tests start servers of their own. Run as root.
set -eu
export DEBIAN_FRONTEND=noninteractive

policy=/usr/sbin/policy-rc.d # what Debian asks before it starts a service; 101 means no
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

install() {
    apt-get -qq install -y --no-install-recommends "$@"
}
# A fresh machine has no package lists yet, an old one has outdated ones.
install "$@" || { apt-get -qq update && install "$@"; }

for package in "$@"; do
    if [ "$package" = redis-server ]; then
        update-rc.d redis-server disable
    fi
done
