"""The lists that pages show where ``discovery`` is above 0, beside those of the models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recsys.errors import OutputError
from recsys.evaluation.reranking import top_k_discovered
from recsys.export.files import read_artefacts
from recsys.export.results import Results
from tests.export.example import CONFIG, MODELS, USERS, example, export, load, results_of

DISCOVERY = 0.75


@pytest.fixture(scope="module")
def shown_results() -> Results:
    return results_of(example(), replace(CONFIG, discovery=DISCOVERY))


@pytest.fixture(scope="module")
def shown_folder(shown_results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(shown_results, tmp_path_factory.mktemp("shown"))


def own_lists(folder: Path) -> dict[str, Any]:
    """Everything of the models' lists but the reasons, fewer of which may be named beside another list."""
    return {
        user: {
            name: [{key: value for key, value in row.items() if not key.startswith("why")} for row in rows]
            for name, rows in {**record["models"], **record["baselines"]}.items()
        }
        for user, record in load(folder, "recommendations")["users"].items()
    }


def test_exported_lists_and_figures_are_the_models_own_at_any_value(folder, shown_folder):
    assert own_lists(shown_folder) == own_lists(folder)
    for name in ("metrics.json", "items.json", "recommendations.csv"):
        assert (shown_folder / name).read_bytes() == (folder / name).read_bytes(), name


def test_at_0_there_is_no_other_list(folder):
    assert not list(folder.glob("shown_lists*"))
    assert read_artefacts(folder).shown_lists is None


def test_the_lists_are_re_ranked_with_the_scores_of_the_model_and_reasons(shown_results, shown_folder):
    shown = load(shown_folder, "shown_lists")
    assert shown["discovery"] == DISCOVERY
    assert list(shown["users"]) == USERS
    train = shown_results.split.train
    for name, fitted in shown_results.models.items():
        items, scores = top_k_discovered(fitted, list(range(train.n_users)), 10, train, DISCOVERY)
        for user, (user_items, user_scores) in enumerate(zip(items, scores, strict=True)):
            rows = shown["users"][USERS[user]]["models"][name]
            assert [row["item"] for row in rows] == [str(train.item_ids[item]) for item in user_items if item >= 0]
            assert [row["score"] for row in rows] == pytest.approx(user_scores[user_items >= 0].tolist(), abs=1e-4)
    assert any(row.get("why") for record in shown["users"].values() for row in record["models"]["deep"])
    assert own_lists(shown_folder) != {user: record["models"] for user, record in shown["users"].items()}


def test_hits_are_marked_there_as_in_the_models_own_lists(shown_folder):
    own, shown = load(shown_folder, "recommendations")["users"], load(shown_folder, "shown_lists")["users"]
    for user, record in own.items():
        for name in MODELS:
            marks = {row["item"]: (row["held_out"], row.get("liked")) for row in record["models"][name]}
            for row in shown[user]["models"][name]:
                assert marks.get(row["item"], (row["held_out"], row.get("liked"))) == (
                    row["held_out"], row.get("liked")
                )  # fmt: skip
    assert any(row["held_out"] for record in shown.values() for row in record["models"]["deep"])


def test_both_files_are_read_again_and_a_missing_one_is_named(shown_folder, tmp_path):
    assert read_artefacts(shown_folder).shown_lists.discovery == DISCOVERY
    for path in shown_folder.iterdir():
        if path.name != "shown_lists.json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(OutputError, match=r"shown_lists\.json: not found"):
        read_artefacts(tmp_path)


def test_the_curves_are_in_the_metrics_with_their_formula(folder):
    metrics = json.loads((folder / "metrics.json").read_bytes())
    curves = metrics["discovery"]["models"]
    assert list(curves) == list(MODELS)
    for name, points in curves.items():
        row = metrics["models"][name]
        assert points[0]["ndcg"] == pytest.approx(row["accuracy"]["ndcg"]["mean"])
        assert points[0]["coverage"] == pytest.approx(row["beyond"]["coverage"]["mean"])
    assert "log2(n_train + 1)" in metrics["protocol"]["metrics"]["discovery"]
