"""One fault in an otherwise sound file, at any line: the error names the line where the faulty record begins."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.readers.catalogue import read_items
from recsys.data.readers.delimited import BLOCK_SIZE
from recsys.data.readers.files import list_folders
from recsys.data.readers.movielens import LAYOUTS, read_ratings
from recsys.data.readers.text import open_text
from recsys.errors import DataError

MOVIES = "movieId,title,genres"
TITLES = ["Plain (1995)", '"Quoted, The (1996)"', '"He said ""no"" (1997)"', '"Two\n lines (1998)"', '"A\n\nb, c\nd"',
          "5 o'clock", '""', 'say "cheese"']  # fmt: skip
FAULTS = {
    "an open quote": '{id},"Open (1995),Drama',
    "an open quote before a comma": '{id},"Open, The (1995),Drama',
    "text after a quote": '{id},"Closed" early (1995),Drama',
    "too few fields": "{id},Title",
    "too many fields": "{id},Title, The (1995),Drama",
    "no id": "x{id},Title,Drama",
    "a fraction": "{id}.5,Title,Drama",
    "a lost closing quote": '{id},Title,"Drama',
    "an empty id": ",Title,Drama",
    "a byte of another encoding": "{id},Caf\udce9,Drama",
    "a NUL byte": "{id},Caf\0,Drama",
}


def message(raw: bytes, block_size: int) -> str:
    """What is said of a catalogue; some faults show only when it is read, in blocks."""
    with pytest.raises(DataError) as caught:
        table = open_text("movies.csv", lambda: io.BytesIO(raw), LAYOUTS[2].items.known)
        read_items(replace(table, source=replace(table.source, block_size=block_size)), ())
    return str(caught.value)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(TITLES), min_size=1, max_size=12), st.data(), st.sampled_from(sorted(FAULTS)),
    st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.sampled_from([1, 7, 40, BLOCK_SIZE]),
    st.integers(0, 2), st.integers(0, 60),
)  # fmt: skip
def test_an_error_names_the_line_where_its_record_begins(titles, data, fault, end, has_mark, block_size, gap, blank):
    records = [f"{row},{title},Drama" for row, title in enumerate(titles, 1)]
    position = data.draw(st.integers(0, len(records)))
    records.append("100,Déjà vécu (2006),Drama")  # so that the file is UTF-8
    records.insert(position, FAULTS[fault].format(id=99))
    lines = [MOVIES, *["" for _ in range(gap)]]
    for row, record in enumerate(records):
        if row == position:
            lines += [" "] * blank
            expected = len(lines) + 1
        lines += record.split("\n")
    text = end.join([*lines, ""])
    raw = ("\ufeff" * has_mark + text).encode("utf-8", "surrogateescape")
    shown = message(raw, block_size)
    assert shown.startswith(f"movies.csv:{expected}: "), (shown, text)


def test_a_quote_that_closes_many_rows_later_is_named_where_it_opens():
    lines = [MOVIES, *(f"{row},Film {row} (1995),Drama" for row in range(2, 22)), '22,Other",Drama']
    lines[3] = '4,"Open (1995),Drama'
    shown = message("\n".join(lines).encode(), BLOCK_SIZE)
    problem = "a quoted text goes on for 19 lines, over rows such as '5,Film 5 (1995),Drama'"
    assert shown.startswith(f"movies.csv:4: {problem}")


@pytest.mark.parametrize("fault", ["1,x,3,4", "1,2,3", '1,"2,3,4', "1,2,11,4", "1,2,3,4,5", "1.5,2,3,4", "1,2,3,4.5"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_error_in_ratings_names_its_line(tmp_path, fault, end):
    for position, blank in ((0, 0), (7, 60), (30, 1)):
        lines = [f"{row},7,3.5,4" for row in range(30)]
        lines[position:position] = [*[""] * blank, fault]
        raw = end.join(["userId,movieId,rating,timestamp", *lines]).encode()
        (tmp_path / "ratings.csv").write_bytes(raw)
        with pytest.raises(DataError) as caught:
            read_ratings(list_folders(tmp_path)[0], LAYOUTS[2], False)
        assert str(caught.value).startswith(f"ratings.csv:{position + blank + 2}: ")


@pytest.mark.parametrize("fault", ["1,x,3,4", "1,2,x,4", "1,2,11,4", "1.5,2,3,4", "1,2,3,4.5", "1,2", '"1,2,3,4'])
def test_a_lenient_reader_leaves_out_the_rating_and_says_why(tmp_path, fault):
    rows = [f"{row},7,3.5,4" for row in range(30)]
    (tmp_path / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *rows[:9], fault, *rows[9:]]))
    _, ratings, skipped = read_ratings(list_folders(tmp_path)[0], LAYOUTS[2], True)
    assert ratings.astype(float).to_numpy().tolist() == [[row, 7, 3.5, 4] for row in range(30)]
    assert skipped.count == 1 and skipped.reasons[0].startswith("ratings.csv:11: ")
