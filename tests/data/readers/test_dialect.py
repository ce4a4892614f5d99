"""Separators, quotes and headers are told by what is in a file; its name says nothing."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.readers.table import SourceTable
from recsys.data.readers.text import open_text
from recsys.errors import DataError

PAIRS = "".join(f"{user},{item}\n" for user in ("bob", "cid", "dan") for item in ("lamp", "desk", "sofa"))


def table_of(content: str | bytes) -> SourceTable:
    data = content if isinstance(content, bytes) else content.encode()
    return open_text("log", lambda: io.BytesIO(data))


def rows_of(content: str | bytes) -> list[list[Any]]:
    table = table_of(content)
    return table.read(table.columns, ids=table.columns)[0].to_numpy(object).tolist()


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("1,2,3\n4,5,6\n", None), ("1,2,3\n", None), ("ann,lamp,5\nbob,desk,4\n", None), (PAIRS, None),
        ("tt0111161,Alien,5\ntt0111162,Heat,4\n", None), ("7::The Game::Drama\n8::The Book::War\n", None),
        ("ann\tlamp\t2020-01-01\nbob\tlamp\t2020-01-02\n", None), ("ann,lamp\n" + PAIRS, None),
        ("userId,movieId,rating\n1,2,3\n", "userId,movieId,rating"), ("reader,article\nr0,495\n", "reader,article"),
        ("User-ID;ISBN;Book-Rating\n1;034X;5\n", "User-ID,ISBN,Book-Rating"), ("who,what\n" + PAIRS, "who,what"),
        ("who,what,when\nann,lamp,2020-01-01\n", "who,what,when"), ("a,b,c\n1,2,3\n", "a,b,c"),
        ("user,item\n" + PAIRS, "user,item"), ("# user,item\n1,2\n3,4\n", "user,item"),
        ("# made by a program\n% on a day, at noon\n1,2,3\n4,5,6\n", None),
        (",user,item\n0,1,2\n1,3,4\n", "column 1,user,item"), ("user,item,user\n1,2,3\n", "user,item,user (2)"),
        ("user item\n1 5 7\n2 6 8\n", "column 1,user,item"), ("user;item;\n1;2;\n3;4;\n", "user,item,column 3"),
        ("user;item\n1;2;\n3;4;\n", "user,item,column 3"), ("sep=;\nuser;item\n1;2\n", "user,item"),
        ("Our club;;\n\nuser;item;stars\nann;lamp;4,5\n", "user,item,stars"),
        ("Our club\n\nuser;item;stars\nann;lamp;4,5\nbob;lamp;3,5\n", "user,item,stars"),
        ("\n\nuser,item\n\n1,2\n", "user,item"), (" user , item \n 1 , 2 \n", "user,item"),
        ('"user id","the item"\n"1","2"\n', "user id,the item"),
        ("Mitglied;Buch;Note\nEva;Faust;2,5\n", "Mitglied,Buch,Note"),
    ],
)  # fmt: skip
def test_the_first_row_is_a_header_where_it_is_unlike_the_others(content, columns):
    table = table_of(content)
    names = ",".join(f"column {n + 1}" for n in range(len(table.columns))) if columns is None else columns
    assert (table.has_header, ",".join(table.columns)) == (columns is not None, names)
    assert table.read(table.columns)[0].notna().all(axis=None)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("u;i;r\n1;2;4,5\n3;4;2,5\n", ["1", "2", "4,5"]), ("1;2;4,5\n3;4;2,5\n", ["1", "2", "4,5"]),
        ("1\t2\t4,5\n3\t4\t2,5\n", ["1", "2", "4,5"]), ("u|i|g\n1|2|a, b\n3|4|c, d\n", ["1", "2", "a, b"]),
        ("i,t,g\n1,A,x|y\n2,B,y|z\n", ["1", "A", "x|y"]), ("1::A::x|y\n2::B::y|z\n", ["1", "A", "x|y"]),
        ("1 2 3\n4 5 6\n", ["1", "2", "3"]), ("1  2   3\n4 5 6\n", ["1", "2", "3"]),
        ('id\ttitle\n1\t"Crocodile" Dundee\n2\tPsycho\n', ["1", '"Crocodile" Dundee']),
        ('id\ttitle\n1\t"He said ""no"""\n2\t"a\tb"\n', ["1", 'He said "no"']), 
        ('id\tt\n1\t5" disc\n2\tx\n', ["1", '5" disc']),
        ('"i";"t"\n"1";"a \\"b\\"; c"\n"2";"d"\n', ["1", 'a "b"; c']), ('i,t\n1, "a, b"\n2, "c"\n', ["1", "a, b"]),
        ('i,t\n1,"two\nlines"\n2,x\n', ["1", "two\nlines"]), ('i|t\n1|"a|b"\n2|"c|d"\n', ["1", "a|b"]),
        ("i,t\n1,<b>&amp;\n2,=1+1\n", ["1", "<b>&amp;"]), (f"i,t\n1,{'x' * 10_000}\n2,y\n", ["1", "x" * 10_000]),
        (f'i,t\n1,"{"x, " * 60_000}"\n2,y\n', ["1", ("x, " * 60_000).strip()]),
        # Lists in cells that have more separators, and as regularly, than the table.
        ("item,title,tags\n1,A,a|b|c|d\n2,B,e|f|g|h\n", ["1", "A", "a|b|c|d"]),
        ("item,title,tags\n1,A,a;b\n2,B,e;f\n4,E,f;g\n", ["1", "A", "a;b"]),
        ("id;title;genres\n1;A, B;Drama, War, Crime\n2;C, D;X, Y, Z\n", ["1", "A, B", "Drama, War, Crime"]),
        ("id\tname\n1\tA, B, C\n2\tD, E, F\n", ["1", "A, B, C"]), ("1\tA, B, C\n2\tD, E, F\n", ["1", "A, B, C"]),
        ("user|item|rating\n1|a,b,c,d,e|3\n2|c,b,c,d,e|4\n", ["1", "a,b,c,d,e", "3"]),
        ("Export, 2024\nLeser;Buch;Note\nA;B;4,5\nC;D;2,5\nC;E;2,5\n", ["A", "B", "4,5"]),
    ],
)  # fmt: skip
def test_separators_and_quotes_are_found(content, row):
    assert [str(cell) for cell in rows_of(content)[0]] == row


CELLS = st.text(st.sampled_from("ab é.-/'&<>=") , min_size=1, max_size=9).map(str.strip).filter(bool)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.data(), st.sampled_from(["\t", "::", ";", "|", ","]), st.integers(2, 6), st.integers(2, 12))
def test_any_table_is_read_back_with_any_separator(data, separator, n_columns, n_rows):
    cell = st.integers(-99, 99).map(str) | CELLS.filter(lambda text: separator not in text)
    row = st.lists(cell, min_size=n_columns, max_size=n_columns)
    rows = data.draw(st.lists(row, min_size=n_rows, max_size=n_rows))
    rows = [[str(number), *row[1:]] for number, row in enumerate(rows)]
    header = [f"name {letter}" for letter in "abcdef"[:n_columns]]
    content = "\n".join(map(separator.join, [header, *rows]))
    table = table_of(content)
    assert table.columns == tuple(header)
    assert [[str(cell) for cell in row] for row in rows_of(content)] == rows


def test_names_that_are_blank_long_or_markup_are_names():
    table = table_of(f"{'x' * 10_000},<b>,,\n1,2,3,4\n5,6,7,8\n")
    assert table.columns == ("x" * 200, "<b>", "column 3", "column 4")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_of_another_encoding_far_down_is_windows_1252(end):
    lines = [f"{n},ascii" for n in range(100_000)] + ["7,caf\xe9 \x80"]
    assert rows_of(end.join(["id,name", *lines]).encode("latin-1"))[-1] == [7, "café €"]


def test_prose_is_no_table():
    rng = random.Random(0)
    words = ["the", "a,", "cat;", "sat", "on", "mat.\n", "and,", "then"]
    with pytest.raises(DataError, match="log is not a table: its lines have different numbers of fields"):
        table_of("".join(rng.choice(words) + rng.choice(", ;") for _ in range(900)))


def test_what_the_first_rows_do_not_show_is_an_error_with_its_line():
    target = io.StringIO()
    rows = [("id", "title"), *((n, f"t{n}") for n in range(900))]
    csv.writer(target, delimiter="\t", lineterminator="\n").writerows(rows)
    table = table_of(target.getvalue() + "901\tA\tB\n")
    with pytest.raises(DataError, match="log:902: 3 fields instead of 2"):
        table.read(table.columns)
