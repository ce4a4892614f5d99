"""Every preset and every step of the lesson shows what it says, on the sample that the page opens with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recsys
from recsys.site.output.scripts import join_modules
from tests.site.tiny import STRINGS

SCRIPTS = [join_modules(Path(__file__).with_name(name), STRINGS) for name in ("experiments.js", "stories.js")]
"""The learner and the page are never joined: they may use the same names."""

TOWERS = ("base", "deep")
EXPERIMENT = "(changes) => experiments.experiment({ ...stories.defaults, ...changes })"
RECOMMENDED = "(changes) => experiments.recommended({ ...stories.defaults, ...changes })"
CHANCE = 0.01
"""Two runs that differ in the seed alone have nDCG this close together."""
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def page(chromium: Any) -> Iterator[Any]:
    """An empty page with ``globalThis.experiments`` on the sample's log, and ``globalThis.stories``."""
    page = chromium.new_page()
    page.set_default_timeout(300_000)
    page.set_content('<!DOCTYPE html><html lang="en"><title>x</title><body></body></html>')
    for script in SCRIPTS:
        page.add_script_tag(content=script)
    page.evaluate("(log) => experiments.load(log)", sample_log())
    yield page
    page.close()


def sample_log() -> dict[str, Any]:
    dataset = recsys.load_dataset("sample")
    genres = [np.flatnonzero(own).tolist() for own in dataset.genres]
    return {
        "nUsers": dataset.n_users,
        "nItems": dataset.n_items,
        "user": dataset.user.tolist(),
        "item": dataset.item.tolist(),
        "rating": dataset.rating.tolist(),
        "time": dataset.timestamp.tolist(),
        "genres": {"names": list(dataset.genre_names), "ofItem": genres},
        "years": [None if np.isnan(year) else year for year in dataset.years],
    }


@pytest.fixture(scope="module")
def run(page: Any) -> Run:
    """``run(dim=2)`` trains both towers with the defaults and these changes, once for all tests."""

    @cache
    def run_once(changes: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
        return dict(page.evaluate(EXPERIMENT, dict(changes)))

    return lambda **changes: run_once(tuple(sorted(changes.items())))


def last(result: dict[str, Any], tower: str) -> float:
    return float(result["ndcg"][tower][-1])


def test_with_the_defaults_the_loss_falls_and_both_towers_learn(run: Run) -> None:
    result = run()
    for tower in TOWERS:
        assert last(result, tower) > 1.5 * result["ndcg"][tower][0]
    assert last(result, "deep") > last(result, "base")


def test_without_regularisation_ndcg_peaks_and_falls_while_the_loss_is_lower(page: Any, run: Run) -> None:
    changes = page.evaluate("() => stories.presets.find(({ l2 }) => l2 === 0)")
    assert changes in page.evaluate("() => stories.lesson")
    result = run(**changes)
    for tower in TOWERS:
        curve = result["ndcg"][tower]
        peak = curve.index(max(curve))
        assert 0 < peak < len(curve) / 2
        assert curve[-1] < max(curve) - 5 * CHANCE
        assert result["loss"][tower] < run()["loss"][tower] - 1


def test_without_logq_popular_items_sink_and_ndcg_is_lower(page: Any, run: Run) -> None:
    with_logq, without = run(), run(logQ=False)
    popularity, popularity_without = (page.evaluate(RECOMMENDED, changes) for changes in ({}, {"logQ": False}))
    for tower in TOWERS:
        assert popularity_without[tower] < 0.85 * popularity[tower]
        assert last(without, tower) < last(with_logq, tower) - CHANCE


def test_two_dimensions_hold_less(run: Run) -> None:
    plane = run(dim=2)
    for tower in TOWERS:
        assert plane["ndcg"][tower][0] < last(plane, tower) < last(run(), tower) - 2 * CHANCE


def test_a_closed_form_start_is_good_before_the_first_step(run: Run) -> None:
    start = run(closedForm=True, epochs=1)  # the start alone counts, which is the same for any number of epochs
    for tower in TOWERS:
        assert start["ndcg"][tower][0] > last(run(), tower)


def test_a_cosine_needs_a_temperature_below_1(run: Run) -> None:
    sharp, flat = run(similarity="cosine", temperature=0.1), run(similarity="cosine")
    for tower in TOWERS:
        assert last(sharp, tower) > last(flat, tower) + CHANCE


def test_genres_help_deep_and_do_not_concern_base(run: Run) -> None:
    without = run(genres=False)
    assert without["ndcg"]["base"] == run()["ndcg"]["base"]
    assert last(without, "deep") < last(run(), "deep") - CHANCE


def test_another_seed_changes_little(run: Run) -> None:
    for tower in TOWERS:
        assert 0 < abs(last(run(seed=1), tower) - last(run(), tower)) < CHANCE


def test_every_experiment_of_the_lesson_and_of_the_presets_is_tried_here(page: Any) -> None:
    tried: list[dict[str, Any]] = [
        *({}, {"dim": 8}, {"logQ": False}, {"dim": 2}, {"closedForm": True}, {"genres": False}, {"seed": 1}),
        {"l2": 0, "epochs": 60},
        {"similarity": "cosine", "temperature": 0.1},
    ]
    for changes in [*page.evaluate("() => stories.lesson"), *page.evaluate("() => stories.presets")]:
        assert changes in tried


def test_the_runs_that_the_docs_describe_end_as_they_say(run: Run) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "playground.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:`#(\S+)`)? *\| .* \| (\.\d+) \| (\.\d+) \|$", guide, re.MULTILINE)
    assert len(rows) > 5
    for settings, *ndcg in rows:
        changes = [change.split("=") for change in settings.split("&") if change]
        result = run(**{name: text if name == "similarity" else json.loads(text) for name, text in changes})
        expected = [float(value) for value in ndcg]
        assert [last(result, tower) for tower in TOWERS] == pytest.approx(expected, abs=2e-3), settings
