"""What another process does: waiting for it, and whether it ends when it should."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true; fails after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether there is such a process and it is not a zombie, whose parent has not yet read its exit status."""
    with suppress(OSError):
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(") ")[2][0] != "Z"
    return False


def check_worker_follows_parent(command: Sequence[str], pid_file: Path) -> None:
    """Assert that a worker ignores Ctrl-C, and ends when its parent is killed.

    Args:
        command: starts the parent, which starts the worker.
        pid_file: where the worker writes its process id.
    """
    repository = str(Path(__file__).resolve().parents[1])
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": repository}) as parent:
        wait_until(lambda: pid_file.exists() and pid_file.read_text())
        worker = int(pid_file.read_text())
        os.kill(worker, signal.SIGINT)
        time.sleep(0.3)
        assert is_running(worker)
        parent.kill()
    wait_until(lambda: not is_running(worker))
