from __future__ import annotations

from recsys.export.privacy import MOST_NAMED, by_rank, may_be_named


def test_the_site_names_thirty_rated_films_of_a_user_at_most():
    assert MOST_NAMED == 30
    assert len(may_be_named([str(number) for number in range(100)])) == 30


def test_earlier_claims_go_first_and_a_film_is_named_once():
    assert may_be_named(["a", "b"], ["b", "c"], ["d", "e"], most=4) == {"a", "b", "c", "d"}


def test_within_a_claim_the_first_go_first():
    assert may_be_named("abcdef", "g", most=3) == {"a", "b", "c"}


def test_lists_claim_place_by_place():
    assert by_rank([["a", None, "c"], ["d", "e"], [None, None, None, "f"]]) == ["a", "d", "e", "c", "f"]
    assert by_rank([]) == []
