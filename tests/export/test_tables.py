"""CSV and TSV: the same as the JSON, cell by cell."""

from __future__ import annotations

import csv

import msgspec
import pytest

from recsys.export.tables import write_tables
from recsys.schema import Artefacts, Embedding, ItemEmbeddings, Items, Recommendations
from tests.export.example import MODELS, load


def test_the_lists_of_the_models_are_in_a_csv(folder):
    expected = [
        [user_id, name, str(rank), entry["item"], str(entry["score"]), str(entry["held_out"]).lower(),
         str(entry.get("relevant", "")).lower(), str(entry.get("liked", "")).lower()]
        for user_id, user in load(folder, "recommendations")["users"].items()
        for name in MODELS
        for rank, entry in enumerate(user["models"][name], start=1)
    ]  # fmt: skip
    with (folder / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == expected


def test_items_are_in_a_csv(folder):
    with (folder / "items.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["item", "title", "year", "genres", "n_ratings", "n_train", "mean_rating"]
    assert rows == [
        [item["id"], item["title"], str(item["year"] or ""), "|".join(item["genres"]), str(item["n_ratings"]),
         str(item["n_train"]), "" if item["mean_rating"] is None else str(item["mean_rating"])]
        for item in load(folder, "items")["items"]
    ]  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_the_vectors_for_the_projector_are_those_of_the_json(folder, name):
    lines = (folder / f"vectors_{name}.tsv").read_text("utf-8").splitlines()
    vectors = [[float(value) for value in line.split("\t")] for line in lines]
    exported = load(folder, "item_embeddings")["models"][name]["vectors"]
    assert vectors == [[round(value, 3) for value in row] for row in exported]


def test_numbers_of_vectors_are_written_without_superfluous_zeros(tmp_path):
    row = [0.0, -0.0004, 0.5, -0.5, 1.25, -1.0, 10.0, 100.0506, -0.0306]
    embedding = Embedding(
        dim=9, item_ids=["a"], vectors=[row], bias=[0.0], projection=[(0.0, 0.0)], explained_variance=(1.0, 0.0)
    )
    artefacts = Artefacts(
        item_embeddings=ItemEmbeddings(models={"base": embedding}),
        recommendations=Recommendations(k=1, users={}),
        items=Items(items=[]),
        **dict.fromkeys(("build", "loss_history", "metrics", "map_replay"), msgspec.UNSET),
    )
    write_tables(artefacts, tmp_path)
    assert (tmp_path / "vectors_base.tsv").read_text("utf-8") == "0\t0\t.5\t-.5\t1.25\t-1\t10\t100.051\t-.031\n"


def test_metadata_for_the_projector_can_be_split_at_tabs_and_line_ends(folder):
    # That is how the projector reads it: it knows no quotes.
    text = (folder / "metadata.tsv").read_bytes().decode()
    assert text.endswith("\n")
    header, *rows = [line.split("\t") for line in text[:-1].split("\n")]
    assert header == ["id", "title", "year", "genres", "ratings"]
    assert rows == [
        [item["id"], " ".join(item["title"].split()), str(item["year"] or ""), "|".join(item["genres"]),
         str(item["n_ratings"])]
        for item in load(folder, "items")["items"]
    ]  # fmt: skip
    assert ["9 9", 'A "quoted" title'] in [row[:2] for row in rows]
