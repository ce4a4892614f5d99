"""``docs/python.md``: every public name of ``recsys``, from its docstring."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

import recsys
from docs.reference.docstrings import (
    SECTIONS,
    Definition,
    Section,
    definition_of,
    docstring_of,
    entries_of,
    markdown_of,
    sections_of,
    with_names,
)
from docs.reference.markdown import anchor, anchors, escaped, paragraph, table
from docs.reference.signatures import signature
from recsys.cli.setting_texts import explanations, toml_value
from recsys.config.checked import Checked
from recsys.config.settings import default_of, settings_of
from recsys.site.pages.data_fields import fields

GROUPS = {
    "Data": ("load_dataset", "Dataset", "Source", "ReadConfig", "split", "Split"),
    "Training": ("fit", "TrainConfig", "Fitted", "EpochRecord", "load_fitted"),
    "Baselines": ("Popularity", "ItemKNN", "EASE", "ALS"),
    "Recommending and evaluating": ("top_k", "evaluate", "Report"),
    "Building sites": ("build_site", "BuildConfig", "PresentationConfig", "PrivacyConfig", "NoCache"),
    "Errors": ("RecsysError", "ConfigError", "DataError", "DownloadError", "OutputError", "TrainingError"),
}
"""Every public name of the package, in the order in which a reader needs them."""
_TITLE = "The Python interface"
_CLASSES = {"train": "TrainConfig", "presentation": "PresentationConfig", "privacy": "PrivacyConfig"}
"""The classes of settings that are keywords of another one."""


@dataclass(frozen=True)
class _Member:
    """A method or property of a class."""

    owner: str
    definition: ast.FunctionDef

    @property
    def name(self) -> str:
        return f"{self.owner}.{self.definition.name}"

    @property
    def is_property(self) -> bool:
        return bool({"property", "cached_property"} & self._decorators)

    @property
    def is_of_class(self) -> bool:
        return "classmethod" in self._decorators

    @property
    def _decorators(self) -> set[str]:
        return {ast.unparse(decorator).rpartition(".")[2] for decorator in self.definition.decorator_list}


def page() -> str:
    """The page as Markdown."""
    contents = "\n".join(
        f"- [{title}](#{_anchors()[title]}): {', '.join(map(_name, names))}" for title, names in GROUPS.items()
    )
    parts = [f"# {_TITLE}", *_introduction(), contents]
    for title, names in GROUPS.items():
        parts += [f"## {title}", *(part for name in names for part in _entry(name))]
    return "\n\n".join(parts) + "\n"


def _introduction() -> Iterator[str]:
    text = ast.get_docstring(ast.parse(inspect.getsource(recsys))) or ""
    yield markdown_of(text, _name)
    yield "`recsys.__version__` is the version of the package. `help(recsys.fit)` shows the same as this page."


def _entry(name: str) -> Iterator[str]:
    """One public name: a function, an error, settings, or a class with its members."""
    thing: Any = getattr(recsys, name)
    definition = definition_of(thing)
    yield f"### `{name}`"
    if isinstance(definition, ast.FunctionDef):
        yield signature(f"recsys.{name}", definition)
        yield from _docstring(definition)
    elif issubclass(thing, Checked):
        yield from _with_table(definition, _settings_table(thing))
    elif issubclass(thing, msgspec.Struct):
        yield from _with_table(definition, _fields_table(thing))
    else:
        yield from _class(name, thing, definition)


def _with_table(definition: Definition, rows: str) -> Iterator[str]:
    """The text of a docstring, a table of fields, and the sections."""
    text, *sections = _docstring(definition)
    yield from (text, rows, *sections)


def _class(name: str, thing: type, definition: ast.ClassDef) -> Iterator[str]:
    members = _members(name, definition)
    constructors = [part for part in definition.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
    if constructors and not issubclass(thing, Exception):
        yield signature(f"recsys.{name}", constructors[0])
    bases = [base.__name__ for base in thing.__bases__ if base.__name__ in recsys.__all__]
    if bases:
        yield f"A {_name(bases[0])}."
    properties = [each.definition for each in members if each.is_property]
    attributes = [_bullet([f"`{each.name}`"], _summary(each)) for each in properties]
    yield from _docstring(definition, [*_described_fields(definition), *attributes])
    for member in members:
        if not member.is_property:
            yield f"#### `{member.name}`"
            owner = f"recsys.{name}" if member.is_of_class else _instance(name)
            yield signature(f"{owner}.{member.definition.name}", member.definition)
            yield from _docstring(member.definition)


def _members(owner: str, definition: ast.ClassDef) -> list[_Member]:
    """The public methods and properties of a class that have a docstring."""
    functions = [part for part in definition.body if isinstance(part, ast.FunctionDef) and docstring_of(part)]
    is_internal = owner == "NoCache"  # what a build calls
    return [_Member(owner, each) for each in functions if not each.name.startswith("_") and not is_internal]


def _docstring(definition: Definition, attributes: Sequence[str] = ()) -> Iterator[str]:
    """The docstring as Markdown; further attributes follow those that it lists."""
    sections = sections_of(docstring_of(definition))
    if attributes and not any(section.name == "Attributes" for section in sections):
        sections.append(Section("Attributes", ""))
    for section in sections:
        if not section.name:
            yield markdown_of(section.text, _name)
            continue
        yield f"**{SECTIONS[section.name]}**"
        if section.name == "Returns":
            yield markdown_of(section.text, _name)
        else:
            entries = [_described(section.name, names, text) for names, text in entries_of(section)]
            yield "\n".join([*entries, *(attributes if section.name == "Attributes" else ())])


def _described(section: str, names: str, text: str) -> str:
    """An entry of a section: parameters, attributes or errors, and what is said of them."""
    return _bullet([_name(name) if section == "Raises" else f"`{name}`" for name in names.split(", ")], text)


def _bullet(names: list[str], text: str) -> str:
    return paragraph(f"- {', '.join(names)}: {with_names(text, _name)}", indent="  ")


def _summary(definition: Definition) -> str:
    """The first paragraph of a docstring, as the continuation of a sentence."""
    text = " ".join(docstring_of(definition).split("\n\n")[0].split())
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _instance(name: str) -> str:
    """What an object of a class is called: ``item_knn`` for ``ItemKNN``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _described_fields(definition: ast.ClassDef) -> list[str]:
    """The fields of a dataclass that have a text below them."""
    bullets = []
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            value = following.value if isinstance(following, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                bullets.append(_bullet([f"`{statement.target.id}`"], value.value))
    return bullets


def _settings_table(kind: type[Checked]) -> str:
    """The keywords of a class of settings with their defaults."""
    settings, texts, rows = settings_of(kind), explanations(kind), []
    for setting in settings:
        heading = setting.name if setting.name not in ("columns", "links") else f"The table [{setting.name}]"
        default = default_of(setting)
        shown = "not set" if default is None or default == {} else f"`{toml_value(default)}`"
        text = texts[setting.name].replace("``", "`")
        rows.append((f"[`{setting.name}`](settings.md#{anchor(heading)})", shown, text))
    for name in [name for name in texts if name not in {setting.name for setting in settings}]:
        rows.append((f"`{name}`", "", f"{texts[name]} See {_name(_CLASSES[name])}."))
    return table(["keyword", "default", "what it does"], rows)


def _fields_table(kind: type[msgspec.Struct]) -> str:
    rows = fields(msgspec.json.schema(kind))
    cells = [(f"`{row.path}`", escaped(row.kind), escaped(row.description)) for row in rows]
    return table(["attribute", "type", "meaning"], cells)


def _name(name: str) -> str:
    """A link to a public name or a member of one; any other name as code."""
    path = name.removeprefix("recsys.")
    return f"[`{path}`](#{_anchors()[path]})" if path in _anchors() else f"`{name}`"


@cache
def _anchors() -> dict[str, str]:
    """The ids of all headings."""
    headings = [_TITLE]
    for title, names in GROUPS.items():
        headings.append(title)
        for name in names:
            headings.append(name)
            definition = definition_of(getattr(recsys, name))
            if isinstance(definition, ast.ClassDef) and not issubclass(getattr(recsys, name), Checked):
                headings += [member.name for member in _members(name, definition) if not member.is_property]
    return anchors(headings)
