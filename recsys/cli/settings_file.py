"""The text of a file of settings in which every setting is explained and commented out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import Field
from typing import Any

from recsys.cli.setting_texts import choices, explanations, summary, toml_value
from recsys.config.checked import Checked, expected
from recsys.config.settings import (
    COLUMN_ROLES,
    FILE_NAME,
    TABLES,
    TOP_LEVEL,
    default_of,
    settings_of,
)

_WIDTH = 100
_HEAD = f"""\
The settings of a site. They are read from a file called {FILE_NAME} in the working folder or beside the data, or from
any file that --config names. To change a setting, remove the # before its line; what is commented out has the value
shown, its default, where "" means that it is not set. Paths are relative to this file. An option of the command takes
precedence over this file. --render-only applies a changed presentation without training again."""
_TITLES = {
    "InputConfig": "Data",
    "PresentationConfig": "Presentation",
    "BuildConfig": "Models, evaluation and limits",
}


def settings_text(given: Mapping[str, Any] | None = None) -> str:
    """All settings as TOML, explained, and commented out but for those in ``given``."""
    lines = [_comment(_HEAD), ""]
    for kind in TOP_LEVEL:
        if title := _TITLES.get(kind.__name__):
            lines += ["", f"# ---- {title} ----", ""]
        for setting in settings_of(kind):
            if setting.name not in ("columns", "links"):
                lines += _entry(kind, setting, given or {})
    for table, kind in TABLES.items():
        lines += ["", f"[{table}]", _comment(summary(kind)), ""]
        for setting in settings_of(kind):
            lines += _entry(kind, setting, {})
    lines += ["", "[columns]", *_table_comment("columns")]
    lines += [f'# {role} = ""' for role in COLUMN_ROLES]
    lines += ["", "", "[links]", *_table_comment("links")]
    lines += [_comment('Such as: IMDb = "https://www.imdb.com/title/tt{id}/"')]
    lines += [_comment('Or a search: Wikipedia = "https://en.wikipedia.org/w/index.php?search={title}+{year}"')]
    return "\n".join(lines) + "\n"


def _entry(kind: type[Checked], setting: Field[Any], given: Mapping[str, Any]) -> Iterator[str]:
    """A setting's explanation and its line."""
    yield _comment(explanations(kind)[setting.name] + _choice(kind, setting.name))
    if setting.name in given:
        yield f"{setting.name} = {toml_value(given[setting.name])}"
    else:
        yield f"# {setting.name} = {toml_value(default_of(setting))}"
    yield ""


def _choice(kind: type[Checked], name: str) -> str:
    """What there is to choose from: names, or a range of numbers."""
    if names := choices(name):
        return f" There are: {', '.join(names)}."
    values = expected(kind, name)
    return f" Expected: {values}." if values.startswith(("a number", "a whole number")) else ""


def _table_comment(name: str) -> list[str]:
    kind = next(kind for kind in TOP_LEVEL if name in [setting.name for setting in settings_of(kind)])
    return [_comment(explanations(kind)[name])]


def _comment(text: str) -> str:
    return textwrap.fill(
        " ".join(text.replace("``", '"').split()), _WIDTH, initial_indent="# ", subsequent_indent="# ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
