"""Whole builds from 0.1 to 20 million ratings: seconds by stage, how they grow, memory, and how good lists are.

    python tests/benchmarks/scale.py [--millions 0.1 1 3 10 20] [--logs FOLDER] [--keep FOLDER]

Each log is invented (see logs.py) and has the density of MovieLens 20M and all its films; the largest has its users
too. A build runs in processes of its own, from cold, with the default settings. A slope is that of a straight line
through the logarithms of seconds and of the stage's own unit, from 1 million on: 1 is linear. Memory is what all
processes of a build hold together at a time.
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
"""What a stage's seconds are held against; ratings for all others. Records are users and films: a page or, of the
users of a large site, a part of a script."""
FROM = 1_000_000
"""Ratings from which on slopes are taken: below, much of a stage is what it costs to begin."""


@dataclass
class Build:
    """What one build told."""

    seconds: dict[str, float] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    ndcg: dict[str, float] = field(default_factory=dict)
    whole: float = 0.0
    peak: int = 0
    pages: int = 0
    megabytes: float = 0.0


def build(log: Path, out: Path) -> Build:
    """One, with its output shown as it comes."""
    found = Build()
    command = [sys.executable, "build.py", "--data", str(log.resolve()), "--out", str(out.resolve()), "--no-cache"]
    found.whole, found.peak, lines = run(command)
    print("\n".join(f"    {line}" for line in lines), flush=True)
    for stage, seconds, rest in (match.groups() for line in lines if (match := STAGE.match(line))):
        found.seconds[stage.strip()] = float(seconds)
        if stage.strip() == "evaluate":
            found.ndcg = {name: float(value) for name, value in NDCG.findall(rest)}
        if stage.strip() == "read":
            numbers = re.search(r"(\d+) ratings, (\d+) users, (\d+) items", rest).groups()
            ratings, users, films = map(int, numbers)
            found.units = {"ratings": ratings, "lists": users, "records": users + films}
    files = [path for path in out.rglob("*") if path.is_file()]
    found.pages = sum(path.suffix == ".html" for path in files)
    found.megabytes = sum(path.stat().st_size for path in files) / 1e6
    return found


def slope(stage: str, builds: list[Build]) -> float | None:
    """Of a stage's seconds against its unit; None where there are fewer than two builds, or it hardly takes time."""
    unit = UNITS.get(stage, "ratings")
    large = [one for one in builds if one.units["ratings"] >= 0.9 * FROM and one.seconds.get(stage, 0) > 0]
    if len(large) < 2 or large[-1].seconds[stage] < 1 or len({one.units[unit] for one in large}) < 2:
        return None
    return float(np.polyfit(*(np.log([of(one) for one in large]) for of in (
        lambda one: one.units[unit], lambda one: one.seconds[stage])), 1)[0])  # fmt: skip


def table(builds: list[Build]) -> None:
    """All of it, in Markdown."""
    print("\n| | " + " | ".join(f"{one.units['ratings'] / 1e6:.1f} M" for one in builds) + " | slope |")
    print("|---" * (len(builds) + 2) + "|")
    for unit in ("lists", "records"):
        print(f"| {unit} | " + " | ".join(f"{one.units[unit]:,}" for one in builds) + " | |")
    print("| pages | " + " | ".join(f"{one.pages:,}" for one in builds) + " | |")
    for stage in dict.fromkeys(name for one in builds for name in one.seconds):
        cells = [f"{one.seconds[stage]:.1f}" if stage in one.seconds else "-" for one in builds]
        grows = slope(stage, builds)
        told = "" if grows is None else f"{grows:.2f}, {UNITS.get(stage, 'ratings')}"
        print(f"| {stage}, s | {' | '.join(cells)} | {told} |")
    print("| whole build, s | " + " | ".join(f"{one.whole:.0f}" for one in builds) + " | |")
    print("| peak memory, GiB | " + " | ".join(f"{one.peak / 2**30:.2f}" for one in builds) + " | |")
    print("| site, MB | " + " | ".join(f"{one.megabytes:.0f}" for one in builds) + " | |")
    for name in dict.fromkeys(name for one in builds for name in one.ndcg):
        cells = [f"{one.ndcg[name]:.4f}" if name in one.ndcg else "-" for one in builds]
        print(f"| nDCG@10 {name} | {' | '.join(cells)} | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=float, nargs="+", default=[0.1, 1, 3, 10, 20])
    parser.add_argument("--logs", type=Path, help="folder where logs are kept and found again (default: none)")
    parser.add_argument("--keep", type=Path, help="folder where the sites are kept (default: none)")
    given = parser.parse_args()
    builds = []
    with tempfile.TemporaryDirectory() as scratch:
        for millions in given.millions:
            n_ratings = round(1e6 * millions)
            log = (given.logs or Path(scratch)) / f"r{n_ratings}"
            if not (log / "movies.csv").is_file():
                log.mkdir(parents=True, exist_ok=True)
                write(log, Size.of(n_ratings))
            print(f"{millions:g} million", flush=True)
            with tempfile.TemporaryDirectory(dir=given.keep) as out:
                builds.append(build(log, Path(out) / "site"))
                if given.keep:
                    (Path(out) / "site").rename(given.keep / f"site{n_ratings}")
    table(builds)


if __name__ == "__main__":
    main()
