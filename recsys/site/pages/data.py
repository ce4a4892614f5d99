"""The data page: the exported files under ``data/``, each with what it holds and how it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recsys.site.context import Context, Model, PageHead
from recsys.site.language.strings import Strings
from recsys.site.output.manifest import MANIFEST, MANIFEST_SCHEMA
from recsys.site.pages.data_examples import EXAMPLES, Example
from recsys.site.pages.data_fields import Field, fields
from recsys.site.pages.page import Page, SiteData

_JSON = {
    "recommendations.json": "data.recommendations_json",
    "shown_lists.json": "data.shown_lists_json",
    "items.json": "data.items_json",
    "metrics.json": "data.metrics_json",
    "item_embeddings.json": "data.item_embeddings_json",
    "loss_history.json": "data.loss_history_json",
    "build.json": "data.build_json",
}
"""By the name of a file, the key of the text that describes it; likewise below."""
_SCRIPTS = {"deep_tower.js": "data.deep_tower_js", "map_replay.js": "data.map_replay_js"}
_NOT_LISTED = frozenset(Path(address).name for address in (MANIFEST, MANIFEST_SCHEMA))  # of an earlier render
_TABLES = {"recommendations.csv": "data.recommendations_csv", "items.csv": "data.items_csv"}
_COLUMNS = {
    "recommendations.csv": (
        ("user", "data.kind_text", "data.column_user"),
        ("model", "data.kind_text", "data.column_model"),
        ("rank", "data.kind_integer", "data.column_rank"),
        ("item", "data.kind_text", "data.column_item_listed"),
        ("score", "data.kind_number", "data.column_score"),
        ("held_out", "data.kind_boolean", "data.column_held_out"),
        ("relevant", "data.kind_false", "data.column_relevant"),
        ("liked", "data.kind_boolean", "data.column_liked"),
    ),
    "items.csv": (
        ("item", "data.kind_text", "data.column_item"),
        ("title", "data.kind_text", "data.column_title"),
        ("year", "data.kind_integer", "data.column_year"),
        ("genres", "data.kind_text", "data.column_genres"),
        ("n_ratings", "data.kind_integer", "data.column_n_ratings"),
        ("n_train", "data.kind_integer", "data.column_n_train"),
        ("mean_rating", "data.kind_number", "data.column_mean_rating"),
    ),
    "vectors": (
        ("vectors", "data.kind_numbers", "data.column_vectors"),
        ("metadata: id", "data.kind_text", "data.column_id"),
        ("metadata: title", "data.kind_text", "data.column_title"),
        ("metadata: year", "data.kind_integer", "data.column_year"),
        ("metadata: genres", "data.kind_text", "data.column_genres"),
        ("metadata: ratings", "data.kind_integer", "data.column_ratings"),
    ),
}
"""Each column: its name, and the keys of its type and of what it holds."""


@dataclass(frozen=True)
class DataFile:
    """One file to download; ``href`` is relative to the top of the site."""

    name: str
    href: str
    size: int


@dataclass(frozen=True)
class DataEntry:
    """Files that belong together: one and its schema, or vectors and their metadata."""

    files: tuple[DataFile, ...]
    schema: DataFile | None
    description: str
    fields: tuple[Field, ...]
    python: str
    javascript: str


@dataclass(frozen=True)
class DataGroup:
    """Entries of one kind."""

    name: str
    title: str
    entries: tuple[DataEntry, ...]


@dataclass(frozen=True)
class DataContext(Context):
    """``data.html``."""

    groups: tuple[DataGroup, ...]
    n_files: int
    size: int
    """Bytes of all files together."""
    has_licence: bool
    """Whether it is known under which licence the data set is."""
    projector: str | None
    """The model whose vectors the advice on the projector names; None without any."""


def data_context(data: SiteData, page: PageHead) -> DataContext:
    """The exported files: what most people want comes first, what nobody described last."""
    models, paths = data.catalogue.models, _paths(data.data_folder)
    groups = data_groups(data.data_folder, models, data.strings)
    return DataContext(
        site=data.site,
        page=page,
        groups=groups,
        n_files=len(paths),
        size=sum(path.stat().st_size for path in paths.values()),
        has_licence=data.artefacts.build.dataset.licence is not None,
        projector=_shown_model(models) if "vectors" in [group.name for group in groups] else None,
    )


def data_groups(folder: Path, models: tuple[Model, ...], strings: Strings) -> tuple[DataGroup, ...]:
    """The exported files in a folder, described; without groups that are empty."""
    rest, model = _paths(folder), _shown_model(models)
    groups = [
        DataGroup("json", strings.text("data.group_json"), tuple(_with_schema(rest, _JSON, model, strings))),
        DataGroup("scripts", strings.text("data.group_scripts"), tuple(_with_schema(rest, _SCRIPTS, model, strings))),
        DataGroup("tables", strings.text("data.group_tables"), tuple(_tables(rest, strings))),
        DataGroup("vectors", strings.text("data.group_vectors"), tuple(_vectors(rest, models[::-1], strings))),
    ]
    others = tuple(DataEntry((_file(path),), None, "", (), "", "") for path in rest.values())
    groups.append(DataGroup("other", strings.text("data.group_others"), others))
    return tuple(group for group in groups if group.entries)


def _paths(folder: Path) -> dict[str, Path]:
    """The files that the page lists, by name."""
    return {path.name: path for path in sorted(folder.glob("*")) if path.is_file() and path.name not in _NOT_LISTED}


def _shown_model(models: tuple[Model, ...]) -> str:
    """The name of the model that the examples read."""
    return models[-1].name if models else "deep"


def _with_schema(
    rest: dict[str, Path], descriptions: Mapping[str, str], model: str, strings: Strings
) -> Iterator[DataEntry]:
    """Moves what it describes out of ``rest``, as the functions below do."""
    for name, key in descriptions.items():
        if (path := rest.pop(name, None)) is not None:
            schema = rest.pop(path.with_suffix(".schema.json").name, None)
            rows = () if schema is None else fields(json.loads(schema.read_bytes()))
            yield _entry((path,), schema, strings.text(key), rows, EXAMPLES[name].for_model(model))


def _tables(rest: dict[str, Path], strings: Strings) -> Iterator[DataEntry]:
    for name, key in _TABLES.items():
        if (path := rest.pop(name, None)) is not None:
            yield _entry((path,), None, strings.text(key), _columns(name, strings), EXAMPLES[name])


def _vectors(rest: dict[str, Path], models: tuple[Model, ...], strings: Strings) -> Iterator[DataEntry]:
    names = {model: name for model in models if (name := f"vectors_{model.name}.tsv") in rest}
    if names and "metadata.tsv" in rest:
        labels = strings.text("data.and_of").join(strings.in_sentence(model.label) for model in names)
        description = strings.text("data.vectors", models=labels)
        files = tuple(rest.pop(name) for name in (*names.values(), "metadata.tsv"))
        example = EXAMPLES["vectors_MODEL.tsv"].for_model(next(iter(names)).name)
        yield _entry(files, None, description, _columns("vectors", strings), example)


def _columns(name: str, strings: Strings) -> tuple[Field, ...]:
    return tuple(Field(column, strings.text(kind), strings.text(key)) for column, kind, key in _COLUMNS[name])


def _entry(
    files: tuple[Path, ...], schema: Path | None, description: str, rows: tuple[Field, ...], example: Example
) -> DataEntry:
    return DataEntry(
        files=tuple(map(_file, files)),
        schema=None if schema is None else _file(schema),
        description=description,
        fields=rows,
        python=example.python,
        javascript=example.javascript,
    )


def _file(path: Path) -> DataFile:
    return DataFile(path.name, f"data/{path.name}", path.stat().st_size)


PAGE = Page(
    address="data.html",
    title="data.title",
    nav="data.nav",
    template="data.html",
    context=data_context,
    description="data.description",
)
