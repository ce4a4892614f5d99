"""``docs/settings.md``: every setting of ``site.toml``, and every option of the command."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import Field
from typing import Any

from docs.reference.markdown import anchor, fenced, link, paragraph, table
from recsys.cli.arguments import SETTINGS, parser
from recsys.cli.setting_texts import choices, explanations, summary, toml_value
from recsys.config import BuildConfig, InputConfig, PresentationConfig, PrivacyConfig, ReadConfig, TrainConfig
from recsys.config.checked import Checked, expected
from recsys.config.settings import COLUMN_ROLES, FILE_NAME, TABLES, default_of, settings_of

_HEAD = f"""\
# Settings

Settings are in a file called `{FILE_NAME}`, in the working folder or next to the data. It is read without being
named; `--config` names another one. `marquee --init` writes a file in which every setting is explained and commented
out. Every setting has a default, so a few lines are enough:

```toml
data = "ratings.csv"
title = "Our book club"
noun = "book"

[privacy]
named_items = 10
```

Paths are relative to the file. Some settings are [options of the command](#the-command) too: an option takes
precedence over the file, and the file over the default. The settings under [Presentation](#presentation) can change
without a new training: `marquee --render-only` renders the pages again.
"""
_OPTIONS_HEAD = """\
## The command

`marquee` builds a site from the ratings that `site.toml` names or that lie in the folder `data/`; with neither, it
downloads MovieLens 100K. In a clone of the repository, `python build.py` is the same command. The exit status is 0
for success, 1 for a failure that is explained in one sentence, 2 for wrong options, and 130 if it was interrupted.
"""
_SECTIONS: dict[str, tuple[str | None, tuple[type[Checked], ...]]] = {
    "Input": (None, (InputConfig, ReadConfig)),
    "Presentation": (None, (PresentationConfig,)),
    "Models, evaluation and limits": (None, (BuildConfig,)),
    "The table [train]": ("train", (TrainConfig,)),
    "The table [privacy]": ("privacy", (PrivacyConfig,)),
}
"""By heading: the table of the file, None for the top, and the classes whose settings are in it."""
_OWN_TABLES = {"columns": ReadConfig, "links": PresentationConfig}
"""Settings that are tables of the file, with their classes."""
_EXAMPLES = {
    "data": 'data = "ratings.csv"',
    "items": 'items = "books.csv"',
    "users": 'users = "readers.csv"',
    "title": 'title = "Our book club"',
    "description": 'description = "What we read, and what we might read next."',
    "noun": 'noun = { one = "zine", many = "zines", do = "read", did = "read" }',
    "accent": 'accent = "#0b6e4f"',
    "logo": 'logo = "pictures/club.svg"',
    "pages": 'pages = ["rate", "users", "items", "map"]',
    "repository": 'repository = "https://github.com/you/books"',
    "relevant_from": "relevant_from = 4",
    "site_url": 'site_url = "https://you.github.io/books/"',
    "dim": "dim = 64",
    "epochs": "epochs = 30",
    "learning_rate": "learning_rate = 0.003",
    "l2": "l2 = 0.1",
    "batch_size": "batch_size = 8192",
    "hash_users": 'hash_users = "a long random text that nobody else knows"',
    "columns": 'user = "Reader"\nitem = "ISBN"\nrating = "Points"',
    "links": '"Open Library" = "https://openlibrary.org/isbn/{id}"\n'
    'Wikipedia = "https://en.wikipedia.org/w/index.php?search={title}+{year}"',
}
"""A line for each setting that is not set by default."""


def page() -> str:
    """The page as Markdown."""
    sections = [_section(title, place, kinds) for title, (place, kinds) in _SECTIONS.items()]
    tables = [_own_table(name, kind) for name, kind in _OWN_TABLES.items()]
    return "\n".join([_HEAD, _contents(), *sections, *tables, _OPTIONS_HEAD, *_option_groups()])


def _contents() -> str:
    lines = [
        f"- {link(title)}: {', '.join(link(f'`{setting.name}`') for setting in _settings(kinds))}"
        for title, (_, kinds) in _SECTIONS.items()
    ]
    lines += [f"- {link(_table_heading(name))}" for name in _OWN_TABLES]
    groups = ", ".join(link(str(group.title), _group_heading(group)) for group in _groups())
    return "\n".join([*lines, f"- {link('The command')}: {groups}", ""])


def _settings(kinds: Sequence[type[Checked]]) -> list[Field[Any]]:
    return [setting for kind in kinds for setting in settings_of(kind) if setting.name not in _OWN_TABLES]


def _section(title: str, place: str | None, kinds: Sequence[type[Checked]]) -> str:
    parts = [f"## {title}", ""]
    if place is not None:
        parts += [paragraph(summary(TABLES[place])), ""]
    for kind in kinds:
        for setting in _settings([kind]):
            parts += _entry(kind, setting, place)
    return "\n".join(parts)


def _entry(kind: type[Checked], setting: Field[Any], place: str | None) -> Iterator[str]:
    """A setting: its heading, what it does, what it takes, and an example where it is not set by default."""
    default = default_of(setting)
    shown = "not set" if default is None else f"`{toml_value(default)}`"
    yield f"### `{setting.name}`\n"
    yield f"{paragraph(explanations(kind)[setting.name])}\n"
    yield f"- takes: {_values(kind, setting.name)}"
    yield f"- default: {shown}"
    if setting.name in SETTINGS:
        option = next(action for action in _actions() if action.dest == setting.name)
        yield f"- option: [{_option(option)}](#{anchor(_group_heading(_group_of(option)))})"
    if default is None:
        head = "" if place is None else f"[{place}]\n"
        yield f"\n{fenced('toml', head + _EXAMPLES[setting.name])}"
    yield ""


def _values(kind: type[Checked], name: str) -> str:
    names = choices(name)
    values = re.sub(r"\d{5,}", lambda number: f"{int(number[0]):,}", expected(kind, name))
    return values + (f": {', '.join(f'`{name}`' for name in names)}" if names else "")


def _own_table(name: str, kind: type[Checked]) -> str:
    names = f"Names: {', '.join(f'`{role}`' for role in COLUMN_ROLES)}.\n\n" if name == "columns" else ""
    example = fenced("toml", f"[{name}]\n{_EXAMPLES[name]}")
    return f"## {_table_heading(name)}\n\n{paragraph(explanations(kind)[name])}\n\n{names}{example}\n"


def _table_heading(name: str) -> str:
    return f"The table [{name}]"


def _groups() -> list[argparse._ArgumentGroup]:
    return [group for group in parser()._action_groups if group._group_actions and group.title != "options"]


def _actions() -> list[argparse.Action]:
    return [action for group in _groups() for action in group._group_actions]


def _group_of(action: argparse.Action) -> argparse._ArgumentGroup:
    names = action.option_strings
    return next(
        group for group in _groups() if names in [other.option_strings for other in group._group_actions]
    )


def _group_heading(group: argparse._ArgumentGroup) -> str:
    return f"Options: {group.title}"


def _option_groups() -> Iterator[str]:
    for group in _groups():
        rows = [(_option(action), _help(action)) for action in group._group_actions]
        yield f"### {_group_heading(group)}\n\n{table(['option', 'what it does'], rows)}\n"


def _option(action: argparse.Action) -> str:
    """An option as it is typed."""
    names = ", ".join(action.option_strings)
    takes_value = action.nargs != 0
    return f"`{names} {action.metavar or action.dest.upper()}`" if takes_value else f"`{names}`"


def _help(action: argparse.Action) -> str:
    return (action.help or "") % {**vars(action), "prog": "marquee"}
