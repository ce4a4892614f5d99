from __future__ import annotations

import logging

import pandas as pd
import pytest

import recsys
from recsys.config import PrivacyConfig
from recsys.export.privacy import hash_user_ids, items_to_name, max_named, round_robin

SALT = "a long and secret text"


def log(users: list[str]) -> recsys.Dataset:
    """The user at position n rated the items 0 to n with n + 1, and is n years old."""
    rows = [(user, item, n + 1) for n, user in enumerate(users) for item in range(n + 1)]
    ages = pd.DataFrame({"user": users, "age": range(len(users))})
    return recsys.Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]), users=ages)


@pytest.mark.parametrize(("setting", "limit"), [(30, 30), (0, 0), ("none", 0), ("all", None), (2, 2)])
def test_the_number_of_items_named_is_a_setting(setting, limit):
    config = PrivacyConfig(named_items=setting)
    ids = [str(number) for number in range(100)]
    assert len(items_to_name(ids, limit=config.max_named)) == (100 if limit is None else limit)
    assert max_named(config, log(["a", "b", "c"])) == min(3, 100 if limit is None else limit)


def test_by_default_thirty_are_named():
    assert PrivacyConfig().max_named == 30


def test_hashed_users_keep_their_ratings_and_features_in_the_order_of_the_hashes():
    dataset = log(["ann", "bob", "cem", "7"])
    hashed = hash_user_ids(dataset, SALT)
    ids = hashed.user_ids.tolist()
    assert ids == sorted(ids)
    assert all(len(id_) == 12 and int(id_, 16) >= 0 for id_ in ids)
    assert hashed.rating[hashed.user == 0].max() == len(hashed.item[hashed.user == 0])

    def described(data: recsys.Dataset) -> set[tuple[object, ...]]:
        return {
            (tuple(data.item[data.user == user]), tuple(data.rating[data.user == user]), *data.user_features[user])
            for user in range(data.n_users)
        }

    assert described(hashed) == described(dataset)
    assert hash_user_ids(dataset, SALT).user_ids.tolist() == ids
    assert not {*hash_user_ids(dataset, SALT + "!").user_ids} & {*ids}


def test_a_hash_follows_from_the_id_and_the_text_alone():
    one, many = hash_user_ids(log(["ann"]), SALT), hash_user_ids(log(["zoe", "ann", "7"]), SALT)
    assert one.user_ids[0] in many.user_ids


def test_a_text_that_can_be_guessed_is_a_warning(caplog):
    with caplog.at_level(logging.WARNING, "recsys"):
        hash_user_ids(log(["ann"]), SALT)
        assert caplog.text == ""
        hash_user_ids(log(["ann"]), "short")
    assert "hash_users has 5 characters" in caplog.text and "short" not in caplog.text


def test_earlier_claims_go_first_and_an_item_counts_once():
    assert items_to_name(["a", "b"], ["b", "c"], ["d", "e"], limit=4) == {"a", "b", "c", "d"}


def test_within_a_claim_earlier_items_go_first():
    assert items_to_name("abcdef", "g", limit=3) == {"a", "b", "c"}


def test_lists_take_turns_rank_by_rank():
    assert round_robin([["a", None, "c"], ["d", "e"], [None, None, None, "f"]]) == ["a", "d", "e", "c", "f"]
    assert round_robin([]) == []
