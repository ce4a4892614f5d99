"""What is fuzzed: each reader with small sound files made in code, and what it makes of a folder of them."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import json
import lzma
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import recsys
from recsys.config import ReadConfig
from recsys.config.settings import read_settings
from recsys.data.load import read_dataset
from recsys.export.files import read_artefacts, write_artefacts
from recsys.site.output.manifest import read_manifest, write_manifest
from recsys.site.shown_lists import with_shown_lists
from tests.fuzz.mutations import mutate
from tests.site.tiny import tiny

Texts = Iterator[str]
"""Everything that a reader says or hands on as text, to be checked."""
Files = Mapping[str, Sequence[bytes]]
"""Sound contents of files by their names; the first of each is used where another file is mutated."""
Mutate = Callable[[Sequence[bytes], np.random.Generator], bytes]


@dataclass(frozen=True)
class Target:
    """One reader."""

    files: Callable[[], Files]
    """The files of a folder."""
    read: Callable[[Path, np.random.Generator], Texts]
    """Reads a folder; raises a :class:`~recsys.errors.RecsysError` where it refuses."""
    mutate: Mutate = mutate
    """A mutated file, from the sound contents of one name."""


def _rows(separator: str, header: bool = True, times: bool = True) -> bytes:
    """Ratings of 12 users, some of 9 items each."""
    lines = [["user", "item", "rating", "timestamp"]] if header else []
    lines += [
        [f"{user}", f"{item}", f"{1 + (user * item) % 5}", f"{880_000_000 + 3601 * user * item}"]
        for user in range(1, 13) for item in range(1, 10) if (user + item) % 3
    ]  # fmt: skip
    return "".join(separator.join(line if times else line[:3]) + "\n" for line in lines).encode()


def _quoted(separator: str = ",") -> bytes:
    """Ratings with text ids, titles in quotes, lists and dates."""
    lines = ["reader;book;stars;date;title;year;genres".replace(";", separator)]
    lines += [
        separator.join(
            [f"u{user}", f"b-{item}", f"{1 + (user + item) % 5}.5", f"2021-0{1 + item % 9}-1{user} 12:00:0{user}",
             f'"Book ""{item}""{separator} or Éa\n{item}"', str(1900 + item), '"Farce|Noir"' if item % 2 else "Noir"]
        )
        for user in range(6) for item in range(8) if (user + item) % 3
    ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _wide(separator: str = ",") -> bytes:
    """A row for each user, a column for each item."""
    lines = [separator.join(["Name", *(f"How do you like tea {n}?" for n in range(6))])]
    lines += [separator.join([f"P{n}", *(str(1 + (n * k) % 5) if (n + k) % 4 else "" for k in range(6))])
              for n in range(12)]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _objects() -> list[dict[str, Any]]:
    return [
        {"user": f"u{user}", "item": item, "rating": (user * item) % 5 + 0.5, "timestamp": 1_600_000_000 + user,
         "title": f"Title {item}", "genres": ["Farce", "Noir"][: 1 + item % 2], "extra": {"deep": [user]}}
        for user in range(6) for item in range(8) if (user + item) % 3
    ]  # fmt: skip


def _json_lines() -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in _objects())


def _parquet() -> list[bytes]:
    contents = []
    frame = pd.DataFrame(_objects())
    for columns, options in ((list(frame), {}), (["user", "item", "rating"], {"compression": None})):
        target = io.BytesIO()
        frame[columns].to_parquet(target, **options)
        contents.append(target.getvalue())
    return contents


def _zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def _movielens_100k() -> Files:
    items = [f"{n}|Title {n} ({1980 + n})|01-Jan-{1980 + n}||http://x|" + "|".join(
        str(int(flag == n)) for flag in range(19)) for n in range(1, 10)]  # fmt: skip
    users = [f"{n}|{20 + n}|{'MF'[n % 2]}|writer|{10000 + n}" for n in range(1, 13)]
    return {
        "u.data": [_rows("\t", header=False)],
        "u.item": [("\n".join(items) + "\n").encode()],
        "u.user": [("\n".join(users) + "\n").encode()],
    }


def _movielens_1m() -> Files:
    items = [f"{n}::Title, The {n} ({1980 + n})::Comedy|Drama" for n in range(1, 10)]
    users = [f"{n}::{'MF'[n % 2]}::25::{n}::{10000 + n}" for n in range(1, 13)]
    return {
        "ratings.dat": [_rows("::", header=False)],
        "movies.dat": [("\n".join(items) + "\n").encode("latin-1")],
        "users.dat": [("\n".join(users) + "\n").encode()],
    }


def _movielens_csv() -> Files:
    items = ["movieId,title,genres", *(f'{n},"Title, The ({1980 + n})",Comedy|Drama' for n in range(1, 10))]
    ratings = _rows(",").replace(b"user,item", b"userId,movieId")
    return {"ratings.csv": [ratings], "movies.csv": [("\n".join(items) + "\n").encode()]}


def _folder() -> Files:
    books = ["book;title;author;year;genres;pages"]
    books += [f"b-{n};Title {n};Author {n % 3};{1900 + n};Farce|Noir;{100 * n}" for n in range(8)]
    readers = ["reader,age,city", *(f"u{n},{20 + 5 * n},City {n % 2}" for n in range(6))]
    return {
        "ratings.csv": [_quoted(",").replace(b",title,year,genres", b",note,n,list")],
        "books.csv": [("\n".join(books) + "\n").encode()],
        "readers.csv": [("\n".join(readers) + "\n").encode()],
    }


_SETTINGS = b"""# comment
data = "ml-100k"
title = "A \xc3\xa9 title"
holdout = 0.25
top_k = 12
models = ["base", "deep"]
accent = "#aa3300"
links = {IMDb = "https://www.imdb.com/title/tt{id}/"}
lenient = true
duplicates = "mean"
[columns]
user = "reader"
item = "book"
[noun]
one = "book"
many = "books"
[train]
seed = 3
dim = 16
epochs = 3
learning_rate = 1e-2
[privacy]
hide_rated = true
"""


@cache
def _models() -> tuple[bytes, ...]:
    ratings = pd.DataFrame(_objects())[["user", "item", "rating", "timestamp"]]
    dataset = recsys.Dataset.from_frames(ratings)
    contents = []
    with tempfile.TemporaryDirectory() as folder:
        for model in ("base", "deep"):
            path = Path(folder) / f"{model}.npz"
            recsys.fit(dataset, model, recsys.TrainConfig(epochs=1, dim=4)).save(path)
            contents.append(path.read_bytes())
    return tuple(contents)


@cache
def _export() -> Files:
    with tempfile.TemporaryDirectory() as folder:
        write_artefacts(tiny(), Path(folder))
        return {path.name: [path.read_bytes()] for path in sorted(Path(folder).iterdir())
                if not path.name.endswith(".schema.json")}  # fmt: skip


@cache
def _manifest() -> Files:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("index.html", b"x"), ("data/items.json", b"{}")):
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        write_manifest(Path(folder))
        return {"manifest.json": [(Path(folder) / "data" / "manifest.json").read_bytes()]}


def _packed(pack: Callable[[bytes], bytes], seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """Packed and then mutated, or mutated and then packed."""
    if rng.random() < 0.5:
        return mutate([pack(seed) for seed in seeds], rng)
    return pack(mutate(seeds, rng))


def _repacked(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """An archive of arrays: mutated, or with a mutated member whose checksum is right."""
    if rng.random() < 0.3:
        return mutate(seeds, rng)
    with zipfile.ZipFile(io.BytesIO(seeds[int(rng.integers(len(seeds)))])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(members)[int(rng.integers(len(members)))]
    members[name] = mutate([members[name]], rng)
    return _zip(members, zipfile.ZIP_STORED)


def _rewritten_parquet(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """Mutated bytes of a file; or, mostly, a file of what is left of mutated objects."""
    if rng.random() < 0.3:
        return mutate(seeds, rng)
    entries = []
    for line in mutate([_json_lines()], rng).splitlines():
        with suppress(ValueError, RecursionError):
            entries += [json.loads(line)]
    target = io.BytesIO()
    try:
        pd.DataFrame([entry for entry in entries if isinstance(entry, dict)]).to_parquet(target)
    except Exception:  # whatever pyarrow raises for objects that make no column
        return seeds[0]
    return target.getvalue()


def _zipped(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    names = ("ratings.csv", "data/ratings.csv", "../ratings.csv", "/ratings.csv", "a\\b.csv", "C:x", "Ratings.CSV")
    chosen = rng.choice(len(names), int(rng.integers(1, 4)))
    return _packed(lambda data: _zip({names[n]: data for n in chosen}), seeds, rng)


def _read_dataset(folder: Path, rng: np.random.Generator) -> Texts:
    """The file of a folder, or the folder where it has several; strictly or leniently."""
    paths = sorted(folder.iterdir())
    config = ReadConfig(lenient=bool(rng.integers(2)))
    dataset, report = read_dataset(paths[0] if len(paths) == 1 else folder, config)
    assert dataset.n_ratings > 0 and np.isfinite(dataset.rating).all()
    assert dataset.timestamp is None or dataset.timestamp.dtype == np.int64
    assert not len(dataset.user_features) or np.isfinite(dataset.user_features).all()
    assert not len(dataset.item_features) or np.isfinite(dataset.item_features).all()
    yield from (dataset.name, *dataset.genre_names, *dataset.user_feature_names, *dataset.item_feature_names)
    yield from (*map(str, dataset.user_ids), *map(str, dataset.item_ids), *dataset.titles)
    yield from (*report.notes, *report.warnings)
    for table in report.tables:
        yield from (table.file, table.description)
        for column in table.columns:
            yield from (column.name, column.kind, column.example)


def _read_settings(folder: Path, rng: np.random.Generator) -> Texts:
    read_settings(folder / "site.toml", {})
    return iter(())


def _read_model(folder: Path, rng: np.random.Generator) -> Texts:
    fitted = recsys.load_fitted(folder / "model.npz")
    assert np.isfinite(fitted.scores()).all()
    return iter(())


def _read_export(folder: Path, rng: np.random.Generator) -> Texts:
    with_shown_lists(read_artefacts(folder))
    return iter(())


def _read_manifest(folder: Path, rng: np.random.Generator) -> Texts:
    read_manifest((folder / "manifest.json").read_bytes())
    return iter(())


def _table(name: str, *seeds: bytes) -> Target:
    return Target(lambda: {name: seeds}, _read_dataset)


def _packed_table(name: str, pack: Callable[[bytes], bytes]) -> Target:
    return Target(lambda: {name: [_rows(","), _json_lines()]}, _read_dataset, partial(_packed, pack))


TARGETS: dict[str, Target] = {
    "csv": _table("log.csv", _rows(","), _quoted(), _rows(",", header=False),
                  _quoted().decode().encode("utf-16"), _quoted().decode().encode("cp1252")),
    "tsv": _table("log.tsv", _rows("\t"), _rows("\t", times=False), _quoted("\t")),
    "semicolons": _table("log.csv", _rows(";"), _quoted(";"), _rows(";").replace(b"4;", b"4,5;")),
    "colons": _table("log.dat", _rows("::", header=False), _rows("::")),
    "spaces": _table("log.txt", _rows(" ", header=False), _rows(" ", times=False), _rows("|")),
    "wide": _table("poll.csv", _wide(), _wide(";"), _wide("\t")),
    "json": _table("log.json", json.dumps(_objects()).encode(), json.dumps(_objects(), indent=1).encode()),
    "jsonl": _table("log.jsonl", _json_lines()),
    "parquet": Target(lambda: {"log.parquet": _parquet()}, _read_dataset, _rewritten_parquet),
    "zip": Target(lambda: {"log.zip": [_rows(","), _json_lines()]}, _read_dataset, _zipped),
    "gzip": _packed_table("log.csv.gz", gzip.compress),
    "bzip2": _packed_table("log.csv.bz2", bz2.compress),
    "xz": _packed_table("log.csv.xz", lzma.compress),
    "zstd": _packed_table("log.csv.zst", _zstd),
    "ml-100k": Target(_movielens_100k, _read_dataset),
    "ml-1m": Target(_movielens_1m, _read_dataset),
    "ml-csv": Target(_movielens_csv, _read_dataset),
    "folder": Target(_folder, _read_dataset),
    "settings": Target(lambda: {"site.toml": [_SETTINGS]}, _read_settings),
    "model": Target(lambda: {"model.npz": _models()}, _read_model, _repacked),
    "export": Target(_export, _read_export),
    "manifest": Target(_manifest, _read_manifest),
}  # fmt: skip
"""Every reader by its name."""

_NEEDS = {"parquet": "pyarrow", "zstd": "zstandard"}


def is_available(reader: str) -> bool:
    """Whether the package that a reader needs is installed."""
    return reader not in _NEEDS or importlib.util.find_spec(_NEEDS[reader]) is not None
