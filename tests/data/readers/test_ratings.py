"""Ratings files of any content, read in blocks of any size, against an oracle that reads them line by line."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recsys.data.readers import delimited, ratings
from recsys.data.readers.delimited import BLOCK_SIZE, Table, TableFile
from recsys.data.readers.movielens import LAYOUTS
from recsys.data.readers.ratings import read_ratings
from recsys.errors import DataError

TAB, COLONS, COMMA = TABLES = tuple(layout.ratings for layout in LAYOUTS)
N_LARGE = BLOCK_SIZE // 20 + 20_000
"""Lines that need more than one block."""

# Fields and lines that pandas reads otherwise than they are written, or that are not numbers at all.
FIELDS = (
    *("", " ", "3 ", " 3", "+3", "-3", "00001", "1.0", "1e0", "1e5", ".5", "5.", "4.35", "1e-400", "1e400"),
    *("1e", "-", "nan", "inf", "-inf", "NA", "True", "0x1", "1_0", '"1"', "1,5", "1;2", "1 2", "+-1", "#1", "\\N"),
    *("\r1", "\x0b1", "1\x0c", "\x1c", "\xa01", "é", "١", "1\x00", "1" * 30, "0" * 25 + "1", "-" + "0" * 25 + "1"),
    *(str(2**53 + 1), str(2**63 - 1), str(2**63), str(-(2**63))),
)
LINES = (
    *(
        "",
        " ",
        "\x0b",
        "x",
        "1,2,3",
        '1,"2",3,4',
        "1,2,3,4,5",
        "1,2,3,4,",
        "1,2,True,4",
        "user,item,rating,timestamp",
    ),
    *("1\t2\t3", "1\t2\t3\t4", "1\t2\t3\t4\t5", "\t\t\t", "1:2:3:4"),
    *("1::2::3::4", "1:::2::3::4", "1::2::3::4::", "1::2::3\t::4", "1\t2::3::4"),
)
IDS = st.integers(-3, 2**33) | st.integers(1, 300)
PLAIN = st.tuples(IDS, IDS, st.sampled_from(["0.5", "4", "3.7", "10"]), st.integers(-1, 2**40))


def table_file(table: Table, data: bytes, block_size: int = BLOCK_SIZE) -> TableFile:
    return TableFile(table, lambda: io.BytesIO(data), block_size)


def head(table: Table) -> str:
    return f"{table.header}\n" if table.header else ""


def refusal(file: TableFile) -> str:
    with pytest.raises(DataError) as caught:
        read_ratings(file)
    return str(caught.value)


def ids_as_written(texts: list[str]) -> list[str] | list[int]:
    """Numbers, unless one is not written like one."""
    is_plain = all(str(int(text)) == text for text in texts)
    return list(map(int, texts)) if is_plain else texts


def oracle(table: Table, text: str) -> list[tuple[Any, Any, np.float32, int]] | None:
    """The ratings in a text without header; None where a line is not four numbers in their ranges."""
    rows = []
    for line in re.split(r"\r\n|\r|\n", text):
        try:
            fields = next(csv.reader([line], strict=True)) if table is COMMA else line.split(table.separator)
        except csv.Error:
            return None
        if len(fields) <= 1 and not "".join(fields).strip():
            continue
        user, item, rating, time = map(str.strip, fields) if len(fields) == 4 else ("", "", "", "")
        if not all(re.fullmatch("[+-]?[0-9]+", field) and abs(int(field)) <= 2**63 for field in (user, item, time)):
            return None
        if max(map(int, (user, item, time))) == 2**63 or not re.fullmatch(r"[+\-.\deE]+", rating, re.ASCII):
            return None
        try:
            if not 0 <= float(rating) <= 10:
                return None
        except ValueError:
            return None
        rows.append((user, item, np.float32(rating), int(time)))
    users, items, ratings, times = zip(*rows, strict=True) if rows else ([], [], [], [])
    return list(zip(ids_as_written(users), ids_as_written(items), ratings, times, strict=True)) or None


def check_against_oracle(table: Table, text: str, block_size: int) -> None:
    file = table_file(table, (head(table) + text).encode(), block_size)
    rows = None if "\0" in text else oracle(table, text)
    if rows is None:
        assert table.file in refusal(file)
    else:
        assert list(read_ratings(file).itertuples(index=False, name=None)) == rows


@settings(deadline=None)
@given(
    st.sampled_from(TABLES), st.lists(PLAIN, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(), st.booleans(), st.integers(1, 60),
)  # fmt: skip
def test_numbers_are_read_whatever_the_line_ends_and_block_size(table, rows, end, has_mark, is_ended, block_size):
    lines = [*([table.header] if table.header else []), *(table.separator.join(map(str, row)) for row in rows)]
    data = (end.join(lines) + end * is_ended).encode("utf-8-sig" if has_mark else "utf-8")
    frame = read_ratings(table_file(table, data, block_size))
    expected = [(user, item, np.float32(rating), time) for user, item, rating, time in rows]
    assert list(frame.itertuples(index=False, name=None)) == expected
    fits = [max(row[column] for row in rows) < 2**31 for column in (0, 1)]
    assert [str(dtype) for dtype in frame.dtypes] == [
        *("int32" if fit else "int64" for fit in fits),
        "float32",
        "int64",
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
@pytest.mark.parametrize("field", FIELDS)
def test_an_odd_field_is_read_as_written_or_refused(table, field):
    for line, position, block_size in itertools.product(range(3), range(5), (1, BLOCK_SIZE)):
        rows = [["1", "2", "3", "4"], ["5", "6", "4.5", "8"], ["7", "8", "1", "9"]]
        rows[line][position : position + 1] = [field]  # position 4 is one field too many
        check_against_oracle(table, "\n".join(map(table.separator.join, rows)), block_size)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_an_odd_line_is_read_as_written_or_refused(table):
    rows = [table.separator.join((str(user), "2", "3.5", "4")) for user in range(2)]
    for odd, position, block_size in itertools.product(LINES, range(3), (1, 10, BLOCK_SIZE)):
        check_against_oracle(table, "\n".join([*rows[:position], odd, *rows[position:]]), block_size)


@settings(deadline=None)
@given(st.sampled_from(TABLES), st.data(), st.integers(1, 60))
def test_odd_lines_are_read_as_written_or_refused_wherever_blocks_end(table, data, block_size):
    plain = PLAIN.map(lambda row: table.separator.join(map(str, row)))
    ends = st.sampled_from(["\n", "\r\n", "\n\n", "\r\n  \r\n", "\r"])
    lines = data.draw(st.lists(st.tuples(plain | plain | st.sampled_from(LINES), ends), min_size=1, max_size=8))
    text = "".join(line + end for line, end in lines)
    check_against_oracle(table, text[: data.draw(st.integers(1, len(text)))], block_size)


@settings(deadline=None)
@given(st.sampled_from(TABLES), st.integers(0, 9), st.integers(1, 60))
@example(TAB, 0, BLOCK_SIZE)
def test_an_error_names_its_line_in_whichever_block_it_is(table, position, block_size):
    lines = [table.separator.join(("1", str(item), "3", "4")) for item in range(10)]
    lines[position] = table.separator.join(("1", "2.5", "3", "4"))
    message = refusal(table_file(table, (head(table) + "\n".join(lines)).encode(), block_size))
    assert message.startswith(f"{table.file}:{position + 1 + bool(table.header)}: item '2.5' is not a whole number")


@settings(deadline=None)
@given(
    st.sampled_from(TABLES), st.lists(st.tuples(st.sampled_from(["7", "07", "007", "0", "-7", "10", "100"]),
                                                st.sampled_from(["1", "0120735", "120735", " 05"])), min_size=1),
    st.integers(1, 60),
)  # fmt: skip
def test_ids_are_as_they_are_written_wherever_blocks_end(table, ids, block_size):
    text = "".join(table.separator.join((user, item, "0.5", "10\n")) for user, item in ids)
    frame = read_ratings(table_file(table, (head(table) + text).encode(), block_size))
    assert frame["user"].tolist() == ids_as_written([user for user, _ in ids])
    assert frame["item"].tolist() == ids_as_written([item.strip() for _, item in ids])


@pytest.mark.parametrize("item", ["2", "0120735", "0", "10"])
def test_plain_blocks_are_left_to_pandas(monkeypatch, item):
    monkeypatch.setattr(ratings, "parse_rows", lambda *_: pytest.fail("rows are 20 times slower"))
    for table in TABLES:
        line = table.separator.join(("1", item, "3.5", "880000000"))
        assert len(read_ratings(table_file(table, f"{head(table)}{line}\r\n{line}\n".encode(), 10))) == 2


def large(table: Table) -> str:
    return head(table) + "".join(table.separator.join((str(user), "1", "3.5", "88\n")) for user in range(N_LARGE))


@pytest.mark.parametrize(
    ("tail", "problem"),
    [
        (b"1\t\x002\t3\t4\n", "a NUL byte (expected plain text: save the file as UTF-8)"),
        (b"1\t1\t\xe9\t4\n", "rating 'é' is not a number"),
        ("1\t1\té\t4\n".encode(), "rating 'é' is not a number"),
    ],
)
def test_a_strange_byte_far_down_is_named_with_its_line(tail, problem):
    assert refusal(table_file(TAB, large(TAB).encode() + tail)).startswith(f"u.data:{N_LARGE + 1}: {problem}")


@pytest.mark.parametrize("tail", ["", "1::1::x::4\n"])
def test_a_file_is_never_read_into_memory_completely(tail):
    class Recorded(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None and size >= 0
            Recorded.largest = max(Recorded.largest, size)
            return super().read(size)

    data = (large(COLONS) + tail).encode()
    file = TableFile(COLONS, lambda: Recorded(data))
    if tail:
        assert refusal(file).startswith(f"ratings.dat:{N_LARGE + 1}: rating 'x' is not a number")
    else:
        assert len(read_ratings(file)) == N_LARGE
    assert 0 < Recorded.largest <= BLOCK_SIZE < len(data)


def test_a_file_without_line_feeds_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(delimited, "MAX_LINE", 30)
    assert "u.data:1: more than 30 bytes without a line feed" in refusal(table_file(TAB, b"1\t2\t3\t4\r" * 10, 4))
    line = b"1\t2\t3\t" + b"4" * 18 + b"\n"
    assert len(read_ratings(table_file(TAB, line * 3, 1))) == 3


@pytest.mark.parametrize("header", ["", "userId,movieId,rating\n", "9,9,5,9\n", "é\n", '"'])
def test_another_header_is_refused_by_line(header):
    file = table_file(COMMA, f"\n{header}1,2,3,4\n5,6,1,8\n".encode())
    shown = repr(header.strip() or "1,2,3,4").replace('"', "")
    assert refusal(file).replace('"', "").startswith(f"ratings.csv:2: the header is {shown[:-1]}")


@pytest.mark.parametrize("header", [f"\r\n{COMMA.header}\r\n", '"userId","movieId","rating","timestamp"\n'])
def test_the_header_may_be_quoted_or_follow_blank_lines(header):
    assert len(read_ratings(table_file(COMMA, f"{header}1,2,3,4\n".encode()))) == 1
