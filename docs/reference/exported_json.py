"""``docs/json.md``: every exported file, with an excerpt, its fields, and how to read it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from docs.reference.docstrings import definition_of, docstring_of, markdown_of
from docs.reference.example import example
from docs.reference.markdown import escaped, fenced, link, table
from recsys.export.files import FILES, write_artefact, write_artefacts
from recsys.export.script import json_in
from recsys.export.tables import write_tables
from recsys.models.registry import MODELS
from recsys.schema import SCHEMA, Artefacts, Manifest, Presentation
from recsys.site.context import Model
from recsys.site.language.strings import Strings, site_strings
from recsys.site.pages.data import DataEntry, data_groups
from recsys.site.pages.data_fields import Field, fields
from recsys.site.render import templates_folder

_WIDTH = 100
"""Characters of a line of an excerpt."""
_HEAD = f"""\
# The exported files

The folder `data/` of every site has the files that its pages are made from: JSON for programs, CSV and TSV for
spreadsheets and notebooks.

- JSON is in UTF-8, with finite numbers only. `null` means that something is not known. Ids are text, as the source
  wrote them.
- Each JSON file has its JSON Schema next to it: that of `items.json` is `items.schema.json`.
- Each has a field `schema`, {SCHEMA} in this version. New fields may be added under the same number; it grows when a
  field is renamed or removed, and [the changelog](../CHANGELOG.md) says what has changed.
- Two builds from the same input, on one machine with the same packages, are equal to the byte.

In the paths of fields, `[]` stands for any position in a list, and `*` for any key. The excerpts are shortened, and
come from a made-up book club. Run the examples in Python in the folder that contains `site/`. Those in JavaScript are
for a module on a page at the top of the site, which has to come from a web server: browsers do not fetch files from
disk.
"""
_GROUPS = {
    "json": ("JSON", ""),
    "scripts": (
        "Scripts",
        "A page that is opened from disk can load a script, but not JSON. These two files are therefore JSON inside\n"
        "a script, which stores it under the name of the file in the map `marquee.data`. The excerpts show the\n"
        "JSON. Long arrays are base64 of little-endian values, row by row.\n",
    ),
    "tables": ("Tables", ""),
    "vectors": (
        "Vectors",
        "`vectors_MODEL.tsv` and `metadata.tsv` can be loaded into the [TensorFlow Embedding\n"
        "Projector](https://projector.tensorflow.org), which reads them in the browser.\n",
    ),
}
"""By name of a group of the data page: a heading, and what is said of all its files."""
_MANIFEST_EXAMPLE = """\
import hashlib, json, pathlib
files = json.load(open("site/data/manifest.json", "rb"))["files"]
print([name for name, sha256 in files.items()
       if hashlib.sha256(pathlib.Path("site", name).read_bytes()).hexdigest() != sha256])"""


def page() -> str:
    """The page as Markdown."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        artefacts = example()
        write_artefacts(artefacts, folder)
        write_tables(artefacts, folder)
        write_artefact(Manifest(files={"index.html": "5f" * 32, "data/items.json": "a0" * 32}), folder)
        manifest = fields(json.loads((folder / "manifest.schema.json").read_bytes()))
        models = tuple(Model(name, MODELS[name].label) for name in artefacts.build.models)
        groups = data_groups(folder, models, _strings(artefacts))
        sections = []
        for group in groups:
            title, text = _GROUPS[group.name]
            sections += [f"## {title}\n", text, *(_file(entry, folder) for entry in group.entries)]
        headings = [_heading(entry) for group in groups for entry in group.entries] + [f"`{Manifest.FILE}`"]
        contents = "\n".join(f"- {link(heading)}" for heading in headings)
        return "\n".join([_HEAD, contents, "", *filter(None, sections), _manifest(manifest, folder)])


def _file(entry: DataEntry, folder: Path) -> str:
    """A file: what it is, an excerpt, how to read it, and its fields."""
    name = entry.files[0].name
    parts = [f"### {_heading(entry)}", entry.description, *_more_of(name)]
    for file in entry.files:
        parts += [f"`{file.name}`:"] if len(entry.files) > 1 else []
        parts += [_excerpt(folder / file.name)]
    parts += ["In Python:", fenced("python", entry.python.replace('"data/', '"site/data/'))]
    parts += ["In JavaScript:", fenced("js", entry.javascript)]
    parts += [_fields(entry.fields, "column" if entry.schema is None else "field")]
    return "\n\n".join(parts) + "\n"


def _heading(entry: DataEntry) -> str:
    return ", ".join(f"`{file.name}`" for file in entry.files)


def _strings(artefacts: Artefacts) -> Strings:
    """The texts of a site that calls an item an item."""
    build = replace(artefacts.build, presentation=Presentation())
    return site_strings(templates_folder(), replace(artefacts, build=build))


def _more_of(name: str) -> list[str]:
    """What the type of a file says of it beyond its first paragraph."""
    kind = {kind.FILE: kind for kind in FILES.values()}.get(name)
    if kind is None:
        return []
    text = docstring_of(definition_of(kind)).partition("\n\n")[2]
    return [markdown_of(text, lambda name: f"`{name}`")] if text else []


def _manifest(rows: Iterable[Field], folder: Path) -> str:
    parts = [
        f"## `{Manifest.FILE}`",
        "The SHA-256 of every other file of the site, with which `marquee --verify site` checks a site or a copy.",
        _excerpt(folder / Manifest.FILE),
        "In Python, the files that have changed:",
        fenced("python", _MANIFEST_EXAMPLE),
        _fields(rows, "field"),
    ]
    return "\n\n".join(parts) + "\n"


def _fields(rows: Iterable[Field], what: str) -> str:
    cells = [(f"`{row.path}`", escaped(row.kind), escaped(row.description)) for row in rows]
    return table([what, "type", "meaning"], cells)


def _excerpt(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".json":
            return fenced("json", "\n".join(_lines(_first_users(json.loads(text)))))
        case ".js":
            return fenced("json", "\n".join(_lines(json.loads(json_in(text)))))
        case ".csv":
            return fenced("csv", text)
        case _:
            return fenced("text", text)


def _lines(value: Any, begin: str = "", end: str = "", indent: str = "") -> Iterator[str]:
    """JSON with one line for whatever fits a line."""
    line = f"{indent}{begin}{json.dumps(value, ensure_ascii=False)}{end}"
    if len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        yield line
        return
    brackets = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{begin}{brackets[0]}"
    keys = [f"{json.dumps(key)}: " for key in value] if isinstance(value, dict) else [""] * len(value)
    parts = list(value.values()) if isinstance(value, dict) else value
    for position, (key, part) in enumerate(zip(keys, parts, strict=True), start=1):
        yield from _lines(part, key, "," if position < len(parts) else "", f"{indent}  ")
    yield f"{indent}{brackets[1]}{end}"


def _first_users(value: Any) -> Any:
    """The same with the first user alone."""
    if not isinstance(value, dict) or "users" not in value:
        return value
    return {**value, "users": dict(list(value["users"].items())[:1])}
