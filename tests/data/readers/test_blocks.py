"""Ratings files read a block at a time: wherever the cuts fall, and whatever the lines, nothing changes."""

from __future__ import annotations

import io
import itertools
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.readers import delimited, read_movielens
from recsys.data.readers.delimited import BLOCK, Content, Table
from recsys.data.readers.layouts import LAYOUTS
from recsys.data.readers.ratings import _fast, _slow, read_ratings
from recsys.errors import DataError

TAB, COLONS, COMMA = (layout.ratings for layout in LAYOUTS)
SIZES = st.integers(1, 60)
"""From less than a field to some lines."""
PLAIN = st.tuples(
    st.integers(-3, 2**33), st.integers(1, 300), st.sampled_from(["0.5", "4", "3.7"]), st.integers(0, 9)
)
ODD = (
    *("", " ", "x", "1", "\r", "\x0b", "\x00", "é"),
    *("1,2,True,4", "1,2,0004,4", "1,2,4,1" + 19 * "0", f"1,{'0' * 21}2,3,4", f"-{'0' * 25}1,2,3,4"),
    *("1,2,3", '1,"2",3,4', '"1\n",2,3,4', "1,2,3,4,5", "1,2,3,4,", "1,2,3,4\x00", "user,item,rating,timestamp"),
    *("1\t2\t3", "1\t2\t3\t4", "1\t2\t3\t4\t5", "\t\t\t", "1\t2\t3\t4\x001"),
    *("1::2::3::4", "1:::2::3::4", "1::2::3::4::", "1::2::3\t::4", "1\t2::3::4", "1:2:3:4"),
)
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", "\r\n  \r\n", "\r"])


def content_of(table: Table, data: bytes) -> Content:
    return Content(table, lambda: io.BytesIO(data))


def head(table: Table) -> str:
    return f"{table.header}\n" if table.header else ""


def filler(table: Table, n: int) -> str:
    """Lines of different users, more than a block of them."""
    lines = [table.separator.join((str(user), "1", "3.5", "880000000")) for user in range(n)]
    return head(table) + "\n".join(lines) + "\n"


MANY = BLOCK // 20 + 20_000


def slow(content: Content):
    """What the file is, by definition: a frame, or a sentence."""
    try:
        return _slow(content)
    except DataError as error:
        return str(error)


@given(st.binary(max_size=40), st.booleans(), SIZES)
def test_blocks_are_the_bytes_without_the_mark_cut_after_line_feeds(data, marked, size):
    mark = b"\xef\xbb\xbf"
    data = data.removeprefix(mark)
    blocks = list(content_of(TAB, mark * marked + data).blocks(size))
    assert b"".join(blocks) == data
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    longest = max(map(len, data.split(b"\n"))) + 1
    assert all(len(block) <= len(mark) + size + longest for block in blocks)


def test_a_file_without_line_feeds_is_not_held_whole(monkeypatch):
    monkeypatch.setattr(delimited, "LONGEST_LINE", 30)
    with pytest.raises(DataError, match=rf"{TAB.file}: has 30 bytes and more without a line feed"):
        list(content_of(TAB, b"1\t2\t3\t4\r" * 10).blocks(4))
    line = b"1\t2\t3\t" + b"4" * 24 + b"\n"
    assert b"".join(content_of(TAB, line * 3).blocks(1)) == line * 3


@given(
    st.sampled_from([TAB, COLONS, COMMA]),
    st.lists(PLAIN, min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    SIZES,
)
def test_plain_lines_are_read_the_fast_way_wherever_the_cuts_fall(table, rows, end, marked, ended, size):
    lines = [table.separator.join(map(str, row)) for row in rows]
    text = end.join([*([table.header] if table.header else []), *lines]) + end * ended
    content = content_of(table, text.encode("utf-8-sig" if marked else "utf-8"))
    frame = _fast(content, size)
    assert frame is not None
    assert frame.equals(_slow(content))
    assert list(zip(frame["user"], frame["item"], frame["timestamp"], strict=True)) == [
        (user, item, timestamp) for user, item, _, timestamp in rows
    ]
    assert frame["rating"].tolist() == [np.float32(rating) for _, _, rating, _ in rows]


@pytest.mark.parametrize("table", [TAB, COLONS, COMMA], ids=lambda table: table.file)
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_line_is_read_as_the_slow_way_reads_it_or_not_at_all(odd, table):
    for place, size in itertools.product(range(3), (1, 10, 1000)):
        lines = [table.separator.join((str(user), "2", "3.5", "4")) for user in range(2)]
        lines.insert(place, odd)
        content = content_of(table, (head(table) + "\n".join(lines) + "\n").encode())
        frame = _fast(content, size)
        assert frame is None or frame.equals(slow(content))


@pytest.mark.parametrize(
    "header", ["", "userId,movieId,rating\n", "9,9,5,9\n", f"\n{head(COMMA)}", f" {head(COMMA)}"]
)
def test_a_header_that_is_another_is_for_the_slow_way_to_judge(header):
    assert _fast(content_of(COMMA, f"{header}1,2,3,4\n5,6,1,8\n".encode())) is None


@given(st.sampled_from([TAB, COLONS, COMMA]), st.data(), SIZES)
def test_the_fast_way_accepts_only_what_the_slow_way_does_wherever_the_cuts_fall(table, data, size):
    plain = PLAIN.map(lambda row: table.separator.join(map(str, row)))
    lines = data.draw(st.lists(st.tuples(plain | plain | st.sampled_from(ODD), ENDS), min_size=1, max_size=8))
    text = head(table) + "".join(line + end for line, end in lines)
    content = content_of(table, text[: data.draw(st.integers(1, len(text)))].encode())
    frame = _fast(content, size)
    assert frame is None or frame.equals(slow(content))


@given(st.sampled_from([TAB, COLONS, COMMA]), st.integers(0, 9), SIZES)
def test_a_fault_is_seen_in_whichever_block_it_is(table, place, size):
    lines = [table.separator.join(("1", str(item), "3", "4")) for item in range(10)]
    lines[place] = table.separator.join(("1", "2.5", "3", "4"))
    content = content_of(table, (head(table) + "\n".join(lines)).encode())
    assert _fast(content, size) is None
    line = place + 1 + bool(table.header)
    with pytest.raises(DataError, match=rf"^{table.file}:{line}: item '2\.5' is not a whole number"):
        read_ratings(content)


def test_quoted_numbers_are_the_slow_ways(tmp_path):
    content = content_of(COMMA, (head(COMMA) + '1,2,"3.5",4\n"5",6,1,8\n').encode())
    assert _fast(content) is None
    assert read_ratings(content).values.tolist() == [[1, 2, 3.5, 4], [5, 6, 1, 8]]


def test_one_large_id_widens_the_ids_read_before_it():
    rows = [(1, 7), (2, 8), (2**31, 9)]
    content = content_of(TAB, "".join(f"{user}\t{item}\t3\t4\n" for user, item in rows).encode())
    frame = _fast(content, 1)
    assert frame.dtypes.astype(str).tolist() == ["int64", "int32", "float32", "int64"]
    assert frame["user"].tolist() == [1, 2, 2**31]
    assert frame.equals(_slow(content))


class Watched(io.BytesIO):
    """Bytes that know the most that was asked for at once."""

    most = 0

    def read(self, size: int = -1) -> bytes:
        assert size is not None and size >= 0
        Watched.most = max(Watched.most, size)
        return super().read(size)

    def read1(self, size: int = -1) -> bytes:
        assert size >= 0
        Watched.most = max(Watched.most, size)
        return super().read1(size)


@pytest.mark.parametrize("fault", ["", "1::1::x::4\n"])
def test_neither_way_holds_the_file(fault, monkeypatch):
    monkeypatch.setattr(Watched, "most", 0)
    data = (filler(COLONS, MANY) + fault).encode()
    content = Content(COLONS, lambda: Watched(data))
    if fault:
        with pytest.raises(DataError, match=f"^ratings.dat:{MANY + 1}: rating 'x' is not a number"):
            read_ratings(content)
    else:
        assert len(read_ratings(content)) == MANY
    assert 0 < Watched.most <= BLOCK < len(data)


@pytest.mark.parametrize(
    ("tail", "sentence"),
    [
        (b"1\t\x002\t3\t4\n", "a NUL byte (expected plain text"),
        (b"1\t1\t\xe9\t4\n", "rating 'é' is not a number"),
        ("1\t1\té\t4\n".encode(), "rating 'é' is not a number"),
    ],
)
def test_a_byte_far_down_is_named_with_its_line(tail, sentence):
    content = content_of(TAB, filler(TAB, MANY).encode() + tail)
    with pytest.raises(DataError) as caught:
        read_ratings(content)
    assert str(caught.value).startswith(f"u.data:{MANY + 1}: {sentence}")


def test_a_byte_that_is_no_text_is_named_with_its_line_in_whichever_block():
    films = LAYOUTS[2].items
    lines = "".join(f"{film},Film {film},Drama\n" for film in range(MANY))
    content = content_of(films, f"{films.header}\n{lines}".encode() + b"0,Caf\xe9,Drama\n")
    with pytest.raises(DataError, match=rf"^movies.csv:{MANY + 2}: byte 0xe9 is not UTF-8"):
        next(content.rows())


def laid(folder: Path, ratings: bytes) -> Path:
    folder.mkdir()
    (folder / "ratings.dat").write_bytes(ratings)
    (folder / "movies.dat").write_text("1::One (1995)::Drama\n")
    return folder


def test_a_folder_and_a_zip_of_many_blocks_give_the_same(tmp_path):
    folder = laid(tmp_path / "log", filler(COLONS, MANY).encode())
    with zipfile.ZipFile(tmp_path / "log.zip", "w", zipfile.ZIP_DEFLATED) as target:
        for file in folder.iterdir():
            target.write(file, f"log/{file.name}")
    read = read_movielens(folder)
    assert read.n_ratings == MANY
    assert read_movielens(tmp_path / "log.zip").sha256 == read.sha256


def test_a_checksum_that_is_wrong_is_told_though_every_line_can_be_read(tmp_path):
    folder, path = laid(tmp_path / "log", filler(COLONS, MANY).encode()), tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(folder.iterdir(), reverse=True):
            target.write(file, f"log/{file.name}")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 16] ^= 1  # in the directory's entry of the first member
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"log/ratings\.dat is damaged: Bad CRC-32 .*\(download the zip again\)"):
        read_movielens(path)


def test_a_folder_in_a_files_place_cannot_be_read(tmp_path):
    folder = laid(tmp_path / "log", b"1::1::3::4\n")
    (folder / "users.dat").mkdir()
    with pytest.raises(DataError, match=r"users\.dat' cannot be read: "):
        read_movielens(folder)


def test_a_word_is_no_rating_though_it_stands_alone_in_its_block():
    assert _fast(content_of(TAB, b"1\t2\tTrue\t4\n")) is None
