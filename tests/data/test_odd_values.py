"""Times, years and ages that are hardly meant: one warning a kind, with file, line and value, which is used."""

import logging

import numpy as np
import pandas as pd
import pytest

import build
import recsys
from recsys.data.load import read_dataset

MOST = [f"u{n % 5},i{n % 7},{1 + n % 5},{1_600_000_000 + 86_400 * n}" for n in range(35)]


def warnings(path, word):
    return [warning for warning in read_dataset(path)[1].warnings if f": {word} " in warning]


def write(tmp_path, rows, header="user,item,rating,timestamp"):
    (tmp_path / "ratings.csv").write_text("\n".join([header, *rows]) + "\n")
    return tmp_path / "ratings.csv"


def test_plausible_times_have_no_warning(tmp_path):
    assert warnings(write(tmp_path, MOST), "time") == []


def test_the_first_of_several_negative_times_is_named(tmp_path):
    path = write(tmp_path, [*MOST, "u9,i1,3,-5", "u9,i2,3,-86400"])
    assert warnings(path, "time") == [
        "ratings.csv:37: time -5 is negative or before 1970, unlike most (and 1 more such time); used anyway"
    ]
    assert read_dataset(path)[0].timestamp.min() == -86400


def test_times_of_zero_and_in_the_future_have_a_warning_each(tmp_path):
    path = write(tmp_path, [*MOST, "u9,i1,3,0", "u9,i2,3,99999999999", "u9,i3,3,0", "u9,i4,3,0"])
    assert warnings(path, "time") == [
        "ratings.csv:37: time 0 is the very beginning of 1970, unlike most (and 2 more such times); used anyway",
        "ratings.csv:38: time 99999999999 is in the future; used anyway",
    ]


def test_dates_before_1970_among_later_ones_have_a_warning(tmp_path):
    rows = [f"u{n % 5},i{n % 7},{1 + n % 5},20{10 + n % 10}-01-02" for n in range(35)]
    path = write(tmp_path, [*rows, "u9,i1,3,1066-10-14"])
    (warning,) = warnings(path, "time")
    assert warning.startswith("ratings.csv:37: time 1066-10-14 is negative or before 1970")


def test_numbers_that_count_and_a_log_of_old_letters_have_no_warning(tmp_path):
    assert warnings(write(tmp_path, [f"u{n % 5},i{n % 7},{1 + n % 5},{n}" for n in range(35)]), "time") == []
    letters = [f"u{n % 5},i{n % 7},{1 + n % 5},18{10 + n}-01-02" for n in range(35)]
    assert warnings(write(tmp_path, letters), "time") == []


def test_years_of_items_before_1000_and_after_the_next_have_a_warning_each(tmp_path):
    write(tmp_path, MOST)
    years = [1999, -1750, 2005, 3005, 0, 3010, 800]
    lines = [f"i{n},Title {n},{year}" for n, year in enumerate(years)]
    (tmp_path / "items.csv").write_text("\n".join(["item,title,year", *lines]) + "\n")
    before, after = warnings(tmp_path, "year")
    assert before == "items.csv:3: year -1750 is before 1000 (and 1 more such year); used anyway"
    assert after.startswith("items.csv:5: year 3005 is after ") and "(and 1 more such year)" in after
    assert read_dataset(tmp_path)[0].years[[1, 3]].tolist() == [-1750, 3005]


def test_years_in_the_rows_of_ratings_are_named_by_their_line(tmp_path):
    rows = [f"u{n % 5},i{n % 7},{1 + n % 5},Title {n % 7},{(1999, 3005)[n % 7 == 3]}" for n in range(35)]
    (warning,) = warnings(write(tmp_path, rows, "user,item,rating,title,year"), "year")
    assert warning.startswith("ratings.csv:5: year 3005 is after ") and "(and 4 more such years)" in warning


def test_ages_below_0_and_above_120_are_named_and_used(tmp_path):
    write(tmp_path, MOST)
    lines = [f"u{n},{age}" for n, age in enumerate([30, 244, 41, -1, 120])]
    (tmp_path / "users.csv").write_text("\n".join(["user,Age", *lines]) + "\n")
    assert warnings(tmp_path, "age") == [
        "users.csv:3: age 244 is not between 0 and 120 (and 1 more such age); used anyway"
    ]
    assert np.isfinite(read_dataset(tmp_path)[0].user_features).all()


def test_quiet_shows_them_but_not_how_the_data_were_read(tmp_path, capfd):
    path = write(tmp_path, [*MOST, "u0,i0,3,-5", "u9,i2,3,99999999999"])
    assert build.main(["--data", str(path), "--dry-run", "--quiet"]) == 0
    printed = "".join(capfd.readouterr())
    assert printed.splitlines() == [
        "ratings.csv:37: time -5 is negative or before 1970, unlike most; used anyway",
        "ratings.csv:38: time 99999999999 is in the future; used anyway",
    ]
    assert any("repeats a pair" in note for note in read_dataset(path)[1].notes)


def test_calls_of_the_library_log_them(tmp_path, caplog):
    path = write(tmp_path, [*MOST, "u9,i1,3,0"])
    recsys.load_dataset(path)
    (record,) = caplog.records
    assert (record.levelno, record.message) == (
        logging.WARNING, "ratings.csv:37: time 0 is the very beginning of 1970, unlike most; used anyway"
    )  # fmt: skip


@pytest.mark.parametrize("are_dates", [False, True])
def test_of_frames_the_row_is_named(caplog, are_dates):
    rows = [row.split(",") for row in [*MOST, "u9,i1,3,-5"]]
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]).astype({"timestamp": "int64"})
    if are_dates:
        ratings["timestamp"] = pd.to_datetime(ratings["timestamp"], unit="s")
    items = pd.DataFrame({"item": ["i1", "i2"], "year": [1999, 3005]})
    users = pd.DataFrame({"user": ["u1", "u2"], "age": [244, 30]})
    recsys.Dataset.from_frames(ratings, items, users)
    shown = "1969-12-31 23:59:55" if are_dates else "-5"
    messages = [record.message for record in caplog.records if "used anyway" in record.message]
    assert [message.partition(" is ")[0] for message in messages] == [
        f"ratings, row 35: time {shown}", "items, row 1: year 3005", "users, row 0: age 244"
    ]  # fmt: skip
