"""A figure that does not follow from the lists is named, with what the lists give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from recsys.config import BuildConfig, PrivacyConfig
from recsys.data.twins import Twins
from recsys.export.assemble import assemble
from recsys.schema import Artefacts, Metrics, UserLists
from recsys.verify.figures import check_figures, ranges
from recsys.verify.lists import Catalogue, Lists
from tests.export.example import CONFIG, NAMES, TRAIN, example, results_of
from tests.verify.example import ROWS, exported


def differences_of(metrics: dict[str, Any]) -> list[str]:
    """Of the export with other figures."""
    return check_figures(with_parts(metrics=msgspec.convert(metrics, Metrics))).differences


def with_parts(**parts: Any) -> Artefacts:
    return msgspec.structs.replace(exported(), **parts)


def with_user(change: dict[str, Any], user_id: str) -> Artefacts:
    """The export with another record of one user."""
    users = dict(exported().recommendations.users)
    users[user_id] = msgspec.structs.replace(users[user_id], **change)
    return with_parts(recommendations=msgspec.structs.replace(exported().recommendations, users=users))


def evaluated_user() -> tuple[str, UserLists]:
    """The first user with a relevant held-out rating that deep does not list first."""
    users = exported().recommendations.users.items()
    return next((id_, user) for id_, user in users if user.n_relevant and not user.models["deep"][0].held_out)


def test_the_figures_of_a_build_follow_from_its_lists():
    comparison = check_figures(exported())
    assert comparison.differences == []
    # Of each row 5 metrics with 3 numbers each, 3 metrics without an interval, 3 thirds with 3 numbers, and more.
    assert comparison.n_compared > ROWS * (5 * 3 + 3 + 3 * 3)
    assert [reason.partition(":")[0] for reason in comparison.not_verified] == [
        "discovery",
        "groups taste and recommended_popularity of each",
    ]


@pytest.mark.parametrize("row", NAMES)
def test_one_digit_of_any_accuracy_metric_of_any_row_is_noticed(row):
    metrics = msgspec.to_builtins(exported().metrics)
    expected = set()
    for name, interval in metrics["models"][row]["accuracy"].items():
        for end, right in interval.items():
            interval[end] = right + 0.0001
            expected.add(f"data/metrics.json: {row} {name} {end} is {interval[end]}, the lists give {right}")
    assert len(expected) == 5 * 3
    assert expected <= set(differences_of(metrics))


def set_beyond(metrics):
    metrics["models"]["ease"]["beyond"]["novelty"]["mean"] += 0.001
    return "ease novelty mean is"


def set_activity(metrics):
    metrics["models"]["als"]["by_activity"][2]["low"] += 0.001
    return "als by_activity 3 low is"


def set_popularity(metrics):
    metrics["models"]["als"]["recommended_popularity"][0] += 0.1
    return "als recommended_popularity, mean over all users, is"


def set_group(metrics):
    metrics["groups"]["activity"][0]["n_users"] += 1
    return "groups activity 1 n_users is"


def set_taste(metrics):
    metrics["groups"]["taste"][0]["n_users"] += 1
    return "groups taste, users in all is"


def set_comparison(metrics):
    metrics["comparisons"][1]["won"] += 1
    return "comparisons 2 won is"


def set_p(metrics):
    metrics["comparisons"][0]["p"] = 0.0123
    return "comparisons 1 p is 0.0123, the lists give"


def set_agreement(metrics):
    metrics["agreement"]["rbo"]["mean"] += 0.001
    return "agreement rbo mean is"


def set_helped(metrics):
    metrics["most_helped"][0]["user"] = "somebody"
    return "most_helped 1 user is somebody, the lists give"


def drop_helped(metrics):
    del metrics["least_helped"][0]
    return "least_helped is ["


def set_discovery(metrics):
    metrics["discovery"]["models"]["deep"][0]["coverage"] += 0.001
    return "discovery deep at 0 coverage is"


def set_protocol(metrics):
    metrics["protocol"]["n_evaluated"] += 1
    return "protocol n_evaluated is"


def drop_row(metrics):
    del metrics["models"]["als"]
    return "models is ["


def drop_metric(metrics):
    del metrics["models"]["als"]["accuracy"]["mrr"]
    return "als mrr is absent, the lists give {"


def set_k(metrics):
    metrics["k"] = 9
    return "k is 9, and 10 in recommendations.json"


def set_bootstrap(metrics):
    metrics["protocol"]["bootstrap"]["resamples"] = 10**12
    return "the bootstrap has 1000000000000 resamples"


EDITS = [
    set_beyond, set_activity, set_popularity, set_group, set_taste, set_comparison, set_p, set_agreement, set_helped,
    drop_helped, set_discovery, set_protocol, drop_row, drop_metric, set_k, set_bootstrap,
]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_any_other_figure_that_does_not_follow_is_named(edit):
    metrics = msgspec.to_builtins(exported().metrics)
    expected = edit(metrics)
    differences = differences_of(metrics)
    assert any(difference.startswith(f"data/metrics.json: {expected}") for difference in differences), differences


def test_a_hit_that_was_added_to_a_list_changes_the_figures_of_that_row_alone():
    user_id, user = evaluated_user()
    first, *others = user.models["deep"]
    rows = [msgspec.structs.replace(first, held_out=True), *others]
    differences = check_figures(with_user({"models": {**user.models, "deep": rows}}, user_id)).differences
    assert any(difference.startswith("data/metrics.json: deep ndcg mean is") for difference in differences)
    assert not any(difference.startswith("data/metrics.json: base") for difference in differences)


def test_counts_that_contradict_each_other_are_named():
    dataset = msgspec.structs.replace(exported().build.dataset, n_ratings=1)
    [difference] = check_figures(
        with_parts(build=msgspec.structs.replace(exported().build, dataset=dataset))
    ).differences
    assert difference.startswith("data/build.json: dataset n_ratings is 1, the lists give")


def test_a_listed_item_that_is_not_in_the_catalogue_is_named():
    user_id, user = evaluated_user()
    rows = [msgspec.structs.replace(row, item="nowhere") for row in user.models["deep"]]
    differences = check_figures(with_user({"models": {**user.models, "deep": rows}}, user_id)).differences
    assert "data: 'nowhere' is in a list, but not in items.json" in differences


def test_a_list_longer_than_k_is_named():
    user_id, user = evaluated_user()
    rows = user.models["base"]
    [difference] = check_figures(with_user({"models": {**user.models, "base": rows + rows}}, user_id)).differences
    assert difference.endswith("a list of base has 20 items, and k is 10")


def test_numbers_that_make_no_sense_are_differences_and_no_traceback():
    items = [msgspec.structs.replace(item, n_train=-(10**9)) for item in exported().items.items]
    broken = with_parts(items=msgspec.structs.replace(exported().items, items=items))
    assert any("novelty" in difference for difference in check_figures(broken).differences)


def test_figures_that_need_the_names_of_withheld_items_are_not_verified_and_others_are():
    privacy = PrivacyConfig(named_items="none")
    comparison = check_figures(assemble(results_of(example(), replace(CONFIG, privacy=privacy))))
    assert comparison.differences == []
    assert comparison.n_compared > ROWS * (5 * 3 + 3 * 3)
    assert comparison.not_verified[0].startswith(
        f"diversity and recommended_popularity of {', '.join(NAMES)}, and coverage and novelty beyond their range: "
    )
    assert any(reason.startswith("agreement of base and deep: the names of") for reason in comparison.not_verified)


def test_where_an_item_is_withheld_coverage_and_novelty_are_known_to_lie_in_a_range():
    # Of 7 users 7, 3, 1 and 1 rated the items: a surprise of 0, 1, 2 and 2 bits.
    no_twins = Twins(np.array([], np.int64), np.array([], np.int64), 4)
    catalogue = Catalogue(7, 4, np.array([7, 3, 1, 1]), np.zeros((4, 0), bool), (), {}, no_twins)
    lists = Lists(np.array([[1, 2, -1], [2, -2, -1], [-1, -1, -1]], np.int32), np.zeros((3, 3), bool))
    possible = ranges(lists, catalogue)
    assert possible["coverage"] == pytest.approx((2 / 4, 3 / 4))
    assert possible["novelty"] == pytest.approx(((1 + 2 + 2 + 0) / 4, (1 + 2 + 2 + 2) / 4))


def test_a_site_without_held_out_ratings_has_counts_and_the_agreement_alone():
    comparison = check_figures(assemble(results_of(example(), replace(CONFIG, holdout=0))))
    assert (comparison.differences, comparison.not_verified) == ([], [])
    assert comparison.n_compared > 10


def test_a_site_of_one_model_is_compared_with_baselines():
    comparison = check_figures(assemble(results_of(example(), BuildConfig(models=("base",), train=TRAIN))))
    assert comparison.differences == []
    assert comparison.n_compared > 5 * (5 * 3 + 3 + 3 * 3)
