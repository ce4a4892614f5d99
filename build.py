"""Ratings in, a static site out: ``python build.py --help``. The stages are in ``recsys/pipeline.py``.

The same as the command ``marquee`` of the installed package, for this repository: its ``data/`` is where ratings are
looked for, and its remote is where ``--publish`` pushes to.
"""

from __future__ import annotations

import sys
from pathlib import Path

from recsys.cli.process import run_process

HERE = Path(__file__).resolve().parent


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    from recsys.cli.main import run  # takes a while, in which Ctrl-C is to be heeded

    return run("build.py", HERE, argv)


if __name__ == "__main__":
    sys.exit(run_process(main))
