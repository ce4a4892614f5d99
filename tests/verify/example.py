"""An export with all its figures, and a site of its files without pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from recsys.export.assemble import assemble
from recsys.export.files import write_artefacts
from recsys.export.tables import write_tables
from recsys.schema import Artefacts
from recsys.site.output.manifest import write_manifest
from tests.export.example import example, results_of

ROWS = 6
"""Models and baselines."""


@cache
def exported() -> Artefacts:
    """The export, computed once."""
    return assemble(results_of(example()))


def write_site(folder: Path) -> Path:
    """A site with these figures and two pages."""
    (folder / "users").mkdir(parents=True)
    write_artefacts(exported(), folder / "data")
    write_tables(exported(), folder / "data")
    (folder / "index.html").write_text("front page")
    (folder / "users" / "1.html").write_text("a user")
    write_manifest(folder)
    return folder
