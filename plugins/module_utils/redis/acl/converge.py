# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way from the users that are asked for to a file that holds them and a server that works by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...reconcile.problems import Failure
from ..conf.files import Configuration, read_text
from ..conf.scratch import Engine
from ..conf.store import Owner
from ..failures import CheckError
from ..local import OPERATOR, Login
from .compare import Entries, UserChange, changes_between
from .files import make_directory_of, owner_for, owner_of, owner_of_secrets, restored_on_error, write_file
from .proof import Proof
from .readable import assert_readable
from .render import render
from .running import RunningServer, find_server
from .secret_files import SecretFile, read_secrets
from .users import User, build_users


@dataclass(frozen=True)
class Wish:
    """What the module was asked for. `entries` are its option `users` as they came."""

    config_file: str
    login: Login
    acl_file: str
    engine: Engine
    entries: Sequence[Mapping[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class FileChange:
    """`before` and `after` say who may do what with the file; `absent` is one that is not there."""

    path: str
    before: str
    after: str

    def to_dict(self) -> dict[str, str]:
        return {"path": self.path, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Outcome:
    """The same in check mode and in the run that follows. `loaded`: the running server works by these users."""

    changes: tuple[UserChange, ...]
    files: tuple[FileChange, ...]
    secrets_created: tuple[str, ...]
    loaded: bool
    warnings: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.changes or self.files)

    def to_dict(self) -> dict[str, Any]:
        changes = [change.to_dict() for change in self.changes]
        files = [change.to_dict() for change in self.files]
        return {
            "changed": self.changed,
            "changes": changes,
            "files": files,
            "diff": {side: _side(side, changes, files) for side in ("before", "after")},
            "secrets_created": list(self.secrets_created),
            "loaded": self.loaded,
        }


def _side(side: str, changes: Iterable[Mapping[str, Any]], files: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "users": {change["user"]: change[side] for change in changes},
        "files": {change["path"]: change[side] for change in files},
    }


@dataclass(frozen=True)
class _AclFile:
    path: str
    text: str | None
    owner: Owner | None

    @classmethod
    def read(cls, path: str) -> _AclFile:
        owner = owner_of(path)
        return cls(path, read_text(path) if owner else None, owner)


@dataclass(frozen=True)
class _Situation:
    """Everything that was found out before anything is changed."""

    wish: Wish
    proof: Proof
    users: Sequence[User]
    secrets: Mapping[str, SecretFile]
    text: str
    wanted: Entries
    file: _AclFile
    owner: Owner
    filed: Entries
    running: Entries | None
    uses_file: bool

    @property
    def changes(self) -> tuple[UserChange, ...]:
        """Of what holds now: by the server that works by this file, or else by the file."""
        if self.uses_file and self.running is not None and self.running != self.wanted:
            return changes_between(self.running, self.wanted)
        return changes_between(self.filed, self.wanted)

    @property
    def to_load(self) -> tuple[UserChange, ...]:
        return changes_between(self.running, self.wanted) if self.uses_file and self.running is not None else ()

    @property
    def file_changes(self) -> Iterator[FileChange]:
        if self.writes_file:
            before = str(self.file.owner or "absent")
            same = before == str(self.owner) and self.filed == self.wanted
            yield FileChange(self.file.path, f"{before}, in other words" if same else before, str(self.owner))
        for secret in self.secrets.values():
            if secret.differs:
                yield FileChange(secret.path, str(secret.owner or "absent"), str(owner_of_secrets()))

    @property
    def writes_file(self) -> bool:
        return self.file.text != self.text or self.file.owner != self.owner

    @property
    def warnings(self) -> Iterator[str]:
        for secret in self.secrets.values():
            if secret.was_exposed:
                yield f"{secret.path} could be read by others than root ({secret.owner}): remove it for a new password"
        for user in self.users:
            if user.enabled and not user.has_login:
                yield f"user {user.name!r} is enabled, but has no password: nobody can log in with this name"
        lost = sorted({*(self.running or {})} - {*self.wanted}) if not self.uses_file else []
        if lost:
            yield (
                f"the server that runs does not use {self.file.path} yet; once it does, it will no more know these "
                f"users, which are not listed: {', '.join(lost)}"
            )


def converge(wish: Wish, check: bool) -> Outcome:
    """Raises Refused, with nothing changed, and Failure, with the file as before and the server by its old rules."""
    owner = owner_for(wish.engine)
    server = find_server(wish.config_file, wish.login)
    try:
        situation = _explore(wish, owner, server)
        if not check:
            _apply(situation, server)
    except CheckError as error:
        raise Failure(f"{error.detail}. Look at: {error.cause.look_at}.") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Failure(f"{where}{error.strerror}") from error
    finally:
        if server:
            server.close()
    created = tuple(secret.path for secret in situation.secrets.values() if secret.is_missing)
    return Outcome(
        situation.changes, tuple(situation.file_changes), created, situation.uses_file, tuple(situation.warnings)
    )


def _explore(wish: Wish, owner: Owner, server: RunningServer | None) -> _Situation:
    configuration = Configuration.read(wish.config_file)
    secrets, users = _with_secrets(build_users(wish.entries, wish.login.secret_path))
    operator = secrets.get(OPERATOR)
    proof = Proof(wish.engine, configuration, wish.login, operator.value.reveal() if operator else None)
    text = render(users)
    wanted = proof.entries(text, users)
    file = _AclFile.read(wish.acl_file)
    return _Situation(
        wish=wish,
        proof=proof,
        users=users,
        secrets=secrets,
        text=text,
        wanted=wanted,
        file=file,
        owner=owner,
        filed=wanted if file.text == text else proof.entries_of_old(file.text),
        running=proof.entries_of_running(server.listed, wanted) if server else None,
        uses_file=server.uses(wish.acl_file) if server else False,
    )


def _with_secrets(users: Iterable[User]) -> tuple[dict[str, SecretFile], tuple[User, ...]]:
    named = {user.name: user for user in users}
    secrets = read_secrets(named.values())
    named.update({name: named[name].with_password(secret.value.reveal()) for name, secret in secrets.items()})
    return secrets, tuple(named.values())


def _apply(situation: _Situation, server: RunningServer | None) -> None:
    make_directory_of(situation.file.path, situation.owner)
    for secret in situation.secrets.values():
        secret.establish()
    with restored_on_error(situation.file.path):
        if situation.writes_file:
            write_file(situation.file.path, situation.text, situation.owner)
            assert_readable(situation.file.path, situation.wish.engine)
        if server and situation.to_load:
            server.load(situation.to_load)
    if situation.to_load:
        _confirm(situation)


def _confirm(situation: _Situation) -> None:
    """By a new login, which proves that the next run can do it as well. Raises Failure for what differs still."""
    server = find_server(situation.wish.config_file, situation.wish.login)
    if server is None:
        raise Failure("the server has stopped since it loaded its users: see its log")
    try:
        for change in situation.to_load:
            if change.cuts_off:
                server.end_sessions(change.user)
        running = situation.proof.entries_of_running(server.listed, situation.wanted)
    finally:
        server.close()
    if running != situation.wanted:
        names = ", ".join(change.user for change in changes_between(running, situation.wanted))
        raise Failure(
            f"the server loaded its users, yet these differ from the file: {names}. Somebody else changes them"
        )
