"""The deep tower in a page, compared with a literal one in Python and with the model that it was exported from.

On the sample's site and on a sparse log, trained for three epochs; and on MovieLens, if it is available, with full
training and users who were left out of it.
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

from recsys.export import deep_tower
from recsys.export.deep_tower import build_deep_tower
from recsys.export.encoding import encode_array
from recsys.export.rounding import Rounded
from recsys.export.script import json_in, script_of
from recsys.recommend.explain import MIN_SHARE
from recsys.recommend.pca import principal_components
from recsys.schema import DeepTower
from recsys.site.output.csp import CSP
from recsys.site.output.scripts import join_modules
from tests import held_out
from tests.held_out import HeldOut
from tests.site.tiny import TEMPLATES, half_floats
from tests.site.tiny import deep_tower as tiny_tower
from tests.training.literal_tower import History, LiteralTower

N = 200
"""How many random histories are drawn."""
K = 10
TOWER = join_modules(TEMPLATES / "assets" / "tower" / "main.js")
TIE = 1e-9
"""Scores that differ by no more are equal."""

START = "() => { globalThis.tower = marquee.deepTower(marquee.data.get('deep_tower')); }"
ANSWERS = f"""(histories) => JSON.stringify(histories.map((history) => {{
  const rated = new Set(history.map(([row]) => row));
  const user = tower.userVector(history);
  const scores = tower.scores(user);
  const list = tower.topK(scores, {K}, (row) => !rated.has(row));
  const reasons = tower.reasons(history, list.map(([row]) => row));
  return {{ list, reasons, vector: Array.from(user), scores: Array.from(scores) }};
}}))"""
DROPS = """([cases, nearest]) => cases.map(([history, position]) => {
  const neighbours = nearest[history[position][0]];
  const mean = (stars) => {
    const ratings = history.map(([row, given], n) => [row, n === position ? stars : given]);
    const scores = tower.scores(tower.userVector(ratings));
    return neighbours.reduce((sum, row) => sum + scores[row], 0) / neighbours.length;
  };
  return mean(1) < mean(5);
})"""


@dataclass(frozen=True, eq=False)
class Trial:
    """One tower, in a page and in Python.

    Attributes:
        page: has ``globalThis.tower``.
        literal: the reference, run on the file that the page has loaded; its rows are all items of the data set, in
            the data set's order.
        source: the model that was exported, and histories that it was not trained on.
    """

    page: Any
    literal: LiteralTower
    source: HeldOut


def rounded() -> HeldOut:
    """The sparse log again, in a file too small for its numbers in float16."""
    return held_out.from_sparse_log()


def small_site(source: HeldOut, folder: Path) -> Path:
    """As much of a site as the tower needs."""
    projection = principal_components(source.fitted.item_vectors)
    exported = build_deep_tower(source.fitted, source.dataset, projection, np.random.default_rng(0))
    script = script_of("deep_tower", msgspec.json.encode(exported).decode())
    policy = f'<meta http-equiv="Content-Security-Policy" content="{CSP}">'
    for name in ("data", "assets"):
        (folder / name).mkdir()
    (folder / "data" / DeepTower.FILE).write_text(script, encoding="utf-8")
    (folder / "assets" / "tower.js").write_text(TOWER, encoding="utf-8")
    (folder / "data.html").write_text(f"<!doctype html><meta charset=utf-8>{policy}<title>Data</title>")
    return folder


@pytest.fixture(scope="module", params=[*held_out.ALL, pytest.param(rounded, id="rounded")])
def trial(request, chromium, tmp_path_factory) -> Iterator[Trial]:
    source = request.param()
    is_sample = request.param is held_out.from_sample
    with pytest.MonkeyPatch.context() as patch:
        if request.param is rounded:
            patch.setattr(deep_tower, "MIN_ITEMS", 20)
            patch.setattr(deep_tower, "MAX_BYTES", 6_000)
        site = request.getfixturevalue("site") if is_sample else small_site(source, tmp_path_factory.mktemp("site"))
    script = (site / "data" / DeepTower.FILE).read_text(encoding="utf-8")
    exported = msgspec.json.decode(json_in(script), type=DeepTower)
    assert exported.item_ids == [str(id_) for id_ in source.dataset.item_ids]
    page, complaints = chromium.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto((site / "data.html").as_uri())
    for file in ("data/deep_tower.js", "assets/tower.js"):
        page.add_script_tag(url=file)
    page.evaluate(START)
    yield Trial(page, LiteralTower(exported), source)
    page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def histories(trial) -> list[History]:
    """Random histories of 0 to 60 items with half a star to five."""
    rng, n = np.random.default_rng(0), len(trial.literal.bias)
    lengths = rng.permutation(np.arange(N) % 61)
    return [
        list(zip(rng.permutation(n)[:length].tolist(), (rng.integers(1, 11, length) / 2).tolist(), strict=True))
        for length in lengths
    ]


@pytest.fixture(scope="module")
def answers(trial, histories) -> list[dict[str, Any]]:
    return json.loads(trial.page.evaluate(ANSWERS, histories))


@pytest.mark.parametrize("trial", [held_out.from_sample], indirect=True, ids=["sample"])
def test_fitting_again_gives_the_model_in_the_file(trial):
    assert encode_array(trial.source.fitted.item_vectors, "float16", "") == trial.literal.tower.items
    assert encode_array(trial.source.fitted.item_bias, "float16", "") == trial.literal.tower.item_bias


def test_vectors_and_scores_equal_those_of_the_reference(trial, histories, answers):
    for history, answer in zip(histories, answers, strict=True):
        np.testing.assert_allclose(answer["vector"], trial.literal.vector(history), rtol=0, atol=1e-12)
        np.testing.assert_allclose(answer["scores"], trial.literal.scores(history), rtol=0, atol=1e-11)


def test_the_ten_best_items_are_those_of_the_reference(trial, histories, answers):
    for history, answer in zip(histories, answers, strict=True):
        rows, scores = zip(*answer["list"], strict=True)
        unseen = trial.literal.unseen(history)
        best = np.sort(unseen)[::-1][:K]
        assert len(set(rows)) == K
        assert np.abs(unseen[list(rows)] - best).max() <= TIE  # rows with equal scores may replace each other
        assert [answer["scores"][row] for row in rows] == list(scores)


def test_the_ten_best_items_are_those_of_the_model_up_to_rounding(trial, histories, answers):
    fitted, shared = trial.source.fitted, []
    for history, answer in zip(histories, answers, strict=True):
        items, stars = [item for item, _ in history], [stars for _, stars in history]
        scores = fitted.item_vectors @ fitted.fold_in(items, stars) + fitted.item_bias
        assert scores.dtype == np.float32
        scores[items] = -np.inf
        top = np.argsort(-scores, kind="stable")[:K]
        shared.append(len({row for row, _ in answer["list"]} & set(top.tolist())))
    assert np.mean(shared) >= 9.5


def test_the_strength_of_a_reason_is_what_the_score_loses_without_that_item(trial, histories, answers):
    weights = trial.literal.tower.half_star_weights
    for history, answer in list(zip(histories, answers, strict=True))[::5]:
        listed = [row for row, _ in answer["list"]]
        expected = trial.literal.strengths(history, listed)
        expected[[weights[round(2 * stars) - 1] <= 0 for _, stars in history]] = -np.inf  # low ratings are no reasons
        position = {row: n for n, (row, _) in enumerate(history)}
        assert len(answer["reasons"]) == K
        for column, causes in enumerate(answer["reasons"]):
            largest = np.sort(expected[:, column])[::-1][:3]
            assert [strength for _, strength in causes] == pytest.approx(largest[: len(causes)].tolist(), abs=1e-11)
            for row, strength in causes:
                assert expected[position[row], column] == pytest.approx(strength, abs=1e-11)
            assert len({row for row, _ in causes}) == len(causes)
            support = np.maximum(expected[:, column], 0).sum()
            least = max(0.005, MIN_SHARE * support)  # less than 0.005 is shown as 0.00
            assert all(strength > least - 1e-9 for _, strength in causes)
            assert all(left < least + 1e-6 for left in largest[len(causes) :])


@pytest.mark.parametrize("trial", held_out.BOTH, indirect=True)
def test_one_star_instead_of_five_lowers_the_scores_of_the_nearest_items(trial):
    lower = trial.page.evaluate(DROPS, [trial.source.with_random_position(), trial.source.nearest().tolist()])
    assert len(lower) == held_out.N
    assert np.mean(lower) >= 0.9


def test_items_and_new_users_have_the_map_positions_of_the_reference(trial, histories):
    literal, plane = trial.literal, trial.literal.tower.map
    axes, centre = np.array(plane.axes), np.array(plane.centre)  # (2, d), (d,)
    positions = trial.page.evaluate("() => Array.from({ length: tower.n }, (_, row) => tower.itemPosition(row))")
    np.testing.assert_allclose(positions, (literal.items - centre) @ axes.T, rtol=0, atol=1e-12)
    exact = principal_components(trial.source.fitted.item_vectors).points
    precision = 1e-3 if isinstance(literal.tower.items, str) else 2.0**-literal.tower.items.bits
    np.testing.assert_allclose(positions, exact, rtol=0, atol=precision * np.ptp(exact))
    user_positions = "(histories) => histories.map((history) => tower.userPosition(tower.userVector(history)))"
    users = trial.page.evaluate(user_positions, histories)
    expected = [(plane.user_scale * literal.vector(history) - centre) @ axes.T for history in histories]
    np.testing.assert_allclose(users, expected, rtol=0, atol=1e-11)


@pytest.fixture(scope="module")
def tiny_page(chromium) -> Iterator[Any]:
    """A page with a tower whose numbers are small enough to compute with by hand."""
    page = chromium.new_page()
    page.add_script_tag(content=TOWER)
    page.evaluate("(data) => { globalThis.tower = marquee.deepTower(data); }", msgspec.to_builtins(tiny_tower()))
    yield page
    page.close()


def test_every_finite_float16_is_read_as_numpy_reads_it(tiny_page):
    patterns = np.arange(1 << 16, dtype="<u2")
    patterns = patterns[np.isfinite(patterns.view("<f2"))]
    assert len(patterns) == 63488
    tower = msgspec.structs.replace(
        tiny_tower(), dim=1, item_ids=[""] * len(patterns), items=base64.b64encode(patterns.tobytes()).decode()
    )
    decoded = tiny_page.evaluate(
        """(data) => {
          const tower = marquee.deepTower(data);
          const values = Float64Array.from({ length: tower.n }, (_, row) => tower.itemVector(row)[0]);
          return btoa(Array.from(new Uint8Array(values.buffer), (byte) => String.fromCharCode(byte)).join(""));
        }""",
        msgspec.to_builtins(tower),
    )
    assert base64.b64decode(decoded) == patterns.view("<f2").astype("<f8").tobytes()  # -0 too


@pytest.mark.parametrize("trial", [rounded], indirect=True, ids=["rounded"])
def test_a_rounded_tower_says_how_much_of_its_lists_is_that_of_the_model(trial):
    tower = trial.literal.tower
    assert tower.items.bits < 8
    assert 9.5 <= tower.overlap <= 10


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("columns", [(2,), (1, 1)])
def test_a_rounded_table_is_read_as_it_was_written(tiny_page, bits, columns):
    table = np.random.default_rng(bits).standard_normal((5, 2)) * np.array([1, 100])
    table[3] = 0
    rounded_table = Rounded.of(table, columns, bits)
    tower = msgspec.structs.replace(tiny_tower(), items=rounded_table.encoded("x.js"))
    vectors = tiny_page.evaluate(
        "(data) => [0, 1, 2, 3, 4].map((row) => [...marquee.deepTower(data).itemVector(row)])",
        msgspec.to_builtins(tower),
    )
    np.testing.assert_allclose(vectors, rounded_table.values(), rtol=1e-6)


@given(
    st.lists(st.integers(-2, 2).map(float), min_size=5, max_size=5),
    st.integers(0, 7),
    st.sets(st.integers(0, 4)),
)
def test_top_k_sorts_the_allowed_rows_by_score_and_equal_scores_by_row(tiny_page, scores, k, banned):
    top = tiny_page.evaluate("([scores, k, banned]) => tower.topK(scores, k, (row) => !banned.includes(row))",
                         [scores, k, sorted(banned)])  # fmt: skip
    order = sorted(set(range(5)) - banned, key=lambda row: (-scores[row], row))
    assert top == [[row, scores[row]] for row in order[:k]]


def answer(page, history: History) -> dict[str, Any]:
    return json.loads(page.evaluate(ANSWERS, [history]))[0]


def test_a_user_without_ratings_gets_recommendations_without_reasons(tiny_page):
    result = answer(tiny_page, [])
    assert result["vector"] == [0, 0.75]
    assert result["list"] == [[4, 1.25], [1, 0.375], [2, 0.1875], [0, 0], [3, -0.375]]
    assert result["reasons"] == [[]] * 5


def test_the_vector_and_the_reasons_of_one_rating_worked_by_hand(tiny_page):
    result = answer(tiny_page, [(1, 5)])  # row 1 of the table is (1, 0.5)
    np.testing.assert_allclose(result["vector"], [0.8, 0.85])
    np.testing.assert_allclose(result["list"], [[4, 1.15], [0, 0], [3, -0.025], [2, -0.5875]])
    assert [[row for row, _ in reasons] for reasons in result["reasons"]] == [[], [], [1], []]
    assert result["reasons"][2][0][1] == pytest.approx(0.35)


def test_a_constant_added_to_all_biases_changes_no_reason(tiny_page):
    shifted = msgspec.structs.replace(tiny_tower(), item_bias=half_floats(100, 100, 100, 100, 100.5))
    reasons = tiny_page.evaluate(
        "([data, ratings]) => marquee.deepTower(data).reasons(ratings, [0, 2, 3, 4])",
        [msgspec.to_builtins(shifted), [(1, 5)]],
    )
    expected = answer(tiny_page, [(1, 5)])
    by_row = {row: pairs for (row, _), pairs in zip(expected["list"], expected["reasons"], strict=True)}
    assert reasons == [by_row[row] for row in (0, 2, 3, 4)]
    assert any(reasons)


def test_an_item_of_one_star_is_no_reason(tiny_page):
    assert answer(tiny_page, [(1, 1)])["reasons"] == [[]] * 4


def test_one_star_counts_negatively(tiny_page):
    # The average item is (0, 1), and one star weighs -0.1: 1.25 ((0, 1) - 0.1 (1, -0.5) / 1.5625).
    np.testing.assert_allclose(answer(tiny_page, [(1, 1)])["vector"], [-0.08, 1.29])


def test_a_user_who_rated_every_item_gets_no_recommendation(tiny_page):
    result = answer(tiny_page, [(row, 5) for row in range(5)])
    assert (result["list"], result["reasons"]) == ([], [])
    np.testing.assert_allclose(result["vector"], [0.25 / 5.5625**0.5, 1.8125 / 5.5625**0.5])


@given(st.permutations([(0, 3), (1, 1), (2, 5), (4, 4)]))
def test_the_order_of_a_history_does_not_matter(tiny_page, history):
    ascending = LiteralTower(tiny_tower()).scores(sorted(history))
    np.testing.assert_allclose(answer(tiny_page, history)["scores"], ascending, rtol=0, atol=1e-12)
