"""Build the source distribution, and from it the wheel, and check that they hold what git has, and nothing else.

Into a folder that is not there yet: ``python .ci/distributions.py FOLDER``
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
_PLACES = {"recsys/": "recsys/", "templates/": "recsys/site/templates/", "data/sample/": "recsys/data/sample_files/"}
"""Folders of the repository, and where they are in the wheel."""
_LEFT_OUT = "data/sample/scripts/"
_METADATA = re.compile(r"(PKG-INFO|setup\.cfg|marquee_recsys\.egg-info/.*)")
"""What setuptools adds to the source distribution."""


def build(folder: Path) -> None:
    """Build both into an empty folder, in an environment of their own."""
    with tempfile.TemporaryDirectory() as tools:
        venv.create(tools, with_pip=True)
        python = Path(tools) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        install = [python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*install, "build", "setuptools>=77"], check=True)
        # -P, as otherwise the package is taken for the build.py in the working folder.
        command = [python, "-P", "-m", "build", "--no-isolation", "--outdir", folder.resolve(), ROOT]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": ""})


def packaged(tracked: set[str]) -> set[str]:
    """The files of the repository that belong into the wheel."""
    return {name for name in tracked if name.startswith(tuple(_PLACES)) and not name.startswith(_LEFT_OUT)}


def in_wheel(name: str) -> str:
    """Where the wheel has a file of the repository."""
    (place,) = [place for place in _PLACES if name.startswith(place)]
    return _PLACES[place] + name.removeprefix(place)


def check(folder: Path, tracked: set[str]) -> None:
    """Compare both with the files that git tracks.

    Raises:
        SystemExit: they differ; the message names the files.
    """
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {in_wheel(name) for name in packaged(tracked)}
    if names != expected:
        sys.exit(f"{wheel.name} lacks {sorted(expected - names)}, and should not have {sorted(names - expected)}")
    with tarfile.open(sdist) as archive:
        paths = [PurePosixPath(member.name) for member in archive if member.isfile()]
    names = {str(PurePosixPath(*path.parts[1:])) for path in paths}
    names = {name for name in names if not _METADATA.fullmatch(name)}
    unknown = {name for name in names if name not in tracked or name.startswith((".", "tests/"))}
    absent = packaged(tracked) | {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "build.py"}
    absent -= names
    if absent or unknown:
        sys.exit(f"{sdist.name} lacks {sorted(absent)}, and should not have {sorted(unknown)}")
    print(f"{sdist.name}: {len(names)} files; {wheel.name}: {len(expected)} files")


def main() -> None:
    """Build and check."""
    folder = Path(sys.argv[1])
    build(folder)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    check(folder, set(listed.stdout.split("\0")) - {""})


if __name__ == "__main__":
    main()
