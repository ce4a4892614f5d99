"""Which file of a folder is what: ratings, items and users, by their names, their columns and their ids."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from recsys.config import ReadConfig
from recsys.data.load import load_dataset, locate_default, read_dataset
from recsys.errors import DataError
from tests.data.readers.messages import error_message
from tests.requirements import real_log

LOG = "user,item,rating\n" + "".join(f"u{n % 6},b{n % 5},{n % 4 + 1}\n" for n in range(30))
BOOKS = "item,title,shelf\n" + "".join(f"b{n},Book {n},{'AB'[n % 2]}\n" for n in range(5))
PEOPLE = "user,town\n" + "".join(f"u{n},{'XY'[n % 2]}\n" for n in range(6))
NUMBERS = "user,item,rating\n" + "".join(f"{n % 6 + 1},{n % 5 + 1},{n % 4 + 1}\n" for n in range(30))


def folder_of(path: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def tables(path: Path, config: ReadConfig | None = None, **named: Path) -> dict[str, str]:
    """The file of each kind of table."""
    _, report = read_dataset(path, config, **named)
    return {table.kind: table.file for table in report.tables}


@pytest.mark.parametrize(
    "names",
    [
        ("ratings.csv", "items.csv", "users.csv"), ("a.csv", "b.csv", "c.csv"), ("c.dat", "b.txt", "a.tsv"),
        ("game_play.dat", "item_info.dat", "people"), ("library.csv", "articles.csv", "readers.csv"),
    ],
)  # fmt: skip
def test_ratings_items_and_users_are_told_apart(tmp_path, names):
    folder = folder_of(tmp_path / "shop", dict(zip(names, (LOG, BOOKS, PEOPLE), strict=True)))
    assert tables(folder) == dict(zip(("ratings", "items", "users"), names, strict=True))
    dataset = load_dataset(folder)
    assert (dataset.name, dataset.titles.tolist()) == ("shop", [f"Book {n}" for n in range(5)])
    assert dataset.user_feature_names == ("town=X", "town=Y")


def test_ids_that_are_numbers_in_both_tables_are_told_apart_by_names(tmp_path):
    items = "id,title\n" + "".join(f"{n},Book {n}\n" for n in range(1, 6))
    users = "id,town\n" + "".join(f"{n},{'XY'[n % 2]}\n" for n in range(1, 7))
    for names in (("movies.csv", "users.csv"), ("products.csv", "customers.csv")):
        folder = folder_of(tmp_path / names[0], {"log.csv": NUMBERS, names[0]: items, names[1]: users})
        assert tables(folder) == {"ratings": "log.csv", "items": names[0], "users": names[1]}


def test_files_that_are_no_tables_disturb_nothing(tmp_path):
    others = {
        "README": "user,item\n", "README.md": "# x", "LICENSE.txt": "a, b", "site.toml": 'title = "x"', "x.py": "a,b",
        "cover.png": b"\x89PNG\r\n\x1a\n", ".hidden.csv": LOG, "notes.txt": "Dear all,\nthis, and, that\nBest\n",
        "log.zip": b"PK\x05\x06" + bytes(18), "empty.txt": b"", "paper.pdf": b"%PDF-1.7", "~$log.csv": LOG,
    }  # fmt: skip
    assert tables(folder_of(tmp_path, {"log.csv": LOG} | others)) == {"ratings": "log.csv"}


def test_a_broken_row_or_table_beside_the_ratings_is_left_out(tmp_path, caplog):
    items = BOOKS + "b9,T\nb8,U,A\n"
    folder = folder_of(tmp_path, {"ratings.csv": LOG, "items.csv": items, "users.csv": b"\0\1\2" * 9})
    dataset, report = read_dataset(folder)
    assert any(note.startswith("items.csv: 1 row skipped: items.csv:7: 2 fields") for note in report.notes)
    assert "users.csv is not text (expected a table: save it as CSV); it is left out" in caplog.text
    assert dataset.item_ids.tolist() == ["b0", "b1", "b2", "b3", "b4", "b8"]


def test_parts_of_a_log_beside_all_of_it_are_left_out(tmp_path, monkeypatch):
    parts = dict.fromkeys(("train.csv", "test.csv", "fold_1.csv"), LOG)
    assert tables(folder_of(tmp_path / "a", {"ratings.csv": LOG} | parts)) == {"ratings": "ratings.csv"}
    assert tables(folder_of(tmp_path / "b", {"everything.csv": LOG} | parts)) == {"ratings": "everything.csv"}
    message = error_message(folder_of(tmp_path / "c", {"train.csv": LOG, "test.csv": LOG}))
    assert "holds more than one table with users and items: test.csv and train.csv (give the path of one" in message
    monkeypatch.chdir(tmp_path / "c")
    assert error_message(Path()).startswith("this folder holds more than one table")
    message = error_message(folder_of(tmp_path / "d", {"part-1.csv": LOG, "part-2.csv": LOG}))
    assert message.endswith("(give the path of one of them, or --dask local:1 to read all as parts of one log)")


def test_of_tags_and_ratings_the_ratings_are_meant(tmp_path):
    tags = "userId,movieId,tag\n" + "".join(f"{n % 6 + 1},{n % 5 + 1},tag {n}\n" for n in range(30))
    links = "movieId,imdbId\n" + "".join(f"{n},{n}17\n" for n in range(1, 6))
    movies = "movieId,title,genres\n" + "".join(f"{n},Film {n} (1999),Drama\n" for n in range(1, 6))
    log = NUMBERS.replace("user,item,rating", "userId,movieId,score")
    folder = folder_of(tmp_path, {"log.csv": log, "tags.csv": tags, "links.csv": links, "movies.csv": movies})
    assert tables(folder) == {"ratings": "log.csv", "items": "movies.csv"}
    assert load_dataset(folder).titles.tolist() == [f"Film {n}" for n in range(1, 6)]


def test_tables_that_are_not_used_are_named_with_the_reason(tmp_path):
    log = NUMBERS.replace("user,item,rating", "userId,movieId,rating")
    links = "movieId,tmdbId\n" + "".join(f"{n},{n}17\n" for n in range(1, 6))
    films = "tmdb,title\n" + "".join(f"{n}17,Film {n}\n" for n in range(1, 6))
    tags = "movieId,tag\n" + "".join(f"{n % 5 + 1},tag {n}\n" for n in range(30))
    votes = log.replace("rating", "tag")
    others = {"links.csv": links, "movies_metadata.csv": films, "tags.csv": tags, "votes.csv": votes}
    _, report = read_dataset(folder_of(tmp_path, {"ratings.csv": log} | others))
    assert [note for note in report.notes if note.startswith("not used")] == [
        "not used, because none of their columns has the ids of the rated items or users: movies_metadata.csv",
        "not used, because they have several rows for an id: tags.csv",
        "not used, because they are other logs: votes.csv",
    ]


@pytest.mark.parametrize("people", ["user1,user2,user3,user4", "ann,bob,cy,dan"])
def test_a_matrix_with_items_as_rows_is_refused_with_what_to_do(tmp_path, people):
    cells = "".join(f"Film {n},{n % 5 + 1},{n % 3 + 1},,{n % 4 + 1}\n" for n in range(20))
    folder = folder_of(tmp_path, {"films.csv": f"film,{people}\n{cells}"})
    assert "if each row is of an item and each column of a user, exchange rows and columns" in error_message(folder)


def test_headings_are_refused_though_there_are_other_tables(tmp_path):
    titles = "".join(f"{n},2003,Film {n}\n" for n in range(1, 6))
    folder = folder_of(tmp_path, {"combined_data_1.txt": "1:\n3,4,2005-12-26\n", "movie_titles.csv": titles})
    assert error_message(folder).startswith("combined_data_1.txt:1: '1:' is a heading")


def test_the_profile_in_the_export_of_one_person_is_no_log(tmp_path):
    films = "Date,Name,Year,URI,Rating\n" + "".join(f"2020-01-{n + 10},Film {n},1999,u/{n},4\n" for n in range(9))
    profile = "Date Joined,Username,Favorite Films\n2019-01-01,ann,u/1\n"
    files = {"ratings.csv": films, "profile.csv": profile, "comments.csv": "Date,Content,Comment\n"}
    message = error_message(folder_of(tmp_path, files))
    assert "ratings of one person are too few" in message


def test_tables_that_are_packed_one_by_one_are_read(tmp_path):
    tmp_path.joinpath("shop").mkdir()
    for name, content in {"rating.csv": LOG, "movie.csv": BOOKS}.items():
        with zipfile.ZipFile(tmp_path / "shop" / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr(name, content)
    assert tables(tmp_path / "shop") == {"ratings": "rating.csv.zip", "items": "movie.csv.zip"}


def test_other_logs_and_tables_of_other_things_are_no_users_and_no_items(tmp_path):
    others = {
        "user_friends.dat": "userID\tfriendID\n" + "".join(f"{n % 6 + 1}\t{n % 5 + 1}\n" for n in range(30)),
        "user_tags.dat": "userID\titemID\ttagID\n" + "".join(f"{n % 6 + 1}\t{n % 5 + 1}\t7\n" for n in range(30)),
        "tags.csv": "tag_id,tag_name\n1,fiction\n2,war\n",
        "item_properties.csv": "itemid,property\n" + "".join(f"{n % 5 + 1},p{n}\n" for n in range(30)),
    }
    log = NUMBERS.replace("user,item,rating", "userID,itemID,weight")
    assert tables(folder_of(tmp_path, {"log.csv": log} | others)) == {"ratings": "log.csv"}


def test_a_single_file_is_read_without_what_lies_beside_it(tmp_path):
    folder = folder_of(tmp_path, {"mine.csv": LOG, "items.csv": BOOKS})
    assert tables(folder / "mine.csv") == {"ratings": "mine.csv"}
    assert load_dataset(folder / "mine.csv").name == "mine"


def test_named_tables_win(tmp_path):
    better = BOOKS.replace("Book", "Novel")
    folder = folder_of(tmp_path / "a", {"ratings.csv": LOG, "items.csv": BOOKS, "users.csv": PEOPLE})
    other = folder_of(tmp_path / "b", {"novels.csv": better, "folk.csv": PEOPLE.replace("X", "Z")})
    named = {"items": other / "novels.csv", "users": other / "folk.csv"}
    assert tables(folder, **named) == {"ratings": "ratings.csv", "items": "novels.csv", "users": "folk.csv"}
    assert read_dataset(folder / "ratings.csv", items=named["items"])[0].titles[0] == "Novel 0"
    with pytest.raises(DataError, match=r"none\.csv' does not exist \(expected a file\)"):
        read_dataset(folder, items=tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_dataset(folder, items=tmp_path)
    (tmp_path / "x.csv").write_text("colour,size\nred,1\nred,1\nblue,1\n")
    with pytest.raises(DataError, match=r"x\.csv has no column with the ids of items \(its columns are colour, size"):
        read_dataset(folder, items=tmp_path / "x.csv")


def test_columns_of_the_settings_say_which_table_is_meant(tmp_path):
    log = "who,what,when\n" + "".join(f"{n % 6},{n % 5},{n}\n" for n in range(30))
    folder = folder_of(tmp_path, {"a.csv": log})
    assert read_dataset(folder, ReadConfig(columns={"user": "what", "item": "who"}))[0].n_users == 5
    with pytest.raises(DataError, match=r"no column 'wat'.*did you mean 'what'"):
        read_dataset(folder, ReadConfig(columns={"user": "wat", "item": "who"}))


def test_without_users_and_items_the_columns_that_are_there_are_named(tmp_path):
    folder = folder_of(tmp_path, {"a.csv": "colour,size\nred,1\nblue,2\n", "b.txt": "x"})
    message = error_message(folder)
    assert "holds no table with a column of users and one of items: a.csv has colour, size" in message
    assert message.endswith('(name the columns in site.toml, as in [columns] user = "...", item = "...")')


def test_the_export_of_one_person_is_refused_with_what_is_missing(tmp_path):
    rows = "".join(f"2022-01-{day:02d},Film {day},{1960 + day},{day % 5 + 1}\n" for day in range(1, 30))
    folder = folder_of(tmp_path, {"ratings.csv": "Date,Name,Year,Rating\n" + rows})
    assert error_message(folder).endswith("put those of several into one table, with a column of users)")


def test_folders_below_are_searched_where_none_lies_directly_in_it_but_not_sites(tmp_path):
    site = {"site/index.html": "", "site/404.html": "", "site/lists.csv": LOG}
    folder = folder_of(tmp_path / "x", {"deep/log.csv": LOG, **site})
    assert tables(folder) == {"ratings": "log.csv"}
    folder_of(folder, {"log2.csv": LOG})
    assert tables(folder) == {"ratings": "log2.csv"}
    folder_of(tmp_path / "y", {"a/log.csv": LOG, "b/log.csv": LOG})
    assert "holds more than one data set: " in error_message(tmp_path / "y")


def test_any_table_directly_in_the_data_folder_is_the_default(tmp_path):
    data = folder_of(tmp_path / "data", {"sample/u.data": "1\t1\t5\t1\n", "loans.csv": LOG, "books.csv": BOOKS})
    assert locate_default(data) == data
    assert tables(data) == {"ratings": "loans.csv", "items": "books.csv"}
    (data / "loans.csv").write_text('user,item\n"')
    with pytest.raises(DataError, match=r"loans\.csv"):
        locate_default(data)


def test_a_zip_of_tables_is_read_as_its_folder(tmp_path):
    files = {"ratings.csv": LOG, "items.csv": BOOKS, "users.csv": PEOPLE}
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as target:
        for name, content in files.items():
            target.writestr(f"top/{name}", content)
    assert len(tables(tmp_path / "shop.zip")) == 3


@pytest.mark.parametrize(
    ("log", "expected", "size"),
    [
        ("steam", {"ratings": "game_play.dat", "items": "item_info.dat"}, (11350, 5155, 70477)),
        ("book-crossing", {"ratings": "book_ratings.dat", "items": "items_info.dat"}, (1295, 17384, 62656)),
        ("citeulike", {"ratings": "library.csv", "items": "articles.csv"}, (5551, 16980, 204986)),
        ("movietweetings", {"ratings": "ratings.dat", "items": "movies.dat"}, (16554, 10506, 100000)),
        ("ml-100k", {"ratings": "u.data", "items": "u.item", "users": "u.user"}, (943, 1682, 100000)),
    ],
)
def test_real_logs_are_read_by_their_folder(log, expected, size):
    dataset, report = read_dataset(real_log(log))
    assert {table.kind: table.file for table in report.tables} == expected
    assert (dataset.n_users, dataset.n_items, dataset.n_ratings) == size
