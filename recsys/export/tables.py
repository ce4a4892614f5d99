"""Lists and films as two CSV tables; vectors as the two TSV files that the TensorFlow Embedding Projector loads.

Made from the artefacts alone, so that they say what the JSON says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from recsys.schema import Artefacts

LIST_COLUMNS = ("user", "model", "rank", "item", "score", "held_out")
ITEM_COLUMNS = ("item", "title", "year", "genres", "n_ratings", "n_train", "mean_rating")
METADATA_COLUMNS = ("id", "title", "year", "genres", "ratings")
DECIMALS = 3
"""Of the vectors in TSV, which are there to be looked at; in JSON they have all that is published."""


def write_tables(artefacts: Artefacts, folder: Path) -> None:
    """Write all of them into ``folder``: two tables, the vectors of each model, and which films these are of.

    They are ``recommendations.csv``, ``items.csv``, ``vectors_{model}.tsv`` and ``metadata.tsv``.
    """
    _write_csv(folder / "recommendations.csv", [LIST_COLUMNS, *_recommendations(artefacts)])
    _write_csv(folder / "items.csv", [ITEM_COLUMNS, *_items(artefacts)])
    # The projector takes no header with the vectors, and needs one with metadata of several columns.
    for name, embedding in artefacts.item_embeddings.models.items():
        _write_tsv(folder / f"vectors_{name}.tsv", ([_short(value) for value in row] for row in embedding.vectors))
    _write_tsv(folder / "metadata.tsv", [METADATA_COLUMNS, *_metadata(artefacts)])


def _recommendations(artefacts: Artefacts) -> Iterable[Sequence[object]]:
    for user, lists in artefacts.recommendations.users.items():
        for model, found in lists.lists().items():
            for rank, one in enumerate(found, start=1):
                item = "" if one.item is None else one.item  # withheld
                yield user, model, rank, item, "" if one.score is None else one.score, str(one.held_out).lower()


def _items(artefacts: Artefacts) -> Iterable[Sequence[object]]:
    for item in artefacts.items.items:
        year, mean = ("" if value is None else value for value in (item.year, item.mean_rating))
        yield item.id, item.title, year, "|".join(item.genres), item.n_ratings, item.n_train, mean


def _metadata(artefacts: Artefacts) -> Iterable[Sequence[object]]:
    """In the order of the vectors of either model, which is that of the catalogue."""
    for item in artefacts.items.items:
        yield item.id, item.title, "" if item.year is None else item.year, "|".join(item.genres), item.n_ratings


def _short(value: float) -> str:
    """A number in as few signs as say it: .5, -1.25, 0. Nearly all of these would begin with a zero."""
    text = f"{value:.{DECIMALS}f}".removeprefix("0").replace("-0.", "-.").rstrip("0").rstrip(".")
    return "0" if text in ("", "-") else text


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_tsv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """The projector knows no quotes: a tab or line break inside a value would shift everything after it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines("\t".join(" ".join(str(value).split()) for value in row) + "\n" for row in rows)
