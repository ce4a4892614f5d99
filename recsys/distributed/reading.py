"""A log in many parts, which the workers of a cluster read, count and index.

A worker reads each part and returns its distinct ids; these are merged into the ids of all parts, a few parts at a
time. With them each part is cleaned and divided by ranges of users; for each range one worker joins the ratings of
all parts and merges repeated pairs. The result is that of the same rows in a single file, whatever the order of the
parts; rows are in order of user and item.

The process of the build holds no cells of the log, only the columns of the data set (12 bytes a rating, or 20 with
times) and the ids.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import ReadConfig, Role
from recsys.data.cleaning import CleanTable
from recsys.data.columns import RowError, ids
from recsys.data.dataset import Dataset
from recsys.data.input_table import MAX_REASONS, InputTable
from recsys.data.interpret import interpret_log
from recsys.data.rating_roles import find_rating_columns
from recsys.data.rating_values import ParsedRatings
from recsys.data.readers.cells import series
from recsys.data.readers.folder import find_tables
from recsys.data.readers.formats import open_table
from recsys.data.readers.read import notes_on_skipped, read_facts
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable
from recsys.data.readers.wide import open_wide
from recsys.data.report import ReadReport
from recsys.data.roles import FACT_ROLES, SAMPLE_ROWS, Roles
from recsys.data.row_facts import Key, reasons_to_leave_out
from recsys.distributed import clean_parts
from recsys.distributed import parts as tasks
from recsys.distributed.clean_log import CleanLog
from recsys.distributed.clean_parts import CleanSummary
from recsys.distributed.cluster import Cluster, Future
from recsys.distributed.each_part import each, tree
from recsys.distributed.log_meanings import IdMeanings, LogMeanings, RatingMeanings, TimeMeanings
from recsys.distributed.parts import (
    KEYS,
    RATING_COLUMNS,
    LogLayout,
    PartSummary,
)
from recsys.distributed.sources import Parts, open_part
from recsys.distributed.vocabulary import Vocabulary, cycled, merge_vocabularies, sum_arrays
from recsys.errors import DataError


def read_parts(
    cluster: Cluster, source: Parts, config: ReadConfig | None = None, items: Path | None = None,
    users: Path | None = None,
) -> tuple[Dataset, ReadReport]:  # fmt: skip
    """Read a log in parts, and report what was understood of it.

    Args:
        cluster: whose workers see all parts.
        source: the parts.
        config: how tables are read.
        items: the table of items; None to look for it next to the parts.
        users: the table of users, likewise.

    Raises:
        DataError: a worker does not see a part, a part cannot be read or has other columns, or the log cannot be
            understood.
        ClusterError: the cluster was lost.
    """
    config = config or ReadConfig()
    first, roles = _find_roles(source, config)
    return _Reading(cluster, source, config, first, roles).read(items, users)


def _find_roles(source: Parts, config: ReadConfig) -> tuple[SourceTable, Roles]:
    """The first part with rows, with a sample from as many parts as needed; and the roles of the columns in it."""
    first: SourceTable | None = None
    samples: list[pd.DataFrame] = []
    for part in source.parts:
        try:
            table = open_table(part.name, partial(open_part, part))
        except NoRowsError:
            continue
        first = first or table
        if set(table.columns) == set(first.columns):  # parts with other columns are refused when they are read
            samples.append(table.sample[list(first.columns)])
        if sum(map(len, samples)) >= SAMPLE_ROWS:
            break
    if first is None:
        raise DataError(f"the {len(source.parts):,} parts of {source.name} have no rows (expected a log of ratings)")
    sample = pd.concat(samples, ignore_index=True).head(SAMPLE_ROWS)
    roles = None if open_wide(first, config.columns) else find_rating_columns(first.file, sample, config.columns)
    if roles is None:
        raise DataError(
            f"{first.file} has no column of users and one of items: it has {', '.join(first.columns)[:200]} (name "
            'them in site.toml, as in [columns] user = "...", item = "..."; parts have a row for each rating)'
        )
    return replace(first, sample=sample), roles


class _Reading:
    """The steps of reading a log in parts, which share its layout."""

    def __init__(
        self, cluster: Cluster, source: Parts, config: ReadConfig, first: SourceTable, roles: Roles
    ) -> None:
        self.cluster, self.source, self.config, self.first, self.roles = cluster, source, config, first, roles
        self.left_out = reasons_to_leave_out(first.sample, roles)
        others = tuple(name for name in roles.others if name not in self.left_out)
        self.layout = LogLayout(first.file, first.columns, replace(roles, others=others), config.lenient)
        self.n = len(source.parts)

    def read(self, items: Path | None, users: Path | None) -> tuple[Dataset, ReadReport]:
        parts, summaries = self._read_all()
        words = {role: self._merged(parts, role) for role in self._roles_with_words(summaries)}
        vocabularies: dict[Role, Vocabulary] = self.cluster.gather(words)
        about_ids = {key: IdMeanings.of(vocabularies[key]) for key in KEYS}
        meanings = self._understand(parts, summaries, vocabularies, about_ids)
        ids_of_all = (words[key] for key in KEYS)
        cleaned = each(
            self.cluster, clean_parts.clean_part, parts, self.layout, self.cluster.put(meanings), *ids_of_all
        )
        clean: CleanSummary = functools.reduce(
            CleanSummary.plus, self.gather(each(self.cluster, clean_parts.summary_of_clean, cleaned)), CleanSummary()
        )
        is_all = clean.n_rows == sum(summary.n_rows for summary in summaries)
        used = {
            key: np.flatnonzero(~about_ids[key].is_missing) if is_all else self._used(cleaned, key, vocabularies[key])
            for key in KEYS
        }
        table = self._digest(summaries, vocabularies)
        log = self._clean_digest(meanings, about_ids, used, clean)
        others = () if self.source.others is None else find_tables(self.source.others, self.config).others
        item_facts, user_facts = read_facts(others, table, self.config, items, users)
        del parts  # so that the workers can forget them
        roles = self.layout.roles
        columns = [role for role in FACT_ROLES if role in roles] + list(roles.others)
        log_parts = CleanLog(self.cluster, columns, cleaned, used, about_ids)
        facts, name = (item_facts, user_facts), self.source.name
        return interpret_log(table, log, clean.n_rows, *facts, name=name, config=self.config, parts=log_parts)

    def gather(self, futures: list[Future]) -> list[Any]:
        """The results of all parts; if several failed, the error of the first part."""
        try:
            results: list[Any] = self.cluster.gather(futures)
        except DataError:
            return [self.cluster.gather(future) for future in futures]
        return results

    def _read_all(self) -> tuple[list[Future], list[PartSummary]]:
        """Read all parts; and once more with some columns as text, if these are numbers only in some parts."""
        texts: frozenset[str] = frozenset()
        futures = each(self.cluster, tasks.read_part, self.source.parts, self.layout, texts)
        summaries = self.gather(each(self.cluster, tasks.summary, futures))
        texts = self._texts(summaries)
        if texts:
            futures = each(self.cluster, tasks.read_part, self.source.parts, self.layout, texts)
            summaries = self.gather(each(self.cluster, tasks.summary, futures))
        if not any(summary.n_rows for summary in summaries):
            skipped = _join_skipped(summaries)
            reason = f"; {skipped.reasons[0]}" if skipped.reasons else ""
            raise DataError(f"the parts of {self.source.name} have no row that can be read{reason}")
        return futures, summaries

    def _texts(self, summaries: Sequence[PartSummary]) -> frozenset[str]:
        """The columns whose cells are numbers in some parts and text in others."""
        roles = self.layout.roles
        names = {*roles.names, *roles.others} - {roles["user"], roles["item"], roles.name("timestamp")}
        texts = {name for name in names if {summary.kinds.get(name) for summary in summaries} >= {"O", "f"}}
        times = {summary.times.kind for summary in summaries if summary.times is not None} - {"none"}
        if len(times) > 1 and times != {"whole", "float"}:
            if "datetime" in times:
                raise DataError(
                    f"{self.source.name} has datetimes in some parts and other times in others; expected them to be "
                    "of one kind (write all parts in the same way)"
                )
            texts.add(roles["timestamp"])
        return frozenset(texts)

    def _roles_with_words(self, summaries: Sequence[PartSummary]) -> list[Role]:
        """The columns whose distinct cells are collected."""
        times = {summary.times.kind for summary in summaries if summary.times is not None}
        wanted = RATING_COLUMNS if "cells" in times else RATING_COLUMNS[:-1]
        return [role for role in wanted if role in self.layout.roles]

    def _merged(self, parts: Sequence[Future], role: Role) -> Future:
        """The distinct cells of a column in all parts."""
        return tree(self.cluster, merge_vocabularies, each(self.cluster, tasks.vocabulary, parts, role))

    def _understand(
        self,
        parts: Sequence[Future],
        summaries: Sequence[PartSummary],
        vocabularies: dict[Role, Vocabulary],
        about_ids: dict[Key, IdMeanings],
    ) -> LogMeanings:
        """What the cells of all parts mean.

        Raises:
            DataError: a cell cannot be read, or the cells are ambiguous.
        """
        for key in KEYS:
            known = np.flatnonzero(~about_ids[key].is_missing)
            with _Located(self, parts, key, vocabularies[key], known):
                ids(key, about_ids[key].ids.iloc[known].reset_index(drop=True))
        rating = time = None
        if "rating" in self.layout.roles:
            with _Located(self, parts, "rating", vocabularies["rating"]):
                rating = RatingMeanings.of(vocabularies["rating"])
        if "timestamp" in vocabularies:
            with _Located(self, parts, "timestamp", vocabularies["timestamp"]):
                time = TimeMeanings.of_cells(vocabularies["timestamp"], self.config.lenient)
        elif "timestamp" in self.layout.roles:
            time = TimeMeanings.of_summaries([summary.times for summary in summaries if summary.times is not None])
        return LogMeanings({key: about_ids[key].is_missing for key in KEYS}, rating, time)

    def _used(self, cleaned: list[Future], key: Key, vocabulary: Vocabulary) -> NDArray[np.intp]:
        """The positions of the ids that have ratings, (m,)."""
        n = each(self.cluster, clean_parts.occurrences, cleaned, key, len(vocabulary.values))
        return np.flatnonzero(self.cluster.gather(tree(self.cluster, sum_arrays, n)))

    def _digest(self, summaries: Sequence[PartSummary], vocabularies: dict[Role, Vocabulary]) -> InputTable:
        """A short table with each distinct cell of the log, from which a report is written as for a whole table.

        Of columns without a vocabulary, such as most times, it has one example.
        """
        n = max(len(vocabulary.values) for vocabulary in vocabularies.values())
        roles = self.layout.roles
        cells: dict[str, Any] = {roles[role]: vocabulary.values for role, vocabulary in vocabularies.items()}
        for other in {*roles.names, *roles.others} - cells.keys():
            cells[other] = [summary.examples[other] for summary in summaries if other in summary.examples][:1]
        frame = {name: series(cycled(values, n)) for name, values in cells.items()}
        name, n_parts = self.source.name, f"{self.n:,} part{'s' * (self.n != 1)}"
        return InputTable(
            name,
            f"{self.first.description}, {n_parts}",
            pd.DataFrame(frame, copy=False),
            self.roles,
            None,
            notes_on_skipped(name, _join_skipped(summaries)),
            tuple(summary.warning for summary in summaries if summary.warning is not None),
            self.left_out,
            sum(summary.n_rows for summary in summaries),
        )

    def _clean_digest(
        self,
        meanings: LogMeanings,
        about_ids: dict[Key, IdMeanings],
        used: dict[Key, NDArray[np.intp]],
        clean: CleanSummary,
    ) -> CleanTable:
        """The same after cleaning: all users and items with ratings, and the oldest, middle and newest time."""
        n = max(3, *map(len, used.values()))
        columns: dict[str, Any] = {
            key: series(cycled(about_ids[key].ids.iloc[used[key]].to_numpy(), n)) for key in KEYS
        }
        rating = None
        if meanings.rating is not None and meanings.has_any("rating", np.zeros(0, bool)):
            columns["rating"] = np.ones(n)
            rating = ParsedRatings(np.ones(n), np.zeros(n, bool), meanings.rating.form, meanings.rating.events)
        if meanings.time is not None and clean.times:
            oldest, newest = clean.times
            columns["timestamp"] = np.full(n, min(max(int(meanings.time.middle), oldest), newest), np.int64)
            columns["timestamp"][[0, -1]] = oldest, newest
        for role in FACT_ROLES:
            if role in self.layout.roles:
                columns[role] = np.full(n, None, object)
        frame = pd.DataFrame(columns, copy=False)
        warnings = list(map(str, clean.counts.odd_cells))
        notes = clean.counts.notes(self.layout.roles, frame)
        return CleanTable(frame, notes, warnings, rating, clean.counts)


class _Located:
    """A block in which an error about one of the distinct cells of a column gets the name and line of the cell."""

    def __init__(
        self,
        reading: _Reading,
        parts: Sequence[Future],
        role: Role,
        vocabulary: Vocabulary,
        positions: NDArray[np.intp] | None = None,
    ) -> None:
        self.reading, self.parts, self.role, self.vocabulary = reading, parts, role, vocabulary
        self.positions = np.arange(len(vocabulary.values)) if positions is None else positions

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, type_: Any, error: Any, traceback: Any) -> None:
        """Find the cell in all parts, if it caused an error."""
        if isinstance(error, RowError):
            value = self.vocabulary.values[self.positions[error.row]]
            reading = self.reading
            places = each(reading.cluster, tasks.place_of_cell, self.parts, reading.layout, self.role, value)
            place = next(filter(None, reading.gather(places)), reading.source.name)
            raise error.located(place) from None
        if isinstance(error, DataError):
            raise DataError(f"{self.reading.source.name}: {error}") from None


def _join_skipped(summaries: Sequence[PartSummary]) -> Skipped:
    """The skipped rows of all parts."""
    reasons = [reason for summary in summaries for reason in summary.skipped.reasons]
    return Skipped(sum(summary.skipped.count for summary in summaries), reasons[:MAX_REASONS])
