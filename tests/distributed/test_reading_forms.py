"""Whatever ids, ratings and times look like, a log in parts is that of a single file; in one process, for speed."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys.config import ReadConfig
from recsys.data.load import read_dataset
from recsys.distributed.reading import read_parts
from recsys.distributed.sources import find_parts
from tests.distributed.one_process import OneProcess

N_ROWS, N_PARTS = 60, 3
IDS = {
    "numbers": "{}",
    "words": "user {}",
    "zeros": "{:03}",
    "floats": "{}.0",
}
RATINGS = {
    "none": None,
    "stars": ["1", "2", "3", "4", "5"],
    "halves": ["1", "2.5", "4", "", "4.5"],
    "zeros": ["0", "0", "0", "0", "0", "0", "0", "1", "2", "3", "4", "5"],
    "unrated": ["-1", "1", "2", "3", "4", "5"],
    "opinions": ["like", "dislike", ""],
    "events": ["view", "purchase", "remove"],
    "fractions": ["1/5", "3/5", "5/5"],
    "commas": ['"1,5"', '"2,5"', "3"],
    "counts": ["1", "1", "1", "1", "2", "1", "1", "40", "3", "1", "7"],
    "blank": [""],
    "wrong": ["1", "2", "x", "4", "3", "5", "1"],
}
TIMES = {
    "none": None,
    "seconds": [str(1_500_000_000 + 777 * number) for number in range(7)],
    "quarters": [f"{1_500_000_000 + number}{('', '.25', '.5')[number % 3]}" for number in range(7)],
    "dates": ["2019-01-05", "2019-02-06", "2018-12-31"],
    "zones": ["2019-01-05T10:00:00Z", "2019-01-05T10:00:00.250Z", "2019-01-05T12:00:00+02:00"],
    "written": ["3.1.2019", "25.2.2019", "4.12.2018"],
    "mixed": ["2019-01-05", "2019-01-06 10:00", "25.1.2019"],
    "some blank": ["", "1500000000", "1500000777", "", "1500000999"],
    "odd": ["0", "-5", *(str(1_500_000_000 + number) for number in range(9)), "9000000000"],
    "wrong": [*(str(1_500_000_000 + number) for number in range(12)), "soon"],
}  # fmt: skip


def outcome(read):
    """What a reader says of a log, without the places of rows, which differ."""
    dataset, report = read()
    tables = [replace(table, file="", description="") for table in report.tables]
    notes = [re.sub(r"(log|part-\d)\.(csv:|parquet, row )\d+", "(place)", note) for note in report.notes]
    return dataset.sha256, dataset.is_counted, tables, notes, report.noun, report.rating_name


def assert_same(tmp_path: Path, ending: str, config: ReadConfig) -> None:
    single = outcome(lambda: read_dataset(tmp_path / f"log.{ending}", config))
    parts = find_parts(str(tmp_path / "log"), config)
    assert parts is not None and len(parts.parts) == N_PARTS
    assert outcome(lambda: read_parts(OneProcess(N_PARTS), parts, config)) == single


def part_of(rows, number: int):
    return rows[number * N_ROWS // N_PARTS : (number + 1) * N_ROWS // N_PARTS]


@pytest.mark.parametrize(("ratings", "times"), list(product(RATINGS, TIMES))[::3])
def test_text(tmp_path, ratings, times):
    rng = np.random.default_rng([list(RATINGS).index(ratings), list(TIMES).index(times)])
    form = list(IDS.values())[rng.integers(len(IDS))]
    columns = {
        "user": [form.format(number) for number in rng.integers(0, 8, N_ROWS)],
        "item": [f"b{number}" if number % 5 == 4 else str(number) for number in rng.integers(0, 12, N_ROWS)],
        "rating": RATINGS[ratings] and rng.choice(RATINGS[ratings], N_ROWS).tolist(),
        "timestamp": TIMES[times] and rng.choice(TIMES[times], N_ROWS).tolist(),
    }
    columns = {name: cells for name, cells in columns.items() if cells is not None}
    rows = list(map(",".join, zip(*columns.values(), strict=True)))
    (tmp_path / "log").mkdir()
    files = {f"log/part-{number}.csv": part_of(rows, number) for number in range(N_PARTS)}
    for name, some in {"log.csv": rows, **files}.items():
        (tmp_path / name).write_text("\n".join([",".join(columns), *some]) + "\n")
    assert_same(tmp_path, "csv", ReadConfig(lenient="wrong" in (ratings, times)))


def with_nulls(values: pd.Series, rng: np.random.Generator) -> pd.Series:
    return values.mask(rng.random(N_ROWS) < 0.3)


@pytest.mark.parametrize("ratings", ["integers", "floats", "booleans", "nullable", "nulls"])
@pytest.mark.parametrize("times", ["seconds", "datetimes", "milliseconds with nulls", "zones", "dates", "fractions"])
def test_parquet(tmp_path, ratings, times):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    rng = np.random.default_rng(0)
    stars = pd.Series(rng.integers(1, 6, N_ROWS))
    seconds = pd.Series(1_500_000_000 + rng.integers(0, 10**7, N_ROWS))
    dates = pd.to_datetime(seconds, unit="s")
    frame = pd.DataFrame({
        "user": rng.integers(0, 8, N_ROWS),
        "item": [f"i{number}" for number in rng.integers(0, 12, N_ROWS)],
        "rating": {
            "integers": stars,
            "floats": stars / 2,
            "booleans": stars > 3,
            "nullable": with_nulls(stars.astype("Int64"), rng),
            "nulls": with_nulls(stars.astype(float), rng),
        }[ratings],
        "timestamp": {
            "seconds": seconds,
            "datetimes": dates,
            "milliseconds with nulls": with_nulls(dates + pd.to_timedelta(seconds % 3, unit="ms"), rng),
            "zones": dates.dt.tz_localize("UTC"),
            "dates": dates.dt.date,
            "fractions": seconds + 0.25 * (seconds % 4),
        }[times],
    })
    (tmp_path / "log").mkdir()
    frame.to_parquet(tmp_path / "log.parquet", index=False)
    for number in range(N_PARTS):
        part_of(frame, number).to_parquet(tmp_path / "log" / f"part-{number}.parquet", index=False)
    assert_same(tmp_path, "parquet", ReadConfig())
