"""Check whether a site is as it was built, and whether its figures follow from its lists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recsys.errors import OutputError
from recsys.verify.exported import read_exported
from recsys.verify.figures import check_figures
from recsys.verify.files import check_files


@dataclass(frozen=True)
class Verification:
    """What was compared, and what differs.

    Attributes:
        n_files: files that were compared with the manifest.
        n_figures: numbers that were computed again.
        n_rows: rows of ``metrics.json``, models and baselines.
        differences: one sentence for each; empty if everything agrees.
        not_verified: figures that do not follow from the exported files; one sentence for each reason.
    """

    n_files: int
    n_figures: int
    n_rows: int
    differences: tuple[str, ...]
    not_verified: tuple[str, ...]


def verify_site(folder: Path) -> Verification:
    """Compare a site with its manifest and its figures with its lists; writes nothing.

    Every file of the manifest must be there with its SHA-256, and no other file; the exported files must have the
    types of :mod:`recsys.schema`; and these figures must follow from them: for every row all metrics of accuracy with
    their intervals, by the bootstrap that ``metrics.json`` states, and the metrics beyond accuracy; nDCG by activity;
    comparisons, agreement, the users who gain and lose most; the numbers of users, items and ratings.

    Figures that do not follow from the files are not verified, and are named: those that depend on hits whose items
    are withheld for privacy, except for the range of coverage and novelty; groups by taste, which need all training
    ratings; lists re-ranked by other amounts of ``discovery``; new users. Scores are rounded and user vectors are not
    exported, so the lists themselves cannot be verified.

    Args:
        folder: the site.

    Raises:
        OutputError: there is no such folder, or no exported data in it.
        OSError: a file cannot be read.
    """
    if not folder.is_dir():
        raise OutputError(f"{folder}: is no folder; expected a site that was built")
    if not (folder / "data").is_dir():
        raise OutputError(f"{folder}: has no folder data, in which a site has its figures; expected a site")
    files = check_files(folder)
    artefacts, problems = read_exported(folder, files.names)
    if artefacts is None:
        return Verification(len(files.names), 0, 0, (*files.differences, *problems), ())
    figures = check_figures(artefacts)
    return Verification(
        n_files=len(files.names),
        n_figures=figures.n_compared,
        n_rows=len(artefacts.metrics.models),
        differences=(*files.differences, *figures.differences),
        not_verified=tuple(figures.not_verified),
    )
