"""Lists and items as two CSV tables; vectors as the two TSV files that the TensorFlow Embedding Projector loads.

Made from the exported types alone, so that they agree with the JSON.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

from recsys.schema import Artefacts
from recsys.writing import writing

LIST_COLUMNS = ("user", "model", "rank", "item", "score", "held_out", "relevant", "liked")
ITEM_COLUMNS = ("item", "title", "year", "genres", "n_ratings", "n_train", "mean_rating")
METADATA_COLUMNS = ("id", "title", "year", "genres", "ratings")
DECIMALS = 3
"""Decimals of the vectors in TSV, which are for display; the JSON has one more."""


def write_tables(artefacts: Artefacts, folder: Path) -> list[str]:
    """Write two tables, the vectors of each model, and the metadata that says which items they are of.

    Returns:
        Their names: ``recommendations.csv``, ``items.csv``, ``vectors_{model}.tsv`` and ``metadata.tsv``.

    Raises:
        OutputError: the disk refuses.
    """
    _write_csv(folder / "recommendations.csv", chain([LIST_COLUMNS], _recommendations(artefacts)))
    _write_csv(folder / "items.csv", chain([ITEM_COLUMNS], _items(artefacts)))
    # The projector takes no header with the vectors, and needs one with metadata of several columns.
    vectors = {f"vectors_{name}.tsv": model.vectors for name, model in artefacts.item_embeddings.models.items()}
    for name, rows in vectors.items():
        _write_lines(folder / name, ("\t".join(map(_short, row)) for row in rows))
    metadata = [  # in the order of the vectors, which is that of the catalogue
        (item.id, item.title, "" if item.year is None else item.year, "|".join(item.genres), item.n_ratings)
        for item in artefacts.items.items
    ]
    _write_tsv(folder / "metadata.tsv", [METADATA_COLUMNS, *metadata])
    return ["recommendations.csv", "items.csv", *vectors, "metadata.tsv"]


def _recommendations(artefacts: Artefacts) -> Iterable[Sequence[object]]:
    words = {None: "", False: "false", True: "true"}
    for user, lists in artefacts.recommendations.users.items():
        for model, rows in lists.models.items():
            for rank, row in enumerate(rows, start=1):
                relevant = "" if row.relevant else "false"  # empty: the same as held_out
                # The writer makes None, which is what is withheld, an empty field.
                yield user, model, rank, row.item, row.score, words[row.held_out], relevant, words[row.liked]


def _items(artefacts: Artefacts) -> Iterable[Sequence[object]]:
    for item in artefacts.items.items:
        year, mean = ("" if value is None else value for value in (item.year, item.mean_rating))
        yield item.id, item.title, year, "|".join(item.genres), item.n_ratings, item.n_train, mean


@lru_cache(maxsize=1 << 16)  # many numbers of so few digits are equal
def _short(value: float) -> str:
    """A number in as few characters as possible: .5, -1.25, 0. Nearly all of them would begin with a zero."""
    text = f"{value:.{DECIMALS}f}".removeprefix("0").replace("-0.", "-.").rstrip("0").rstrip(".")
    return "0" if text in ("", "-") else text


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with writing(f"{path.parent.name}/{path.name}"), path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_tsv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Without quoting, which the projector does not know: white space inside a value becomes a space."""
    _write_lines(path, ("\t".join(" ".join(str(value).split()) for value in row) for row in rows))


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with writing(f"{path.parent.name}/{path.name}"), path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in lines)
