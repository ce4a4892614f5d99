"""From tables of files to a data set: what is cleaned, counted and said on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from recsys.config import ReadConfig, Role
from recsys.data.dataset import Dataset
from recsys.data.fact_roles import find_item_columns, find_user_columns
from recsys.data.input_table import InputTable
from recsys.data.interpret import interpret_tables, rated_ids
from recsys.data.rating_roles import find_rating_columns
from recsys.data.rating_scale import Counts
from recsys.data.report import ReadReport
from recsys.data.roles import RoleColumn, Roles
from recsys.data.row_facts import reasons_to_leave_out
from recsys.errors import DataError

HEADER = ["reader", "book", "stars", "date"]
COLUMNS: dict[Role, RoleColumn] = {
    role: RoleColumn(name, role, "name") for role, name in (("user", "user"), ("item", "book"), ("rating", "stars"))
}
ROWS = [["ann", "b1", "4,5", "31.12.2019"], ["ann", "b2", "3", "1.2.2020"], ["bob", "b1", "5", "2.2.2020"]]


def table_of(rows: list[list[Any]], header: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=header, dtype=object)


def read(
    ratings: pd.DataFrame,
    items: pd.DataFrame | None = None,
    users: pd.DataFrame | None = None,
    **settings: Any,
) -> tuple[Dataset, ReadReport]:
    """What these tables are read as, as if they came from files called log.csv, books.csv and people.csv."""
    config = ReadConfig(**settings)
    roles = find_rating_columns("log.csv", ratings, config.columns)
    assert roles is not None
    tables: list[InputTable | None] = []
    for file, frame, find, role in (
        ("books.csv", items, find_item_columns, "item"), ("people.csv", users, find_user_columns, "user"),
    ):  # fmt: skip
        if frame is None:
            tables.append(None)
            continue
        key = roles["item"] if role == "item" else roles["user"]
        found = find(file, frame, config.columns, rated_ids(ratings[key]), key)
        assert found is not None
        tables.append(InputTable(file, "CSV", frame, found))
    log = InputTable("log.csv", "CSV", ratings, roles, lambda row: f"log.csv:{row + 2}")
    return interpret_tables(log, *tables, name="club", config=config)


def with_row(*row: Any) -> pd.DataFrame:
    return table_of([*ROWS, list(row)], HEADER)


def test_a_spreadsheet_of_a_book_club_is_read():
    dataset, report = read(table_of(ROWS, HEADER))
    assert dataset.user_ids.tolist() == ["ann", "bob"]
    assert dataset.rating.tolist() == [4.5, 3, 5]
    assert np.diff(dataset.timestamp[[0, 1, 2]]).tolist() == [32 * 86400, 86400]
    assert dataset.noun.one == "book"
    assert [(column.name, column.role, column.kind) for column in report.tables[0].columns] == [
        ("reader", "user", "2 different, text"), ("book", "item", "2 different, text"),
        ("stars", "rating", "3 to 5 by halves"), ("date", "timestamp", "dates from 2019-12-31 to 2020-02-02"),
    ]  # fmt: skip
    assert report.suggestions() == ()


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        (["1577836800", "1577923200", "1580608800"], "2020-01-01 to 2020-02-02, in seconds"),
        (["1577836800000", "1577923200000", "1580608800000"], "2020-01-01 to 2020-02-02, in milliseconds"),
        (["2024-05-01", "2024-05-03", "2024-05-02"], "dates from 2024-05-01 to 2024-05-03"),
        (["1.5.2024", "3.5.2024", "31.5.2024"], "dates from 2024-05-01 to 2024-05-31"),
        (["2024-05-01 10:30", "2024-05-03 11:00", "2024-05-02 00:00"], "times from 2024-05-01 to 2024-05-03"),
        (["2024-05-01"] * 3, "dates from 2024-05-01 to 2024-05-01"),
        (["3", "1", "2"], "numbers from 1 to 3"),
    ],
)
def test_times_are_described_as_they_are_written(times, kind):
    rows = [[*row[:3], time] for row, time in zip(ROWS, times, strict=True)]
    report = read(table_of(rows, HEADER))[1]
    assert next(column.kind for column in report.tables[0].columns if column.role == "timestamp") == kind


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["", "b1", "4", "3.2.2020"], "log.csv:5: no user id; expected one in every row (correct the row"),
        (["cy", " ", "4", "3.2.2020"], "log.csv:5: no item id; expected one in every row"),
        (["cy", "b1", "great!", "3.2.2020"], "log.csv:5: rating 'great!' cannot be read; expected a number"),
        (["cy", "b1", "4", "soon"], "log.csv:5: timestamp 'soon' is not a time; expected"),
        (["cy", "b1", "x" * 10_000, "3.2.2020"], f"log.csv:5: rating '{'x' * 60}...' cannot be read"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line_or_skipped_and_counted(row, message):
    with pytest.raises(DataError) as caught:
        read(with_row(*row))
    assert str(caught.value).startswith(message)
    dataset, report = read(with_row(*row), lenient=True)
    assert dataset.n_ratings == 3
    assert any(note.startswith("1 row that cannot be read is skipped, such as log.csv:5") for note in report.notes)


def test_a_row_without_a_rating_is_left_out_and_one_without_a_time_is_the_oldest():
    dataset, report = read(table_of([*ROWS, ["cy", "b1", "", "3.2.2020"], ["cy", "b2", "2", ""]], HEADER))
    assert dataset.n_ratings == 4
    assert dataset.timestamp.argmin() == 3
    assert "1 row without a rating is left out" in report.notes
    assert "1 row without a time is counted as the oldest" in report.notes


def test_columns_of_blanks_are_as_good_as_none():
    dataset, report = read(table_of([[user, item, "", ""] for user, item, _, _ in ROWS], HEADER))
    assert dataset.rating.tolist() == [1, 1, 1]
    assert dataset.timestamp is None
    assert any("there are no times" in note and "random" in note for note in report.notes)


@pytest.mark.parametrize("blank", ["NULL", "\\N", "NaN", "n/a", "-", "None"])
def test_what_databases_and_spreadsheets_write_for_nothing_is_nothing(blank):
    rows = [["1", "7", "4", "2020-01-01"], ["1", "8", blank, "2020-01-02"], ["2", "7", "3", blank]]
    dataset, report = read(table_of(rows, HEADER))
    assert dataset.rating.tolist() == [4, 3]
    assert "1 row without a time is counted as the oldest" in report.notes
    with pytest.raises(DataError, match=r"log\.csv:5: no user id; expected one in every row"):
        read(table_of([*rows, [blank, "8", "2", "2020-01-03"]], HEADER))


def test_rows_of_a_log_of_events_are_counted():
    rows = [["ann", "b1", "view"], ["ann", "b1", "view"], ["ann", "b1", "buy"], ["bob", "b2", "view"]]
    dataset, report = read(table_of(rows, ["visitor", "product", "event"]))
    assert dataset.rating.tolist() == [3, 1]
    assert any("events (buy, view)" in note for note in report.notes)


@pytest.mark.parametrize(
    ("columns", "name"), [(["listener", "song"], "plays"), (["listener", "song", "event"], "events")]
)
def test_numbers_of_rows_are_counts_though_as_many_pairs_have_two_rows_as_one(columns, name):
    rows = [[user, song, "play"][: len(columns)] for user in "abcd" for song in ("s1", "s1", "s2")]
    dataset, report = read(table_of(rows, columns))
    assert dataset.rating_scale == Counts(1, 2)
    assert report.rating_name == dataset.rating_name == name


def test_letter_grades_are_a_scale():
    grades = [f"{letter}{sign}" for letter in "ABCDEF" for sign in ("+", "", "-")]
    log = table_of([[f"r{n % 3}", f"b{n}", grades[n]] for n in range(18)], ["reader", "book", "grade"])
    dataset, report = read(log)
    assert dataset.rating.argsort().tolist() == list(range(17, -1, -1))
    assert report.tables[0].columns[2].kind == "0.7 to 6.3 by tenths (letters: F is 1, A is 6)"


def test_duplicates_are_merged_and_counted_or_refused():
    log = with_row("ann", "b1", "1", "1.1.2021")
    dataset, report = read(log)
    assert sorted(dataset.rating.tolist()) == [1, 3, 5]
    assert any(note.startswith("1 rating repeats a pair of user and item: the newest") for note in report.notes)
    with pytest.raises(DataError, match="rated item b1 more than once"):
        read(log, duplicates="refuse")


BOOKS = table_of(
    [
        ["b1", "Tom &amp; Jerry&#39;s", "1990", "fun|cats", "Ann"],
        ["b3", "", "", "", "Bob"],
        ["b3", "", "2001", "", "Bob"],
    ],
    ["book_id", "Book-Title", "year", "tags", "Book-Author"],
)  # fmt: skip


def test_items_have_titles_without_entities_and_the_most_complete_of_their_rows():
    dataset, report = read(table_of(ROWS, HEADER), BOOKS)
    assert dataset.titles.tolist() == ["Tom & Jerry's", "b2", "b3"]
    np.testing.assert_array_equal(dataset.years, [1990, np.nan, 2001])
    assert dataset.genre_names == ("cats", "fun")
    assert dataset.genre_label.many == "tags"
    assert dataset.item_feature_names == ("Book-Author=Ann", "Book-Author=Bob", "Book-Author is missing")
    assert "1 item with ratings is not in books.csv: shown by id" in report.notes
    assert any("1 row about items that a more complete row is about is left out" in note for note in report.notes)


def test_years_at_the_end_of_titles_are_years_where_most_titles_have_one():
    movies = table_of([["b1", "Matrix, The (1999)"], ["b2", "Heat (1995)"], ["b3", "M"]], ["movieId", "title"])
    dataset, _ = read(table_of(ROWS, HEADER), movies)
    assert dataset.titles.tolist() == ["The Matrix", "Heat", "M"]
    np.testing.assert_array_equal(dataset.years, [1999, 1995, np.nan])


def test_titles_in_the_rows_of_the_ratings_are_those_of_the_items():
    rows = [[user, item, stars, f"Title of {item}"] for user, item, stars, _ in ROWS]
    dataset, _ = read(table_of(rows, ["user", "isbn", "stars", "book title"]))
    assert dataset.titles.tolist() == ["Title of b1", "Title of b2"]


def test_titles_that_differ_between_ratings_of_an_item_are_not_its_titles():
    rows = [[user, item, stars, f"{user} likes {item}"] for user, item, stars, _ in ROWS]
    dataset, report = read(table_of(rows, ["user", "isbn", "stars", "title"]))
    assert dataset.titles.tolist() == ["b1", "b2"]
    assert any("differs between ratings of one item" in note for note in report.notes)


def test_genres_that_cannot_be_read_are_left_out():
    rows = [[user, item, stars, "{'Format': 'DVD'}"] for user, item, stars, _ in ROWS]
    dataset, report = read(table_of(rows, ["user", "isbn", "stars", "style"]))
    assert dataset.genre_names == ()
    assert any("the column of genres is left out" in note for note in report.notes)


def test_columns_that_are_constant_for_an_item_or_a_user_are_about_it():
    header = ["user", "book", "stars", "Author", "Country", "Remark", "Edition"]
    rows = [
        [f"u{user}", f"b{book}", str(1 + (user + book) % 5), f"A{book % 2}", "AT" if user < 2 else "DE",
         f"{user} on {book}", "1"]
        for user in range(4) for book in range(3)
    ]  # fmt: skip
    for dataset, report in (read(table_of(rows, header)), (Dataset.from_frames(table_of(rows, header)), None)):
        assert dataset.item_feature_names == ("Author=A0", "Author=A1")
        assert dataset.item_features.argmax(axis=1).tolist() == [0, 1, 0]
        assert dataset.user_feature_names == ("Country=AT", "Country=DE")
        assert dataset.user_features.argmax(axis=1).tolist() == [0, 0, 1, 1]
        if report is not None:
            assert {column.name: column.kind for column in report.tables[0].columns[3:]} == {
                "Author": "about items: category, 2 values",
                "Country": "about users: category, 2 values",
                "Remark": "left out: it differs between the rows of one item, and of one user",
                "Edition": "left out: the same in all rows",
            }


def test_a_column_of_times_that_cannot_be_read_is_left_out_with_an_example():
    rows = [[f"u{user}", f"b{book}", "4", f"{user + 3 * book} days ago"] for user in range(4) for book in range(3)]
    header = ["user", "book", "stars", "date"]
    assert reasons_to_leave_out(table_of(rows, header), Roles("ratings", COLUMNS, ("date",))) == {
        "date": "left out: '0 days ago' cannot be read as a time (write 2012-01-31 14:21:25, or seconds since 1970)"
    }


@pytest.mark.parametrize("n_divided", [1, 2])
def test_a_column_that_differs_for_more_than_a_tenth_of_the_users_is_not_about_them(n_divided):
    rows = [
        [f"u{user}", f"b{book}", "3", "DE" if user < n_divided and book == 0 else ("AT", "CH")[user % 2]]
        for user in range(10) for book in range(3)
    ]  # fmt: skip
    dataset, report = read(table_of(rows, ["user", "book", "stars", "Country"]))
    if n_divided == 1:
        assert dataset.user_feature_names == ("Country=AT", "Country=CH")
        assert dataset.user_features.argmax(axis=1).tolist() == [0, 1] * 5  # the most frequent value of each user
    else:
        assert dataset.user_feature_names == ()
        assert report.tables[0].columns[3].kind.startswith("left out: it differs between the rows of one item")


def test_a_table_of_items_goes_before_what_the_rows_of_ratings_say_of_them():
    rows = [[*row, f"Author of {row[1]}"] for row in ROWS] + [["bob", "b2", "1", "3.2.2020", "Author of b2"]]
    dataset, report = read(table_of(rows, [*HEADER, "writer"]), BOOKS)
    assert not any("writer" in name for name in dataset.item_feature_names)
    assert report.tables[0].columns[-1].kind == "left out: another table is about items"


def test_what_was_guessed_is_suggested_as_settings():
    log = table_of([["u1", 'tt"1', "4"], ["u1", "tt2", "3"], ["u2", 'tt"1', "1"]], [f"column {n}" for n in (1, 2, 3)])
    _, report = read(log)
    assert report.suggestions() == (
        "[columns]", 'user = "column 1"', 'item = "column 2"', 'rating = "column 3"',
    )  # fmt: skip


def test_a_count_is_called_what_its_column_is_called():
    rows = [[f"u{n % 50}", f"g{n % 37}", str(1 + 500 // (n + 1))] for n in range(300)]
    dataset, report = read(table_of(rows, ["user", "game", "hours"]), duplicates="sum")
    assert (report.rating_name, dataset.rating_name, report.noun.do) == ("hours", "hours", "play")


@pytest.mark.parametrize(("column", "values", "kind"), [
    ("plays", range(1, 90), "counts"), ("Hours played", range(90), "counts"), ("Anzahl", range(1, 90), "counts"),
    ("Score", range(1, 90), "scale"), ("play score", range(1, 90), "scale"), ("plays", range(-44, 45), "scale"),
    ("bought", range(2), "scale"),
])  # fmt: skip
def test_evenly_spread_numbers_are_counts_where_the_column_says_so(column, values, kind):
    rows = [[f"u{n % 50}", f"g{n % 37}", str(values[n % len(values)])] for n in range(300)]
    dataset, report = read(table_of(rows, ["user", "game", column]), columns={"rating": column})
    assert (dataset.rating_scale.kind, dataset.is_counted) == (kind, kind == "counts")
    assert (report.rating_name is not None) == (kind == "counts")


def test_users_extra_columns_are_features_but_those_that_identify():
    people = table_of([["ann", "31", "ann@example.org"], ["bob", "", "bob@example.org"]], ["reader", "age", "email"])
    dataset, report = read(table_of(ROWS, HEADER), None, people)
    assert dataset.user_feature_names == ("age", "age is missing")
    assert {column.name: column.role for column in report.tables[1].columns}["email"] is None


def test_a_table_of_very_many_categories_stays_bounded():
    items = pd.DataFrame({"book": [f"b{n}" for n in range(200)]}, dtype=object)
    for column in range(60):
        items[f"shelf {column}"] = [f"value {n % 40} of {column}" for n in range(200)]
    dataset, report = read(table_of(ROWS, HEADER), items)
    assert 0 < len(dataset.item_feature_names) <= 500
    reasons = [column.kind for column in report.tables[1].columns if column.role is None]
    assert set(reasons) == {"left out: with it there would be more than 500 features"}
    assert not any("shelf" in note for note in report.notes)  # what the table of columns says is said once


def test_free_text_and_formulas_are_no_features():
    text = "=cmd|' /C calc'!A0 <script>alert(1)</script> and then a very long story about something else entirely"
    items = table_of([["b1", text, "A"], ["b2", text, "B"]], ["book", "blurb", "publisher"])
    dataset, report = read(table_of(ROWS, HEADER), items)
    assert dataset.item_feature_names == ("publisher=A", "publisher=B")
    assert [column.kind for column in report.tables[1].columns if column.name == "blurb"] == [
        "left out: it is free text"
    ]


def test_words_for_unknown_among_numbers_are_missing_numbers():
    rows = [["b1", "A", "12", "x"], ["b2", "B", "Unknown", "unknown"]]
    dataset, _ = read(table_of(ROWS, HEADER), table_of(rows, ["book", "title", "episodes", "studio"]))
    assert dataset.item_feature_names == ("episodes", "episodes is missing", "studio=unknown", "studio=x")


FROM_RATINGS = "left out: it may have been computed from ratings that are held out to measure the models"


@pytest.mark.parametrize("name", ["average_rating", "ratings_count", "stars", "Average", "BayesAverage", "numvotes"])
def test_a_number_of_an_item_that_comes_from_ratings_is_no_feature(name):
    items = table_of([["b1", "4.5", "300"], ["b2", "3.5", "200"]], ["book", name, "average_price"])
    dataset, report = read(table_of(ROWS, HEADER), items)
    assert dataset.item_feature_names == ("average_price",)
    assert report.tables[1].columns[1].kind == FROM_RATINGS


@pytest.mark.parametrize("name", ["average_stars", "review_count", "mean rating"])
def test_a_number_of_a_user_that_comes_from_ratings_is_no_feature(name):
    people = table_of([["ann", "4.5", "30"], ["bob", "3.5", "4"]], ["reader", name, "fans"])
    dataset, report = read(table_of(ROWS, HEADER), None, people)
    assert dataset.user_feature_names == ("fans",)
    assert report.tables[1].columns[1].kind == FROM_RATINGS


LOG = [
    *(("ann", "b1", 4.5, 2), ("ann", "b2", 3.0, 31)),
    *(("bob", "b1", 5.0, 14), ("bob", "b3", 0.5, 14), ("cy", "b2", 2.0, 7)),
]


@pytest.mark.parametrize("write_time", [
    *("2021-12-{:02d}".format, "2021-12-{:02d}T00:00:00Z".format, "2021/12/{:d}".format),
    *("{:02d}.12.2021".format, "{:d}/12/2021".format, "12/{:d}/21".format),
    *("{:d} Dec 2021".format, "December {:d}, 2021".format),
    *(lambda day: str(1638316800 + 86400 * (day - 1)), lambda day: 1638316800 + 86400 * (day - 1)),
])  # fmt: skip
@pytest.mark.parametrize("write_rating", [
    *(str, float, lambda r: str(r).replace(".", ","), lambda r: "★" * int(r) + "½" * (r % 1 > 0)),
    *("{} stars".format, "{} - fine".format, "{}/5".format, "{} out of 5".format),
])  # fmt: skip
def test_one_log_is_the_same_however_its_values_are_written(write_rating, write_time):
    rows = [[user, item, write_rating(rating), write_time(day)] for user, item, rating, day in LOG]
    plain = [[user, item, rating, 1638316800 + 86400 * (day - 1)] for user, item, rating, day in LOG]
    read_as = read(table_of(rows, ["User-ID", "ISBN", "Book-Rating", "Date Read"]))[0]
    assert read_as.sha256 == read(table_of(plain, ["user", "item", "rating", "timestamp"]))[0].sha256
    frame = table_of(rows, ["User-ID", "ISBN", "Book-Rating", "Date Read"])
    assert Dataset.from_frames(frame, name="club").sha256 == read_as.sha256


@pytest.mark.parametrize(("column", "noun"), [("ISBN", "book"), ("app_version", "item"), ("site", "item")])
def test_a_further_column_tells_the_noun_only_if_it_is_an_id_of_one_kind(column, noun):
    log = table_of([["a", "1", "1"], ["b", "2", "2"]], ["user", "item", "rating"])
    items = table_of([["1", "x"], ["2", "y"]], ["item", column])
    roles = find_rating_columns("log.csv", log, {}), find_item_columns("items.csv", items, {})
    assert None not in roles
    tables = [InputTable("log.csv", "CSV", log, roles[0]), InputTable("items.csv", "CSV", items, roles[1])]
    assert interpret_tables(*tables, name="log", config=ReadConfig())[1].noun.one == noun
