"""Tables with a row for each user and a column for each item, as polls and spreadsheets have them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.config import ReadConfig
from recsys.data.dataset import Dataset
from recsys.data.load import read_dataset
from recsys.data.report import ReadReport
from recsys.data.wide import find_wide_layout
from recsys.errors import DataError

GAMES = ("Catan", "Chess", "Uno")
ANSWERS = {"Ann": "5 1 3", "Ben": "4 - 2", "Cleo": "- 5 4"}
TRUTH = {("Ann", "Catan"): 5, ("Ann", "Chess"): 1, ("Ann", "Uno"): 3, ("Ben", "Catan"): 4, ("Ben", "Uno"): 2,
         ("Cleo", "Chess"): 5, ("Cleo", "Uno"): 4}  # fmt: skip


def read(tmp_path: Path, content: str, config: ReadConfig | None = None) -> tuple[Dataset, ReadReport]:
    (tmp_path / "poll.csv").write_text(content)
    return read_dataset(tmp_path / "poll.csv", config)


def ratings_of(dataset: Dataset) -> dict[tuple[str, str], float]:
    pairs = zip(dataset.user_ids[dataset.user], dataset.item_ids[dataset.item], strict=True)
    return dict(zip([(str(user), str(item)) for user, item in pairs], dataset.rating.tolist(), strict=True))


def poll(
    header: str, separator: str = ",", blank: str = "", before: str = "", words: dict[str, str] | None = None
) -> str:
    lines = [header]
    for user, answers in ANSWERS.items():
        cells = [blank if cell == "-" else (words or {}).get(cell, cell) for cell in answers.split()]
        lines.append(separator.join([*before.split(), user, *cells]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "content",
    [
        poll("Name,Catan,Chess,Uno"), poll("Name;Catan;Chess;Uno", ";"), poll("Who\tCatan\tChess\tUno", "\t", "n/a"),
        poll("email,Catan,Chess,Uno", blank="-"), poll("Pupil,Catan,Chess,Uno"),
        poll("Timestamp,Name,What of these games? [Catan],What of these games? [Chess],What of these games? [Uno]",
             before="2024-05-01"),
        poll("Name,Catan,Chess,Uno", words={"5": "5 - love it", "1": "1 - never again"}),
        poll("Name,Catan,Chess,Uno", words={n: "★" * int(n) for n in "12345"}),
        poll("Name,Catan,Chess,Uno", blank="Haven't played", words={n: f"⭐ {n} stars" for n in "12345"}),
        poll("Age,Name,Catan,Chess,Uno", before="15"),
    ],
)  # fmt: skip
def test_a_row_a_user_and_a_column_an_item_are_ratings(tmp_path, content):
    dataset, report = read(tmp_path, content)
    assert ratings_of(dataset) == TRUTH
    assert any("a row for each user and a column for each item" in note for note in report.notes)
    assert {column.how for column in report.tables[0].columns if column.role in ("item", "rating")} == {"layout"}
    assert report.suggestions() == ()


def test_users_without_a_name_are_the_numbers_of_their_rows(tmp_path):
    rows = ["2024-05-01,5,1,3,4,", "2024-05-02,,2,,1,5", "2024-05-03,4,,,,"]
    dataset, _ = read(tmp_path, "\n".join(["Timestamp,Catan,Chess,Uno,Go,Azul", *rows]))
    assert dataset.user_ids.tolist() == [1, 2, 3]
    assert ratings_of(dataset)["2", "Azul"] == 5
    assert dataset.timestamp is not None
    assert not dataset.has_times


def test_yes_and_no_are_ratings_and_the_question_names_the_items(tmp_path):
    question = "Which games do you like?"
    header = ",".join(["Name", *(f"{question} [{game}]" for game in GAMES)])
    dataset, _ = read(tmp_path, f"{header}\nAnn,yes,no,\nBen,no,,yes\n")
    assert ratings_of(dataset) == {("Ann", "Catan"): 1, ("Ann", "Chess"): 0, ("Ben", "Catan"): 0, ("Ben", "Uno"): 1}
    assert dataset.noun.one == "game"


LARGE = [f"Pupil {n},{n % 5 + 1},{(n * 2) % 5 + 1},0,{n % 3 + 1},0" for n in range(20)]


@pytest.mark.parametrize(
    ("content", "n_users", "values"),
    [
        ("Name,Catan,Chess,Uno,Go,Azul\nAnn,x,,x,,x\nBen,,x,,x,\nCy,x,x,,,\n", 3, {1}),
        ("Name,Catan,Chess,Uno,Go,Azul\n" + "\n".join(LARGE), 20, {1, 2, 3, 4, 5}),
        ("user_id,101,102,103,104,105\nu1,5.0,,3.0,,1.0\nu2,,4.0,,2.0,5.0\nu3,1.0,1.0,,,\n", 3, {1, 2, 3, 4, 5}),
        ("Name,Catan,Chess,Uno\nAnn,Strongly agree,Agree,Neutral\nBen,Disagree,Strongly disagree,Agree\n",
         2, {0, 0.25, 0.5, 0.75, 1}),
        ("Name,Catan,Chess,Uno,Go\nAnn,1,2,3,4\nBen,2,3,4,1\nAnn,1,,3,\nCy,5,2,1,2\n", 3, {1, 2, 3, 4, 5}),
    ],
    ids=["marks", "zeros", "ids", "agreement", "twice"],
)  # fmt: skip
def test_marks_zeros_ids_and_degrees_of_agreement_are_read(tmp_path, content, n_users, values):
    dataset, _ = read(tmp_path, content)
    assert dataset.n_users == n_users
    assert set(dataset.rating.tolist()) == values


def test_answers_in_words_that_are_no_ratings_are_no_log(tmp_path):
    words = ("often", "seldom", "now and then", "every day")
    rows = [f"P{n},{words[n % 4]},{words[n % 3]},{words[(n + 1) % 4]},{words[(n + 2) % 4]}" for n in range(60)]
    with pytest.raises(DataError, match="holds no table with a column of users and one of items"):
        read(tmp_path, "\n".join(["Name,Catan,Chess,Uno,Go", *rows]))


def test_a_list_of_items_beside_a_poll_is_about_its_items(tmp_path):
    (tmp_path / "poll.csv").write_text(poll("Name,Catan,Chess,Uno"))
    (tmp_path / "games.csv").write_text("game,players,mechanics\nCatan,4,dice|trade\nChess,2,\nUno,6,cards\n")
    dataset, report = read_dataset(tmp_path)
    assert ratings_of(dataset) == TRUTH
    assert dataset.item_ids.tolist() == list(GAMES)
    assert [table.file for table in report.tables] == ["poll.csv", "games.csv"]
    assert "players" in dataset.item_feature_names


def test_a_cell_that_is_no_rating_is_an_error_with_its_line_or_skipped(tmp_path):
    rows = "".join(f"Pupil {n},{n % 5 + 1},{(n + 2) % 5 + 1},{n % 3 + 1}\n" for n in range(20))
    content = f"Name,Catan,Chess,Uno\n{rows}Zoe,4,great!,2\n"
    with pytest.raises(DataError, match=r"poll\.csv:22: rating 'great!' cannot be read"):
        read(tmp_path, content)
    assert read(tmp_path, content, ReadConfig(lenient=True))[0].n_ratings == 62


def test_settings_name_the_column_of_users(tmp_path):
    content = poll("Row,Kid,Catan,Chess,Uno", before="x")
    dataset, _ = read(tmp_path, content, ReadConfig(columns={"user": "Kid"}))
    assert ratings_of(dataset) == TRUTH


@pytest.mark.parametrize(
    "header",
    [
        "user,item,rating,timestamp", "user,item,story,art,sound,length,fun", "title,story,art,sound,length,fun",
        "movieId,Action,Comedy,Drama,War,Crime", "name,business,stars,useful,funny,cool", "a,b,c", "user,film,score",
        "id,book,story,art,length", "customer,product,stars,helpful,verified,vine", "id,title,fun,art,length",
    ],
)  # fmt: skip
def test_other_tables_of_small_numbers_are_none(header):
    n_columns = header.count(",") + 1
    rows = [[str((row * (column + 1)) % 5 + 1) for column in range(n_columns)] for row in range(30)]
    assert find_wide_layout(pd.DataFrame(rows, columns=header.split(","), dtype=object), True, {}) is None


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.sampled_from("12345")), min_size=2, max_size=40),
    st.permutations(["user", "item", "rating"]),
    st.lists(st.sampled_from(["useful", "funny", "cool", "story", "art", "level", "n"]), unique=True, max_size=6),
    st.sampled_from(["name", "id", "login"]),
    st.sampled_from(["movieId", "Book-Title", "asin", "item"]),
)
def test_a_log_is_never_one(rows, order, extra, user, item):
    names = {"user": f"user {user}", "item": item, "rating": "stars"}
    frame = pd.DataFrame(rows, columns=["user", "item", "rating"]).astype(str).astype(object)[order]
    frame = frame.rename(columns=names).assign(**dict.fromkeys(extra, frame["rating"]))
    assert find_wide_layout(frame, True, {}) is None
