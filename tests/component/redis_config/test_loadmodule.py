# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules: loaded once, whoever wrote the line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows

# What redismodule.h does for a module that has nothing but a name.
SOURCE = """
int (*get_api)(const char *, void *);
void (*set_attributes)(void *, const char *, int, int);
int (*is_busy)(const char *);
int RedisModule_OnLoad(void *context) {
    get_api = ((void **)context)[0];
    get_api("RedisModule_SetModuleAttribs", &set_attributes);
    get_api("RedisModule_IsModuleNameBusy", &is_busy);
    if (is_busy(NAME)) return 1;
    set_attributes(context, NAME, 1, 1);
    return 0;
}
"""

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("modules")
    (folder / "source.c").write_text(SOURCE)
    paths = [folder / "first.so", folder / "second.so"]
    for path in paths:
        command = ["cc", "-shared", "-fPIC", f'-DNAME="{path.stem}"', "-o", str(path), str(folder / "source.c")]
        subprocess.run(command, check=True)
    return list(map(str, paths))


def loaded(place: Place) -> list[str]:
    with place.client() as client:
        return sorted(entry["name"] for entry in client.module_list())


def test_modules_come_and_go_with_a_restart(place: Place, modules: list[str]) -> None:
    """Trap 20: CONFIG REWRITE copies included modules into the main file, and then no start is possible."""
    result = place.converge({"loadmodule": modules})
    assert hows(result)["loadmodule"] == "restart"
    with place.client() as client:
        client.config_rewrite()
    assert not place.configure({"loadmodule": modules}).plan.changes
    place.service.restart()
    assert loaded(place) == ["first", "second"]
    place.converge({"loadmodule": modules[:1]})
    assert loaded(place) == ["first"]
    place.converge({"loadmodule": []})
    assert loaded(place) == []


def test_the_packages_modules_are_not_touched(make_place: MakePlace, modules: list[str]) -> None:
    """Trap 22: a main file that came with modules keeps them."""
    place = make_place(f"loadmodule {modules[0]}")
    place.service.start()
    place.converge({"maxmemory": "64mb", "databases": 4})
    assert loaded(place) == ["first"]
    assert f"loadmodule {modules[0]}" in place.main.read_text()


def test_a_second_copy_goes(make_place: MakePlace, modules: list[str]) -> None:
    """Trap 20: what another included file loads already is taken out of the main file."""
    place = make_place("include @OTHER@")
    other = place.directory / "other.conf"
    other.write_text(f"loadmodule {modules[0]}\n")
    place.main.write_text(place.main.read_text().replace("@OTHER@", str(other)))
    place.service.start()
    with place.client() as client:
        client.config_rewrite()
    assert modules[0] in place.main.read_text()
    result = place.converge({"maxmemory": "64mb"})
    assert by_directive(result)["loadmodule"]["after"] is None
    place.service.restart()
    assert loaded(place) == ["first"]


def test_a_module_that_is_none(place: Place, tmp_path: Path) -> None:
    broken = tmp_path / "broken.so"
    broken.write_text("no shared object")
    broken.chmod(0o755)
    with pytest.raises(Refused, match=r"broken[.]so failed to load|Can't load module"):
        place.configure({"loadmodule": [str(broken)]})
    assert place.service.starts == 1
