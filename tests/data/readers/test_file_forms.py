"""One log in every form that files come in: each gives the same data set."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib.util
import io
import json
import lzma
import random
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.config import ReadConfig
from recsys.data.load import read_dataset
from recsys.data.readers import files
from recsys.errors import DataError
from tests.data.readers.messages import error_message

HEADER = ("reader", "book", "stars", "date")
ROWS = [
    ("Zoë", "Sofa, red", 4.5, "2020-01-03"), ("Zoë", 'The "Lamp"', 2.0, "2020-01-04"),
    ("007", "Sofa, red", 3.0, "2020-02-01"), ("007", "Desk; big | new", 1.5, "2020-02-02"),
    ("ann", 'The "Lamp"', 5.0, "2020-03-01"), ("ann", "=cmd|' /c calc'!A0", 0.5, "2020-03-02"),
    ("ann", "<b>Bed</b>", 4.0, "2020-03-03"), ("Zoë", "<b>Bed</b>", 3.5, "2020-03-04"),
]  # fmt: skip
COMPRESSIONS: dict[str, Any] = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def delimited(
    rows: list[tuple[Any, ...]], separator: str = ",", quoting: Any = csv.QUOTE_MINIMAL, end: str = "\n",
    header: tuple[str, ...] = HEADER,
) -> str:  # fmt: skip
    target = io.StringIO(newline="")
    parts = csv.writer(target, delimiter=separator[:1], quoting=quoting, lineterminator=end)
    parts.writerows([header, *rows] if header else rows)
    return target.getvalue()


def facts(path: Path) -> tuple[Any, ...]:
    """What a data set says, whatever it is called."""
    dataset, _ = read_dataset(path)
    assert dataset.timestamp is not None
    rows = zip(dataset.user_ids[dataset.user].tolist(), dataset.titles[dataset.item].tolist(),
               dataset.rating.tolist(), dataset.timestamp.tolist(), strict=True)  # fmt: skip
    return sorted(rows), dataset.item_ids.tolist()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    path = tmp_path_factory.mktemp("plain") / "log.csv"
    path.write_text(delimited(ROWS), encoding="utf-8")
    plain = facts(path)
    assert [row[:3] for row in plain[0]] == sorted(row[:3] for row in ROWS)
    return plain


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([",", ";", "\t", "|"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(sorted(COMPRESSIONS)), st.booleans(),
    st.permutations(range(4)), st.booleans(),
)  # fmt: skip
def test_a_log_is_the_same_in_any_form_of_text(
    tmp_path, expected, separator, quoting, encoding, end, compression, is_declared, order, has_blanks
):
    rows = [tuple(row[position] for position in order) for row in ROWS]
    content = delimited(rows, separator, quoting, end, tuple(HEADER[position] for position in order))
    content = (f"sep={separator}{end}" if is_declared else "") + content
    content += (separator * 3 + end) * 2 + end if has_blanks else ""
    path = tmp_path / f"log.csv{compression}"
    path.write_bytes(COMPRESSIONS[compression](content.encode(encoding)))
    assert facts(path) == expected


def test_a_log_with_double_colons_is_the_same(tmp_path, expected):
    lines = ["::".join(map(str, row)) for row in [HEADER, *ROWS]]
    (tmp_path / "log.dat").write_text("\n".join(lines), encoding="utf-8")
    assert facts(tmp_path / "log.dat") == expected


def test_decimal_commas_and_trailing_separators_change_nothing(tmp_path, expected):
    rows = [(user, item, str(stars).replace(".", ","), date, "") for user, item, stars, date in ROWS]
    (tmp_path / "a.csv").write_text(delimited(rows, ";", header=HEADER), encoding="utf-8")
    assert facts(tmp_path / "a.csv") == expected


def records() -> list[dict[str, Any]]:
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_lines_and_an_array_of_json_are_the_same(tmp_path, expected, encoding):
    lines = "\n".join(json.dumps(record) for record in records())
    for name, content in {"log.jsonl": lines, "log.json": json.dumps(records(), indent=2)}.items():
        (tmp_path / name).write_text(content, encoding=encoding)
        assert facts(tmp_path / name) == expected


def test_parquet_is_the_same(tmp_path, expected):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(records())
    frame.to_parquet(tmp_path / "log.parquet")
    assert facts(tmp_path / "log.parquet") == expected
    (tmp_path / "log.parquet.gz").write_bytes(gzip.compress((tmp_path / "log.parquet").read_bytes()))
    assert facts(tmp_path / "log.parquet.gz") == expected


def test_zstd_is_the_same(tmp_path, expected):
    zstandard = pytest.importorskip("zstandard")
    (tmp_path / "log.csv.zst").write_bytes(zstandard.compress(delimited(ROWS).encode()))
    assert facts(tmp_path / "log.csv.zst") == expected


@pytest.mark.parametrize("member", ["log.csv", "a/b/log.csv", "log.csv.gz"])
def test_the_only_table_in_a_zip_is_the_same(tmp_path, expected, member):
    data = delimited(ROWS).encode()
    with zipfile.ZipFile(tmp_path / "log.csv.zip", "w") as target:
        target.writestr(member, gzip.compress(data) if member.endswith(".gz") else data)
        target.writestr("__MACOSX/._log.csv", b"\0\1")
    assert facts(tmp_path / "log.csv.zip") == expected
    (tmp_path / "log").write_bytes((tmp_path / "log.csv.zip").read_bytes())  # known by its bytes, not by its name
    assert facts(tmp_path / "log") == expected


@pytest.mark.parametrize(
    ("magic", "package", "extra"), [(b"\x28\xb5\x2f\xfd", "zstandard", "zstd"), (b"PAR1", "pyarrow", "parquet")]
)
def test_without_the_package_of_a_form_it_says_what_to_install(tmp_path, monkeypatch, magic, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / "log.csv").write_bytes(magic + b"rest")
    assert f"pip install 'marquee-recsys[{extra}]'" in error_message(tmp_path / "log.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n", "is a picture (PNG), not a table"), (b"%PDF-1.7\n", "is a PDF document, not a table"),
        (b"\xd0\xcf\x11\xe0\xa1", "is a workbook or document of an older Office, not a table (save it as CSV)"),
        (b"<!DOCTYPE html><html>", "is a web page (HTML), not a table"),
        (b"SQLite format 3\0", "is an SQLite database, not a table (export a table of it as CSV)"),
        (b"INSERT INTO `ratings` VALUES (1,2,3),(1,3,4);\n" * 9, "is an SQL dump, not a table (export a table of it"),
        (b"-- MySQL dump 10.13\n\nDROP TABLE x;\n", "is an SQL dump, not a table"),
        (b"1:\n30878,4,2005-12-26\n2647871,4,2005-12-30\n", "log.csv:1: '1:' is a heading, and the rows below it"),
        (bytes(range(256)) * 9, "is not text (expected a table: save it as CSV)"),
        (b"\xef\xbb\xbfuser,item\nan,x\n" + b"\xe4\xf6\xfc\xe9,\xe8\n" * 9, "log.csv:3: this line is in another enc"),
        (b'{"ratings": [{"user": 1, "item": 2}]}', "is one object with a list in 'ratings' (save the list alone: an"),
        (b'{\n "ratings": [\n  {"user": 1},\n  {"user": 2}\n ]\n}\n', "is one object with a list in 'ratings'"),
        (b"", "is empty"), (b" \n", "is empty"),
        (b"user,item,rating\n", "has a header and no rows"), (b"\x1f\x8b\x08broken", "is damaged"),
        (b"PAR1broken", "cannot be read as Parquet" if importlib.util.find_spec("pyarrow") else "needs the package"),
        (b'{"user": 1', "is not JSON"), (b'[{"user": 1}, 2', "is not JSON"), (b"[{}]", "has no rows"),
        (b'{"user": 1, "item": 2}\n{"user"\n', "log.csv:2: "),
        (b'{"user": 1, "item": 2}\n[]\n', "log.csv:2: [] is not an object"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_what_it_is(tmp_path, content, message):
    (tmp_path / "log.csv").write_bytes(content)
    assert message in error_message(tmp_path / "log.csv")


def test_a_workbook_is_no_zip_of_tables(tmp_path):
    with zipfile.ZipFile(tmp_path / "log.xlsx", "w") as target:
        target.writestr("[Content_Types].xml", "<x/>")
        target.writestr("xl/workbook.xml", "<x/>")
    assert "log.xlsx is a zip or a workbook (Excel, OpenDocument), not a table (save" in error_message(
        tmp_path / "log.xlsx"
    )


@pytest.mark.parametrize("compression", [".gz", ".bz2", ".xz"])
def test_what_unpacks_to_far_too_much_is_refused(tmp_path, monkeypatch, compression):
    monkeypatch.setattr(files, "MIN_SUSPECT", 1 << 16)
    path = tmp_path / f"log.csv{compression}"
    path.write_bytes(COMPRESSIONS[compression](b"user,item\n" + b"1,2\n" * 1_000_000))
    assert "times its packed size (unpack it by hand if you trust it)" in error_message(path)


def test_a_truncated_archive_is_damaged_and_not_short(tmp_path):
    data = gzip.compress(delimited([(f"u{n}", n % 7, 3.0, "2020-01-01") for n in range(5000)]).encode())
    (tmp_path / "log.csv.gz").write_bytes(data[: len(data) // 2])
    assert "'log.csv.gz' is damaged: " in error_message(tmp_path / "log.csv.gz")


def test_a_bad_row_is_skipped_and_counted_in_every_format(tmp_path):
    lines = [json.dumps(record) for record in records()]
    contents = {
        "log.jsonl": "\n".join([*lines[:3], "{", *lines[3:]]),
        "log.csv": delimited(ROWS[:3]) + "1,2\n" + delimited(ROWS[3:], header=()),
        "log.json": json.dumps([*records()[:3], 7, *records()[3:]]),
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(DataError):
            read_dataset(tmp_path / name)
        dataset, report = read_dataset(tmp_path / name, ReadConfig(lenient=True))
        assert dataset.n_ratings == len(ROWS)
        assert any(note.startswith(f"{name}: 1 row") for note in report.notes), report.notes


DAMAGE = (b'"', b",", b"\n", b"\0", b"\xff", b"\xc3", b"\t", b";", b"\r", b"{", b"[", b"#", b"\x1f", b"1e999")
FILES = ("log.csv", "log.tsv", "log.jsonl", "log.json", "log.csv.gz", "log.csv.bz2", "log.csv.xz")


@pytest.mark.parametrize("name", FILES)
def test_whatever_bytes_are_damaged_a_table_is_read_or_refused(tmp_path, name):
    content = {"jsonl": "\n".join(map(json.dumps, records())), "json": json.dumps(records())}.get(name.split(".")[1])
    content = content or delimited(ROWS, "\t" if name == "log.tsv" else ",")
    data = content.encode("utf-16" if name == "log.tsv" else "utf-8")
    sound, rng, outcomes = COMPRESSIONS.get(Path(name).suffix, bytes)(data), random.Random(0), set()
    for round_ in range(60):
        damaged = bytearray(sound)
        for _ in range(rng.choice([1, 2, 20]) if round_ else 0):
            position = rng.randrange(len(damaged) + 1)
            damaged[position : position + rng.choice([0, 0, 1, 40])] = rng.choice(DAMAGE)
        (tmp_path / name).write_bytes(damaged)
        try:
            read_dataset(tmp_path / name, ReadConfig(lenient=round_ % 2 == 0))
            outcomes.add("read")
        except DataError as error:
            outcomes.add("refused")
            assert "log" in str(error)
    assert outcomes == {"read", "refused"}
