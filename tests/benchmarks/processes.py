"""Run a command in a process: its seconds, its output, and the peak memory of all its processes together.

Memory is sampled up to five times a second, on Linux only; elsewhere it is 0.
"""

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SAMPLING_INTERVAL, MAX_SAMPLING_SHARE = 0.2, 0.03
"""Seconds between two measurements of memory, and the share of the time that they may take. Of a process of gigabytes
one takes a tenth of a second, and meanwhile the process gets no more memory."""


class Result(NamedTuple):
    """What a command took: seconds, bytes at the peak, and its lines of output."""

    seconds: float
    peak: int
    lines: list[str]


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Result:
    """Run a command in the project's folder; if it fails, this program exits with its output."""
    peak, start = 0, time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, text=True, env=environment, cwd=ROOT
        )
        while process.poll() is None:
            begun = time.perf_counter()
            peak = max(peak, sum(memory(pid) for pid in descendants(process.pid)))
            taken = time.perf_counter() - begun
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(SAMPLING_INTERVAL, taken / MAX_SAMPLING_SHARE))
        seconds = time.perf_counter() - start
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{text}ended with status {process.returncode}")
    return Result(seconds, peak, text.splitlines())


def descendants(pid: int) -> list[int]:
    """A process and all of its descendants."""
    with suppress(OSError):
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        return [pid, *(pid for child in children for pid in descendants(child))]
    return []


def memory(pid: int) -> int:
    """Bytes of memory that a process uses; of what it shares with others, its proportional share (PSS)."""
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0
