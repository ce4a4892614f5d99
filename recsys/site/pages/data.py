"""The files under ``data/``, each with what it holds and how it is read.

Knows their names, sizes and schemas, not their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from recsys.site.context import Model, Page, Site
from recsys.site.pages.data_contexts import DataContext, DataEntry, DataFile, DataGroup, Field
from recsys.site.pages.data_examples import EXAMPLES, Example
from recsys.site.pages.data_fields import fields

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
        Field("held_out", "true or false", "the user really rated it in the part hidden from training"),
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


def data_context(site: Site, page: Page, folder: Path, models: tuple[Model, ...]) -> DataContext:
    """The exported files that lie in ``folder``: what most people want comes first, what nobody described last."""
    found = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()} if folder.is_dir() else {}
    size = sum(path.stat().st_size for path in found.values())
    model = models[-1].name if models else "deep"
    left = dict(found)
    groups = (
        DataGroup("json", "JSON", tuple(_with_schema(left, _JSON, model))),
        DataGroup("scripts", "Script", tuple(_with_schema(left, _SCRIPTS, model))),
        DataGroup("tables", "Table", tuple(_tables(left))),
        DataGroup("vectors", "Vectors", tuple(_vectors(left, models[::-1]))),
    )
    rest = tuple(DataEntry((_file(path),), None, "", (), "", "") for path in left.values())
    return DataContext(
        site=site,
        page=page,
        groups=tuple(group for group in (*groups, DataGroup("other", "Others", rest)) if group.entries),
        n_files=len(found),
        size=size,
        projector=model if groups[-1].entries else None,
    )


def _with_schema(left: dict[str, Path], described: Mapping[str, str], model: str) -> Iterator[DataEntry]:
    """Takes what it describes out of ``left``, as the others do."""
    for name, what in described.items():
        if (path := left.pop(name, None)) is not None:
            schema = left.pop(path.with_suffix(".schema.json").name, None)
            rows = () if schema is None else fields(json.loads(schema.read_bytes()))
            yield _entry((path,), schema, what, rows, EXAMPLES[name].by(model))


def _tables(left: dict[str, Path]) -> Iterator[DataEntry]:
    for name, what in _TABLES.items():
        if (path := left.pop(name, None)) is not None:
            yield _entry((path,), None, what, _COLUMNS[name], EXAMPLES[name])


def _vectors(left: dict[str, Path], models: tuple[Model, ...]) -> Iterator[DataEntry]:
    found = {f"vectors_{model.name}.tsv": model for model in models if f"vectors_{model.name}.tsv" in left}
    if found and "metadata.tsv" in left:
        first, *_ = found.values()
        labels = " and of ".join(model.label.lower() for model in found.values())
        what = f"The film vectors of {labels}, and which films they are of."
        files = tuple(left.pop(name) for name in (*found, "metadata.tsv"))
        yield _entry(files, None, what, _COLUMNS["vectors"], EXAMPLES["vectors_MODEL.tsv"].by(first.name))


def _entry(
    files: tuple[Path, ...], schema: Path | None, what: str, rows: tuple[Field, ...], example: Example
) -> DataEntry:
    return DataEntry(
        files=tuple(map(_file, files)),
        schema=None if schema is None else _file(schema),
        what=what,
        fields=rows,
        python=example.python,
        javascript=example.javascript,
    )


def _file(path: Path) -> DataFile:
    return DataFile(path.name, f"data/{path.name}", path.stat().st_size)
