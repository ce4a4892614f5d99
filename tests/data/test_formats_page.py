"""``docs/formats.md`` says what the tables of the code say."""

import re
from pathlib import Path

import pytest

import recsys
from recsys.config.settings import MAX_BYTES
from recsys.data.categories import MAX_GENRES
from recsys.data.column_names import WEAK, matches_of_name
from recsys.data.features import MAX_FEATURES
from recsys.data.odd_values import FIRST_YEAR, MAX_AGE
from recsys.data.readers import delimited, files, folder, records, table
from recsys.data.readers.compression import COMPRESSIONS
from recsys.data.readers.dialect import SEPARATORS
from recsys.data.readers.encodings import LABELS
from recsys.data.readers.formats import FORMATS, NO_TABLES, open_table
from recsys.errors import DataError

PAGE = (Path(recsys.__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")


def section(title):
    """The rows of the table of a section, cell by cell, without its head; of the first table for ""."""
    part = next(part for part in PAGE.split("\n## ") if part.startswith(title))
    rows = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[1:]]


def row(name):
    return next(cells for cells in section("") if cells[0].startswith(f"**{name}**"))


def test_every_separator_compression_encoding_and_format_is_named():
    escaped = [separator.replace("|", "\\|") for separator in SEPARATORS[1:]]
    assert SEPARATORS[0] == "\t"
    assert row("Separators")[1].startswith(", ".join(["tab", *(f"`{separator}`" for separator in escaped), "spaces"]))
    assert set(row("Compression")[1].split(", also")[0].replace(" (with the extra `zstd`)", "").split(", ")) == {
        compression.label for compression in COMPRESSIONS
    }
    assert set(row("Encodings")[1].split(", ")) == {"UTF-8", *filter(None, LABELS.values())}
    forms = row("Forms of files")[1].casefold()
    assert all(name in forms for name in FORMATS)


def test_every_example_of_a_name_is_recognised():
    examples = {cells[0]: re.findall(r"`([^`]+)`", cells[1]) for cells in section("Names of columns")}
    assert set(examples) == {"user", "item", "rating", "timestamp", "title", "year", "genres"}
    for role, names in examples.items():
        for name in names:
            assert role in {match.role for match in matches_of_name(name) if match.rank < WEAK}, (role, name)


def test_the_limits_are_those_of_the_code():
    assert [int(cells[1].replace(",", "")) for cells in section("Limits")] == [
        files.MAX_MEMBER, files.MAX_TOTAL, files.MAX_RATIO, delimited.MAX_LINE, delimited.MAX_RECORD,
        records.MAX_ARRAY, table.MAX_COLUMNS, folder.MAX_FILES, MAX_FEATURES, MAX_GENRES, MAX_BYTES,
    ]  # fmt: skip
    assert delimited.MAX_LINE == records.MAX_LINE
    assert f"{files.MIN_SUSPECT:,}" in section("Limits")[2][0]
    assert f"before {FIRST_YEAR} " in row("Years")[2] and f"above {MAX_AGE} " in row("Ages")[2]


def test_what_is_refused_is_what_the_code_refuses():
    written = {what: cells[1] for cells in section("Refused") for what in re.split(r"(?<!Excel), ", cells[0])}
    assert written == {**{what: remedy for _, what, remedy in NO_TABLES}, "a tar archive": written["a 7z archive"]}


@pytest.mark.parametrize(("magic", "what", "remedy"), NO_TABLES)
def test_what_begins_like_something_else_is_refused_with_these_words(tmp_path, magic, what, remedy):
    path = tmp_path / "log.csv"
    path.write_bytes(magic + b"x" * 20)
    with pytest.raises(DataError) as error:
        open_table(path.name, lambda: path.open("rb"))
    assert str(error.value) == f"log.csv is {what}, not a table ({remedy})"
