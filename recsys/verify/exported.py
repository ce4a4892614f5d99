"""Read the exported files of a site, each as its type."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from recsys.errors import OutputError
from recsys.export.files import FILES, absent_files, read_artefact
from recsys.schema import Artefacts, Build


def read_exported(site: Path, names: Collection[str]) -> tuple[Artefacts | None, list[str]]:
    """All exported files; or None, and a sentence for each file that cannot be read.

    Args:
        site: the folder.
        names: addresses of its files; only these are read, so that no link leads outside.
    """
    values: dict[str, Any] = {}
    problems = []
    for field, kind in FILES.items():
        address = f"data/{kind.FILE}"
        build = values.get("build")
        if isinstance(build, Build) and field in absent_files(build):
            continue
        if address not in names:
            problems.append(f"{address}: is missing, so that no figure can be computed again")
            continue
        try:
            values[field] = read_artefact(site / address, kind)
        except OutputError as problem:
            problems.append(f"{address}: {problem}")
    return (None if problems else Artefacts(**values)), problems
