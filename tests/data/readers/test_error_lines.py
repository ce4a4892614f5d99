"""One fault in an otherwise sound file, at any line: the error names the line where the faulty record begins."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.readers.catalogue import read_items
from recsys.data.readers.delimited import BLOCK_SIZE, TableFile
from recsys.data.readers.movielens import LAYOUTS
from recsys.data.readers.ratings import read_ratings
from recsys.errors import DataError

MOVIES = LAYOUTS[2].items
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


def message(file: TableFile) -> str:
    with pytest.raises(DataError) as caught:
        read_ratings(file) if file.table.file == "ratings.csv" else read_items(file, None)
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
    records.insert(position, FAULTS[fault].format(id=99))
    lines = [MOVIES.header or "", *["" for _ in range(gap)]]
    for row, record in enumerate(records):
        if row == position:
            lines += [" "] * blank
            expected = len(lines) + 1
        lines += record.split("\n")
    text = end.join([*lines, ""])
    raw = ("\ufeff" * has_mark + text).encode("utf-8", "surrogateescape")
    shown = message(TableFile(MOVIES, lambda: io.BytesIO(raw), block_size))
    assert shown.startswith(f"movies.csv:{expected}: "), (shown, text)


def test_a_quote_that_closes_many_rows_later_is_named_where_it_opens():
    lines = [MOVIES.header, *(f"{row},Film {row} (1995),Drama" for row in range(2, 22)), '22,Other",Drama']
    lines[3] = '4,"Open (1995),Drama'
    shown = message(TableFile(MOVIES, lambda: io.BytesIO("\n".join(map(str, lines)).encode())))
    problem = "a quoted text goes on for 19 lines, over rows such as '5,Film 5 (1995),Drama'"
    assert shown.startswith(f"movies.csv:4: {problem}")


@settings(deadline=None)
@given(
    st.integers(0, 30), st.sampled_from(["1,x,3,4", "1,2,3", '1,"2,3,4', "1,2,11,4", "1,2,3,4,5", "1.5,2,3,4"]),
    st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([1, 7, 40, BLOCK_SIZE]), st.integers(0, 60),
)  # fmt: skip
def test_an_error_in_ratings_names_its_line(position, fault, end, block_size, blank):
    lines = [f"{row},7,3.5,4" for row in range(30)]
    lines[position:position] = [*[""] * blank, fault]
    raw = end.join([LAYOUTS[2].ratings.header or "", *lines]).encode()
    shown = message(TableFile(LAYOUTS[2].ratings, lambda: io.BytesIO(raw), block_size))
    assert shown.startswith(f"ratings.csv:{position + blank + 2}: "), shown
