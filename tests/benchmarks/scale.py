"""Whole builds from 0.1 to 20 million ratings: seconds of each stage, their growth, memory, and quality of lists.

    python tests/benchmarks/scale.py [--millions 0.1 1 3 10 20] [--logs FOLDER] [--keep FOLDER]

Each log is synthetic (see logs.py), with the ratings per user of MovieLens 20M and as many items; the largest has as
many users too. A build starts without a cache, with the default settings. A slope is that of a straight line through
the logarithms of the seconds and of the stage's unit, from 1 million ratings on: 1 is linear. Memory is the peak of
all processes of a build together.
"""

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.logs import Size, write
from tests.benchmarks.processes import run

STAGE = re.compile(r"^(.+?) +(\d+\.\d\d) s  (.*)$")
NDCG = re.compile(r"(\w+) nDCG@\d+ ([\d.]+)")
UNITS = {"recommend": "lists", "explain": "lists", "assemble": "lists", "export": "lists", "render": "records"}
"""The unit of a stage; ratings for all others. Records are users and items: each is a page or, for users of a large
site, a part of a script."""
MIN_RATINGS = 1_000_000
"""Slopes are computed from this size on: below it, fixed costs are much of a stage."""


@dataclass
class Build:
    """What was measured of one build."""

    seconds: dict[str, float] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    ndcg: dict[str, float] = field(default_factory=dict)
    total: float = 0.0
    peak: int = 0
    pages: int = 0
    megabytes: float = 0.0


def build(log: Path, out: Path) -> Build:
    """Run one build and print its output."""
    result = Build()
    command = [sys.executable, "build.py", "--data", str(log.resolve()), "--out", str(out.resolve()), "--no-cache"]
    result.total, result.peak, lines = run(command)
    print("\n".join(f"    {line}" for line in lines), flush=True)
    for stage, seconds, rest in (match.groups() for line in lines if (match := STAGE.match(line))):
        result.seconds[stage.strip()] = float(seconds)
        if stage.strip() == "evaluate":
            result.ndcg = {name: float(value) for name, value in NDCG.findall(rest)}
        if stage.strip() == "read":
            numbers = re.search(r"(\d+) ratings, (\d+) users, (\d+) items", rest).groups()
            ratings, users, items = map(int, numbers)
            result.units = {"ratings": ratings, "lists": users, "records": users + items}
    files = [path for path in out.rglob("*") if path.is_file()]
    result.pages = sum(path.suffix == ".html" for path in files)
    result.megabytes = sum(path.stat().st_size for path in files) / 1e6
    return result


def slope(stage: str, builds: list[Build]) -> float | None:
    """Slope of a stage's seconds over its unit; None with fewer than two builds, or if it takes hardly any time."""
    unit = UNITS.get(stage, "ratings")
    large = [
        build for build in builds if build.units["ratings"] >= 0.9 * MIN_RATINGS and build.seconds.get(stage, 0) > 0
    ]
    if len(large) < 2 or large[-1].seconds[stage] < 1 or len({build.units[unit] for build in large}) < 2:
        return None
    units, seconds = [build.units[unit] for build in large], [build.seconds[stage] for build in large]
    return float(np.polyfit(np.log(units), np.log(seconds), 1)[0])


def table(builds: list[Build]) -> None:
    """Print all results as a table in Markdown."""
    print("\n| | " + " | ".join(f"{build.units['ratings'] / 1e6:.1f} M" for build in builds) + " | slope |")
    print("|---" * (len(builds) + 2) + "|")
    for unit in ("lists", "records"):
        print(f"| {unit} | " + " | ".join(f"{build.units[unit]:,}" for build in builds) + " | |")
    print("| pages | " + " | ".join(f"{build.pages:,}" for build in builds) + " | |")
    for stage in dict.fromkeys(name for build in builds for name in build.seconds):
        cells = [f"{build.seconds[stage]:.1f}" if stage in build.seconds else "-" for build in builds]
        growth = slope(stage, builds)
        label = "" if growth is None else f"{growth:.2f}, {UNITS.get(stage, 'ratings')}"
        print(f"| {stage}, s | {' | '.join(cells)} | {label} |")
    print("| whole build, s | " + " | ".join(f"{build.total:.0f}" for build in builds) + " | |")
    print("| peak memory, GiB | " + " | ".join(f"{build.peak / 2**30:.2f}" for build in builds) + " | |")
    print("| site, MB | " + " | ".join(f"{build.megabytes:.0f}" for build in builds) + " | |")
    for name in dict.fromkeys(name for build in builds for name in build.ndcg):
        cells = [f"{build.ndcg[name]:.4f}" if name in build.ndcg else "-" for build in builds]
        print(f"| nDCG@10 {name} | {' | '.join(cells)} | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=float, nargs="+", default=[0.1, 1, 3, 10, 20])
    parser.add_argument("--logs", type=Path, help="keep the logs in this folder, and use those already there")
    parser.add_argument("--keep", type=Path, help="keep the sites in this folder")
    arguments = parser.parse_args()
    builds = []
    with tempfile.TemporaryDirectory() as scratch:
        for millions in arguments.millions:
            n_ratings = round(1e6 * millions)
            log = (arguments.logs or Path(scratch)) / f"r{n_ratings}"
            if not (log / "movies.csv").is_file():
                log.mkdir(parents=True, exist_ok=True)
                write(log, Size.of(n_ratings))
            print(f"{millions:g} million", flush=True)
            with tempfile.TemporaryDirectory(dir=arguments.keep) as out:
                builds.append(build(log, Path(out) / "site"))
                if arguments.keep:
                    (Path(out) / "site").rename(arguments.keep / f"site{n_ratings}")
    table(builds)


if __name__ == "__main__":
    main()
