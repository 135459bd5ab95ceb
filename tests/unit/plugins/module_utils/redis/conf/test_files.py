# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.lines import Line


def test_included_files_stand_where_they_are_included(tmp_path: Path) -> None:
    (tmp_path / "b.conf").write_text("port 2\nrename-command config our-config\n")
    (tmp_path / "a.conf").write_text("port 1\nsave 1 1\n")
    main = tmp_path / "redis.conf"
    main.write_text(f"port 0\ninclude {tmp_path}/[ab].conf\nsave 2 2\ninclude {tmp_path}/*.none\n")
    found = Configuration.read(str(main))
    assert found.last("port") == "2"
    assert [line.arguments for line in found.all("save")] == [("1", "1"), ("2", "2")]
    assert found.last("nowhere", "default") == "default"
    assert found.renamed_commands == {"CONFIG": "our-config"}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    main = tmp_path / "redis.conf"
    main.write_text(f"include {tmp_path}/missing.conf\n")
    with pytest.raises(FileNotFoundError):
        Configuration.read(str(main))
    main.write_text(f"include {main}\n")
    with pytest.raises(ValueError, match="include one another without end"):
        Configuration.read(str(main))


def test_a_text_of_its_own() -> None:
    found = Configuration.of("redis.conf", 'port 1\nrequirepass "two words"\n')
    assert found.without(lambda line: line.name == "port").text == 'requirepass "two words"\n'
    assert found.followed_by(Line.of("PORT", "2")).last("port") == "2"
