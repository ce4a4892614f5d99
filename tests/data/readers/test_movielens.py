"""Reading MovieLens: every message on tiny files, and the published facts of the real data set if it is available."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from recsys.config import ReadConfig, Role
from recsys.data.load import read_dataset as read_with_report
from recsys.data.load import read_path as read_dataset
from recsys.data.titles import natural_order, split_year
from recsys.errors import DataError
from tests.data.readers.messages import error_message
from tests.requirements import MOVIELENS, needs_movielens, real_log

RATINGS = "1\t1\t5\t880000000\n1\t2\t3\t880000001\n2\t1\t4\t880000002\n"
USERS = "1|24|M|technician|85711\n2|53|F|other|94043\n"


def film(number: object, title: str, *, date: str = "01-Jan-1995", flags: tuple[int, ...] = (5,), n: int = 19) -> str:
    bits = "|".join("1" if position in flags else "0" for position in range(n))
    return f"{number}|{title}|{date}||http://example.org|{bits}\n"


FILMS = film(1, "Toy Story (1995)", flags=(3, 4, 5)) + film(2, "Cité des enfants perdus, La (1995)", flags=(8,))
CSV = {
    "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,3,0.5,964981247\n",
    "movies.csv": (
        "movieId,title,genres\n"
        '1,"American President, The (1995)",Comedy|Drama\n'
        '3,"He said ""no"",\nand no\u2028again (2006–2007)",(no genres listed)\n'
    ).encode(),
}
DAT = {
    "ratings.dat": "1::1193::5::978300760\n2::1::3.5::978302109\n",
    "movies.dat": "1::Toy Story (1995)::Animation|Children's\n1193::Misérables, Les (1995)::Drama\n",
    "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny data set in the format of ml-100k."""
    return write(tmp_path / "tiny", {"u.data": RATINGS, "u.item": FILMS, "u.user": USERS})


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode("iso-8859-1"))
    return folder


# --- what is read


def test_a_folder_gives_ratings_films_and_users(folder):
    ds = read_dataset(folder)
    assert ds.name == "tiny"
    assert (ds.n_ratings, ds.n_users, ds.n_items) == (3, 2, 2)
    assert (ds.user_ids.tolist(), ds.item_ids.tolist()) == ([1, 2], [1, 2])
    assert (ds.user.tolist(), ds.item.tolist(), ds.rating.tolist()) == ([0, 0, 1], [0, 1, 0], [5, 3, 4])
    assert ds.timestamp.tolist() == [880000000, 880000001, 880000002]
    assert ds.titles.tolist() == ["Toy Story", "La Cité des enfants perdus"]
    assert ds.years.tolist() == [1995, 1995]
    assert ds.genre_names == ("Animation", "Children's", "Comedy", "Drama")
    assert ds.genres.tolist() == [[True, True, True, False], [False, False, False, True]]
    assert ds.user_feature_names == (
        "age", "gender=F", "gender=M", "occupation=other", "occupation=technician",
    )  # fmt: skip
    assert ds.user_features[:, 0].tolist() == [-1, 1]
    source = ds.source
    assert (source.synthetic, source.licence, source.citation, source.url) == (False, None, None, None)


def test_a_table_of_movies_with_further_columns_is_read_like_any_table(tmp_path):
    movies = "movieId,title,genres,budget\n1,Heat (1995),Crime|Drama,60\n3,Up (2009),Animation,175\n"
    ds = read_dataset(write(tmp_path / "wider", {**CSV, "movies.csv": movies}))
    assert ds.titles.tolist() == ["Heat", "Up"]
    assert ds.genre_names == ("Animation", "Crime", "Drama")
    assert ds.item_feature_names == ("budget",)


def test_the_same_is_read_from_its_ratings_file_the_folder_above_and_a_zip(folder, tmp_path):
    expected = read_dataset(folder).sha256
    with zipfile.ZipFile(tmp_path / "a.ZIP", "w") as target:
        for path in folder.iterdir():
            target.write(path, f"any/tiny/{path.name}")
        target.writestr("__MACOSX/any/u.data", b"junk")
    for path in (folder / "u.data", folder.parent, tmp_path / "a.ZIP"):
        assert read_dataset(path).sha256 == expected


def test_line_ends_blank_lines_a_byte_order_mark_and_utf8_change_nothing(folder, tmp_path):
    mark = b"\xef\xbb\xbf"
    for end in ("\r\n", "\r"):
        files = {
            "u.data": mark + RATINGS.replace("\n", end + end).encode() + b"\n  \n\n",
            "u.item": mark + FILMS.replace("\n", end).encode() + b"\n",
            "u.user": USERS.rstrip("\n").replace("\n", end),
        }
        (tmp_path / repr(end)).mkdir()
        assert read_dataset(write(tmp_path / repr(end) / "tiny", files)).sha256 == read_dataset(folder).sha256


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_files_are_read_in_any_encoding(folder, tmp_path, encoding):
    texts = {"u.data": RATINGS, "u.item": FILMS, "u.user": USERS}
    files = {name: text.encode(encoding) for name, text in texts.items()}
    (tmp_path / encoding).mkdir()
    assert read_dataset(write(tmp_path / encoding / "tiny", files)).sha256 == read_dataset(folder).sha256


def test_a_film_nobody_rated_belongs_to_the_catalogue_and_may_lack_title_and_date(folder):
    write(folder, {"u.item": FILMS + film(7, "unknown", date="", flags=(0,)) + film(8, "", date="")})
    ds = read_dataset(folder)
    assert ds.item_ids.tolist() == [1, 2, 7, 8]
    assert ds.titles[2:].tolist() == ["unknown", "8"]
    assert np.isnan(ds.years[2:]).all()


def test_the_date_gives_the_year_where_the_title_does_not(folder):
    films = film(7, "Heidi", date="4-Feb-1971") + film(8, "Metropolis (1927)") + film(9, "Pi", date="1998-07-10")
    write(folder, {"u.item": FILMS + films})
    assert read_dataset(folder).years[2:].tolist() == [1971, 1927, 1998]


def test_a_date_that_is_none_is_left_out_with_a_warning(folder, caplog):
    write(folder, {"u.item": FILMS + film(7, "Heidi", date="spring")})
    assert np.isnan(read_dataset(folder).years[2])
    assert "u.item:3: date 'spring' cannot be read (expected a date like 01-Jan-1995)" in caplog.text


def test_the_names_of_the_flags_come_from_u_genre(folder):
    films = film(1, "A", flags=(1,), n=2) + film(2, "B", flags=(0, 1), n=2)
    write(folder, {"u.genre": "Noir|0\nHeist|1\n\n", "u.item": films})
    ds = read_dataset(folder)
    assert ds.genre_names == ("Heist", "Noir")
    assert ds.genres.tolist() == [[True, False], [True, True]]


def test_a_missing_user_fact_is_a_value_of_its_own(folder):
    write(folder, {"u.user": "1||M|technician|1\n2|30||other|2\n"})
    assert {"age is missing", "gender is missing"} <= set(read_dataset(folder).user_feature_names)


def test_the_format_of_1m_is_read_and_without_users_that_of_10m(tmp_path):
    ds = read_dataset(write(tmp_path / "m", DAT))
    assert ds.titles.tolist() == ["Toy Story", "Les Misérables"]
    assert ds.rating.tolist() == [5, 3.5]
    assert set(ds.user_feature_names) == {
        "age", "gender=F", "gender=M", "occupation=K-12 student", "occupation=self-employed",
    }  # fmt: skip
    (tmp_path / "m" / "users.dat").unlink()
    assert read_dataset(tmp_path / "m").user_feature_names == ()


def test_the_csv_format_has_quotes_commas_and_line_ends_in_titles(tmp_path):
    ds = read_dataset(write(tmp_path / "m", CSV) / "ratings.csv")
    assert ds.titles.tolist() == ["The American President", 'He said "no", and no again']
    assert ds.years.tolist() == [1995, 2006]
    assert ds.genres.tolist() == [[True, True], [False, False]]


@pytest.mark.parametrize("id_", [2**53 + 1, 2**63 - 1, -(2**63)])
def test_ids_are_exact_up_to_64_bits(folder, id_):
    write(folder, {"u.data": f"{RATINGS}1\t{id_}\t3\t4\n", "u.item": FILMS + film(id_, "Far")})
    assert id_ in read_dataset(folder).item_ids.tolist()


@pytest.mark.parametrize(
    ("written", "shown", "year"),
    [
        ("Usual Suspects, The (1995)", "The Usual Suspects", 1995),
        ("Good, The Bad and The Ugly, The (1966)", "The Good, The Bad and The Ugly", 1966),
        ("Blue Angel, The (Blaue Engel, Der) (1930)", "The Blue Angel (Der Blaue Engel)", 1930),
        ("Star Maker, The (Uomo delle stelle, L') (1995)", "The Star Maker (L'Uomo delle stelle)", 1995),
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
def test_titles_lose_their_year_and_have_their_article_in_front(written, shown, year):
    title, year_found = split_year(written)
    assert (natural_order(title), year_found) == (shown, year)


# --- what is refused


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1\t2\tx\t4", "rating 'x' is not a number (expected 'user item rating timestamp', tab separated)"),
        ("1\t2\tNA\t4", "rating 'NA' is not a number"),
        ("1\t2\tnan\t4", "rating 'nan' is not a number"),
        ("1\t2\t1e999\t4", "rating '1e999' is not a finite number"),
        ("1\t2\t881250949\t3", "rating '881250949' is not between 0 and 10"),
        ("1\t2\t-1\t3", "rating '-1' is not between 0 and 10"),
        ("1\t2.5\t3\t4", "item '2.5' is not a whole number"),
        ("1\t99999999999999999999\t3\t4", "item '99999999999999999999' does not fit 64 bits"),
        ("1 2 3 4", "1 field instead of 4"),
        ("1\t2\t3\t4\t5", "5 fields instead of 4"),
        ("\t\t3\t4", "user '' is not a whole number"),
        ("\n\n1\t77\t3\t4", "item 77 has no line in u.item (add it there, or drop the rating)"),
    ],
)
def test_a_bad_line_of_ratings_is_named(folder, line, message):
    write(folder, {"u.data": f"{RATINGS}{line}\n2\t2\t1\t880000003\n"})
    assert error_message(folder).startswith(f"u.data:{4 + line.count(chr(10))}: {message}")


def test_of_a_pair_rated_twice_the_newest_counts_or_the_first_repetition_is_refused(folder):
    write(folder, {"u.data": "2\t2\t1\t1\n" + RATINGS + "2\t2\t2\t2\n1\t1\t4\t9\n2\t2\t1\t0\n"})
    dataset, report = read_with_report(folder)
    ratings = zip(dataset.user.tolist(), dataset.item.tolist(), dataset.rating.tolist(), strict=True)
    assert sorted(ratings) == [(0, 0, 5), (0, 1, 3), (1, 0, 4), (1, 1, 2)]
    assert any("repeat a pair of user and item: the newest counts" in note for note in report.notes)
    with pytest.raises(DataError) as caught:
        read_with_report(folder, ReadConfig(duplicates="refuse"))
    assert str(caught.value).startswith("u.data:5: user 2 rates item 2 again, after line 1 (keep one of the two")


def test_a_lenient_reader_skips_bad_rows_and_ratings_of_films_that_are_not_there(folder):
    bad = "1\t2\t99\t1\nx\t1\t1\t1\n1\t77\t3\t1\n1\t3\t3\t1\n"
    write(folder, {"u.data": bad + RATINGS, "u.item": FILMS + film("y", "Bad") + film(3, "Bad", n=18)})
    dataset, report = read_with_report(folder, ReadConfig(lenient=True))
    assert (dataset.n_ratings, dataset.n_items) == (3, 2)
    assert any(note.startswith("u.data: 4 rows skipped") for note in report.notes)
    assert any(note.startswith("u.item: 2 rows skipped") for note in report.notes)
    write(folder, {"u.data": bad})
    with pytest.raises(DataError, match=r"u\.data has no row that can be read; u\.data:1: rating '99' is not"):
        read_with_report(folder, ReadConfig(lenient=True))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"u.data": "\n \n"}, "u.data is empty (expected 'user item rating timestamp', tab separated)"),
        ({"u.data": RATINGS.replace("\n", "\t0\n")}, "u.data:1: 5 fields instead of 4"),
        ({"u.data": RATINGS.replace("5", "\0")}, "u.data:1: a NUL byte (expected plain text: save the file as"),
        ({"u.item": ""}, "u.item is empty (expected 'item|title|date|video date|url|unknown|Action|"),
        ({"u.item": FILMS + film("x", "A")}, "u.item:3: item 'x' is not a whole number"),
        ({"u.item": FILMS + film(1, "Again")}, "u.item:3: item 1 again, after line 1 (keep one of the two lines)"),
        ({"u.item": FILMS + film(3, "A", n=18)}, "u.item:3: 23 fields instead of 24 (expected 'item|title|date|"),
        (
            {"u.item": FILMS + film(3, "A").replace("|1|", "|2|")},
            "u.item:3: the flag of Comedy is '2', neither",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_line(folder, files, message):
    write(folder, files)
    assert error_message(folder).startswith(message)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"ratings.csv": "userId,movieId,rating,timestamp\n"}, "ratings.csv has a header and no rows (expected"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n1,1,x,1\n"}, "ratings.csv:2: rating 'x' is not a number"),
        ({"movies.csv": "movieId,title,genres\n1,A, B,Drama\n"}, "movies.csv:2: 4 fields instead of 3"),
        (
            {"movies.csv": 'movieId,title,genres\n1,"A,Drama\n'},
            "movies.csv:2: a quoted text does not end as it should: unexpected end of data (expected",
        ),
        (
            {"movies.csv": "movieId,title,genres\n1,Café,Drama\n2,Olé\n".encode() + b"3,Caf\xe9,Drama\n"},
            "movies.csv:3: 2 fields instead of 3",
        ),
        (
            {"movies.csv": "movieId,title,genres\n1,Café,Drama\n2,Olé,\n".encode() + b"3,Caf\xe9,Drama\n"},
            "movies.csv:4: byte 0xe9 is not UTF-8 (save the",
        ),
    ],
)
def test_a_bad_csv_file_is_named_with_its_line(tmp_path, files, message):
    assert error_message(write(tmp_path / "m", CSV | files)).startswith(message)


@pytest.mark.parametrize(
    ("users", "problem"),
    [
        (USERS + "3|x|M|other|1\n", "u.user:3: age 'x' is not a number"),
        (USERS + "3|30|M\n", "u.user:3: 3 fields instead of 5"),
        (USERS + "1|30|M|other|1\n", "u.user:3: user 1 again, after line 1"),
        ("", "u.user is empty"),
        (USERS.replace("F", "\0"), "u.user:2: a NUL byte"),
        ("8|30|M|other|1\n9|30|M|other|1\n", "u.user has no line for any of the users, such as 1"),
    ],
)
def test_an_optional_file_that_cannot_be_used_is_left_out_with_a_warning(folder, caplog, users, problem):
    write(folder, {"u.user": users})
    dataset = read_dataset(folder)
    assert (dataset.n_ratings, dataset.n_users, dataset.user_feature_names) == (3, 2, ())
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.text.partition(problem)[2].rstrip().endswith("u.user is optional, so it is left out")


def test_a_users_file_of_another_format_is_left_out_with_a_warning(tmp_path, caplog):
    for users, problem in (
        ("1::107919\n2::115838\n", "users.dat:1: 2 fields instead of 5"),
        ("1::F::1::21::0\n2::F::1::1::0\n", "users.dat:1: occupation code 21 is not between 0 and 20"),
    ):
        assert read_dataset(write(tmp_path / "m", DAT | {"users.dat": users})).user_feature_names == ()
        assert problem in caplog.text


def test_a_user_without_a_line_has_missing_facts(folder, caplog):
    write(folder, {"u.data": f"{RATINGS}9\t1\t3\t4\n"})
    dataset = read_dataset(folder)
    assert dataset.user_ids.tolist() == [1, 2, 9]
    assert dataset.user_features[2, dataset.user_feature_names.index("age is missing")] == 1
    assert "u.user has no line for user 9; such users: 1" in caplog.text


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("unknown|0\nAction|2\n", "u.genre:2: the number is 2, not 1"),
        ("Noir|0\nNoir|1\n", "u.genre:2: genre 'Noir' is empty or appears twice"),
    ],
)
def test_without_usable_names_the_flags_are_those_of_movielens_100k(folder, caplog, names, problem):
    write(folder, {"u.genre": names})
    assert read_dataset(folder).genre_names == ("Animation", "Children's", "Comedy", "Drama")
    assert problem in caplog.text


def test_ids_are_kept_as_they_are_written(tmp_path):
    files = {
        "ratings.dat": "007::0120735::5::1\n7::0120735::4::2\n7::0002844::3::3\n",
        "movies.dat": "0002844::Fantomas (1913)::Crime\n0120735::Lock, Stock (1998)::Crime\n120735::Other (1999)::\n",
        "users.dat": "7::F::1::10::48067\n007::M::56::16::70072\n",
    }
    dataset = read_dataset(write(tmp_path / "m", files))
    assert dataset.item_ids.tolist() == ["0002844", "0120735", "120735"]
    assert dataset.user_ids.tolist() == ["007", "7"]
    assert dataset.titles.tolist() == ["Fantomas", "Lock, Stock", "Other"]
    assert dataset.user_features[:, dataset.user_feature_names.index("gender=F")].tolist() == [0, 1]


def test_padded_ids_of_the_items_alone_make_the_catalogue_text(tmp_path):
    movies = DAT["movies.dat"] + "007::Bond (1962)::\n"
    dataset = read_dataset(write(tmp_path / "m", DAT | {"movies.dat": movies}))
    assert dataset.item_ids.tolist() == ["007", "1", "1193"]
    assert dataset.user_ids.tolist() == [1, 2]


def test_movietweetings_is_read_with_its_own_ids(caplog):
    dataset = read_dataset(real_log("movietweetings"))
    assert "users.dat:1: 2 fields instead of 5" in caplog.text
    titles = dict(zip(dataset.item_ids.tolist(), dataset.titles.tolist(), strict=True))
    assert titles["0120735"] == "Lock, Stock and Two Smoking Barrels"
    assert dataset.source.licence is None


def test_without_the_ratings_a_copy_is_refused_with_the_name_of_the_missing_file(folder):
    (folder / "u.data").unlink()
    assert error_message(folder).startswith(f"'{folder}' has no u.data (expected MovieLens's u.data and u.item")


def test_without_the_films_their_ids_are_shown(folder):
    (folder / "u.item").unlink()
    for path in (folder, folder / "u.data"):
        dataset = read_dataset(path)
        assert (dataset.n_ratings, dataset.titles.tolist()) == (3, ["1", "2"])


def test_two_layouts_in_a_folder_are_both_named_and_one_can_be_chosen(folder):
    write(folder, CSV)
    assert f"'{folder}' holds ratings more than once: u.data and ratings.csv (give the path" in error_message(folder)
    assert read_dataset(folder / "ratings.csv").n_ratings == 2


# --- the real set


@needs_movielens
def test_movielens_100k_has_its_published_size_name_and_licence():
    ds = read_dataset(Path(MOVIELENS))
    assert (ds.n_ratings, ds.n_users, ds.n_items) == (100_000, 943, 1682)
    assert ds.name == "MovieLens 100K"
    assert "no redistribution" in ds.source.licence
    assert "Harper" in ds.source.citation
    assert ds.source.url == "https://grouplens.org/datasets/movielens/100k/"
    assert not ds.source.synthetic
    assert len(ds.genre_names) == 19
    assert len(ds.user_feature_names) == 1 + 2 + 21


@needs_movielens
def test_the_films_of_movielens_have_their_published_titles_and_years():
    ds = read_dataset(Path(MOVIELENS))
    titles = dict(zip(ds.item_ids.tolist(), ds.titles.tolist(), strict=True))
    years = dict(zip(ds.item_ids.tolist(), ds.years.tolist(), strict=True))
    assert (titles[1], years[1]) == ("Toy Story", 1995)
    assert titles[267] == "unknown"
    assert np.isnan(ds.years).sum() == 1 and np.isnan(years[267])
    assert "Les Misérables" in titles.values()
    assert "Á köldum klaka (Cold Fever)" in titles.values()
    assert (titles[50], years[50]) == ("Star Wars", 1977)
    assert not any(title.endswith((", The", ", A", ")", " ")) and "(19" in title for title in titles.values())


def test_settings_that_name_the_columns_of_a_layout_change_nothing(tmp_path):
    write(tmp_path / "m", CSV)
    columns: dict[Role, str] = {"user": "userId", "item": "movieId", "rating": "Rating"}
    dataset, report = read_with_report(tmp_path / "m", ReadConfig(columns=columns))
    expected, expected_report = read_with_report(tmp_path / "m")
    assert dataset.sha256 == expected.sha256
    assert (dataset.noun, dataset.source) == (expected.noun, expected.source)
    assert report == expected_report
