"""Reading MovieLens: every sentence on tiny files, and the real set's known facts where it is at hand."""

from __future__ import annotations

import io
import itertools
import os
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.data.readers import files as shelf
from recsys.data.readers import read_movielens
from recsys.data.readers.delimited import Content, Table
from recsys.data.readers.layouts import LAYOUTS
from recsys.data.readers.ratings import _fast, _slow
from recsys.data.readers.titles import natural_order, split_year
from recsys.errors import DataError

REAL = os.environ.get("MOVIELENS_100K")
needs_real = pytest.mark.skipif(not REAL, reason="MOVIELENS_100K does not name the ml-100k folder")

RATINGS = "1\t1\t5\t880000000\n1\t2\t3\t880000001\n2\t1\t4\t880000002\n"


def film(number: object, title: str, *, date: str = "01-Jan-1995", flags: tuple[int, ...] = (5,), n: int = 19) -> str:
    bits = "|".join("1" if place in flags else "0" for place in range(n))
    return f"{number}|{title}|{date}||http://example.org|{bits}\n"


FILMS = film(1, "Toy Story (1995)", flags=(3, 4, 5)) + film(2, "Cité des enfants perdus, La (1995)", flags=(8,))
USERS = "1|24|M|technician|85711\n2|53|F|other|94043\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny data set in the format of ml-100k."""
    return write(tmp_path / "tiny", {"u.data": RATINGS, "u.item": FILMS, "u.user": USERS})


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode("iso-8859-1"))
    return folder


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def content_of(table: Table, data: bytes) -> Content:
    return Content(table, lambda: io.BytesIO(data))


def fault(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_movielens(path)
    return str(caught.value)


def same(one, other) -> bool:
    arrays = ("user", "item", "rating", "timestamp", "user_ids", "item_ids", "titles", "genres", "user_features")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and np.array_equal(
        one.years, other.years, equal_nan=True
    )


# --- what is read


def test_a_folder_gives_ratings_films_and_users(folder):
    ds = read_movielens(folder)
    assert ds.name == "tiny"
    assert (ds.n_ratings, ds.n_users, ds.n_items) == (3, 2, 2)
    assert ds.user_ids.tolist() == [1, 2]
    assert ds.item_ids.tolist() == [1, 2]
    assert ds.rating.tolist() == [5, 3, 4]
    assert ds.timestamp.tolist() == [880000000, 880000001, 880000002]
    assert ds.titles.tolist() == ["Toy Story", "La Cité des enfants perdus"]
    assert ds.years.tolist() == [1995, 1995]
    assert ds.genre_names == ("Animation", "Children's", "Comedy", "Drama")
    assert ds.genres.tolist() == [[True, True, True, False], [False, False, False, True]]


def test_users_have_age_gender_and_occupation_but_no_zip_code(folder):
    ds = read_movielens(folder)
    assert ds.user_feature_names == (
        "age", "gender=F", "gender=M", "occupation=other", "occupation=technician",
    )  # fmt: skip
    assert ds.user_features[:, 0].tolist() == [-1, 1]


def test_unknown_data_has_no_licence_and_is_not_synthetic(folder):
    source = read_movielens(folder).source
    assert (source.synthetic, source.licence, source.citation, source.url) == (False, None, None, None)


def test_the_ratings_file_itself_may_be_named(folder):
    assert same(read_movielens(folder / "u.data"), read_movielens(folder))


def test_a_folder_with_one_movielens_folder_inside(folder):
    assert read_movielens(folder.parent).name == "tiny"


def test_what_lies_directly_in_a_folder_goes_before_what_lies_deeper(folder):
    write(folder / "inner", {"u.data": "9\t9\t9\t9\n", "u.item": film(9, "Nine")})
    assert read_movielens(folder).n_ratings == 3


def test_a_zip_gives_the_same_whatever_its_folder_is_called(folder, tmp_path):
    files = {f"any/name/{one.name}": one.read_bytes() for one in folder.iterdir()}
    files["__MACOSX/any/u.data"] = b"junk"
    zipped = zip_of(tmp_path / "a.ZIP", files)
    assert same(read_movielens(zipped), read_movielens(folder))
    assert read_movielens(zipped).name == "name"


def test_windows_line_ends_blank_lines_and_a_byte_order_mark_change_nothing(folder, tmp_path):
    odd = write(
        tmp_path / "odd",
        {
            "u.data": b"\xef\xbb\xbf" + RATINGS.replace("\n", "\r\n\r\n").encode() + b"\n  \n\n",
            "u.item": FILMS.replace("\n", "\r\n") + "\n\n",
            "u.user": USERS.replace("\n", "\r\n"),
        },
    )
    assert same(read_movielens(odd), read_movielens(folder))


def test_no_line_end_at_the_end(folder):
    write(folder, {"u.data": RATINGS.rstrip("\n")})
    assert read_movielens(folder).n_ratings == 3


def test_films_saved_as_utf8_keep_their_accents(folder):
    write(folder, {"u.item": FILMS.encode()})
    assert read_movielens(folder).titles[1] == "La Cité des enfants perdus"


def test_a_film_nobody_rated_belongs_to_the_catalogue(folder):
    write(folder, {"u.item": FILMS + film(7, "Unseen (1990)")})
    assert read_movielens(folder).item_ids.tolist() == [1, 2, 7]


def test_a_film_without_title_or_date(folder):
    write(folder, {"u.item": FILMS + film(7, "unknown", date="", flags=(0,)) + film(8, "", date="")})
    ds = read_movielens(folder)
    assert ds.titles[2:].tolist() == ["unknown", "8"]
    assert np.isnan(ds.years[2:]).all()


def test_the_date_gives_the_year_where_the_title_does_not(folder):
    write(folder, {"u.item": FILMS + film(7, "Heidi", date="4-Feb-1971") + film(8, "Metropolis (1927)")})
    assert read_movielens(folder).years[2:].tolist() == [1971, 1927]


def test_the_names_of_the_flags_come_from_u_genre(folder):
    films = film(1, "A", flags=(1,), n=2) + film(2, "B", flags=(0, 1), n=2)
    write(folder, {"u.genre": "Noir|0\nHeist|1\n\n", "u.item": films})
    ds = read_movielens(folder)
    assert ds.genre_names == ("Heist", "Noir")
    assert ds.genres.tolist() == [[True, False], [True, True]]


def test_a_missing_user_fact_is_its_own_value(folder):
    write(folder, {"u.user": "1||M|technician|1\n2|30||other|2\n"})
    assert {"age is missing", "gender is missing"} <= set(read_movielens(folder).user_feature_names)


def test_one_million_format(tmp_path):
    folder = write(
        tmp_path / "ml-1m",
        {
            "ratings.dat": "1::1193::5::978300760\n2::1::3::978302109\n",
            "movies.dat": "1::Toy Story (1995)::Animation|Children's\n1193::Misérables, Les (1995)::Drama\n",
            "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
        },
    )
    ds = read_movielens(folder)
    assert ds.titles.tolist() == ["Toy Story", "Les Misérables"]
    assert ds.rating.tolist() == [5, 3]
    assert set(ds.user_feature_names) == {
        "age", "gender=F", "gender=M", "occupation=K-12 student", "occupation=self-employed",
    }  # fmt: skip


def test_ten_million_format_has_half_stars_utf8_and_no_users(tmp_path):
    folder = write(
        tmp_path / "ml-10M",
        {"ratings.dat": "1::122::4.5::838985046\n", "movies.dat": "122::Léon (1994)::Drama\n".encode()},
    )
    ds = read_movielens(folder)
    assert (ds.rating.tolist(), ds.titles.tolist(), ds.user_feature_names) == ([4.5], ["Léon"], ())


def test_csv_format(tmp_path):
    folder = write(
        tmp_path / "ml-latest-small",
        {
            "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,3,0.5,964981247\n",
            "movies.csv": (
                "movieId,title,genres\n"
                '1,"American President, The (1995)",Comedy|Drama\n'
                '3,"He said ""no"" (2006–2007)",(no genres listed)\n'
            ).encode(),
        },
    )
    ds = read_movielens(folder / "ratings.csv")
    assert ds.titles.tolist() == ["The American President", 'He said "no"']
    assert ds.years.tolist() == [1995, 2006]
    assert ds.genres.tolist() == [[True, True], [False, False]]


@pytest.mark.parametrize(
    ("written", "shown", "year"),
    [
        ("Usual Suspects, The (1995)", "The Usual Suspects", 1995),
        ("Good, The Bad and The Ugly, The (1966)", "The Good, The Bad and The Ugly", 1966),
        ("Blue Angel, The (Blaue Engel, Der) (1930)", "The Blue Angel (Der Blaue Engel)", 1930),
        ("Star Maker, The (Uomo delle stelle, L') (1995)", "The Star Maker (L'Uomo delle stelle)", 1995),
        ("Shanghai Triad (Yao a yao yao dao) (1995)", "Shanghai Triad (Yao a yao yao dao)", 1995),
        ("Die xue shuang xiong (Killer, The) (1989)", "Die xue shuang xiong (The Killer)", 1989),
        ("Professional, The (a.k.a. Killer, The) (1994)", "The Professional (a.k.a. The Killer)", 1994),
        ("Cry, the Beloved Country (1995)", "Cry, the Beloved Country", 1995),
        ("Mrs. Brown (Her Majesty, Mrs. Brown) (1997)", "Mrs. Brown (Her Majesty, Mrs. Brown)", 1997),
        ("Beans of Egypt, Maine, The (1994)", "The Beans of Egypt, Maine", 1994),
        ("Land Before Time III: The Great Giving (1995) (V)", "Land Before Time III: The Great Giving", 1995),
        ("Two Friends (1986) ", "Two Friends", 1986),
        ("Big Bang Theory, The (2007-)", "The Big Bang Theory", 2007),
        ("1984 (1984)", "1984", 1984),
        ("(1995)", "(1995)", None),
        ("Paris, Texas", "Paris, Texas", None),
    ],
)  # fmt: skip
def test_titles(written, shown, year):
    title, found = split_year(written)
    assert (natural_order(title), found) == (shown, year)


# --- what is refused


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1\t2\tx\t4", "u.data:4: rating 'x' is not a number (expected 'user item rating timestamp', tab separated)"),
        ("1\t2\t\t4", "u.data:4: rating '' is not a number"),
        ("1\t2\tNA\t4", "u.data:4: rating 'NA' is not a number"),
        ("1\t2\tnan\t4", "u.data:4: rating 'nan' is not a finite number"),
        ("1\t2\t-inf\t4", "u.data:4: rating '-inf' is not a finite number"),
        ("1\t2\t1e999\t4", "u.data:4: rating '1e999' is not a finite number"),
        ("1\t2\t881250949\t3", "u.data:4: rating '881250949' is not between 0 and 10"),
        ("1\t2\t-1\t3", "u.data:4: rating '-1' is not between 0 and 10"),
        ("a\t2\t3\t4", "u.data:4: user 'a' is not a whole number"),
        ("1\t2.5\t3\t4", "u.data:4: item '2.5' is not a whole number"),
        ("1\t2\t3\t4.5", "u.data:4: timestamp '4.5' is not a whole number"),
        ("1\t99999999999999999999\t3\t4", "u.data:4: item '99999999999999999999' does not fit 64 bits"),
        ("1\t2\t3", "u.data:4: 3 fields instead of 4"),
        ("1 2 3 4", "u.data:4: 1 field instead of 4"),
        ("1\t2\t3\t4\t5", "u.data:4: 5 fields instead of 4"),
        ("\t\t\t", "u.data:4: rating '' is not a number"),
    ],
)
def test_a_bad_line_of_ratings_is_named(folder, line, sentence):
    write(folder, {"u.data": f"{RATINGS}{line}\n2\t2\t1\t880000003\n"})
    assert fault(folder).startswith(sentence)


def test_five_fields_in_every_line_are_no_index(folder):
    write(folder, {"u.data": RATINGS.replace("\n", "\t0\n")})
    assert fault(folder).startswith("u.data:1: 5 fields instead of 4")


def test_blank_lines_count_as_lines(folder):
    write(folder, {"u.data": f"\n\n{RATINGS}1\t77\t3\t4\n"})
    assert fault(folder) == "u.data:6: item 77 has no line in u.item (add it there, or drop the rating)"


def test_a_user_who_rates_must_have_a_line(folder):
    write(folder, {"u.data": RATINGS + "9\t1\t3\t4\n"})
    assert fault(folder) == "u.data:4: user 9 has no line in u.user (add it there, or drop the rating)"


def test_a_pair_rated_twice_names_both_lines(folder):
    write(folder, {"u.data": RATINGS + "1\t2\t4\t9\n"})
    assert fault(folder) == "u.data:4: user 1 rates item 2 again, after line 2 (keep one of the two lines)"


def test_of_several_pairs_rated_twice_the_first_in_the_file_is_named(folder):
    write(folder, {"u.data": "2\t2\t1\t1\n" + RATINGS + "2\t2\t1\t2\n1\t1\t4\t9\n2\t2\t1\t3\n"})
    assert fault(folder) == "u.data:5: user 2 rates item 2 again, after line 1 (keep one of the two lines)"


def test_an_empty_file(folder):
    write(folder, {"u.data": "\n \n"})
    assert fault(folder) == "u.data is empty (expected 'user item rating timestamp', tab separated)"


def test_a_file_of_two_byte_characters(folder):
    write(folder, {"u.data": RATINGS.encode("utf-16-le")})
    assert fault(folder) == "u.data:1: a NUL byte (expected plain text: save the file as UTF-8)"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (film("x", "A"), "u.item:3: item 'x' is not a whole number"),
        (film(1, "Again"), "u.item:3: item 1 again, after line 1 (keep one of the two lines)"),
        (film(3, "A", date="1995"), "u.item:3: date '1995' is not like 01-Jan-1995"),
        (film(3, "A", n=18), "u.item:3: 23 fields instead of 24 (expected 'item|title|date|video date|url' and"),
        (film(3, "A").replace("|1|", "|2|"), "u.item:3: the flag of Comedy is '2', neither 0 nor 1"),
    ],
)
def test_a_bad_line_of_films_is_named(folder, line, sentence):
    write(folder, {"u.item": FILMS + line})
    assert fault(folder).startswith(sentence)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"u.user": USERS + "3|x|M|other|1\n"}, "u.user:3: age 'x' is not a number"),
        ({"u.user": USERS + "3|30|M\n"}, "u.user:3: 3 fields instead of 5"),
        ({"u.user": USERS + "1|30|M|other|1\n"}, "u.user:3: user 1 again, after line 1"),
        ({"u.genre": "unknown|0\nAction|2\n"}, "u.genre:2: number 2 stands where 1 should"),
        ({"u.genre": "Noir|0\nNoir|1\n"}, "u.genre:2: genre 'Noir' is empty or stands here twice"),
    ],
)
def test_a_bad_line_of_users_or_genres_is_named(folder, files, sentence):
    write(folder, files)
    assert fault(folder).startswith(sentence)


def test_an_occupation_that_is_unknown(tmp_path):
    files = {"ratings.dat": "1::1::5::9\n", "movies.dat": "1::A::Drama\n", "users.dat": "1::F::1::21::0\n"}
    assert fault(write(tmp_path / "m", files)).startswith("users.dat:1: occupation code 21 is not between 0 and 20")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"ratings.csv": "a,b\n1,1\n"}, "ratings.csv:1: the header is 'a,b' (expected 'userId,movieId,rating,"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n"}, "ratings.csv has no ratings"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n1,1,x,1\n"}, "ratings.csv:2: rating 'x' is not a number"),
        ({"movies.csv": "movieId,title,genres\n1,A, B,Drama\n"}, "movies.csv:2: 4 fields instead of 3"),
        ({"movies.csv": 'movieId,title,genres\n1,"A,Drama\n'}, "movies.csv:2: unexpected end of data"),
        ({"movies.csv": "movieId,title,genres\n1,Caf\xe9,Drama\n"}, "movies.csv:2: byte 0xe9 is not UTF-8"),
    ],
)  # fmt: skip
def test_a_bad_line_of_csv_is_named(tmp_path, files, sentence):
    good = {"ratings.csv": "userId,movieId,rating,timestamp\n1,1,5,1\n", "movies.csv": "movieId,title,genres\n1,A,\n"}
    assert fault(write(tmp_path / "m", good | files)).startswith(sentence)


def test_half_a_copy_is_named(folder):
    (folder / "u.item").unlink()
    assert fault(folder).startswith(f"'{folder}' has no u.item (expected a MovieLens folder")
    assert fault(folder / "u.data").startswith(f"'{folder}' has no u.item")
    write(folder, {"u.item": FILMS})
    (folder / "u.data").unlink()
    assert fault(folder).startswith(f"'{folder}' has no u.data")


def test_paths_that_hold_no_ratings(tmp_path):
    assert fault(tmp_path).startswith(f"'{tmp_path}' holds no ratings")
    assert fault(tmp_path / "none").startswith(f"'{tmp_path / 'none'}' does not exist")
    (tmp_path / "mine.csv").write_text("user,item,rating\n1,1,1\n")
    assert "is of no kind that is read (expected a MovieLens folder or its zip" in fault(tmp_path / "mine.csv")


def test_two_candidates_are_both_named(folder):
    write(folder.parent / "other", {"u.data": RATINGS, "u.item": FILMS})
    assert "holds ratings more than once: other/u.data and tiny/u.data" in fault(folder.parent)


# --- zips


def member_files() -> dict[str, bytes]:
    return {"m/u.data": RATINGS.encode(), "m/u.item": FILMS.encode("iso-8859-1")}


def test_a_file_that_is_no_zip(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"not a zip at all")
    assert "is not a zip that can be read" in fault(tmp_path / "a.zip")


def test_a_damaged_zip(tmp_path):
    noise = random.Random(0).randbytes(4000)
    path = zip_of(tmp_path / "a.zip", member_files() | {"m/u.data": noise})
    data = bytearray(path.read_bytes())
    data[1000:1100] = bytes(100)
    path.write_bytes(data)
    assert "m/u.data is damaged" in fault(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_a_way_that_unpacks_without_a_limit(tmp_path, method):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in member_files().items():
            target.writestr(name, data)
    assert "is packed in an unusual way (pack it again, by deflate)" in fault(path)


def test_an_encrypted_zip(tmp_path):
    path = zip_of(tmp_path / "a.zip", member_files())
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the first member's entry of the directory
    path.write_bytes(data)
    assert "m/u.data is encrypted (make the zip without a password)" in fault(path)


def test_a_zip_that_unpacks_to_too_much(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a.zip", member_files())
    monkeypatch.setattr(shelf, "MEMBER_LIMIT", 10)
    assert "m/u.data unpacks from" in fault(path)
    monkeypatch.setattr(shelf, "TOTAL_LIMIT", 100)
    assert "more than 100 (unpack it by hand)" in fault(path)


def test_a_member_packed_too_well(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a.zip", member_files() | {"m/u.data": b"1\t1\t1\t1\n" * 100_000})
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(shelf, "RATIO_FREE", 1000)
    assert "or 100 times its packed size" in fault(path)


def test_a_member_larger_than_it_says_is_not_unpacked_further(tmp_path):
    path = zip_of(tmp_path / "a.zip", member_files() | {"m/u.data": RATINGS.encode() * 50})
    size = len(RATINGS.encode()) * 50
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (30).to_bytes(4, "little")))
    assert "m/u.data is damaged" in fault(path)


def test_members_are_never_written_by_their_paths(tmp_path):
    path = zip_of(tmp_path / "a.zip", {f"../../up/{Path(name).name}": data for name, data in member_files().items()})
    before = sorted(tmp_path.parent.iterdir())
    assert read_movielens(path).n_ratings == 3
    assert sorted(tmp_path.parent.iterdir()) == before


# --- properties

numbers = st.integers(-5, 10**6)
ratings = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.7, 4.0, 5.0])
logs = st.lists(st.tuples(numbers, numbers, ratings, numbers), min_size=1, max_size=20)


@given(logs, st.sampled_from(LAYOUTS))
def test_what_is_written_is_read(log, layout):
    lines = [layout.ratings.separator.join(map(str, row)) for row in log]
    header = [layout.ratings.header] if layout.ratings.header else []
    content = content_of(layout.ratings, "\n".join(header + lines).encode())
    frame = _fast(content)
    assert frame is not None
    assert frame.dtypes.astype(str).tolist() == ["int32", "int32", "float32", "int64"]
    expected = [(*pair, np.float32(stars), when) for *pair, stars, when in log]
    assert list(frame.itertuples(index=False, name=None)) == expected
    assert frame.equals(_slow(content))


ODD = (
    *(
        "",
        " ",
        "3 ",
        " 3",
        "+3",
        "-3",
        "00001",
        "1.0",
        "1e0",
        "1e5",
        ".5",
        "5.",
        "4.35",
        "1e-400",
        "1e400",
        "1e",
        "-",
    ),
    *("nan", "inf", "-inf", "NA", "TRUE", "0x1", "1_0", '"1"', "1,5", "1;2", "1 2", "+-1", "#1", "\\N", "\r", "\r1"),
    *("\x0b1", "1\x0c", "\x1c", "\xa01", "é", str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**64), "1" * 30),
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.ratings.file)
@pytest.mark.parametrize("odd", ODD)
def test_the_fast_way_accepts_nothing_that_the_slow_way_refuses(odd, layout):
    for line, place in itertools.product(range(3), range(5)):
        rows = [["1", "2", "3", "4"], ["5", "6", "4.5", "8"], ["7", "8", "1", "9"]]
        rows[line][place : place + 1] = [odd]  # the fifth place is one field too many
        lines = [layout.ratings.separator.join(row) for row in rows]
        header = [layout.ratings.header] if layout.ratings.header else []
        content = content_of(layout.ratings, "\n".join(header + lines).encode())
        frame = _fast(content)
        assert frame is None or frame.equals(_slow(content))


# --- the real set


@needs_real
def test_the_real_set_has_its_known_size_name_and_licence():
    ds = read_movielens(Path(REAL))
    assert (ds.n_ratings, ds.n_users, ds.n_items) == (100_000, 943, 1682)
    assert ds.name == "MovieLens 100K"
    assert "no redistribution" in ds.source.licence
    assert "Harper" in ds.source.citation
    assert ds.source.url == "https://grouplens.org/datasets/movielens/100k/"
    assert not ds.source.synthetic
    assert len(ds.genre_names) == 19
    assert len(ds.user_feature_names) == 1 + 2 + 21


@needs_real
def test_the_real_films():
    ds = read_movielens(Path(REAL))
    titles = dict(zip(ds.item_ids.tolist(), ds.titles.tolist(), strict=True))
    years = dict(zip(ds.item_ids.tolist(), ds.years.tolist(), strict=True))
    assert (titles[1], years[1]) == ("Toy Story", 1995)
    assert titles[267] == "unknown"
    assert np.isnan(ds.years).sum() == 1 and np.isnan(years[267])
    assert "Les Misérables" in titles.values()
    assert "Á köldum klaka (Cold Fever)" in titles.values()
    assert (titles[50], years[50]) == ("Star Wars", 1977)
    assert not any(title.endswith((", The", ", A", ")", " ")) and "(19" in title for title in titles.values())


@needs_real
def test_the_real_set_is_the_same_from_folder_zip_and_file(tmp_path):
    real = Path(REAL)
    names = ("u.data", "u.item", "u.user", "u.genre")
    zipped = zip_of(tmp_path / "copy.zip", {f"whatever/{name}": (real / name).read_bytes() for name in names})
    laid = write(tmp_path / "laid", {name: (real / name).read_bytes() for name in names})
    expected = read_movielens(real)
    for path in (zipped, laid, laid / "u.data"):
        assert read_movielens(path).sha256 == expected.sha256
