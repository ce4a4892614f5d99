from __future__ import annotations

from recsys.export.privacy import MAX_NAMED, items_to_name, round_robin


def test_at_most_thirty_rated_items_of_a_user_are_named():
    assert MAX_NAMED == 30
    assert len(items_to_name([str(number) for number in range(100)])) == 30


def test_earlier_claims_go_first_and_an_item_counts_once():
    assert items_to_name(["a", "b"], ["b", "c"], ["d", "e"], limit=4) == {"a", "b", "c", "d"}


def test_within_a_claim_earlier_items_go_first():
    assert items_to_name("abcdef", "g", limit=3) == {"a", "b", "c"}


def test_lists_take_turns_rank_by_rank():
    assert round_robin([["a", None, "c"], ["d", "e"], [None, None, None, "f"]]) == ["a", "d", "e", "c", "f"]
    assert round_robin([]) == []
