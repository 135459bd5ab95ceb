# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting other programs: the one place for it, since this code has no AnsibleModule to do it with.

It also runs as a program of its own, by a timer, and starts servers that it speaks to while they run.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from .certain import certain

Finished = subprocess.CompletedProcess[str]
Run = Callable[[Sequence[str]], Finished]
"""What `run` is, for those who are given something in its place."""
Started = subprocess.Popen[bytes]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run(words: Sequence[str], **options: Any) -> Finished:
    """To its end, without input, in the C locale. Raises OSError for a program that is not there."""
    return subprocess.run(  # pylint: disable=ansible-bad-function
        words,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # logs and the names of keys may have any bytes
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},
        **options,
    )


def start(words: Sequence[str], text: str, directory: str, output: Any, identity: Mapping[str, Any]) -> Started:
    """A program that goes on, with `text` as its whole input; it makes files for its own user alone.

    `output` is a file or subprocess.PIPE; `identity` has user, group and extra_groups, or nothing for one's own. It
    ends with this process at the latest, be that killed: nobody else would know of it.
    """
    process: Started = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with
        words,
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        umask=0o077,
        preexec_fn=_end_with_parent(),
        **identity,
    )
    # One that has ended before it read everything says in its output why.
    with suppress(BrokenPipeError), certain(process.stdin) as pipe:
        pipe.write(text.encode(errors="surrogateescape"))
    return process


def _end_with_parent() -> Callable[[], object]:
    """To be called in the new process: after its change of user, which would take the setting back."""
    import ctypes  # not above: some versions need memory for it that the timer's unit does not grant

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end(process: Started, how: signal.Signals, seconds: float) -> int:
    """Its exit status. One that has not ended by then is killed, as a server that cannot save ignores SIGTERM."""
    process.send_signal(how)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
