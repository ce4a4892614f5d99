"""The deep tower in a page: held against a literal one in Python, and against the model it was written from.

On the sample's own site, trained for a moment; and on MovieLens, where it is there, with the whole training and users
who were left out of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.export.deep_tower import build_deep_tower
from recsys.export.encoding import encode_array
from recsys.export.script import json_in, script_of
from recsys.recommend.pca import principal_components
from recsys.schema import DeepTower
from recsys.site.output.csp import CSP
from recsys.site.output.scripts import join_modules
from tests import held_out
from tests.held_out import HeldOut
from tests.site.tiny import TEMPLATES
from tests.site.tiny import deep_tower as tiny_tower
from tests.training.literal_tower import History, LiteralTower

N = 200
"""Histories drawn at random."""
K = 10
TOWER = join_modules(TEMPLATES / "assets" / "tower" / "main.js")
TIE = 1e-9
"""Scores that are no further apart are equal."""

START = "() => { globalThis.tower = marquee.deepTower(marquee.data.get('deep_tower')); }"
ANSWERS = f"""(histories) => JSON.stringify(histories.map((history) => {{
  const rated = new Set(history.map(([row]) => row));
  const user = tower.userVector(history);
  const scores = tower.scores(user);
  const list = tower.topK(scores, {K}, (row) => !rated.has(row));
  const reasons = tower.reasons(history, list.map(([row]) => row));
  return {{ list, reasons, vector: Array.from(user), scores: Array.from(scores) }};
}}))"""
DROPS = """([cases, nearest]) => cases.map(([history, place]) => {
  const near = nearest[history[place][0]];
  const mean = (stars) => {
    const ratings = history.map(([row, given], n) => [row, n === place ? stars : given]);
    const scores = tower.scores(tower.userVector(ratings));
    return near.reduce((sum, row) => sum + scores[row], 0) / near.length;
  };
  return mean(1) < mean(5);
})"""


@dataclass(frozen=True, eq=False)
class Trial:
    """One tower, in a page and in Python.

    Attributes:
        page: has ``globalThis.tower``.
        literal: the reference, on what the page has loaded; its rows are all films of the data set, in its order.
        known: the model behind it.
    """

    page: Any
    literal: LiteralTower
    known: HeldOut


def small_site(known: HeldOut, folder: Path) -> Path:
    """As much of a site as the tower needs."""
    told = build_deep_tower(known.fitted, known.dataset, principal_components(known.fitted.item_vectors))
    script = script_of("deep_tower", msgspec.json.encode(told).decode())
    policy = f'<meta http-equiv="Content-Security-Policy" content="{CSP}">'
    for name in ("data", "assets"):
        (folder / name).mkdir()
    (folder / "data" / DeepTower.FILE).write_text(script, encoding="utf-8")
    (folder / "assets" / "tower.js").write_text(TOWER, encoding="utf-8")
    (folder / "data.html").write_text(f"<!doctype html><meta charset=utf-8>{policy}<title>Data</title>")
    return folder


@pytest.fixture(scope="module", params=held_out.BOTH)
def trial(request, chromium, tmp_path_factory) -> Iterator[Trial]:
    known = request.param()
    is_sample = request.param is held_out.of_the_sample
    site = request.getfixturevalue("site") if is_sample else small_site(known, tmp_path_factory.mktemp("movielens"))
    script = (site / "data" / DeepTower.FILE).read_text(encoding="utf-8")
    told = msgspec.json.decode(json_in(script), type=DeepTower)
    assert told.item_ids == [str(id_) for id_ in known.dataset.item_ids]
    page, complaints = chromium.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto((site / "data.html").as_uri())
    for file in ("data/deep_tower.js", "assets/tower.js"):
        page.add_script_tag(url=file)
    page.evaluate(START)
    yield Trial(page, LiteralTower(told), known)
    page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def drawn(trial) -> list[History]:
    """Of 0 to 60 films, with one to five stars."""
    rng, n = np.random.default_rng(0), len(trial.literal.bias)
    lengths = rng.permutation(np.arange(N) % 61)
    return [
        list(zip(rng.permutation(n)[:length].tolist(), rng.integers(1, 6, length).tolist(), strict=True))
        for length in lengths
    ]


@pytest.fixture(scope="module")
def answers(trial, drawn) -> list[dict[str, Any]]:
    return json.loads(trial.page.evaluate(ANSWERS, drawn))


@pytest.mark.parametrize("trial", [held_out.of_the_sample], indirect=True, ids=["sample"])
def test_the_model_fitted_again_is_the_one_in_the_file(trial):
    assert encode_array(trial.known.fitted.item_vectors, "float16", "") == trial.literal.tower.items
    assert encode_array(trial.known.fitted.item_bias, "float16", "") == trial.literal.tower.item_bias


def test_scores_are_those_of_the_reference(trial, drawn, answers):
    for history, answer in zip(drawn, answers, strict=True):
        np.testing.assert_allclose(answer["vector"], trial.literal.vector(history), rtol=0, atol=1e-12)
        np.testing.assert_allclose(answer["scores"], trial.literal.scores(history), rtol=0, atol=1e-11)


def test_the_ten_best_are_those_of_the_reference(trial, drawn, answers):
    for history, answer in zip(drawn, answers, strict=True):
        rows, scores = zip(*answer["list"], strict=True)
        unseen = trial.literal.unseen(history)
        best = np.sort(unseen)[::-1][:K]
        assert len(set(rows)) == K
        assert np.abs(unseen[list(rows)] - best).max() <= TIE  # in place of an equal row an equal may stand
        assert [answer["scores"][row] for row in rows] == list(scores)


def test_the_ten_best_are_those_of_the_model_but_for_rounding(trial, drawn, answers):
    fitted, shared = trial.known.fitted, []
    for history, answer in zip(drawn, answers, strict=True):
        films, stars = [film for film, _ in history], [stars for _, stars in history]
        scores = fitted.item_vectors @ fitted.fold_in(films, stars) + fitted.item_bias
        assert scores.dtype == np.float32
        scores[films] = -np.inf
        top = np.argsort(-scores, kind="stable")[:K]
        shared.append(len({row for row, _ in answer["list"]} & set(top.tolist())))
    assert np.mean(shared) >= 9.5


def test_reasons_are_what_the_score_loses_without_a_film(trial, drawn, answers):
    for history, answer in list(zip(drawn, answers, strict=True))[::5]:
        listed = [row for row, _ in answer["list"]]
        expected = trial.literal.strengths(history, listed)
        place = {row: n for n, (row, _) in enumerate(history)}
        assert len(answer["reasons"]) == K
        for column, causes in enumerate(answer["reasons"]):
            largest = np.sort(expected[:, column])[::-1][:3]
            assert [strength for _, strength in causes] == pytest.approx(largest[: len(causes)].tolist(), abs=1e-11)
            assert all(expected[place[row], column] == pytest.approx(strength, abs=1e-11) for row, strength in causes)
            assert len({row for row, _ in causes}) == len(causes)
            assert all(strength > 0.0000499 for _, strength in causes)
            assert all(left < 0.0000501 for left in largest[len(causes) :])


def test_one_star_in_place_of_five_lowers_the_films_nearest_to_it(trial):
    lower = trial.page.evaluate(DROPS, [trial.known.picked(), trial.known.nearest().tolist()])
    assert len(lower) == held_out.N
    assert np.mean(lower) >= 0.9


def test_films_and_visitors_lie_on_the_map(trial, drawn):
    literal, told = trial.literal, trial.literal.tower.map
    axes, centre = np.array(told.axes), np.array(told.centre)
    places = trial.page.evaluate("() => Array.from({ length: tower.n }, (_, row) => tower.itemPosition(row))")
    np.testing.assert_allclose(places, (literal.items - centre) @ axes.T, rtol=0, atol=1e-12)
    exact = principal_components(trial.known.fitted.item_vectors).points
    np.testing.assert_allclose(places, exact, rtol=0, atol=1e-3 * np.ptp(exact))
    users = trial.page.evaluate("(all) => all.map((history) => tower.userPosition(tower.userVector(history)))", drawn)
    expected = [(told.user_scale * literal.vector(history) - centre) @ axes.T for history in drawn]
    np.testing.assert_allclose(users, expected, rtol=0, atol=1e-11)


@pytest.fixture(scope="module")
def bench(chromium) -> Iterator[Any]:
    """A page with the module, for towers made by hand."""
    page = chromium.new_page()
    page.add_script_tag(content=TOWER)
    page.evaluate("(data) => { globalThis.tower = marquee.deepTower(data); }", msgspec.to_builtins(tiny_tower()))
    yield page
    page.close()


def test_every_finite_float16_is_read_as_numpy_reads_it(bench):
    patterns = np.arange(1 << 16, dtype="<u2")
    patterns = patterns[np.isfinite(patterns.view("<f2"))]
    assert len(patterns) == 63488
    told = msgspec.structs.replace(
        tiny_tower(), dim=1, item_ids=[""] * len(patterns), items=base64.b64encode(patterns.tobytes()).decode()
    )
    found = bench.evaluate(
        """(data) => {
          const tower = marquee.deepTower(data);
          const values = Float64Array.from({ length: tower.n }, (_, row) => tower.itemVector(row)[0]);
          return btoa(Array.from(new Uint8Array(values.buffer), (byte) => String.fromCharCode(byte)).join(""));
        }""",
        msgspec.to_builtins(told),
    )
    assert base64.b64decode(found) == patterns.view("<f2").astype("<f8").tobytes()  # of zeros the sign, too


@given(
    st.lists(st.integers(-2, 2).map(float), min_size=5, max_size=5),
    st.integers(0, 7),
    st.sets(st.integers(0, 4)),
)
def test_the_best_are_the_first_of_all_that_may_be_listed_equals_by_row(bench, scores, k, banned):
    found = bench.evaluate("([scores, k, banned]) => tower.topK(scores, k, (row) => !banned.includes(row))",
                           [scores, k, sorted(banned)])  # fmt: skip
    order = sorted(set(range(5)) - banned, key=lambda row: (-scores[row], row))
    assert found == [[row, scores[row]] for row in order[:k]]


def answer(page, history: History) -> dict[str, Any]:
    return json.loads(page.evaluate(ANSWERS, [history]))[0]


def test_of_somebody_unknown_the_tower_has_an_answer_and_no_reason(bench):
    found = answer(bench, [])
    assert found["vector"] == [0, 0.75]
    assert found["list"] == [[4, 1.25], [1, 0.375], [2, 0.1875], [0, 0], [3, -0.375]]
    assert found["reasons"] == [[]] * 5


def test_one_film_is_its_own_row_and_the_only_reason(bench):
    found = answer(bench, [(1, 5)])  # whose row is (1, 0.5)
    np.testing.assert_allclose(found["vector"], [0.8, 0.85])
    np.testing.assert_allclose(found["list"], [[4, 1.15], [0, 0], [3, -0.025], [2, -0.5875]])
    assert [[row for row, _ in reasons] for reasons in found["reasons"]] == [[], [], [1], []]
    assert found["reasons"][2][0][1] == pytest.approx(0.35)


def test_a_film_that_was_disliked_counts_against(bench):
    np.testing.assert_allclose(answer(bench, [(1, 1)])["vector"], [-0.08, 0.41])


def test_of_all_films_none_is_left(bench):
    found = answer(bench, [(row, 5) for row in range(5)])
    assert (found["list"], found["reasons"]) == ([], [])
    np.testing.assert_allclose(found["vector"], [0.25 / 5.5625**0.5, 1.8125 / 5.5625**0.5])


@given(st.permutations([(0, 3), (1, 1), (2, 5), (4, 4)]))
def test_the_order_of_a_history_says_nothing(bench, history):
    up = LiteralTower(tiny_tower()).scores(sorted(history))
    np.testing.assert_allclose(answer(bench, history)["scores"], up, rtol=0, atol=1e-12)
