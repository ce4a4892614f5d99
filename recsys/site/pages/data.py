"""The data page: the exported files under ``data/``, each with what it holds and how it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recsys.site.context import Context, Model, PageHead
from recsys.site.output.manifest import MANIFEST, MANIFEST_SCHEMA
from recsys.site.pages.data_examples import EXAMPLES, Example
from recsys.site.pages.data_fields import Field, fields
from recsys.site.pages.page import Page, SiteData

_JSON = {
    "recommendations.json": "Every user’s lists: their best-rated films, what each model recommends, and why.",
    "items.json": "The catalogue: every film with its ratings counted, and the films most similar to it.",
    "metrics.json": "How good the lists are: the protocol in full, and every figure with its interval.",
    "item_embeddings.json": "What the models learned of each film: its vector, its bias, and its place on the map.",
    "loss_history.json": "How the models were trained: losses and validation nDCG, epoch by epoch.",
    "build.json": "What was built, from which ratings, by which settings.",
}
_SCRIPTS = {
    "deep_tower.js": (
        "The deep user tower, its stars and the film vectors: what it takes to recommend to somebody "
        "who was not in training. assets/tower.js runs it."
    ),
    "map_replay.js": "How the films moved over the map while the models learned.",
}
_NOT_LISTED = frozenset(Path(address).name for address in (MANIFEST, MANIFEST_SCHEMA))  # of an earlier render
_TABLES = {
    "recommendations.csv": "The lists of both models as one table, one row a recommended film.",
    "items.csv": "The films as a table, to be joined to the lists by their ids.",
}
_COLUMNS = {
    "recommendations.csv": (
        Field("user", "text", "user id"),
        Field("model", "text", "base or deep"),
        Field("rank", "integer", "place in the list, from 1"),
        Field("item", "text", "film id; empty: a hit that is counted, but not named"),
        Field("score", "number", "dot product plus item bias, not a probability; empty with the item"),
        Field(
            "held_out",
            "true or false",
            "the user really rated it, or a film of the same title and year, in the part hidden from training",
        ),
        Field("relevant", "false or empty", "false: a hit that the metrics do not count; empty: as held_out"),
        Field("liked", "true or false", "of a hit: rated at or above the user's own mean; empty: no hit, or unknown"),
    ),
    "items.csv": (
        Field("item", "text", "film id"),
        Field("title", "text", "title of the film"),
        Field("year", "integer", "empty where it is not known"),
        Field("genres", "text", "with | between them"),
        Field("n_ratings", "integer", "in the whole log"),
        Field("n_train", "integer", "in the training part"),
        Field("mean_rating", "number", "over the whole log; empty below 3 ratings"),
    ),
    "vectors": (
        Field("vectors", "numbers", "one row a film, one column a dimension, no header"),
        Field("metadata: id", "text", "film id; the rows are in the order of the vectors"),
        Field("metadata: title", "text", "title of the film"),
        Field("metadata: year", "integer", "empty where it is not known"),
        Field("metadata: genres", "text", "with | between them"),
        Field("metadata: ratings", "integer", "ratings in the whole log"),
    ),
}


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
    """Of all files together, in bytes."""
    projector: str | None
    """The model whose vectors the advice on the projector names; None without any."""


def data_context(data: SiteData, page: PageHead) -> DataContext:
    """The exported files: what most people want comes first, what nobody described last."""
    folder, models = data.data_folder, data.catalogue.models
    paths = {path.name: path for path in sorted(folder.glob("*")) if path.is_file() and path.name not in _NOT_LISTED}
    model = models[-1].name if models else "deep"
    rest = dict(paths)
    groups = [
        DataGroup("json", "JSON", tuple(_with_schema(rest, _JSON, model))),
        DataGroup("scripts", "Script", tuple(_with_schema(rest, _SCRIPTS, model))),
        DataGroup("tables", "Table", tuple(_tables(rest))),
        DataGroup("vectors", "Vectors", tuple(_vectors(rest, models[::-1]))),
    ]
    others = tuple(DataEntry((_file(path),), None, "", (), "", "") for path in rest.values())
    return DataContext(
        site=data.site,
        page=page,
        groups=tuple(group for group in (*groups, DataGroup("other", "Others", others)) if group.entries),
        n_files=len(paths),
        size=sum(path.stat().st_size for path in paths.values()),
        projector=model if groups[-1].entries else None,
    )


def _with_schema(rest: dict[str, Path], descriptions: Mapping[str, str], model: str) -> Iterator[DataEntry]:
    """Moves what it describes out of ``rest``, as the functions below do."""
    for name, description in descriptions.items():
        if (path := rest.pop(name, None)) is not None:
            schema = rest.pop(path.with_suffix(".schema.json").name, None)
            rows = () if schema is None else fields(json.loads(schema.read_bytes()))
            yield _entry((path,), schema, description, rows, EXAMPLES[name].for_model(model))


def _tables(rest: dict[str, Path]) -> Iterator[DataEntry]:
    for name, description in _TABLES.items():
        if (path := rest.pop(name, None)) is not None:
            yield _entry((path,), None, description, _COLUMNS[name], EXAMPLES[name])


def _vectors(rest: dict[str, Path], models: tuple[Model, ...]) -> Iterator[DataEntry]:
    names = {model: name for model in models if (name := f"vectors_{model.name}.tsv") in rest}
    if names and "metadata.tsv" in rest:
        labels = " and of ".join(model.label.lower() for model in names)
        description = f"The film vectors of {labels}, and which films they are of."
        files = tuple(rest.pop(name) for name in (*names.values(), "metadata.tsv"))
        example = EXAMPLES["vectors_MODEL.tsv"].for_model(next(iter(names)).name)
        yield _entry(files, None, description, _COLUMNS["vectors"], example)


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
    title="Data",
    nav="Data",
    template="data.html",
    context=data_context,
    description="The files this site is made from, to take away.",
)
