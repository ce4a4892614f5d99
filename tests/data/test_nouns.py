"""What items, genres and counts are called."""

from __future__ import annotations

import pytest

from recsys.data.column_names import WEAK, matches_of_name
from recsys.data.nouns import NOUNS, label_of_genres, name_of_counts, noun_of_names, noun_of_word


@pytest.mark.parametrize(
    ("columns", "files", "expected"),
    [
        (["movieId"], [], "film"),
        (["Book-Title"], [], "book"),
        (["ISBN"], [], "book"),
        (["artist_mbid"], [], "artist"),
        (["Game_ID"], [], "game"),
        (["Buch"], [], "book"),
        (["Brettspiel"], [], "game"),
        (["Künstler"], [], "artist"),
        (["item", "title"], ["movies.dat"], "film"),
        (["item"], ["steam_games.json.gz"], "game"),
        (["item"], ["ratings.csv"], "item"),
        (["column 1"], [], "item"),
    ],
)
def test_columns_tell_what_items_are_called_and_else_files_do(columns, files, expected):
    assert noun_of_names(columns, files).one == expected


def test_where_nothing_else_tells_what_users_are_called_does():
    assert noun_of_names(["Titel"], ["ratings.csv"], ["Leser"]).one == "book"
    assert noun_of_names(["article"], ["library.csv"], ["reader"]).one == "article"
    assert noun_of_names(["item"], ["ratings.csv"], ["user"]).one == "item"


@pytest.mark.parametrize(
    ("word", "expected"), [("Books", "book"), ("movies", "film"), ("dishes", "dish"), ("x", None)]
)
def test_a_word_in_any_number_is_a_noun(word, expected):
    noun = noun_of_word(word)
    assert (noun and noun.one) == expected


@pytest.mark.parametrize("noun", NOUNS.values(), ids=lambda noun: noun.one)
def test_a_column_named_by_a_known_noun_holds_items(noun):
    for name in (noun.one, noun.many):
        assert [match.role for match in matches_of_name(name) if match.rank < WEAK] == ["item"]


def test_genres_are_called_as_their_column():
    names = [label_of_genres(name).many for name in ("tags", "Categories", "bookshelves", "genres", None)]
    assert names == ["tags", "categories", "shelves", "genres", "genres"]


def test_counts_are_called_as_their_column_and_else_by_what_users_do():
    film, song = noun_of_names(["film"]), noun_of_names(["song"])
    assert [name_of_counts("play_count", film), name_of_counts("Hours", film)] == ["plays", "hours"]
    assert [name_of_counts(None, song), name_of_counts("n", film)] == ["plays", "times"]
