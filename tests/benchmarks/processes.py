"""Commands as they are run by hand: seconds, what they say, and the memory of all their processes together.

Memory is looked at several times a second, on Linux, which tells it; elsewhere it is 0.
"""


import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
EVERY = 0.2
"""Seconds between two looks at the memory."""


class Ran(NamedTuple):
    """What a command took: seconds, bytes at a time at most, and its lines."""

    seconds: float
    peak: int
    lines: list[str]


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """To its end, in the project's folder; one that fails ends this program with what it said."""
    peak, start = 0, time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, text=True, env=environment, cwd=ROOT
        )
        while process.poll() is None:
            peak = max(peak, sum(resident(pid) for pid in family(process.pid)))
            with suppress(subprocess.TimeoutExpired):
                process.wait(EVERY)
        seconds = time.perf_counter() - start
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{text}ended with status {process.returncode}")
    return Ran(seconds, peak, text.splitlines())


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    with suppress(OSError):
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        return [pid, *(one for child in children for one in family(child))]
    return []


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; of what it shares with others, its part."""
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0
