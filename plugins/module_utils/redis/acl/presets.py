# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kinds of users may do. Commands are called by their own names, whatever `rename-command` makes of them."""

from __future__ import annotations

from dataclasses import dataclass

SENTINEL_CHANNEL = "__sentinel__:hello"
"""The only channel that Sentinels use on the servers that they monitor."""


@dataclass(frozen=True)
class Preset:
    """`keys` and `channels` are those of a user who is given none of their own."""

    commands: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


PRESETS = {
    "application": Preset(commands=("+@all", "-@admin", "-@dangerous")),
    # Neither CONFIG GET, which shows masterauth and tls-key-file-pass, nor CONFIG SET, which can write files anywhere.
    "backup": Preset(
        commands=("+@read", "-@dangerous", "+ping", "+select", "+info", "+lastsave", "+bgsave"), keys=("%R~*",)
    ),
    # For redis_exporter with --config-command "-". Its README grants CONFIG GET, which shows passwords in clear text.
    "exporter": Preset(
        commands=(
            *("+ping", "+client|setname", "+info", "+cluster|info"),
            *("+latency|latest", "+latency|histogram", "+slowlog|len", "+slowlog|get"),
        ),
    ),
    "none": Preset(),
    "operator": Preset(commands=("+@all",), keys=("~*",), channels=("&*",)),
    # Replication's documentation asks for the first three; SYNC opens the second channel of Valkey.
    "replica": Preset(commands=("+psync", "+replconf", "+ping", "+sync")),
    # https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#redis-access-control-list-authentication
    "sentinel": Preset(
        commands=(
            *("+multi", "+slaveof", "+ping", "+exec", "+subscribe", "+config|rewrite", "+role", "+publish", "+info"),
            *("+client|setname", "+client|kill", "+script|kill"),
        ),
        channels=(f"&{SENTINEL_CHANNEL}",),
    ),
}
