"""What a worker process does before its work."""

from __future__ import annotations

import os
import sys
from multiprocessing import parent_process
from threading import Thread

from recsys.interrupts import leave_to_parent
from recsys.threads import use_one_core


def become_worker() -> None:
    """Ignore Ctrl-C, which the parent handles; write to no stream; use one core; and exit if the parent is killed."""
    leave_to_parent()
    use_one_core()
    sys.stdout = sys.stderr = None  # a thread of the parent may have held their locks while it forked
    Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
