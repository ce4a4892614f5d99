"""Mutated files for every reader: each is read, or refused in one sentence, and nothing else ever happens.

``python -m tests.fuzz.readers --count 100000`` tries 100,000 inputs a reader, on all cores, and prints a table of
what became of them. A fault is saved as a folder with its files, and repeated by its reader, seed and number.
"""

from __future__ import annotations

import argparse
import logging
import math
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recsys.errors import RecsysError
from tests.fuzz.targets import TARGETS, Target, is_available
from tests.progress import Count, print_table

MAX_MESSAGE = 1000
"""Characters of an error or a warning."""
MAX_SECONDS = 60
"""After which a reader hangs: a thousand times what it takes."""
MAX_MEMORY = 512 << 20
"""Bytes by which one input may raise the memory of the process."""
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FAULTS = Path(tempfile.gettempdir()) / "marquee-fuzz-faults"
_BLOCK = 50
"""Inputs that a process tries before it takes the next ones."""


class Hang(BaseException):
    """A reader takes too long; no ``except Exception`` may stop it."""


@dataclass
class Outcome:
    """What became of some inputs: how many were read and refused, and the number and kind of each fault."""

    n_read: int = 0
    n_refused: int = 0
    faults: dict[int, str] = field(default_factory=dict)

    def __add__(self, other: Outcome) -> Outcome:
        """Both together."""
        return Outcome(
            self.n_read + other.n_read, self.n_refused + other.n_refused, {**self.faults, **other.faults}
        )


def write_input(target: Target, folder: Path, seed: int, number: int) -> np.random.Generator:
    """Write the files of one input, one of which is mutated; returns the generator for what is left to be drawn."""
    rng = np.random.default_rng([seed, number])
    files = target.files()
    mutated = sorted(files)[int(rng.integers(len(files)))]
    for name, contents in files.items():
        (folder / name).write_bytes(target.mutate(contents, rng) if name == mutated else contents[0])
    return rng


def try_input(target: Target, folder: Path, seed: int, number: int) -> tuple[bool, str | None]:
    """Whether one input was read, and the kind of fault if there was one."""
    rng = write_input(target, folder, seed, number)
    before = _peak_memory()
    is_read = False
    try:
        with _time_limit(), warnings.catch_warnings(record=True) as caught, _logged() as messages:
            warnings.simplefilter("always")
            try:
                texts = list(target.read(folder, rng))
                is_read = True
            except RecsysError as error:
                messages.append(str(error))
                texts = []
        problem = next(_problems_of_texts(texts, messages), None)
        if caught:
            problem = f"{caught[0].category.__name__}: {caught[0].message} ({caught[0].filename})"
    except Hang:
        problem = f"takes more than {MAX_SECONDS} seconds in {_last_call(sys.exc_info()[2])}"
    except Exception as error:
        problem = f"{type(error).__name__} in {_last_call(error.__traceback__)}"
    if problem is None and _peak_memory() > before + MAX_MEMORY:
        problem = "takes too much memory"
    return is_read, problem


def try_inputs(reader: str, seed: int, numbers: Iterable[int]) -> Outcome:
    """What becomes of some inputs of a reader."""
    outcome, target = Outcome(), TARGETS[reader]
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            is_read, problem = try_input(target, Path(folder), seed, number)
            if problem is not None:
                outcome.faults[number] = problem
            elif is_read:
                outcome.n_read += 1
            else:
                outcome.n_refused += 1
    return outcome


def _problems_of_texts(texts: Iterable[str], messages: Iterable[str]) -> Iterator[str]:
    for message in messages:
        if len(message) > MAX_MESSAGE:
            yield f"a message of {len(message) // 1000 * 1000} characters: {message[:60]!r}"
        if _CONTROL.search(message):
            yield f"a control character in a message: {re.sub('[0-9]+', '0', message)[:80]!r}"
    for text in texts:
        if _CONTROL.search(text):
            yield f"a control character in {text[:80]!r}"


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hang

    if not hasattr(signal, "setitimer"):
        yield
        return
    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


class _Messages(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__()
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """What the package logs."""
    messages: list[str] = []
    logger, handler = logging.getLogger("recsys"), _Messages(messages)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield messages
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _last_call(trace: object) -> str:
    """The last line of ours that a traceback goes through."""
    frames = [frame for frame in traceback.extract_tb(trace) if f"{os.sep}recsys{os.sep}" in frame.filename]  # type: ignore[arg-type]
    frame = frames[-1] if frames else traceback.extract_tb(trace)[-1]  # type: ignore[arg-type]
    return f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"


def _peak_memory() -> int:
    """Bytes that the process has had at most; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _try_block(reader: str, seed: int, numbers: range, note: Path) -> Outcome:
    """Try some inputs in a process of its own, which notes the one it is at in case that it does not survive it."""
    outcome = Outcome()
    for number in numbers:
        note.write_text(str(number))
        outcome += try_inputs(reader, seed, [number])
    return outcome


def run(
    readers: Iterable[str] = (),
    count: int = 100_000,
    seed: int = 0,
    out: Path = _FAULTS,
    n_workers: int | None = None,
    seconds: float = math.inf,
) -> list[Count]:
    """Try inputs of each reader, of all without names, and print what became of them; returns the counts."""
    counts = []
    for reader in readers or filter(is_available, TARGETS):
        start, progress = time.monotonic(), Count(reader, count)
        total = _try_all(progress, seed, n_workers, start + seconds)
        print(
            f"{reader}: {total.n_read:,} read, {total.n_refused:,} refused, {len(total.faults):,} faults, "
            f"{time.monotonic() - start:.0f} seconds",
            flush=True,
        )
        _save_faults(reader, seed, total.faults, out)
        counts.append(progress)
    return counts


def _try_all(progress: Count, seed: int, n_workers: int | None, end: float) -> Outcome:
    """All inputs of a reader, as far as the time allows."""
    total, reader, count = Outcome(), progress.what, progress.n_cases
    blocks = [range(first, min(first + _BLOCK, count)) for first in range(0, count, _BLOCK)]
    with tempfile.TemporaryDirectory() as folder:
        while blocks and time.monotonic() < end:
            with ProcessPoolExecutor(n_workers, multiprocessing.get_context("spawn")) as pool:
                jobs = {}
                for block in blocks:
                    note = Path(folder) / str(block.start)
                    jobs[pool.submit(_try_block, reader, seed, block, note)] = (block, note)
                for job in as_completed(jobs):
                    block, note = jobs[job]
                    try:
                        outcome = job.result()
                        progress.add(len(block), len(outcome.faults))
                    except BrokenProcessPool:
                        if not note.exists():
                            continue  # it had not begun, and is tried again
                        number = int(note.read_text() or block.start)
                        outcome = Outcome(faults={number: "ends the process"})
                        progress.add(number - block.start + 1, 1)
                    total += outcome
                    blocks.remove(block)
                    if time.monotonic() > end:
                        pool.shutdown(cancel_futures=True)
                        break
    return total


def _save_faults(reader: str, seed: int, faults: dict[int, str], out: Path) -> None:
    """Print each kind of fault with the command that repeats the first of it, and save its files."""
    for kind, n in Counter(faults.values()).most_common():
        number = min(number for number, other in faults.items() if other == kind)
        folder = out / f"{reader}-{seed}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_input(TARGETS[reader], folder, seed, number)
        print(f"  {n} x {kind}\n    {folder}: python -m tests.fuzz.readers --reader {reader} --seed {seed} "
              f"--only {number}", flush=True)  # fmt: skip


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.readers", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="inputs a reader (default: 100,000)")
    parser.add_argument("--reader", choices=TARGETS, action="append", help="this reader alone; may be repeated")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations (default: 0)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat one input, with its traceback")
    parser.add_argument("--out", type=Path, default=_FAULTS, help="folder for faults (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (default: one a core)")
    parser.add_argument("--seconds", type=float, default=math.inf, help="at most so long a reader")
    options = parser.parse_args()
    readers = [reader for reader in options.reader or TARGETS if is_available(reader)]
    if options.only is not None:
        return repeat(readers[0], options.seed, options.only)
    counts = run(readers, options.count, options.seed, options.out, options.workers, options.seconds)
    print_table(counts)
    return int(any(count.n_wrong for count in counts))


def repeat(reader: str, seed: int, number: int) -> int:
    """Read one input again and let whatever it raises through."""
    with tempfile.TemporaryDirectory() as folder:
        is_read, problem = try_input(TARGETS[reader], Path(folder), seed, number)
        print(problem or ("read" if is_read else "refused"))
        rng = write_input(TARGETS[reader], Path(folder), seed, number)
        try:
            list(TARGETS[reader].read(Path(folder), rng))
        except RecsysError as error:
            print(f"refused: {str(error)!r}")
    return int(problem is not None)


if __name__ == "__main__":
    sys.exit(main())
