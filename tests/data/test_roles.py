"""Which column is what: names in any spelling, contents where names say nothing, settings over both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from recsys.data.fact_roles import find_item_columns, find_user_columns
from recsys.data.rating_roles import find_rating_columns
from recsys.data.roles import Roles
from recsys.errors import DataError

PAIRS = [(user, item) for user in range(8) for item in range(9) if (7 * user + 3 * item) % 4]
TITLES = ["The Hobbit", "War and Peace", "Emma, a Novel", "A Long Walk", "Dune", "It", "Der Prozess", "Kim", "She"]
NAMES = ["anna", "bob", "carl", "dora", "Eve", "Finn", "gus", "hal"]
VALUES: dict[str, Callable[[int, int, int], Any]] = {
    "user": lambda user, item, row: user + 100,
    "item": lambda user, item, row: item * 10,
    "person": lambda user, item, row: NAMES[user],
    "book": lambda user, item, row: TITLES[item],
    "stars": lambda user, item, row: (user + item) % 5 + 1,
    "plays": lambda user, item, row: row * row * 7919 % 5000,
    "hours": lambda user, item, row: row * row * 79 % 500 / 10 + 0.1,
    "event": lambda user, item, row: ("view", "addtocart", "transaction")[row % 3],
    "seconds": lambda user, item, row: 881250949 + 77777 * row,
    "day": lambda user, item, row: f"{row % 28 + 1}.{user + 1}.2019",
    "row": lambda user, item, row: row,
    "text": lambda user, item, row: f"A long review of {TITLES[item]} by {NAMES[user]}, number {row}.",
    "zero": lambda user, item, row: 0,
}


def log(**kinds: str) -> pd.DataFrame:
    """A table of ratings with columns of these names, which hold values of these kinds, as text."""
    return pd.DataFrame(
        {name: [str(VALUES[kind](user, item, row)) for row, (user, item) in enumerate(PAIRS)]
         for name, kind in kinds.items()}, dtype=object,
    )  # fmt: skip


def roles_of(frame: pd.DataFrame, **named: str) -> dict[str, str]:
    found = find_rating_columns("ratings.csv", frame, named)
    assert found is not None
    return {role: found[role] for role in found.columns}


@pytest.mark.parametrize(
    ("user", "item", "rating", "timestamp"),
    [
        ("userId", "movieId", "rating", "timestamp"),
        ("User-ID", "ISBN", "Book-Rating", "Date Read"),
        ("USER_ID", "PRODUCT_ID", "SCORE", "TS"),
        ("visitorid", "itemid", "My Rating", "rated_at"),
        ("customer", "asin", "stars", "unixReviewTime"),
        ("reader", "artist", "plays", "created at"),
        ("listener", "track_name", "playcount", "datetime"),
        ("name", "book", "feedback", "date"),
        ("student", "game", "grade", "when"),
        ("profile id", "anime", "value", "time"),
        ("uid", "iid", "score", "Zeitpunkt"),
        ("Nutzer", "Buch", "Bewertung", "Datum"),
        ("Teilnehmerin", "Brettspiel", "Bewertungen", "Spieldatum"),
        ("Kundin", "Weine", "Filmbewertung", "Zeit"),
        ("utilisateur", "titre du livre", "note", "date de lecture"),
        ("usuario", "película", "calificación", "fecha"),
        ("Your name", "Which game?", "How many stars?", "Timestamp"),
        ("reviewerID", "song", "My Rating", "Date Added"),
    ],
)
def test_columns_are_known_by_common_names_in_any_spelling_and_order(user, item, rating, timestamp):
    kinds = {user: "user", item: "item", rating: "stars", timestamp: "seconds"}
    expected = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    assert roles_of(log(**kinds)) == expected
    assert roles_of(log(**dict(reversed(kinds.items())))) == expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"timestamp": "seconds", "visitorid": "user", "event": "event", "itemid": "item", "transactionid": "plays"},
         {"user": "visitorid", "item": "itemid", "rating": "event", "timestamp": "timestamp"}),
        ({"t_dat": "day", "customer_id": "user", "article_id": "item", "price": "hours", "sales_channel_id": "stars"},
         {"user": "customer_id", "item": "article_id", "timestamp": "t_dat"}),
        ({"order_id": "row", "customer": "user", "product_id": "item", "quantity": "stars", "order_date": "day"},
         {"user": "customer", "item": "product_id", "rating": "quantity", "timestamp": "order_date"}),
        ({"user_id": "user", "business_id": "item", "stars": "stars", "cool": "plays", "text": "text", "date": "day"},
         {"user": "user_id", "item": "business_id", "rating": "stars", "timestamp": "date"}),
        ({"rating": "stars", "asin": "item", "parent_asin": "item", "user_id": "user", "helpful_vote": "plays"},
         {"user": "user_id", "item": "asin", "rating": "rating"}),
        ({"user_id": "user", "artist_mbid": "item", "artist_name": "book", "plays": "plays"},
         {"user": "user_id", "item": "artist_mbid", "rating": "plays", "title": "artist_name"}),
        ({"user_id": "user", "track_id": "item", "artist_name": "book", "track_name": "book", "plays": "plays"},
         {"user": "user_id", "item": "track_id", "rating": "plays", "title": "track_name"}),
        ({"user_id": "user", "artist_name": "person", "track_name": "book", "plays": "plays"},
         {"user": "user_id", "item": "track_name", "rating": "plays"}),
        ({"item_id:token": "item", "user_id:token": "user", "rating:float": "stars"},
         {"user": "user_id:token", "item": "item_id:token", "rating": "rating:float"}),
        ({"user": "user", "item": "item", "average rating": "hours", "ratings_count": "plays"},
         {"user": "user", "item": "item"}),
        ({"user_id": "user", "recipe_id": "item", "rating": "stars", "review": "text"},
         {"user": "user_id", "item": "recipe_id", "rating": "rating"}),
        ({"user": "user", "item": "item", "rating": "text", "score": "stars"},
         {"user": "user", "item": "item", "rating": "rating"}),
        ({"user_id": "user", "item_id": "item", "feedback": "text", "stars": "stars"},
         {"user": "user_id", "item": "item_id", "rating": "stars"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)  # fmt: skip
def test_of_real_logs_the_better_name_wins_unless_the_contents_speak_against_it(kinds, expected):
    assert roles_of(log(**kinds)) == expected


def nameless(*kinds: str) -> pd.DataFrame:
    return log(**{f"c{position}": kind for position, kind in enumerate(kinds)}).rename(
        columns=lambda name: f"column {int(name[1:]) + 1}"
    )


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("user", "item"), "user item"),
        (("user", "item", "stars"), "user item rating"),
        (("user", "item", "plays"), "user item rating"),
        (("user", "item", "stars", "seconds"), "user item rating timestamp"),
        (("user", "item", "day"), "user item timestamp"),
        (("user", "book", "event", "hours", "zero"), "user item - rating -"),
        (("person", "book", "stars"), "user item rating"),
        (("book", "person", "stars"), "item user rating"),
        (("stars", "user", "item"), "rating user item"),
        (("day", "person", "book", "stars"), "timestamp user item rating"),
        (("row", "user", "item", "stars"), "- user item rating"),
        (("user", "item", "event"), "user item rating"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_without_names_contents_decide_and_it_is_a_guess(kinds, expected):
    found = find_rating_columns("log.tsv", nameless(*kinds), {})
    assert found is not None
    by_column = {found[role]: role for role in found.columns}
    assert [by_column.get(f"column {n + 1}", "-") for n in range(len(kinds))] == expected.split()
    assert {column.how for column in found.columns.values()} == {"contents"}


def test_a_column_that_is_constant_for_each_item_is_not_guessed_to_be_the_rating():
    rows = [[str(user), f"venue {item}", f"Type {item % 3}", f"40.7{item}", f"-74.0{item}",
             f"Tue Apr 03 18:{user:02d}:{item:02d} +0000 2012"]
            for user in range(20) for item in range(15)]  # fmt: skip
    found = find_rating_columns("checkins.txt", pd.DataFrame(rows, dtype=object).add_prefix("column "), {})
    assert found is not None
    assert [(role, column.name) for role, column in found.columns.items()] == [
        ("user", "column 0"), ("item", "column 1"), ("timestamp", "column 5"),
    ]  # fmt: skip


def test_an_id_of_letters_and_digits_is_no_rating_and_one_that_may_be_blank_no_item():
    rows = [
        [f"c{user:039x}", f"{item:08d}-aaa-bbb" if item % 5 else "", f"Artist {item}", str(900 // (1 + item + user))]
        for user in range(20) for item in range(15)
    ]  # fmt: skip
    found = find_rating_columns("plays.tsv", pd.DataFrame(rows, dtype=object).add_prefix("column "), {})
    assert found is not None
    assert (found["user"], found["item"], found["rating"]) == ("column 0", "column 2", "column 3")


def test_settings_win_over_names():
    frame = log(user="user", item="item", rating="stars", guest="person", mark="plays")
    assert roles_of(frame, user="guest", rating="MARK") == {"user": "guest", "item": "item", "rating": "mark"}


def test_a_setting_for_a_column_that_is_not_there_names_the_nearest():
    with pytest.raises(DataError, match=r"ratings.csv has no column 'scoer', .* for rating \(did you mean 'score'\?"):
        find_rating_columns("ratings.csv", log(user="user", item="item", score="stars"), {"rating": "scoer"})


ITEMS = pd.DataFrame(
    {"column 1": [f"00{n}" for n in range(40)], "column 2": [f"Title number {n * n}" for n in range(40)],
     "column 3": ["Drama|War", "Comedy", "Comedy|Drama", "War"] * 10}, dtype=object,
)  # fmt: skip
BOOKS = pd.DataFrame(
    {"Book_ID": [str(n) for n in range(30)], "ISBN": [f"{n * 7919:010d}" for n in range(30)],
     "Book-Title": [f"On {n} things" for n in range(30)], "Book-Author": ["Ann", "Bob", "Cy"] * 10,
     "Year-Of-Publication": [str(1950 + n) for n in range(30)], "average_rating": ["3.9"] * 30}, dtype=object,
)  # fmt: skip
PEOPLE = pd.DataFrame({"user_id": list("abcdefgh"), "age": list("12345678"), "city": list("xyxyxyxy")}, dtype=object)


@pytest.mark.parametrize("table", [ITEMS, BOOKS, PEOPLE, ITEMS[["column 1", "column 2"]]])
def test_tables_of_items_and_users_are_no_ratings(table):
    assert find_rating_columns("table.csv", table, {}) is None


def facts(found: Roles | None) -> dict[str, str]:
    assert found is not None
    return {role: found[role] for role in found.columns}


@pytest.mark.parametrize(
    ("rated", "expected"),
    [({"3", "7", "29"}, "Book_ID"), ({f"{7 * 7919:010d}", f"{29 * 7919:010d}"}, "ISBN"), ((), "Book_ID")],
)
def test_of_several_ids_of_items_the_one_that_is_rated_counts(rated, expected):
    found = find_item_columns("books.csv", BOOKS, {}, rated)
    assert facts(found) == {"item": expected, "title": "Book-Title", "year": "Year-Of-Publication"}


def test_items_without_names_of_columns_have_the_most_title_like_column_for_titles():
    assert facts(find_item_columns("movies.dat", ITEMS, {}, {"003"})) == {
        "item": "column 1", "title": "column 2", "genres": "column 3",
    }  # fmt: skip


def test_the_name_of_the_ratings_column_may_be_another_columns_in_the_items_table():
    named = {"item": "column 2", "user": "column 1"}  # of a headerless log beside it
    assert facts(find_item_columns("movies.dat", ITEMS, named, {"003", "0012"}))["item"] == "column 1"


def test_users_are_found_and_all_other_columns_are_candidates():
    found = find_user_columns("people.csv", PEOPLE, {})
    assert facts(found) == {"user": "user_id"}
    assert found is not None and found.others == ("age", "city")


@pytest.mark.parametrize("title", ["title", "Title", "titel"])
def test_a_title_is_the_item_where_no_column_has_its_id(title):
    roles = find_rating_columns("log.csv", log(userId="user", **{title: "book"}, rating="stars"), {})
    assert roles is not None and (roles["user"], roles["item"], roles["rating"]) == ("userId", title, "rating")
    roles = find_rating_columns("log.csv", log(userId="user", **{title: "book"}, rating="stars", book="item"), {})
    assert roles is not None and (roles["item"], roles["title"]) == ("book", title)


def test_a_table_with_a_column_for_each_item_is_no_log():
    poll = pd.DataFrame({"student": [f"s{n}" for n in range(9)]}, dtype=object)
    for film in "ABCD":
        poll[f"Film {film}"] = [str(n % 5 + 1) for n in range(9)]
    assert find_rating_columns("poll.csv", poll, {}) is None


def test_ratings_and_times_whose_names_say_nothing_are_guessed_where_one_column_looks_like_them():
    found = find_rating_columns("log.csv", log(user="user", item="item", joy="stars", seen="day", price="hours"), {})
    assert found is not None
    assert {(column.name, column.role) for column in found.guessed} == {("joy", "rating"), ("seen", "timestamp")}


def test_a_table_of_orders_without_what_was_ordered_is_no_log():
    orders = log(order_id="row", user_id="user", stage="zero", order_number="stars").assign(stage="prior")
    assert find_rating_columns("orders.csv", orders, {}) is None


def test_a_list_of_books_of_one_person_is_no_log():
    books = pd.DataFrame(
        {"Book Id": [str(n) for n in range(9)], "Author": ["A", "B", "C"] * 3, "My Rating": list("543210543")},
        dtype=object,
    )
    assert find_rating_columns("goodreads.csv", books, {}) is None


def test_of_several_criteria_the_overall_one_is_the_rating():
    frame = log(user="user", hotel="item", overall="stars", rooms="stars", value="stars")
    assert roles_of(frame) == {"user": "user", "item": "hotel", "rating": "overall"}
