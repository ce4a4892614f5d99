"""Run the steps of a workflow of GitHub on this machine: those that are commands, without installing anything.

In the folder of a repository, with the value of each expression that the steps use::

    python tests/workflows.py .github/workflows/pages.yml steps.pages.outputs.base_url=https://ada.github.io/films/
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml  # comes with bokeh

_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


def commands(workflow: Path, values: Mapping[str, str]) -> Iterator[str]:
    """The commands of all jobs in their order, with expressions replaced by their values."""
    for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values():
        for step in job["steps"]:
            if "run" in step:
                yield _EXPRESSION.sub(lambda match: values[match[1]], step["run"])


def installs(command: str) -> bool:
    """Whether a command installs packages."""
    return command.startswith("python -m pip install ")


def main() -> None:
    """Run them by the shell that GitHub takes; what fails ends this program."""
    path, *settings = sys.argv[1:]
    values = dict(setting.split("=", 1) for setting in settings)
    for command in commands(Path(path), values):
        print("skipped:" if installs(command) else "$", command, flush=True)
        if not installs(command):
            subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command], check=True)


if __name__ == "__main__":
    main()
