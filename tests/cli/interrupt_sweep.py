"""Interrupt a build at many moments between its start and its end, and count how that ends.

    python -m tests.cli.interrupt_sweep --moments 60 [--signal SIGINT] [--times 1] [-- OPTIONS OF THE COMMAND]

Too slow for every run of the tests: each moment is a build. Exits with 1 if a build printed more than one line, or
left a process or a folder. A signal in the first milliseconds, before Python runs a line of ours, is the business of
the interpreter, and counted as such.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import build
from tests.cli.test_process import processes_of, started
from tests.small_logs import write_movielens

QUICK = ["--models", "base", "--dim", "4", "--epochs", "2"]


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--moments", type=int, default=60)
    parse.add_argument("--signal", default="SIGINT")
    parse.add_argument("--times", type=int, default=1, help="how many signals to send, 4 ms apart")
    parse.add_argument("options", nargs="*", help="options of the command (default: a quick build of a small log)")
    options = parse.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        log, out = Path(folder) / "log", Path(folder) / "out" / "site"
        if not options.options:
            write_movielens(log, 30)
            (log / "site.toml").write_text("pages = ['users']\n")
        arguments = [*(options.options or ["--data", str(log), *QUICK]), "--no-cache", "--out", str(out)]
        command = [sys.executable, build.__file__, *arguments]
        return sweep(command, out, options.moments, getattr(signal, options.signal), options.times)


def sweep(command: list[str], out: Path, moments: int, number: int, times: int) -> int:
    """Interrupt builds at moments spread over the time that one takes; prints the counts."""
    start = time.monotonic()
    subprocess.run([*command, "--seed", "1"], stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - start
    old = manifest(out)
    ends, faults = Counter[tuple[int, str, str]](), 0
    for moment in range(moments):
        with started(command) as process:
            time.sleep(seconds * moment / moments)
            for _ in range(times):
                if process.poll() is None:
                    os.killpg(process.pid, number)
                    time.sleep(0.004)
            _, printed = process.communicate(timeout=600)
            time.sleep(0.05)
            left = [*processes_of(process.pid), *(path.name for path in out.parent.iterdir() if path != out)]
        lines, site = printed.decode().splitlines(), "old" if manifest(out) == old else "new"
        early = process.returncode == -number or any("site.py" in line or "importlib" in line for line in lines)
        last = ("Python had not started: " if early else "") + (lines[-1] if lines else "")
        ends[process.returncode, f"{site} site", last] += 1
        if left or (len(lines) > 1 and not early):
            faults += 1
            print(f"{seconds * moment / moments:.2f} s: left {left}", *lines, sep="\n    ", flush=True)
        if site == "new":
            subprocess.run([*command, "--seed", "1"], stdout=subprocess.DEVNULL, check=True)
    for end, count in ends.most_common():
        print(count, *end, sep="  ")
    print(f"{faults} faults at {moments} moments of {seconds:.1f} s")
    return min(faults, 1)


def manifest(site: Path) -> bytes:
    return (site / "data" / "manifest.json").read_bytes()


if __name__ == "__main__":
    sys.exit(main())
