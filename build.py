"""Ratings in, a static site out: ``python build.py --help``. The stages are in ``recsys/pipeline.py``.

The same as the command ``marquee`` of the installed package, except that it looks for ratings in the ``data/`` of
this repository, and that ``--publish`` pushes to the remote of this repository.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from recsys.cli.process import run_process

HERE = Path(__file__).resolve().parent


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    from recsys.cli.main import run  # takes a while, and Ctrl-C should work in that time too

    return run("build.py", HERE, argv)


def run_front_end() -> None:
    """Run the package ``build``, which makes distributions: here ``python -m build`` finds this file first."""
    sys.path[:] = [folder for folder in sys.path if Path(folder).resolve() != HERE]
    runpy.run_module("build", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if __spec__ is not None:  # python -m build
        run_front_end()
    else:
        sys.exit(run_process(main))
