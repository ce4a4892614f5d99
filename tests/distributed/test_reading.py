"""A log in many parts is read by the workers of a cluster, and is the log of the same rows in a single file."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys.cli.main import main
from recsys.config import ReadConfig
from recsys.data.load import read_dataset
from recsys.distributed.log_meanings import RatingMeanings
from recsys.distributed.reading import read_parts as read_log_parts
from recsys.distributed.sources import find_parts
from recsys.errors import DataError
from tests.distributed.test_faults import kill_a_worker

HEADER = "user,item,rating,timestamp"
ROWS = [f"{user},{item},{1 + (user * item) % 5},{1_000_000_000 + 1000 * user + item}"
        for user in range(1, 9) for item in range(user % 3, 12, 2)]  # fmt: skip


def rows_of_part(rows: list[str], number: int, n_parts: int = 3) -> list[str]:
    return rows[number * len(rows) // n_parts : (number + 1) * len(rows) // n_parts]


def write_parts(folder: Path, rows: list[str], header: str = HEADER, n_parts: int = 3, ending: str = "csv") -> Path:
    """The rows in a few parts, each with a header."""
    folder.mkdir()
    for number in range(n_parts):
        text = "\n".join([header, *rows_of_part(rows, number, n_parts)]) + "\n"
        data = gzip.compress(text.encode()) if ending.endswith("gz") else text.encode()
        (folder / f"part-{number:04}.{ending}").write_bytes(data)
    return folder


def read_parts(cluster, source, config=None, **tables):
    parts = find_parts(str(source), config or ReadConfig())
    assert parts is not None
    return read_log_parts(cluster, parts, config, **tables)


def read_single(path: Path, rows: list[str], header: str = HEADER, config=None):
    path.write_text("\n".join([header, *rows]) + "\n")
    return read_dataset(path, config)


def without_places(report):
    """What a report says but for the names of files."""
    tables = [replace(table, file="", description="") for table in report.tables]
    return tables, report.notes, report.noun, report.rating_name


def assert_same(cluster, tmp_path, rows, header=HEADER, config=None, n_parts=3):
    """The data set and the report from parts are those of one file; returns them."""
    single, single_report = read_single(tmp_path / "log.csv", rows, header, config)
    dataset, report = read_parts(cluster, write_parts(tmp_path / "log", rows, header, n_parts), config)
    assert dataset.sha256 == single.sha256
    assert without_places(report) == without_places(single_report)
    assert (dataset.name, dataset.rating_name, dataset.is_counted) == (
        single.name, single.rating_name, single.is_counted)  # fmt: skip
    return dataset, report


@pytest.mark.parametrize(("rows", "header"), [
    (ROWS, HEADER),
    ([row.rsplit(",", 2)[0] for row in ROWS], "user,item"),
    ([row.rsplit(",", 1)[0] for row in ROWS], "user,item,rating"),
    ([f"u{row[0]}é,{row[2:]}" for row in ROWS], HEADER),
    (["007,1,3,5", *ROWS], HEADER),
    ([*ROWS, "9,A7,3,5"], HEADER),
    ([row.replace(",4,", ",4.5,") for row in ROWS], HEADER),
    ([f"{row[:3]},{'★' * (1 + number % 5)}{'½' * (number > 30)},{number}" for number, row in enumerate(ROWS)],
     HEADER),
], ids=["numbers", "no ratings", "no times", "text ids", "zeros before an id", "one id of text", "halves",
        "stars"])  # fmt: skip
def test_the_data_set_is_that_of_one_file(cluster, tmp_path, rows, header):
    assert_same(cluster, tmp_path, rows, header)


@pytest.mark.parametrize("times", [
    [f"2020-01-{1 + row % 28:02}" for row in range(len(ROWS))],
    [f"2020-01-{1 + row % 28:02}T10:00:{row % 60:02}Z" for row in range(len(ROWS))],
    [f"{1 + row % 28}.1.2020" for row in range(len(ROWS))],
    [f"{1_600_000_000 + row}.{row % 2 * 5}" for row in range(len(ROWS))],
    [f"{1_600_000_000 + row}" + ".25" * (row == 3) for row in range(len(ROWS))],
    ["" if row % 4 == 0 else str(1_600_000_000 + row) for row in range(len(ROWS))],
    ["" if row >= len(rows_of_part(ROWS, 0)) else str(1_600_000_000 + row) for row in range(len(ROWS))],
    ["2020-01-01 10:00" if row == 1 else f"2020-01-{1 + row % 28:02}" for row in range(len(ROWS))],
    ["" for _ in ROWS],
], ids=["dates", "with zones", "written dates", "tenths", "one fraction", "some missing", "all of two parts missing",
        "one with a time", "all missing"])  # fmt: skip
def test_times_of_any_kind_are_those_of_one_file(cluster, tmp_path, times):
    rows = [f"{row.rsplit(',', 1)[0]},{time}" for row, time in zip(ROWS, times, strict=True)]
    assert_same(cluster, tmp_path, rows)


@pytest.mark.parametrize("duplicates", ["newest", "mean", "sum"])
def test_ratings_of_one_pair_within_and_across_parts_are_merged_as_in_one_file(cluster, tmp_path, duplicates):
    repeated = [*ROWS, *(f"{row.rsplit(',', 2)[0]},{rating},{1_000_001_000 + rating}"
                         for row in ROWS[::3] for rating in (1, 2, 5))]  # fmt: skip
    dataset, report = assert_same(cluster, tmp_path, repeated, config=ReadConfig(duplicates=duplicates))
    assert dataset.n_ratings == len(ROWS) and any("a pair of user and item" in note for note in report.notes)


def test_rows_of_a_log_without_ratings_are_counted_over_all_parts(cluster, tmp_path):
    rows = [row.rsplit(",", 2)[0] for row in [*ROWS, *ROWS[::2], *ROWS[::5]]]
    dataset, _ = assert_same(cluster, tmp_path, rows, "user,item")
    assert dataset.is_counted and dataset.rating.max() == 3


def test_events_are_counted_over_all_parts(cluster, tmp_path):
    rows = [f"{row.rsplit(',', 2)[0]},{'view' if number % 3 else 'purchase'},{number}"
            for number, row in enumerate([*ROWS, *ROWS[::2]])]  # fmt: skip
    assert_same(cluster, tmp_path, rows, "user,item,event,timestamp")


def test_a_zero_that_means_unrated_is_known_by_the_ratings_of_all_parts(cluster, tmp_path):
    rows = [*ROWS, *(f"{user},{item},0,1000000000" for user in range(20, 40) for item in range(10))]
    dataset, report = assert_same(cluster, tmp_path, rows)
    assert dataset.n_ratings == len(ROWS) and any("unrated" in note for note in report.notes)


def test_facts_about_items_and_users_in_the_rows_are_those_of_one_file(cluster, tmp_path):
    rows = [
        ",".join([row, f"Film {item} (19{80 + item})", "Drama|Crime" if item % 2 else "Comedy", f"maker {item % 4}",
                  str(20 + user), "mobile" if number % 3 else "web"])
        for number, row in enumerate(ROWS) for user, item in [map(int, row.split(",")[:2])]
    ]  # fmt: skip
    rows[7] = rows[7].replace("Drama", "Farce")
    rows[9] = rows[9].replace("Film", "film")
    dataset, report = assert_same(cluster, tmp_path, rows, f"{HEADER},title,genres,director,age,device")
    assert dataset.titles[3] == "Film 3" and "Crime" in dataset.genre_names and dataset.user_features.size
    assert any(column.role == "feature" and column.name == "director" for column in report.tables[0].columns)


def test_a_column_that_is_text_in_one_part_is_text_in_all(cluster, tmp_path):
    prices = [f"{int(row.split(',')[1]) % 3}.50" for row in ROWS[:40]] + ["dear"] * len(ROWS[40:])
    rows = [f"{row},{price}" for row, price in zip(ROWS, prices, strict=True)]
    assert_same(cluster, tmp_path, rows, f"{HEADER},price")


def test_rows_that_cannot_be_read_are_skipped_and_counted_in_all_parts(cluster, tmp_path):
    rows = [",3,4,1000000000", "3,,4,1000000000", *ROWS, "4,99,many,1000000000"]
    single, _ = read_single(tmp_path / "log.csv", rows, config=ReadConfig(lenient=True))
    dataset, report = read_parts(cluster, write_parts(tmp_path / "log", rows), ReadConfig(lenient=True))
    assert dataset.sha256 == single.sha256
    missing = "part-0000.csv:2: no user id; expected one in every row; part-0000.csv:3: no item id; "
    (note,) = [note for note in report.notes if "skipped" in note]
    assert note.startswith(f"3 rows that cannot be read are skipped, such as {missing}")
    assert f"part-0002.csv:{len(rows_of_part(rows, 2)) + 1}: rating 'many' cannot be read" in note


def test_the_data_set_does_not_depend_on_the_order_or_the_number_of_parts(cluster, tmp_path):
    first, _ = read_parts(cluster, write_parts(tmp_path / "first", ROWS, n_parts=2))
    second, _ = read_parts(cluster, write_parts(tmp_path / "second", ROWS[::-1], n_parts=5))
    for name in ("user", "item", "rating", "timestamp"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_columns_may_stand_in_another_order_in_each_part(cluster, tmp_path):
    folder = write_parts(tmp_path / "log", ROWS, n_parts=2)
    frame = pd.read_csv(folder / "part-0001.csv")
    frame[["timestamp", "rating", "user", "item"]].to_csv(folder / "part-0001.csv", index=False)
    assert read_parts(cluster, folder)[0].sha256 == read_single(tmp_path / "log.csv", ROWS)[0].sha256


def test_a_part_with_other_columns_is_refused_by_its_name(cluster, tmp_path):
    folder = write_parts(tmp_path / "log", ROWS)
    (folder / "part-0001.csv").write_text("user,item,stars,timestamp\n1,2,3,4\n")
    with pytest.raises(DataError, match=r"^part-0001.csv has the columns user, item, stars, timestamp, "):
        read_parts(cluster, folder)


def test_packed_parts_are_read_by_a_glob(cluster, tmp_path):
    folder = write_parts(tmp_path / "log", ROWS, ending="csv.gz")
    (folder / "notes.txt").write_text("nothing")
    dataset, _ = read_parts(cluster, folder / "*.csv.gz")
    assert dataset.sha256 == read_single(tmp_path / "log.csv", ROWS)[0].sha256
    assert read_parts(cluster, f"file://{folder}/part-*.gz")[0].sha256 == dataset.sha256


def test_a_data_set_of_parquet_as_spark_writes_it_is_read(cluster, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    folder = tmp_path / "log"
    folder.mkdir()
    frame = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(",")).astype("int64")
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], unit="s")
    uuid = "c0ffee00-1234-4321-abcd-0123456789ab"
    for number in range(3):
        frame[number::3].to_parquet(folder / f"part-{number:05}-{uuid}-c000.snappy.parquet", index=False)
    frame[:0].to_parquet(folder / f"part-00003-{uuid}-c000.snappy.parquet", index=False)
    (folder / "_SUCCESS").write_bytes(b"")
    dataset, report = read_parts(cluster, folder)
    assert dataset.sha256 == read_single(tmp_path / "log.csv", ROWS)[0].sha256
    assert report.tables[0].description == "Parquet, 4 parts"


def test_tables_of_items_and_users_next_to_the_parts_are_read(cluster, tmp_path):
    folder = write_parts(tmp_path / "log", ROWS)
    (folder / "items.csv").write_text("item,title\n" + "".join(f"{item},Title {item}\n" for item in range(14)))
    read_single(tmp_path / "ratings.csv", ROWS)
    expected, _ = read_dataset(tmp_path / "ratings.csv", items=folder / "items.csv")
    dataset, _ = read_parts(cluster, folder)
    assert dataset.titles.tolist() == expected.titles.tolist() and dataset.n_items == 14
    assert read_parts(cluster, folder / "part-*.csv", items=folder / "items.csv")[0].n_items == 14


@pytest.mark.parametrize(
    ("part", "row", "problem"),
    [
        (2, "5,6,many,1000000000", "rating 'many' cannot be read"),
        (1, "5,6,3,soon", "timestamp 'soon' is not a time"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_part_and_line(cluster, tmp_path, part, row, problem):
    folder = write_parts(tmp_path / "log", ROWS)
    with (folder / f"part-000{part}.csv").open("a") as file:
        file.write(f"{row}\n")
    line = len(rows_of_part(ROWS, part)) + 2
    with pytest.raises(DataError, match=rf"^part-000{part}.csv:{line}: {problem}"):
        read_parts(cluster, folder)


def test_repeated_pairs_are_refused_where_the_settings_say_so(cluster, tmp_path):
    folder = write_parts(tmp_path / "log", [*ROWS, ROWS[0]])
    with pytest.raises(DataError, match="user 1 rated item 1 more than once"):
        read_parts(cluster, folder, ReadConfig(duplicates="refuse"))


def test_a_part_that_is_damaged_is_named(cluster, tmp_path):
    folder = write_parts(tmp_path / "log", ROWS, ending="csv.gz")
    path = folder / "part-0001.csv.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match=r"'part-0001.csv.gz' is damaged"):
        read_parts(cluster, folder)


def test_a_part_that_a_worker_does_not_see_is_named_with_the_worker(cluster, tmp_path):
    many = [f"{user},{item},3,1000000000" for user in range(60) for item in range(60)]  # so that one is a sample
    folder = write_parts(tmp_path / "log", many)
    parts = find_parts(str(folder), ReadConfig())
    (folder / "part-0002.csv").unlink()
    with pytest.raises(DataError, match=r"^part-0002.csv is not there for the worker tcp://127.0.0.1:\d+, as /"):
        read_log_parts(cluster, parts)


def test_a_worker_killed_while_the_log_is_read_changes_nothing(cluster, tmp_path, monkeypatch):
    folder, killed = write_parts(tmp_path / "log", ROWS), []
    understand = RatingMeanings.of

    def understand_and_kill(vocabulary):  # in this process, when all parts have been read and none is clean
        kill_a_worker(cluster)
        killed.append(True)
        return understand(vocabulary)

    undisturbed, _ = read_parts(cluster, folder)
    monkeypatch.setattr(RatingMeanings, "of", understand_and_kill)
    assert read_parts(cluster, folder)[0].sha256 == undisturbed.sha256
    assert killed == [True]


def test_a_build_reads_parts_on_its_cluster_and_never_replaces_their_folder(tmp_path, monkeypatch):
    folder = write_parts(tmp_path / "log", ROWS)
    monkeypatch.chdir(tmp_path)
    options = ["--dask", "local:1", "--no-cache", "--epochs", "1", "--models", "base"]
    assert main(["--data", "log/part-*.csv", *options, "--out", "log"]) == 1
    assert sorted(path.name for path in folder.iterdir()) == [f"part-000{number}.csv" for number in range(3)]
    assert main(["--data", "log", *options]) == 0
    dataset = json.loads((tmp_path / "site" / "data" / "build.json").read_text())["dataset"]
    assert dataset["sha256"] == read_single(tmp_path / "log.csv", ROWS)[0].sha256


def test_a_glob_without_a_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="matches no file"):
        find_parts(f"{tmp_path}/*.csv", ReadConfig())


@pytest.mark.parametrize("names", [["ratings.csv", "items.csv"], ["ratings.csv"], ["part-1.csv"]])
def test_an_ordinary_folder_and_a_single_file_are_no_parts(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("\n".join([HEADER, *ROWS]))
    assert find_parts(str(tmp_path), ReadConfig()) is None
    assert find_parts(str(tmp_path / names[0]), ReadConfig()) is None
