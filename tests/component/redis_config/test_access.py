# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in: passwords, ACL files, open doors, certificates."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows
from tests.component.redis_servers import Authority

PASSWORD = "access-of-component-tests-1966"
OPERATOR = "operator-of-component-tests-1971"
HASHED = {name: hashlib.sha256(name.encode()).hexdigest() for name in (PASSWORD, OPERATOR)}


@pytest.fixture
def secret_file(tmp_path: Path) -> str:
    path = tmp_path / "redisops.secret"
    path.touch(mode=0o600)
    path.write_text(f"{OPERATOR}\n")
    return str(path)


@pytest.fixture
def acl_file(tmp_path: Path) -> Path:
    path = tmp_path / "users.acl"
    path.write_text(
        "user default off resetpass resetkeys resetchannels -@all\n"
        f"user redisops on #{HASHED[OPERATOR]} ~* &* +@all\n"
        f"user app on #{HASHED[PASSWORD]} ~app:* +@read +@write\n"
    )
    return path


def test_a_password_is_set_live_and_changed_live(place: Place) -> None:
    pid = place.pid
    place.converge({"maxmemory": "64mb"}, secret={"requirepass": PASSWORD, "masterauth": PASSWORD})
    result = place.converge({"maxmemory": "64mb"}, secret={"requirepass": OPERATOR, "masterauth": OPERATOR})
    told = str(result.to_dict())
    assert by_directive(result)["requirepass"]["before"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert result.to_dict()["config"]["masterauth"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert PASSWORD not in told
    assert OPERATOR not in told
    assert OPERATOR not in repr(result)
    assert PASSWORD not in repr(result)
    assert place.pid == pid
    with place.client(password=OPERATOR) as client:
        assert client.ping()


@pytest.mark.parametrize(
    "password", ['quo"te and space', "back\\slash#hash", "umläut-of-tests-with-ünicode", "'single'"]
)
def test_a_password_of_any_characters(place: Place, password: str) -> None:
    place.converge({}, secret={"requirepass": password})
    with place.client(password=password) as client:
        assert client.config_rewrite()
    place.converge({}, secret={"requirepass": password})
    place.service.restart()
    with place.client(password=password) as client:
        assert client.ping()


def test_users_of_the_acl_file_take_over(make_place: MakePlace, acl_file: Path, secret_file: str) -> None:
    """Traps 13 and 14: with what CONFIG REWRITE left of users and of a password it would not start, or be open."""
    place = make_place(f"requirepass {PASSWORD}", f"user app on >{PASSWORD} ~* +@all")
    place.service.start()
    with place.client(password=PASSWORD) as client:
        client.config_rewrite()
    assert "user default" in place.main.read_text()
    result = place.converge({"aclfile": str(acl_file)}, user_secret=secret_file)
    assert hows(result)["aclfile"] == "restart"
    assert by_directive(result)["user app"]["before"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert result.applied.restarted
    assert "user " not in place.main.read_text()
    assert "requirepass" not in place.main.read_text()
    with place.client() as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    with place.client(username="app", password=PASSWORD) as client:
        assert client.set("app:key", "value")


def test_no_password_beside_an_acl_file(place: Place, acl_file: Path, secret_file: str) -> None:
    """Trap 13: the server would ignore it."""
    with pytest.raises(Refused, match=r"requirepass: with an ACL file .* the server ignores this password"):
        place.configure({"aclfile": str(acl_file)}, secret={"requirepass": PASSWORD}, user_secret=secret_file)


@pytest.mark.parametrize(
    "bad", ["user app on +@nonsense", "user app", "nonsense", "user default on nopass\nuser default off"]
)
def test_an_acl_file_with_a_mistake(place: Place, acl_file: Path, secret_file: str, bad: str) -> None:
    """Trap 15: the same file would keep the server from its next start."""
    acl_file.write_text(acl_file.read_text() + f"{bad}\n" if bad != "user app" else bad + "\nuser x y\n")
    before = place.files()
    with pytest.raises(Refused, match=r"ACL|acl"):
        place.configure({"aclfile": str(acl_file)}, user_secret=secret_file)
    assert place.files() == before
    assert place.service.starts == 1


def test_an_acl_file_that_locks_us_out(place: Place, acl_file: Path) -> None:
    before = place.files()
    with pytest.raises(Failure, match="none of the ways to log in works"):
        place.configure({"aclfile": str(acl_file)})
    assert place.files() == before


OPEN: list[tuple[dict[str, Any], str]] = [
    ({"bind": "0.0.0.0"}, "bind: nobody would have to log in"),
    ({"bind": "127.0.0.1 10.1.2.3"}, "bind: nobody would have to log in"),
    ({"protected-mode": False}, "protected-mode: nobody would have to log in"),
    ({"protected-mode": False, "bind": "* -::*"}, "2 problems"),
]


@pytest.mark.parametrize(("directives", "why"), OPEN)
def test_no_open_doors(place: Place, directives: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        place.configure(directives)


def test_an_acl_file_without_a_default_user_is_an_open_door(place: Place, acl_file: Path, secret_file: str) -> None:
    """Trap 13: a user default that the file does not name is `nopass +@all`."""
    acl_file.write_text("".join(line for line in acl_file.read_text().splitlines(True) if "user default" not in line))
    with pytest.raises(Refused, match="aclfile whose user default has a password or is off"):
        place.configure({"aclfile": str(acl_file), "protected-mode": False}, user_secret=secret_file)


def test_doors_that_are_not_open(place: Place) -> None:
    place.converge({"protected-mode": False}, secret={"requirepass": PASSWORD})
    place.converge({"bind": "127.0.0.1 -::1", "protected-mode": True})
    place.converge({"port": 0, "protected-mode": False, "bind": "0.0.0.0"})


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def tls(authority: Authority, name: str, place: Place) -> dict[str, Any]:
    pairs = (line.split(" ", 1) for line in authority.settings(name) if not line.startswith(("port", "tls-port")))
    return {**dict(pairs), "port": 0, "tls-port": place.port}


def served(place: Place, authority: Authority) -> str:
    certificate = ssl.get_server_certificate(("127.0.0.1", place.port))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()


@pytest.mark.parametrize("clients", ["no", "yes", "optional"])
def test_a_renewed_certificate_is_served_without_a_restart(place: Place, authority: Authority, clients: str) -> None:
    """Trap 32: the server reads the file again when it is told the same path again."""
    wanted = {**tls(authority, "server", place), "tls-auth-clients": clients}
    place.converge(wanted)
    pid, before = place.pid, ssl.create_default_context(cafile=str(authority.path))
    before.load_cert_chain(wanted["tls-cert-file"], wanted["tls-key-file"])
    assert not place.configure(wanted).plan.changes
    authority.settings("server")
    result = place.converge(wanted)
    assert hows(result) == {"tls-cert-file": "live"}
    assert by_directive(result)["tls-cert-file"]["why"] == "the port serves another certificate than the file has"
    assert place.pid == pid
    if clients != "yes":
        assert served(place, authority) in by_directive(result)["tls-cert-file"]["after"]


def test_certificates_that_cannot_be_served(place: Place, authority: Authority) -> None:
    wanted = {**tls(authority, "server", place), "tls-auth-clients": False}
    place.converge(wanted)
    other = tls(authority, "other", place)
    before = place.files()
    for broken in (
        {"tls-key-file": other["tls-key-file"]},
        {"tls-cert-file": "/nowhere/server.crt"},
        {"tls-ca-cert-file": __file__},
        {"tls-protocols": "TLSv9"},
    ):
        with pytest.raises(Refused, match=r"TLS|tls"):
            place.configure({**wanted, **broken})
    Path(wanted["tls-cert-file"]).write_text("no certificate any more")
    with pytest.raises(Refused, match="Failed to load certificate"):
        place.configure(wanted)
    assert place.files() == before
    assert place.service.starts == 1


@pytest.mark.parametrize("restart", [True, False])
def test_no_door_is_opened_before_its_users_are_there(
    place: Place, acl_file: Path, secret_file: str, restart: bool
) -> None:
    """Trap 13: the users of an ACL file come with a restart, and `bind` would not wait for it."""
    wanted = {"aclfile": str(acl_file), "bind": "0.0.0.0", "protected-mode": False, "maxmemory": "64mb"}
    result = place.configure(wanted, user_secret=secret_file, restart=restart)
    how = "restart" if restart else "next_start"
    found = hows(result)
    assert {name: found[name] for name in wanted} == {
        "aclfile": how,
        "bind": how,
        "protected-mode": how,
        "maxmemory": "live",
    }
    with place.client() as client:
        if restart:
            with pytest.raises(redis.AuthenticationError):
                client.ping()
        else:
            assert client.config_get("protected-mode")["protected-mode"] == "yes"
            assert client.config_get("bind")["bind"] == "127.0.0.1"


def test_a_password_that_is_no_longer_given_leaves_a_door_open(place: Place) -> None:
    place.converge({"bind": "0.0.0.0"}, secret={"requirepass": PASSWORD})
    place.main.write_text(place.main.read_text())
    with pytest.raises(Refused, match="nobody would have to log in"):
        place.configure({"bind": "0.0.0.0"}, password=PASSWORD)
