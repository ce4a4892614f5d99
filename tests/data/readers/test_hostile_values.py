"""Deep JSON, huge numbers, very many columns, control characters: read as the page on formats says, or refused."""

import json
import sys

import pandas as pd
import pytest

from recsys.config import ReadConfig
from recsys.data.load import read_dataset
from recsys.data.readers import records, table
from recsys.errors import DataError
from tests.data.readers.messages import error_message

LINES = [f'{{"user": "u{n % 5}", "item": {n % 7}, "rating": {n % 5}}}' for n in range(20)]
HOSTILE = "a\x1b[31m\u202e\x07\x7f\x9b"
SHOWN = "a\ufffd[31m\ufffd\ufffd\ufffd\ufffd"


def write(tmp_path, text, name="log.jsonl"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_deep_json_is_refused_in_a_sentence(tmp_path, deep):
    line = f'{{"user": 1, "item": 2, "extra": {deep}}}'
    for name, text in (("log.jsonl", "\n".join([*LINES, line])), ("log.json", f"[{','.join([*LINES, line])}]")):
        message = error_message(write(tmp_path, text, name))
        assert "is not JSON" in message and len(message) < 1000
    dataset, report = read_dataset(tmp_path / "log.jsonl", ReadConfig(lenient=True))
    assert dataset.n_ratings == 20 and "1 row skipped" in report.notes[0]
    assert error_message(write(tmp_path, deep, "only.json"))


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" + "0" * 5000, "NaN", "Infinity"])
def test_numbers_that_no_float_holds_are_refused_with_file_and_line(tmp_path, number):
    message = error_message(write(tmp_path, "\n".join([*LINES, f'{{"user": "u9", "item": 1, "rating": {number}}}'])))
    assert "log.jsonl:21: " in message and len(message) < 1000


@pytest.mark.parametrize("role", ["user", "timestamp"])
def test_a_whole_number_of_thousands_of_digits_is_an_id_as_text_and_no_time(tmp_path, role):
    rows = [f"u{n % 5},{n % 7},{n % 5},{1_600_000_000 + n}" for n in range(20)]
    huge = "9" * 5000
    row = f"{huge},1,3,1600000000" if role == "user" else f"u9,1,3,{huge}"
    path = write(tmp_path, "\n".join(["user,item,rating,timestamp", *rows, row]), "log.csv")
    if role == "user":
        assert huge in read_dataset(path)[0].user_ids
    else:
        assert "timestamp '99999999999" in error_message(path)


def test_of_a_name_that_an_object_has_twice_the_last_counts(tmp_path):
    path = write(tmp_path, "\n".join([*LINES, '{"user": "x", "user": "u9", "item": 1, "rating": 3}']))
    assert {"u9"} == set(read_dataset(path)[0].user_ids) - {f"u{n}" for n in range(5)}


def test_a_table_of_very_many_columns_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MAX_COLUMNS", 20)
    names = ["user", "item", *(f"c{n}" for n in range(30))]
    row = ["1"] * 32
    path = write(tmp_path, "\n".join([",".join(names), ",".join(row), ",".join(row)]), "log.csv")
    assert error_message(path) == "log.csv has 32 columns (expected 20 at most, with a row for each rating)"
    path = write(tmp_path, json.dumps(dict(zip(names, row, strict=True))), "log.jsonl")
    assert error_message(path) == "log.jsonl has 32 columns (expected 20 at most, with a row for each rating)"
    pytest.importorskip("pyarrow")
    pd.DataFrame([row], columns=names).to_parquet(tmp_path / "log.parquet")
    assert error_message(tmp_path / "log.parquet").startswith("log.parquet has 32 columns (expected 20 at most")


def test_a_line_beyond_the_limit_is_refused_with_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MAX_LINE", 1000)
    long = "x" * 2000
    message = error_message(write(tmp_path, "\n".join([*LINES, f'{{"user": "{long}", "item": 1, "rating": 2}}'])))
    assert message.startswith("log.jsonl:21: more than 1,000 bytes in a line (expected objects such as")


def test_lists_and_records_in_parquet_are_read_like_those_of_json(tmp_path):
    pytest.importorskip("pyarrow")
    entries = [
        {"user": f"u{n % 5}", "item": n % 7, "rating": n % 5, "genres": ["Farce", "Noir"][: 1 + n % 7 % 2],
         "extra": {"a": [n % 7]}} for n in range(30)
    ]  # fmt: skip
    pd.DataFrame(entries).to_parquet(tmp_path / "log.parquet")
    of_json = read_dataset(write(tmp_path, "\n".join(map(json.dumps, entries))))[0]
    of_parquet = read_dataset(tmp_path / "log.parquet")[0]
    assert of_parquet.genre_names == of_json.genre_names == ("Farce", "Noir")
    assert of_parquet.genres.tolist() == of_json.genres.tolist()
    assert of_parquet.item_feature_names == of_json.item_feature_names


def test_an_index_in_parquet_is_a_column_and_a_numbering_of_rows_none(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame([(f"u{n % 5}", n % 7, n % 5) for n in range(30)], columns=["user", "item", "rating"])
    for saved in (frame, frame.set_index("user"), frame[frame["item"] != 2]):
        saved.to_parquet(tmp_path / "log.parquet")
        dataset, report = read_dataset(tmp_path / "log.parquet")
        assert dataset.n_users == 5
        assert {column.name for column in report.tables[0].columns} == {"user", "item", "rating"}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_control_characters_are_replaced_in_ids_titles_genres_and_names_of_columns(tmp_path, form):
    rows = [
        {"user": f"{HOSTILE}{n % 5}", "item": f"i{n % 7}{HOSTILE}", "rating": n % 5,
         "title": f"T\t{HOSTILE} {n % 7}{' and so on' * 100}",
         "genres": f"{HOSTILE}|G{n % 7 % 2}", f"mood {HOSTILE}": f"{HOSTILE}{n % 7 % 2}"} for n in range(35)
    ]  # fmt: skip
    path = tmp_path / f"log.{form}"
    if form == "parquet":
        pytest.importorskip("pyarrow")
        pd.DataFrame(rows).to_parquet(path)
    elif form == "csv":
        pd.DataFrame(rows).to_csv(path, index=False)
    else:
        write(tmp_path, "\n".join(map(json.dumps, rows)))
    dataset, report = read_dataset(path)
    assert dataset.user_ids.tolist() == [f"{SHOWN}{n}" for n in range(5)]
    assert dataset.item_ids[0] == f"i0{SHOWN}"
    assert dataset.titles[0].startswith(f"T {SHOWN} 0 and")
    assert SHOWN in dataset.genre_names
    assert all(SHOWN in name for name in dataset.item_feature_names) and dataset.item_feature_names
    names = [column.name for table in report.tables for column in table.columns]
    assert f"mood {SHOWN}" in names
    assert all(column.example.isprintable() for table in report.tables for column in table.columns)


def test_entities_cannot_bring_control_characters_back(tmp_path):
    rows = [f"u{n % 5},i{n % 7},{n % 5},A&#27;[31m&#x202e;&#0; {n % 7}" for n in range(35)]
    path = write(tmp_path, "\n".join(["user,item,rating,title", *rows]), "log.csv")
    assert read_dataset(path)[0].titles[0] == "A[31m\ufffd\ufffd 0"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses such names")
def test_errors_and_reports_show_no_control_characters_of_the_names_of_files(tmp_path):
    path = write(tmp_path, "user,item,rating\n1,1\n1,2,3\n1,2,3\n", "lo\x1b[31mg\n.csv")
    message = error_message(path)
    assert message.isprintable() and message.startswith("lo\ufffd[31mg .csv:2: 2 fields instead of 3")
    path.write_text("user,item,rating\n1,1,3\n")
    dataset, report = read_dataset(path)
    assert dataset.name.isprintable() and report.tables[0].file.isprintable()


def test_an_error_is_one_line_of_bounded_length():
    error = DataError("log.csv:3: " + "x\n" * 5000 + "(expected y)")
    assert len(str(error)) < 1000 and str(error).isprintable()
    assert str(error).startswith("log.csv:3: x x") and str(error).endswith("(expected y)")
