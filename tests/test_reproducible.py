"""The same input gives the same bytes, whatever is around it: hash seeds, folders, locales, time zones, threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN = """
import os, sys

class Backwards(list):
    def __enter__(self):
        return iter(self)
    def __exit__(self, *problem):
        pass
    def close(self):
        pass

if sys.argv.pop(1) == "backwards":
    listdir, scandir = os.listdir, os.scandir
    os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
    os.scandir = lambda path=".": Backwards(sorted(scandir(path), key=lambda entry: entry.name, reverse=True))
os.umask(int(sys.argv.pop(1), 8))
from recsys.cli.process import run_process
from recsys.cli.main import main
if __name__ == "__main__":
    sys.exit(run_process(main))
"""
"""The command, with the order in which folders are listed, and a umask."""


def write_log(folder: Path, newest_first: bool) -> None:
    """Text ids in several scripts, ties of ratings and of times, genres and features of users."""
    names = ["ähre", "İstanbul", "ıron", "zebra", "Ähre", "élan", "Zebra", "istanbul", "ß", "ss", "o'hara", "東"]
    ratings = [
        f"{user}-{number},{names[item]},{3 + (number + item) % 3},{1_000_000_000 + item // 4}"
        for user in ("ümit", "Ilse", "ilse", "İpek")
        for number in range(6)
        for item in range(len(names))
        if (item * 7 + number * 5 + len(user)) % 3
    ]
    items = [f"{name},Title of {name} ({1990 + n % 3}),{('Farce', 'Noir|Épée', 'Noir')[n % 3]}" for n, name in
             enumerate(names)]  # fmt: skip
    users = [f"{user}-{number},{('TR', 'DE')[number % 2]},{20 + number}" for user in ("ümit", "Ilse", "ilse", "İpek")
             for number in range(6)]  # fmt: skip
    tables = {
        "ratings.csv": ["user,item,rating,timestamp", *ratings],
        "movies.csv": ["item,title,genres", *items],
        "users.csv": ["user,country,age", *users],
        "site.toml": ["discovery = 0.3", 'noun = "book"', "[train]", "dim = 4", "epochs = 2"],
    }
    folder.mkdir(parents=True)
    for age, name in enumerate(reversed(tables) if newest_first else tables):
        (folder / name).write_text("\n".join(tables[name]) + "\n", encoding="utf-8")
        os.utime(folder / name, (1_000_000_000 + age, 1_000_000_000 + age))


SURROUNDINGS = {
    "plain": {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC", "PYTHONOPTIMIZE": "", "threads": "1"},
    "Kathmandu": {
        "PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONOPTIMIZE": "1",
        "PYTHONUTF8": "1", "threads": "2",
    },
    "St. John's": {
        "PYTHONHASHSEED": "random", "LC_ALL": "de_DE.UTF-8", "TZ": "America/St_Johns", "PYTHONOPTIMIZE": "2",
        "threads": "3",
    },
}  # fmt: skip
"""What is around each build. A locale that this machine lacks is C to Python."""


def digests(folder: Path, surroundings: dict[str, str]) -> dict[str, str]:
    """Build in a folder of its own; returns the SHA-256 of each file of the site."""
    plain = surroundings is SURROUNDINGS["plain"]
    log = folder / ("logs" if plain else "other/logs of mine") / "club"
    write_log(log, newest_first=not plain)
    environment = {**os.environ, **surroundings, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    threads = environment.pop("threads")
    environment |= {f"{library}_NUM_THREADS": threads for library in ("OMP", "OPENBLAS", "MKL", "VECLIB")}
    script, out = folder / "run.py", folder / ("site" if plain else "public/html")
    script.write_text(RUN)
    order = ["as it is", "022"] if plain else ["backwards", "077"]
    data = str(log) if plain else os.path.relpath(log, folder)
    done = subprocess.run(
        [sys.executable, str(script), *order, "--data", data, "--quiet", "--out", str(out)],
        env=environment, cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return json.loads((out / "data" / "manifest.json").read_text("utf-8"))["files"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return digests(tmp_path_factory.mktemp("plain"), SURROUNDINGS["plain"])


@pytest.mark.parametrize("name", [name for name in SURROUNDINGS if name != "plain"])
def test_the_same_input_gives_the_same_bytes_in_other_surroundings(name, reference, tmp_path):
    built = digests(tmp_path, SURROUNDINGS[name])
    assert {file for file in {*built, *reference} if built.get(file) != reference.get(file)} == set()
