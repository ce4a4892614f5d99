"""Read the data set at a path: find its tables, read them, and interpret them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from recsys.config import ReadConfig
from recsys.data.column_contents import describe_contents
from recsys.data.column_names import WEAK, matches_of_name
from recsys.data.dataset import Dataset, Source
from recsys.data.fact_roles import find_item_columns, find_user_columns
from recsys.data.ids import quoted_id
from recsys.data.input_table import InputTable
from recsys.data.interpret import interpret_tables, rated_ids
from recsys.data.nouns import NOUNS
from recsys.data.rating_roles import find_rating_columns
from recsys.data.readers import movielens
from recsys.data.readers.editions import edition
from recsys.data.readers.entities import join_split_entities
from recsys.data.readers.files import Files, kind_of_path, list_folders, name_of_data, single_file, without_numbers
from recsys.data.readers.folder import Candidate, Tables, fact_columns, find_facts, find_tables, why_unused
from recsys.data.readers.formats import LABEL, open_table
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable
from recsys.data.report import ReadReport
from recsys.data.roles import Roles
from recsys.data.row_facts import Key, reasons_to_leave_out
from recsys.errors import DataError
from recsys.text import quoted_path

_MAX_UNUSED = 10
"""How many tables that are not used the report names for each reason."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DataSource:
    """A data set that was found at a path and is not read yet."""

    files: Files
    layout: movielens.Layout | None
    """The layout, if the files are those of MovieLens."""
    tables: Tables | None
    """The tables, if the files are others."""


def find_datasets(
    path: Path, config: ReadConfig | None = None, taken: Sequence[Path] = (), *, nested: bool = True
) -> list[DataSource]:
    """The data sets at a path: that directly in a folder or zip, else those in the folders inside it.

    Args:
        path: a folder, a zip or a file.
        config: the names of columns; None if settings name none.
        taken: files that hold something else than ratings.
        nested: whether to look into the folders of a folder too.

    Raises:
        DataError: the path does not exist, cannot be opened, or has only files that were meant for tables but cannot
            be read.
    """
    config = config or ReadConfig()
    sources: list[DataSource] = []
    problems: list[DataError] = []
    for files in list_folders(path):
        if files.is_nested and (_is_site(files) or not nested):
            continue
        layout = movielens.find_layout(files)
        if layout is not None and movielens.agrees(layout, config.columns):
            sources.append(DataSource(files, layout, None))
            continue
        known = {other.name for other in taken if other.resolve().parent == files.path.resolve()}
        tables = find_tables(files, config, known)
        is_personal = any(map(_is_of_one_person, tables.others))  # such an export may have tables without rows
        problems += [problem for problem in tables.problems
                     if not (is_personal and isinstance(problem, NoRowsError))]  # fmt: skip
        if tables.ratings:
            sources.append(DataSource(files, None, tables))
    if not sources and problems:
        raise problems[0]
    return [data for data in sources if not data.files.is_nested] or sources


def read_dataset(
    path: Path, config: ReadConfig | None = None, items: Path | None = None, users: Path | None = None
) -> tuple[Dataset, ReadReport]:
    """Read the data set at a path, and report how it was understood.

    Args:
        path: a folder, a zip or a single file.
        config: how tables are read; None for the defaults.
        items: the table of items; None to look for it.
        users: the table of users; None to look for it.

    Raises:
        DataError: there is no data set or more than one, or it cannot be read.
    """
    config = config or ReadConfig()
    for table in filter(None, (items, users)):
        kind_of_path(table, "a file")  # a missing file is an error before the ratings are read
    sources = find_datasets(path, config, [table for table in (items, users) if table is not None])
    if not sources:
        raise _nothing_found(path, config)
    if len(sources) > 1:
        folders = " and ".join(quoted_path(data.files.path) for data in sources)
        raise DataError(
            f"{quoted_path(path)} holds more than one data set: {folders} (give the path of one of them; unpack "
            "a zip first)"
        )
    files, layout, tables = sources[0].files, sources[0].layout, sources[0].tables
    if layout is not None:
        return _read_movielens(files, layout, config, items, users)
    assert tables is not None
    return _read_tables(files, tables, config, items, users)


def _nothing_found(path: Path, config: ReadConfig) -> DataError:
    """The error for a path without ratings; it names the tables that are there and their columns."""
    tables = [table for files in list_folders(path) for table in find_tables(files, config).others]
    if not tables:
        return DataError(f"{quoted_path(path)} holds no table (expected {LABEL}, with a line for each rating)")
    seen = "; ".join(f"{table.file} has {_shortened(', '.join(table.columns))}" for table in tables[:3])
    remedy = "name the columns in site.toml, as in [columns] user = \"...\", item = \"...\""
    if any(map(_is_of_one_person, tables)):
        remedy += "; ratings of one person are too few: put those of several into one table, with a column of users"
    if any(map(_is_transposed, tables)):
        remedy += "; if each row is of an item and each column of a user, exchange rows and columns"
    return DataError(
        f"{quoted_path(path)} holds no table with a column of users and one of items: {seen} ({remedy})"
    )


def _is_of_one_person(table: SourceTable) -> bool:
    """Whether a table has ratings of items and no users, as Goodreads, IMDb and Letterboxd export them."""
    roles = {match.role for name in table.columns for match in matches_of_name(name) if match.rank < WEAK}
    return "rating" in roles and bool(roles & {"item", "title"}) and "user" not in roles


def _is_transposed(table: SourceTable) -> bool:
    """Whether a table has a column of items and otherwise only columns of ratings, which may be those of users."""
    contents = {name: describe_contents(table.sample[name]) for name in table.columns}
    names = [name for name, column in contents.items() if column.share_unique == 1.0
             and {match.role for match in matches_of_name(name)} & {"item", "title"}]  # fmt: skip
    others = [column for name, column in contents.items() if column.n_known and name not in names]
    return len(names) == 1 and len(others) > 2 and all(column.is_scale for column in others)


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."


def _is_site(files: Files) -> bool:
    """Whether a folder is a site that Marquee built; its tables are lists of recommendations."""
    return {"index.html", "404.html"} <= files.names


def _read_movielens(
    files: Files, layout: movielens.Layout, config: ReadConfig, items: Path | None, users: Path | None
) -> tuple[Dataset, ReadReport]:
    table, ratings, skipped = movielens.read_ratings(files, layout, config.lenient)
    name, source = files.name, Source()
    listed = people = None
    if items is None:
        item_table, catalogue, skipped_items = movielens.read_catalogue(files, layout, config.lenient)
        skipping = skipped if config.lenient else None
        ratings = movielens.known_ratings(table, ratings, catalogue, item_table.file, skipping)
        name, source = edition(files, ratings, catalogue) or (name, source)
        roles = _roles(find_item_columns, item_table.file, catalogue)
        notes = notes_on_skipped(item_table.file, skipped_items)
        listed = InputTable(item_table.file, item_table.description, catalogue, roles, None, notes)
    rows, ratings = ratings.index, ratings.reset_index(drop=True)
    if not len(ratings):
        raise DataError(f"{table.file} has no row that can be read; {skipped.reasons[0]}")
    roles = _roles(find_rating_columns, table.file, ratings)
    rated = InputTable(
        table.file,
        table.description,
        ratings,
        roles,
        lambda row: table.locate(int(rows[row])),
        notes_on_skipped(table.file, skipped),
        _warnings(table),
    )
    if items is not None:
        listed = _read_named(items, "item", rated, config)
    if users is not None:
        people = _read_named(users, "user", rated, config)
    elif layout.users is not None:
        facts = movielens.read_known_users(files, layout, ratings)
        if facts is not None:
            roles = _roles(find_user_columns, layout.users.name, facts)
            people = InputTable(layout.users.name, _LABEL_OF_USERS[layout.users.known.separator], facts, roles)
    dataset, report = _interpret(rated, listed, people, name, config, source)
    return replace(dataset, noun=NOUNS["film"]), replace(report, noun=NOUNS["film"])


_LABEL_OF_USERS = {"|": "text with pipes, no header", "::": "text with ::, no header"}


def _roles(find: Callable[..., Roles | None], file: str, frame: pd.DataFrame) -> Roles:
    """The roles of columns that are named after them."""
    roles = find(file, frame.head(0), {})
    assert roles is not None
    return roles


def _read_tables(
    files: Files, tables: Tables, config: ReadConfig, items: Path | None, users: Path | None
) -> tuple[Dataset, ReadReport]:
    if len(tables.ratings) > 1:
        names = [candidate.table.file for candidate in tables.ratings]
        are_parts = len(set(map(without_numbers, names))) == 1
        remedy = ", or --dask local:1 to read all as parts of one log" * are_parts
        raise DataError(
            f"{quoted_path(files.path)} holds more than one table with users and items: {' and '.join(names)} (give "
            f"the path of one of them{remedy})"
        )
    for problem in tables.problems:
        logger.warning("%s; it is left out", problem)
    ratings = _read_ratings(tables.ratings[0], config)
    listed, people = read_facts(tables.others, ratings, config, items, users)
    used = {table.file for table in (listed, people) if table is not None}
    unused = [table for table in tables.others if table.file not in used]
    ratings = replace(ratings, notes=(*ratings.notes, *_notes_on_unused(unused, ratings)))
    name = files.name if files.chosen is None else name_of_data(files.chosen)
    return _interpret(ratings, listed, people, name, config, Source())


def _notes_on_unused(tables: Sequence[SourceTable], ratings: InputTable) -> list[str]:
    """Notes for the report that name the tables of the folder that are not used, and why; one for each reason."""
    ids: dict[Key, set[str]] = {key: rated_ids(ratings.frame[ratings.roles[key]]) for key in ("item", "user")}
    by_reason: dict[str, list[str]] = {}
    for table in tables:
        by_reason.setdefault(why_unused(table, ratings.roles, ids), []).append(table.file)
    return [f"not used, because {reason}: {', '.join(files[:_MAX_UNUSED])}{' ...' * (len(files) > _MAX_UNUSED)}"
            for reason, files in by_reason.items()]  # fmt: skip


def read_facts(
    others: Sequence[SourceTable], ratings: InputTable, config: ReadConfig, items: Path | None, users: Path | None
) -> tuple[InputTable | None, InputTable | None]:
    """The tables of items and of users; None for a table that does not exist.

    Args:
        others: the other tables of the folder, which may be these.
        ratings: the log, or a table with all of its ids.
        config: the names of columns.
        items: the path of the table of items; None to look for it in ``others``.
        users: the path of the table of users; None to look for it in ``others``.

    Raises:
        DataError: ``items`` or ``users`` cannot be read.
    """
    listed = _read_named(items, "item", ratings, config) if items else _find(others, "item", ratings, config)
    others = [table for table in others if listed is None or table.file != listed.file]
    people = _read_named(users, "user", ratings, config) if users else _find(others, "user", ratings, config)
    return listed, people


def _interpret(
    ratings: InputTable, items: InputTable | None, users: InputTable | None, name: str, config: ReadConfig,
    source: Source,
) -> tuple[Dataset, ReadReport]:  # fmt: skip
    try:
        return interpret_tables(ratings, items, users, name=name, config=config, source=source)
    except DataError:
        if config.duplicates == "refuse":
            _check_repeated(ratings)
        raise


def _check_repeated(ratings: InputTable) -> None:
    """Refuse a user who rates an item twice; called only after an error, because it takes a while.

    Raises:
        DataError: there is such a user; the message names both rows.
    """
    names = [ratings.roles["user"], ratings.roles["item"]]
    pairs = ratings.frame[names]
    repeats = np.flatnonzero(pairs.duplicated())
    if len(repeats) and ratings.locate is not None:
        user, item = pairs.iloc[repeats[0]]
        first = int(((pairs[names[0]] == user) & (pairs[names[1]] == item)).to_numpy().argmax())
        before = ratings.locate(first)
        raise DataError(
            f"{ratings.locate(int(repeats[0]))}: user {quoted_id(user)} rates item {quoted_id(item)} again, after "
            f"{before.replace(ratings.file + ':', 'line ')} (keep one of the two, or set duplicates to newest)"
        )


def _read_ratings(candidate: Candidate, config: ReadConfig) -> InputTable:
    table, roles = candidate.table, candidate.roles
    left_out = reasons_to_leave_out(table.sample, roles)
    columns = [*roles.names, *(name for name in roles.others if name not in left_out)]
    frame, skipped = table.read(columns, config.lenient, ids=[roles["user"], roles["item"]])
    if not len(frame):
        raise DataError(f"{table.file} has no row that can be read; {skipped.reasons[0]}")
    notes = (*filter(None, [candidate.note]), *notes_on_skipped(table.file, skipped))
    warnings = _warnings(table)
    return InputTable(table.file, table.description, frame, roles, table.locate, notes, warnings, left_out)


def _find(tables: Sequence[SourceTable], kind: Key, ratings: InputTable, config: ReadConfig) -> InputTable | None:
    """The items or users among some tables; None if there are none or, with a warning, if they cannot be read."""
    ids = rated_ids(ratings.frame[ratings.roles[kind]])
    for table, roles in find_facts(tables, kind, ratings.roles, ids, config):
        try:
            return _read_facts(table, roles)
        except DataError as error:
            logger.warning("%s; %s is optional, so it is left out", error, table.file)
    return None


def _read_named(path: Path, kind: Key, ratings: InputTable, config: ReadConfig) -> InputTable:
    """The table of items or users at a path.

    Raises:
        DataError: it cannot be read, or has no column of ids.
    """
    files = single_file(path)
    name = files.chosen or path.name
    table = open_table(name, partial(files.open, name))
    roles = fact_columns(table, kind, ratings.roles, rated_ids(ratings.frame[ratings.roles[kind]]), config)
    if roles is None:
        raise DataError(
            f"{table.file} has no column with the ids of {kind}s (its columns are {', '.join(table.columns)}; give "
            "it the name that the column has in the ratings)"
        )
    return _read_facts(table, roles)


def _read_facts(table: SourceTable, roles: Roles) -> InputTable:
    """All rows that can be read; since items and users are optional, a bad row is not an error."""
    key = roles["item" if roles.kind == "items" else "user"]
    frame, skipped = table.read(table.columns, lenient=True, ids=[key])
    if not len(frame):
        raise DataError(f"{table.file} has no row that can be read; {skipped.reasons[0]}")
    notes = notes_on_skipped(table.file, skipped)
    frame, n_joined = join_split_entities(frame, key)
    if n_joined:
        notes += (f"{table.file}: {n_joined:,} rows were split at an HTML entity such as &amp; and are joined again",)
    return InputTable(table.file, table.description, frame, roles, table.locate, notes, _warnings(table))


def _warnings(table: SourceTable) -> tuple[str, ...]:
    """Warnings for the report about the end of the file."""
    warning = table.source.warning()
    return () if warning is None else (warning,)


def notes_on_skipped(file: str, skipped: Skipped) -> tuple[str, ...]:
    """Notes for the report about rows that were skipped."""
    if not skipped.count:
        return ()
    if skipped.count == 1:
        return (f"{file}: 1 row skipped: {skipped.reasons[0]}",)
    shown = len(skipped.reasons)
    first = f", the first {shown} of which are" if skipped.count > shown else ""
    return (f"{file}: {skipped.count:,} rows skipped{first}:", *(f"  {reason}" for reason in skipped.reasons))
