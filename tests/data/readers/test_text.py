"""Delimited text of any content, read in blocks of any size, against an oracle that reads it line by line."""

from __future__ import annotations

import csv
import io
import itertools
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from recsys.data.readers import delimited, text
from recsys.data.readers.delimited import BLOCK_SIZE
from recsys.data.readers.table import SourceTable
from recsys.data.readers.text import KnownColumns, open_text
from recsys.errors import DataError

NAMES = ("user", "item", "rating", "timestamp")
SEPARATORS = ("\t", "::", ",", ";", "|")
N_LARGE = BLOCK_SIZE // 20 + 20_000
"""Lines that need more than one block."""

# Fields and lines that pandas reads otherwise than they are written, or that are not numbers at all.
FIELDS = (
    *("", " ", "3 ", " 3", "+3", "-3", "00001", "1.0", "1e0", "1e5", ".5", "5.", "4.35", "1e-400", "1e400", "-0"),
    *("1e", "-", "nan", "inf", "-inf", "NA", "True", "0x1", "1_0", '"1"', "1 2", "+-1", "#1", "\\N", "05", "3.05"),
    *("\x0b1", "1\x0c", "\x1c", "\xa01", "é", "١", "1" * 30, "0" * 25 + "1", "-" + "0" * 25 + "1"),
    *("=cmd|'/c calc'!A0", "x" * 10_000, "<b>", '"a b"', "12345678901234567.5"),
    *(str(2**53 + 1), str(2**63 - 1), str(2**63), str(-(2**63))),
)
LINES = ("", " ", "\x0b", "x", "1,2,3", '1,"2",3,4', "1,2,3,4,5", "1,2,3,4,", "1,2,True,4", "1;2;3;4", "1|2|3|4",
         "1\t2\t3", "1\t2\t3\t4", "1\t2\t3\t4\t5", "\t\t\t", ",,,", "1:2:3:4", "1::2::3::4", "1:::2::3::4",
         "1::2::3::4::", "1::2::3\t::4", "1\t2::3::4", '"1","2","3","4"', '"1","2,3","4",5', '1,"",3,4')  # fmt: skip
IDS = st.integers(-3, 2**33) | st.integers(1, 300)
PLAIN = st.tuples(IDS, IDS, st.sampled_from(["0.5", "4", "3.7", "10"]), st.integers(-1, 2**40))


def open_lines(separator: str, data: bytes, block_size: int = BLOCK_SIZE) -> SourceTable:
    table = open_text("log", lambda: io.BytesIO(data), KnownColumns(separator, NAMES))
    return replace(table, source=replace(table.source, block_size=block_size))


def refusal(separator: str, data: bytes, block_size: int = BLOCK_SIZE) -> str:
    with pytest.raises(DataError) as caught:
        open_lines(separator, data, block_size).read(NAMES, ids=NAMES[:2])
    return str(caught.value)


def number(cell: str) -> int | float | None:
    """The number that a cell is, written as one writes numbers; None where it is text."""
    if re.fullmatch("0|-?[1-9][0-9]*", cell):
        return int(cell) if -(2**63) <= int(cell) < 2**63 else None
    if re.fullmatch(r"-?((0|[1-9][0-9]*)?\.[0-9]+|(0|[1-9][0-9]*)\.?)(e-?[0-9]+)?", cell) and "0x" not in cell:
        return None if re.fullmatch("-?[0-9]+", cell) or abs(float(cell)) == float("inf") else float(cell)
    return None


def column(cells: list[str], is_id: bool) -> list[Any]:
    """Whole numbers if all cells are, else numbers if all are, else text."""
    numbers = [number(cell) for cell in cells]
    if all(isinstance(value, int) for value in numbers):
        return numbers
    if not is_id and all(value is not None for value in numbers):
        return [float(value) for value in numbers if value is not None]
    return cells


def oracle(separator: str, content: str) -> list[list[Any]] | None:
    """The columns of a text; None where a line has not four fields."""
    rows = []
    for line in re.split(r"\r\n|\r|\n", content):
        if separator in (",", ";"):
            try:
                fields = next(csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True), [])
            except csv.Error:
                return None
        else:
            fields = line.split(separator)
        fields = [field.strip() for field in fields]
        if not any(fields):
            continue
        if len(fields) > 4 and not any(fields[4:]):
            fields = fields[:4]
        if len(fields) != 4:
            return None
        rows.append(fields)
    columns = [list(cells) for cells in zip(*rows, strict=True)]
    return [column(cells, position < 2) for position, cells in enumerate(columns)] or None


def check_against_oracle(separator: str, content: str, block_size: int) -> None:
    data, expected = content.encode(), oracle(separator, content)
    if expected is None:
        assert refusal(separator, data, block_size).startswith("log")
        return
    frame, skipped = open_lines(separator, data, block_size).read(NAMES, ids=NAMES[:2])
    assert [frame[name].tolist() for name in NAMES] == expected
    assert [list(map(type, frame[name].tolist())) for name in NAMES] == [list(map(type, cells)) for cells in expected]
    assert skipped.count == 0


@settings(deadline=None)
@given(
    st.sampled_from(SEPARATORS), st.lists(PLAIN, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(), st.booleans(), st.integers(1, 60),
)  # fmt: skip
def test_numbers_are_read_whatever_the_line_ends_and_block_size(separator, rows, end, has_mark, is_ended, block_size):
    lines = [separator.join(map(str, row)) for row in rows]
    data = (end.join(lines) + end * is_ended).encode("utf-8-sig" if has_mark else "utf-8")
    frame, _ = open_lines(separator, data, block_size).read(NAMES, ids=NAMES[:2])
    expected = [(user, item, float(rating), time) for user, item, rating, time in rows]
    assert list(frame.itertuples(index=False, name=None)) == expected
    fits = [max(row[column] for row in rows) < 2**31 for column in (0, 1)]
    assert [str(dtype) for dtype in frame.dtypes][:2] == ["int32" if fit else "int64" for fit in fits]


@pytest.mark.parametrize("separator", SEPARATORS[:3])
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: repr(field[:20]))
def test_an_odd_field_is_read_as_written_or_refused(separator, field):
    for line, position, block_size in itertools.product(range(3), range(5), (1, BLOCK_SIZE)):
        rows = [["1", "2", "3", "4"], ["5", "6", "4.5", "8"], ["7", "8", "1", "9"]]
        rows[line][position : position + 1] = [field]  # position 4 is one field too many
        check_against_oracle(separator, "\n".join(map(separator.join, rows)), block_size)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_an_odd_line_is_read_as_written_or_refused(separator):
    rows = [separator.join((str(user), "2", "3.5", "4")) for user in range(2)]
    for odd, position, block_size in itertools.product(LINES, range(3), (1, 10, BLOCK_SIZE)):
        check_against_oracle(separator, "\n".join([*rows[:position], odd, *rows[position:]]), block_size)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(SEPARATORS), st.data(), st.integers(1, 60))
def test_odd_lines_are_read_as_written_or_refused_wherever_blocks_end(separator, data, block_size):
    odd = st.lists(st.sampled_from(FIELDS), min_size=4, max_size=4).map(separator.join)
    plain = PLAIN.map(lambda row: separator.join(map(str, row)))
    ends = st.sampled_from(["\n", "\r\n", "\n\n", "\r\n  \r\n", "\r"])
    lines = st.lists(st.tuples(plain | plain | odd | st.sampled_from(LINES), ends), min_size=1, max_size=8)
    content = "".join(line + end for line, end in data.draw(lines))
    check_against_oracle(separator, content[: data.draw(st.integers(1, len(content)))], block_size)


TITLES = st.text(st.sampled_from('ab ,;|\t"\n\\é1.'), max_size=12).filter(lambda title: not title.isspace())


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(1, 9), TITLES), min_size=1, max_size=9), st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]), st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([1, 7, BLOCK_SIZE]),
)  # fmt: skip
def test_what_a_program_writes_with_quotes_is_read_again(rows, separator, quoting, end, block_size):
    lines = [line.strip() for _, title in rows for line in title.splitlines()]
    assume(not any(re.fullmatch(rf"[0-9]+\s*{re.escape(separator)}[^\n]*", line) for line in lines))  # like a row
    assume(not any('\\"' in title for _, title in rows))  # other programs escape quotes so
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator, quoting=quoting, lineterminator=end).writerows([("id", '"title"'), *rows])
    source = io.BytesIO(target.getvalue().encode())
    table = open_text("books", lambda: io.BytesIO(source.getvalue()))
    assert table.has_header and table.columns == ("id", '"title"')
    table = replace(table, source=replace(table.source, block_size=block_size))
    frame, _ = table.read(table.columns, ids=table.columns)
    assert frame["id"].tolist() == [id_ for id_, _ in rows]
    assert [str(title).split() for title in frame['"title"']] == [title.split() for _, title in rows]


@settings(deadline=None)
@given(st.sampled_from(SEPARATORS), st.integers(0, 9), st.integers(1, 60), st.booleans())
@example("\t", 0, BLOCK_SIZE, True)
def test_an_error_names_its_line_and_a_lenient_reader_skips_it(separator, position, block_size, is_numeric):
    lines = [separator.join((str(user), "7", "3" if is_numeric else "é", "4")) for user in range(10)]
    lines[position:position] = ["", separator.join(("1", "2"))]
    data = "\n".join(lines).encode()
    assert refusal(separator, data, block_size).startswith(f"log:{position + 2}: 2 fields instead of 4 (expected ")
    table = open_lines(separator, data, block_size)
    frame, skipped = table.read(NAMES, lenient=True)
    assert frame["user"].tolist() == list(range(10))
    assert (skipped.count, skipped.reasons[0].partition(": ")[0]) == (1, f"log:{position + 2}")
    assert [table.locate(row) for row in range(10)] == [f"log:{row + 1 + 2 * (row >= position)}" for row in range(10)]


@pytest.mark.parametrize("bad", ['4,"open,3', '4,"closed" early,3', "4,5", "4,\0,3", '4,"a, b,3', '4,x",3,"'])
def test_a_lenient_reader_skips_one_line_for_a_quote_that_is_not_closed(bad):
    lines = ["user,item,rating", *(f'{user},"Sofa, red",4' for user in range(20))]
    lines[7] = bad
    table = open_text("log.csv", lambda: io.BytesIO("\n".join(lines).encode()))
    frame, skipped = table.read(table.columns, lenient=True)
    assert frame["user"].tolist() == [user for user in range(20) if user != 6]
    assert skipped.count == 1 and skipped.reasons[0].startswith("log.csv:8: ")
    with pytest.raises(DataError, match=r"log\.csv:8: "):
        table.read(table.columns)


def test_only_the_first_skipped_rows_are_remembered_and_all_are_counted():
    data = b"user,item\n" + b"1,2\n" * 60 + b"1,2,3\n" * 25
    table = open_text("log.csv", lambda: io.BytesIO(data))
    frame, skipped = table.read(table.columns, lenient=True)
    assert (len(frame), skipped.count, len(skipped.reasons)) == (60, 25, 10)


@settings(deadline=None)
@given(
    st.sampled_from(SEPARATORS), st.lists(st.tuples(st.sampled_from(["7", "07", "007", "0", "-7", "10", "100"]),
                                                    st.sampled_from(["1", "0120735", "120735", " 05", "1.5"])),
                                          min_size=1), st.integers(1, 60),
)  # fmt: skip
def test_ids_are_as_they_are_written_wherever_blocks_end(separator, ids, block_size):
    content = "".join(separator.join((user, item, "0.5", "10\n")) for user, item in ids)
    frame, _ = open_lines(separator, content.encode(), block_size).read(NAMES, ids=NAMES[:2])
    assert frame["user"].tolist() == column([user for user, _ in ids], True)
    assert frame["item"].tolist() == column([item.strip() for _, item in ids], True)


@pytest.mark.parametrize("item", ["2", "0120735", "tt0120735", '"tt0120735"', "", "Sofa red", "é"])
def test_plain_blocks_are_left_to_pandas(monkeypatch, item):
    tables = []
    for separator in (",", ";"):
        line = separator.join(("1", item, "3.5", "880000000"))
        tables.append(open_lines(separator, f"{line}\r\n{line}\n".encode(), 10))
    monkeypatch.setattr(text, "RowParser", lambda *_: pytest.fail("rows are 20 times slower"))
    for table in tables:
        assert len(table.read(NAMES)[0]) == 2


def large(separator: str) -> str:
    return "".join(separator.join((str(user), "1", "3.5", "88\n")) for user in range(N_LARGE))


@pytest.mark.parametrize(
    ("tail", "problem"),
    [(b"1\t\x002\t3\t4\n", "a NUL byte (expected plain text: save the file as UTF-8)"),
     (b"1\t1\t4\n", "3 fields instead of 4 (expected 'user item rating timestamp', tab separated)")],
)  # fmt: skip
def test_a_fault_far_down_is_named_with_its_line(tail, problem):
    assert refusal("\t", large("\t").encode() + tail) == f"log:{N_LARGE + 1}: {problem}"


def test_text_after_a_megabyte_of_numbers_makes_the_column_text_as_written():
    data = large(",").replace(",1,", ",2.50,").encode() + b"7,x,1,88\n"
    frame, _ = open_lines(",", data).read(NAMES)
    assert set(frame["item"]) == {"2.50", "x"}
    assert frame["rating"].dtype == np.float32


@pytest.mark.parametrize("tail", ["", "1::1::4\n"])
def test_a_file_is_never_read_into_memory_completely(tail):
    class Recorded(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None and size >= 0
            Recorded.largest = max(Recorded.largest, size)
            return super().read(size)

    data = (large("::") + tail).encode()
    table = open_lines("::", data)
    table = replace(table, source=replace(table.source, opener=lambda: Recorded(data)))
    if tail:
        with pytest.raises(DataError, match=f"log:{N_LARGE + 1}: 3 fields"):
            table.read(NAMES)
    else:
        assert len(table.read(NAMES)[0]) == N_LARGE
    assert 0 < Recorded.largest <= BLOCK_SIZE < len(data)


def test_a_file_without_line_feeds_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(delimited, "MAX_LINE", 30)
    assert "log:1: more than 30 bytes without a line feed" in refusal("\t", b"1\t2\t3\t4\r" * 10, 4)
    line = b"1\t2\t3\t" + b"4" * 18 + b"\n"
    assert len(open_lines("\t", line * 3, 1).read(NAMES)[0]) == 3
