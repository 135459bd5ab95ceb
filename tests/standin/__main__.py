# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the stand-in as a process, or stop one: `python -m tests.standin [stop] --state DIR`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from tests.standin.control import ENDPOINT_FILE, Control, ControlError
from tests.standin.core.clock import Clock

LOG_FILE = "standin.log"
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.05


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.command == "stop":
        return stop(options.state)
    return serve(options)


def serve(options: argparse.Namespace) -> int:
    """Answer until SIGTERM or SIGINT."""
    from tests.standin.server import Options, Standin  # moto takes a second to load; `stop` needs none of it

    if _answering(options.state / ENDPOINT_FILE) is not None:
        print(f"a stand-in already runs for {options.state}", file=sys.stderr)
        return 1
    options.state.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=options.state / LOG_FILE, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    told_to_stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_other: told_to_stop.set())
    standin = Standin(
        Options(port=options.port, state=options.state, clock=_clock(options), engines=not options.no_engines)
    )
    try:
        with standin:
            print(standin.url, flush=True)
            told_to_stop.wait()
    except OSError as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def stop(state: Path) -> int:
    """End the stand-in of a state directory; the process is asked whether it is the one that the file names."""
    announced = state / ENDPOINT_FILE
    answering = _answering(announced)
    if answering is None:
        print(f"no stand-in runs for {state}", file=sys.stderr)
        return 1
    os.kill(answering, signal.SIGTERM)
    if not _wait_until(lambda: not announced.exists() and not _is_alive(answering), _STOP_SECONDS):
        print(f"process {answering} did not end in {_STOP_SECONDS:.0f} s", file=sys.stderr)
        return 1
    return 0


def _answering(announced: Path) -> int | None:
    """Process id of the stand-in that an endpoint file names, if that very process answers at its URL."""
    try:
        endpoint = json.loads(announced.read_text(encoding="utf-8"))
        pid = int(Control(endpoint["url"]).hello()["pid"])
    except (FileNotFoundError, ControlError):
        return None
    return pid if pid == endpoint["pid"] else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description="An AWS endpoint on loopback.")
    parser.add_argument("command", nargs="?", choices=["serve", "stop"], default="serve")
    parser.add_argument("--state", type=Path, required=True, help="directory for endpoint.json, logs, and engine data")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 (the default) picks a free one")
    parser.add_argument("--rate", type=float, default=1.0, help="how much faster than life service time passes")
    parser.add_argument("--stepped", action="store_true", help="service time stands still until it is advanced")
    parser.add_argument("--no-engines", action="store_true", help="allocate endpoints, but run no Redis behind them")
    return parser


def _clock(options: argparse.Namespace) -> Clock:
    if options.stepped:
        return Clock.stepped()
    return Clock.real() if options.rate == 1.0 else Clock.accelerated(options.rate)


def _is_alive(pid: int) -> bool:
    """A process that has ended but was not yet reaped by its parent counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


if __name__ == "__main__":
    sys.exit(main())
