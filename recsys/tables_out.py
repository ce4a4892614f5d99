"""The lists as CSV, and the vectors as the two TSV files that the TensorFlow Embedding Projector loads.

Made from the artefacts alone, so that they say what the JSON says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from recsys.artefacts import Artefacts


def write_tables(artefacts: Artefacts, folder: Path) -> None:
    """Write ``recommendations.csv``, and ``vectors_{model}.tsv`` with ``metadata_{model}.tsv``, into ``folder``."""
    titles = {item.id: item.title for item in artefacts.items.items}
    header = ("user", "model", "rank", "item", "title", "score", "held_out")
    _write_csv(folder / "recommendations.csv", [header, *_recommendations(artefacts, titles)])
    facts = {
        item.id: (item.title, "" if item.year is None else item.year, "|".join(item.genres), item.n_ratings)
        for item in artefacts.items.items
    }
    for name, embedding in artefacts.item_embeddings.models.items():
        # The projector takes no header with the vectors, and needs one with metadata of several columns.
        _write_tsv(folder / f"vectors_{name}.tsv", embedding.vectors)
        rows = [(item, *facts[item]) for item in embedding.item_ids]
        _write_tsv(folder / f"metadata_{name}.tsv", [("id", "title", "year", "genres", "ratings"), *rows])


def _recommendations(artefacts: Artefacts, titles: dict[str, str]) -> Iterable[Sequence[object]]:
    for user, lists in artefacts.recommendations.users.items():
        for model, found in lists.lists().items():
            for rank, one in enumerate(found, start=1):
                item = ("", "") if one.item is None else (one.item, titles[one.item])  # withheld
                yield user, model, rank, *item, one.score, str(one.held_out).lower()


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_tsv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """The projector knows no quotes: a tab or line break inside a value would shift everything after it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines("\t".join(" ".join(str(value).split()) for value in row) + "\n" for row in rows)
