"""A log with hostile ids and titles, what a build exports of it, and the files read back."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import recsys
from recsys import pipeline
from recsys.config import BuildConfig, TrainConfig
from recsys.data.dataset import Dataset
from recsys.export.assemble import assemble
from recsys.export.results import Results
from recsys.export.script import json_in

Row = tuple[str, str, float, int]
"""User, item, rating, timestamp."""
Json = dict[str, Any]

TRAIN = TrainConfig(dim=4, epochs=2, seed=3)
CONFIG = BuildConfig(train=TRAIN)
MODELS = ("base", "deep")
NAMES = (*MODELS, "popularity", "item_knn", "ease", "als")
HOSTILE = {"__proto__": "Tab\there", "a|b": "Line\r\nbreak", "9 9": 'A "quoted" title', "alone": '"', "=1+1": "=1+1"}
"""Ids that are no good file names, with titles that are no good cells of a table; nobody rated the last two."""
UNRATED = {"alone", "=1+1"}
ITEMS = sorted([*(f"film-{number:02d}" for number in range(40)), *HOSTILE])


def random_rows() -> list[Row]:
    """30 users with 2 to 40 ratings in turn, one who rated everything, one with one rating, a hostile id."""
    rng = np.random.default_rng(0)
    rated = [item for item in ITEMS if item not in UNRATED]
    sizes = {f"u{number}": int(rng.integers(2, 40)) for number in range(30)}
    sizes |= {"__proto__": 12, "all": len(rated), "single": 1}
    return [
        (user, str(item), float(rng.integers(1, 6)), time)
        for user, size in sizes.items()
        for time, item in enumerate(rng.permutation(rated)[:size])
    ]


ROWS = random_rows()
USERS = sorted({user for user, *_ in ROWS})


def log_of_rows(rows: list[Row]) -> Dataset:
    """A log without any titles of its own."""
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))


def example(timed: bool = True) -> Dataset:
    """The log with titles; of every third item the year is not known, of every second one the genres."""
    ratings = pd.DataFrame(ROWS, columns=["user", "item", "rating", "timestamp"])
    items = pd.DataFrame({
        "item": ITEMS,
        "title": [HOSTILE.get(item, f"Title of {item}") for item in ITEMS],
        "year": [1990 + row if row % 3 else None for row in range(len(ITEMS))],
        "genres": ["Noir|Art" if row % 2 else "" for row in range(len(ITEMS))],
    })  # fmt: skip
    return Dataset.from_frames(ratings if timed else ratings.drop(columns="timestamp"), items, name="example")


def results_of(dataset: Dataset, config: BuildConfig = CONFIG) -> Results:
    """What a build computes, without a cache."""
    return pipeline.compute_results(dataset, config, pipeline.SILENT, recsys.NoCache())


def export(results: Results, folder: Path) -> Path:
    """The exported files, in ``folder``."""
    pipeline.export(assemble(results), folder)
    return folder


def load(folder: Path, name: str) -> Any:
    """One file, read strictly: JSON has no NaN."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{name} holds {constant}")

    path = folder / f"{name}.json"
    text = path.read_text("utf-8") if path.exists() else json_in(path.with_suffix(".js").read_text("utf-8"))
    return json.loads(text, parse_constant=refuse)


def parts_by_hand(rows: list[Row] = ROWS, holdout: str = "0.2") -> dict[str, tuple[list[Row], list[Row]]]:
    """Each user's training and hidden ratings, by plain sorting."""
    parts = {}
    for user in {row[0] for row in rows}:
        ordered = sorted((row for row in rows if row[0] == user), key=lambda row: (row[3], row[1]))
        n_train = max(1, math.floor(len(ordered) * (1 - Fraction(holdout))))
        parts[user] = ordered[:n_train], ordered[n_train:]
    return parts


def lists_of(user: Json) -> dict[str, list[Json]]:
    """A user's lists, by name of model or baseline."""
    return user["models"] | user["baselines"]
