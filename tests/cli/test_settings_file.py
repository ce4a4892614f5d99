from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from recsys.cli.setting_texts import toml_value
from recsys.cli.settings_file import settings_text
from recsys.config import Settings, read_settings
from recsys.config.settings import COLUMN_ROLES, TABLES, TOP_LEVEL, default_of, settings_of

LINE = re.compile(r"^# (\w+ = .*)$", re.MULTILINE)
TEXT = settings_text()


def read(folder: Path, text: str) -> Settings:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path, {})


def test_what_is_written_sets_nothing(tmp_path):
    settings = read(tmp_path, settings_text())
    assert (settings.input, settings.build) == (Settings().input, Settings().build)
    assert settings.from_file == {"columns", "links"}  # tables without a name in them


def test_with_every_line_uncommented_all_settings_are_there_with_their_defaults(tmp_path):
    settings = read(tmp_path, LINE.sub(r"\1", settings_text()))
    assert (settings.input, settings.build) == (Settings().input, Settings().build)
    written = tomllib.loads(LINE.sub(r"\1", settings_text()))
    assert list(written["columns"]) == list(COLUMN_ROLES)
    tables = {name: list(written.pop(name)) for name in TABLES}
    assert {*written} == {setting.name for kind in TOP_LEVEL for setting in settings_of(kind)}
    assert tables == {name: [setting.name for setting in settings_of(kind)] for name, kind in TABLES.items()}


@pytest.mark.parametrize("setting", [
    setting for kind in (*TOP_LEVEL, *TABLES.values()) for setting in settings_of(kind)
    if setting.name not in ("columns", "links")
], ids=lambda setting: setting.name)  # fmt: skip
def test_each_line_alone_is_the_default_of_its_setting(setting, tmp_path):
    line = f"# {setting.name} = {toml_value(default_of(setting))}\n"
    assert line in TEXT
    settings = read(tmp_path, TEXT.replace(line, line.removeprefix("# "), 1))
    assert (settings.input, settings.build) == (Settings().input, Settings().build)


def test_every_setting_has_an_explanation_above_it():
    lines = settings_text().split("[columns]")[0].splitlines()
    for above, line in pairwise(lines):
        if LINE.match(line):
            assert re.match(r"# .*[.\w)]$", above), line
    assert all(len(line) <= 100 for line in lines)
    assert "There are: base, deep." in settings_text()
    assert "Expected: a number from 0 to below 1." in settings_text()


@pytest.mark.parametrize("value", ["", 'a "b" \\ \n\t\x01\x7f é 🎬', 1, 0.25, 1e-9, True, ["a", "b"], []])
def test_values_are_toml(value):
    assert tomllib.loads(f"x = {toml_value(value)}") == {"x": value}
