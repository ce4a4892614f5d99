"""The first site of a new user, with the installed package: ``marquee --init``, and what the workflow it writes does.

With ``marquee`` on the PATH, in an environment that needs nothing but the package::

    python -P tests/first_site.py

builds the example in a folder of its own by the steps of the workflow, serves it under the path that it would have on
GitHub Pages, and reads a few pages. What installs the package is left out.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import yaml  # comes with bokeh

from recsys.site.publish.server import base_path, server

ADDRESS = "https://ada.github.io/films/"
WORKFLOW = Path(".github/workflows/pages.yml")
_VALUES = {"steps.pages.outputs.base_url": ADDRESS}
_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")  # as GitHub runs a step


def commands(folder: Path) -> Iterator[str]:
    """The commands of the workflow in their order; those of an expression that has no value here raise KeyError."""
    workflow = yaml.safe_load((folder / WORKFLOW).read_text(encoding="utf-8"))
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "run" in step:
                yield re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: _VALUES[match[1]], step["run"])


def check_pages(site: Path) -> None:
    """Serve a site of the example as GitHub Pages would, and check its front page, a user's page and an item's."""
    base = base_path(ADDRESS)
    pages = {
        "": "What should you watch next",
        "users/" + min(path.name for path in (site / "users").glob("ada*.html")): "Their top 10",
        "items/" + min(path.name for path in (site / "items").glob("casablanca*.html")): "Casablanca",
    }
    with server(site, base) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        for page, words in pages.items():
            with urlopen(f"http://127.0.0.1:{http.server_port}{base}{page}") as answer:
                assert words in " ".join(answer.read().decode().split()), page
        http.shutdown()


def main() -> None:
    """Do all of it; what fails ends this program."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["marquee", "--init"], cwd=folder, check=True)
        for command in commands(folder):
            if not command.startswith("python -m pip install "):
                print("$", command, flush=True)
                subprocess.run([*_BASH, command], cwd=folder, check=True)
        check_pages(folder / "site")


if __name__ == "__main__":
    main()
