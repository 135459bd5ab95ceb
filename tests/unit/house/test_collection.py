# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own lists are complete, and nothing of the machine that it was written on is in its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.house.tree import ROOT, load_yaml, project_files, report

MODULES = sorted(path.stem for path in ROOT.glob("plugins/modules/*.py"))

# Put together here so that this file does not contain what it looks for.
REGISTRIES = ["pypi." + "org", "pythonhosted." + "org", "npmjs." + "org", "npmjs." + "com", "galaxy." + "ansible.com"]
MACHINE_FOLDERS = ["/" + "work", "/" + "root"]
FOREIGN = re.compile(
    "|".join([*map(re.escape, REGISTRIES), rf"(?<![\w.~}}-])(?:{'|'.join(MACHINE_FOLDERS)})(?![\w.-])"])
)


def is_aws_module(source: str) -> bool:
    return "AnsibleAWSModule" in source


def action_group_problems(listed: list[str], modules: Mapping[str, str]) -> list[str]:
    """Hold the action group `aws` against the sources of the modules, by name."""
    wanted = sorted(name for name, source in modules.items() if is_aws_module(source))
    problems = [f"{name} is not in the action group" for name in wanted if name not in listed]
    problems += [f"{name} is in the action group and no AWS module" for name in listed if name not in wanted]
    if listed != sorted(listed):
        problems.append("the action group is not in alphabetical order")
    return problems


def foreign_words(text: str) -> list[str]:
    return [match.group() for match in FOREIGN.finditer(text)]


def fragment_problems(fragment: Any, sections: Iterable[str]) -> list[str]:
    """Hold a changelog fragment against the sections of changelogs/config.yaml."""
    if not isinstance(fragment, dict) or not fragment:
        return ["it is not a mapping of sections"]
    problems = [f"{section} is not a section" for section in fragment if section not in sections]
    for section, entries in fragment.items():
        if not isinstance(entries, list) or not all(isinstance(entry, str) and entry.strip() for entry in entries):
            problems.append(f"{section} is not a list of sentences")
    return problems


def has_behavior_test(module: str, root: Path = ROOT) -> bool:
    """Tell whether a component test (a file or folder named by the AWS noun) or an integration target runs a module."""
    noun = module.removeprefix("elasticache_").removesuffix("_info")
    files = [*root.glob(f"tests/component/test_{noun}*.py"), *root.glob(f"tests/component/{noun}/test_*.py")]
    return bool(files) or (root / "tests/integration/targets" / module).is_dir()


def test_the_action_group_holds_every_aws_module() -> None:
    modules = {name: (ROOT / "plugins/modules" / f"{name}.py").read_text(encoding="utf-8") for name in MODULES}
    report(action_group_problems(load_yaml("meta/runtime.yml")["action_groups"]["aws"], modules))


def test_requirements_and_galaxy_name_the_same_collections() -> None:
    listed = {entry["name"]: entry["version"] for entry in load_yaml("requirements.yml")["collections"]}
    assert listed == load_yaml("galaxy.yml")["dependencies"]


def test_no_file_names_a_registry_or_a_folder_of_this_machine() -> None:
    problems = []
    for path in project_files():
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        problems += [f"{path}: {word}" for word in foreign_words(text)]
    report(problems)


def test_changelog_fragments_can_be_read() -> None:
    sections = ["trivial", *(name for name, _title in load_yaml("changelogs/config.yaml")["sections"])]
    fragments = sorted(ROOT.glob("changelogs/fragments/*.yml"))
    assert fragments
    report([f"{path.name}: {found}" for path in fragments for found in fragment_problems(load_yaml(path), sections)])


def test_every_module_has_a_test_of_its_behavior() -> None:
    untested = [module for module in MODULES if not has_behavior_test(module)]
    report([f"{module} has neither a component test nor an integration target" for module in untested])


def test_sanity_has_no_ignores() -> None:
    assert list(ROOT.glob("tests/sanity/ignore*.txt")) == []


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        (["a"], "b is not in the action group"),
        (["a", "b", "c"], "c is in the action group and no AWS module"),
        (["b", "a"], "the action group is not in alphabetical order"),
    ],
)
def test_a_wrong_action_group_is_found(listed: list[str], problem: str) -> None:
    modules = {"a": "AnsibleAWSModule()", "b": "AnsibleAWSModule()", "c": "AnsibleModule()"}
    assert action_group_problems(listed, modules) == [problem]


@pytest.mark.parametrize("host", REGISTRIES)
def test_a_registry_is_found(host: str) -> None:
    assert foreign_words(f"--index-url https://{host}/simple") == [host]


@pytest.mark.parametrize("folder", MACHINE_FOLDERS)
def test_a_folder_of_this_machine_is_found(folder: str) -> None:
    assert foreign_words(f"see {folder}/notes.md, or cd {folder}") != []
    assert foreign_words(f"molecule{folder}/x, {folder}s, ~{folder}/x, {{{{ dir }}}}{folder}/x") == []


@pytest.mark.parametrize(
    "fragment", [None, [], {"news": ["Something."]}, {"bugfixes": "Something."}, {"bugfixes": [""]}]
)
def test_a_broken_fragment_is_found(fragment: Any) -> None:
    assert len(fragment_problems(fragment, ["bugfixes"])) == 1


def test_a_module_without_a_test_is_found(tmp_path: Path) -> None:
    assert not has_behavior_test("elasticache_user_info", tmp_path)
    (tmp_path / "tests/component").mkdir(parents=True)
    (tmp_path / "tests/component/test_user.py").touch()
    assert has_behavior_test("elasticache_user_info", tmp_path)
