"""Files that were cut within their last row: what comes of it is said with file, line and text."""

import gzip

import pytest

from recsys.config import ReadConfig
from recsys.data.load import read_dataset
from recsys.errors import DataError

ROWS = [f"{user},{item},{1 + (user * item) % 5}.0,{881_250_000 + user * item}" for user in range(1, 8)
        for item in range(1, 6)]  # fmt: skip
WHOLE = "\n".join(["userId,movieId,rating,timestamp", *ROWS])


def read(tmp_path, text, name="ratings.csv", lenient=False):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_dataset(tmp_path / name, ReadConfig(lenient=lenient))


def warnings_about_the_end(report):
    return [warning for warning in report.warnings if "does not end with a line break" in warning]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_whole_file_is_no_reason_for_a_warning_whatever_it_ends_with(tmp_path, end):
    assert warnings_about_the_end(read(tmp_path, WHOLE + end)[1]) == []


def test_a_last_row_of_too_few_fields_is_an_error_that_shows_it(tmp_path):
    text = f"{WHOLE}\n8,1,4."
    with pytest.raises(DataError) as error:
        read(tmp_path, text)
    assert str(error.value) == (
        "ratings.csv:37: the file ends within the row '8,1,4.', which has 3 fields instead of 4 (it seems to be cut: "
        "copy or download it again)"
    )
    dataset, report = read(tmp_path, text, lenient=True)
    assert dataset.n_ratings == 35
    assert any("ratings.csv:37: the file ends within the row" in note for note in report.notes)


@pytest.mark.parametrize(("cut", "shown"), [(5, "8812"), (1, "88125003"), (9, "")])
def test_a_last_time_shorter_than_all_others_is_used_with_a_warning(tmp_path, cut, shown):
    dataset, report = read(tmp_path, WHOLE[:-cut])
    assert dataset.n_ratings == 35
    assert warnings_about_the_end(report) == [
        f"ratings.csv:36: the file does not end with a line break, and its last value {shown!r} looks "
        "incomplete: the file may be cut off; the row is used anyway"
    ]


def test_a_last_rating_that_ends_in_its_decimal_mark_is_used_with_a_warning(tmp_path):
    text = WHOLE.rpartition(",")[0].replace("timestamp", "note")
    text = "\n".join(line.rpartition(",")[0] if n else "user,item,rating" for n, line in enumerate(WHOLE.split("\n")))
    assert warnings_about_the_end(read(tmp_path, text)[1]) == []
    (warning,) = warnings_about_the_end(read(tmp_path, text[:-1])[1])
    assert warning.startswith("ratings.csv:36: the file does not end with a line break, and its last value '1.' ")


def test_short_last_values_among_others_of_many_lengths_are_no_reason_for_a_warning(tmp_path):
    rows = [f"u{n % 5},i{n % 7},{(1, 10)[n % 2]}" for n in range(35)]
    assert warnings_about_the_end(read(tmp_path, "\n".join(["user,item,rating", *rows]))[1]) == []
    words = [f"u{n % 5},i{n % 7},{n % 5},{'Title' * (1 + n % 3)}" for n in range(34)]
    assert warnings_about_the_end(read(tmp_path, "\n".join(["user,item,rating,title", *words, "u,i,3,Up"]))[1]) == []


def test_a_file_cut_within_quotes_is_an_error_that_shows_the_row(tmp_path):
    rows = [f'u{n % 5},i{n % 7},{n % 5},"Title, {n % 7}"' for n in range(30)]
    text = "\n".join(["user,item,rating,title", *rows])[:-3]
    with pytest.raises(DataError) as error:
        read(tmp_path, text)
    assert str(error.value) == (
        "ratings.csv:31: the file ends within a quoted text, in the row 'u4,i1,4,\"Title,' (it seems to be cut: copy "
        "or download it again)"
    )


def test_json_lines_cut_in_the_last_object_are_an_error_that_shows_it(tmp_path):
    text = "\n".join(f'{{"user": "u{n % 5}", "item": {n}, "rating": 3}}' for n in range(20))
    with pytest.raises(DataError, match=r"^log\.jsonl:20: .*\"user\".* is not JSON: Input data was truncated"):
        read(tmp_path, text[:-4], "log.jsonl")
    assert read(tmp_path, text[:-4], "log.jsonl", lenient=True)[0].n_ratings == 19


def test_a_cut_gzip_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(DataError, match=r"^'log\.csv\.gz' is damaged: .*\(download it again\)$"):
        read(tmp_path, gzip.compress(WHOLE.encode())[:-9], "log.csv.gz")
    assert warnings_about_the_end(read(tmp_path, gzip.compress(WHOLE[:-4].encode()), "log.csv.gz")[1])
