"""Kill builds over an existing site at random moments: ``python -m tests.faults.kills --count 100``.

Each is a real ``python build.py --data sample`` with another seed, so that it is killed in training too, and all its
processes are killed with it. Afterwards the site is whole by its manifest; after every tenth kill a build goes on to
its end, and nothing else lies where the site is. Where that is not so, a line says it, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recsys.site.output.manifest import MANIFEST, hash_files, read_manifest
from recsys.site.publish.staging import recover
from tests.progress import Count, print_table

REPOSITORY = Path(__file__).resolve().parents[2]
BUILDS_EVERY = 10
"""Kills after which a build is left alone."""

Start = Callable[[int], int]
"""Starts a build with a seed; returns the number of its process, which leads a group of its own."""


@dataclass
class Kills:
    """Kills builds of one site, and looks at what they leave.

    Args:
        site: the folder of the site, in a folder of its own.
        start: starts a build.
        seed: of the moments.
    """

    site: Path
    start: Start
    seed: int = 0

    def run(self, count: int) -> Iterator[list[str]]:
        """Build, then kill so many builds.

        Yields:
            For each of them, in sentences, what is not as it should be.
        """
        draw = random.Random(self.seed)
        begin, wrong = time.monotonic(), self._build(0)
        seconds = time.monotonic() - begin
        for number in range(1, count + 1):
            process, moment = self.start(number), seconds * draw.random()
            time.sleep(moment)
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            wrong += [f"kill {number}, after {moment:.3f} s: {sentence}" for sentence in self._check()]
            if number % BUILDS_EVERY == 0 or number == count:
                wrong += [f"the build after kill {number}: {sentence}" for sentence in self._build(number)]
            yield wrong
            wrong = []

    def _build(self, seed: int) -> list[str]:
        status = os.waitstatus_to_exitcode(os.waitpid(self.start(seed), 0)[1])
        left = [path.name for path in self.site.parent.iterdir() if path != self.site]
        return [*([f"ended with {status}"] if status else []), *self._check(), *(f"{name} is left" for name in left)]

    def _check(self) -> list[str]:
        recover(self.site)  # what reads a site does this first
        try:
            digests = read_manifest((self.site / MANIFEST).read_bytes())
        except OSError as problem:
            return [f"there is no site: {problem}"]
        return [] if digests == hash_files(self.site) else ["the site is not what its manifest says"]


def run(n_kills: int = 100, seed: int = 0) -> list[Count]:
    """Kill builds of the sample; returns the count."""
    with tempfile.TemporaryDirectory() as name:
        site = Path(name).resolve() / "parent" / "site"
        site.parent.mkdir()
        environment = {**os.environ, "XDG_CACHE_HOME": str(Path(name) / "cache")}
        command = [sys.executable, "build.py", "--data", "sample", "--quiet", "--out", str(site)]

        def start(seed: int) -> int:
            return subprocess.Popen(
                [*command, "--seed", str(seed)], cwd=REPOSITORY, env=environment, start_new_session=True
            ).pid

        count = Count("kills at random moments", n_kills)
        count.follow(Kills(site, start, seed).run(n_kills))
    return [count]


def main(argv: Sequence[str] | None = None) -> int:
    """Kill builds of the sample; returns the exit status."""
    parse = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parse.add_argument("--count", type=int, default=100, metavar="N", help="builds to kill (default: %(default)s)")
    parse.add_argument("--seed", type=int, default=0, metavar="N", help="of the moments (default: %(default)s)")
    options = parse.parse_args(argv)
    counts = run(options.count, options.seed)
    print_table(counts)
    return int(any(count.n_wrong for count in counts))


if __name__ == "__main__":
    sys.exit(main())
