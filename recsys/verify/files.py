"""Compare the files of a site with its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from recsys.site.output.manifest import MANIFEST, compare_with_manifest, list_folder, read_manifest


@dataclass(frozen=True)
class FileCheck:
    """The files of a site, compared with its manifest.

    Attributes:
        names: addresses of all files, without links.
        differences: one sentence for each.
    """

    names: frozenset[str]
    differences: tuple[str, ...]


def check_files(site: Path) -> FileCheck:
    """Compare the names and SHA-256 of all files with the manifest; links are neither followed nor accepted.

    Raises:
        OSError: a file cannot be read.
    """
    names = frozenset(list_folder(site).files)
    if MANIFEST not in names:
        return FileCheck(names, (f"{MANIFEST}: is missing, so that no file can be compared with it",))
    digests = read_manifest((site / MANIFEST).read_bytes())
    if digests is None:
        return FileCheck(names, (f"{MANIFEST}: is damaged, so that no file can be compared with it",))
    outside = sorted(address for address in digests if not _is_inside(address))
    inside = {address: digest for address, digest in digests.items() if address not in outside}
    differences = compare_with_manifest(site, inside)
    sentences = [f"{MANIFEST}: lists {address!r}, which is no address in a site" for address in outside]
    sentences += [f"{address}: is missing" for address in differences.missing]
    sentences += [f"{address}: is not the file that was built" for address in differences.changed]
    sentences += [f"{address}: is not of the site: {MANIFEST} does not list it" for address in differences.added]
    sentences += [f"{address}: is a link or a device; expected files alone" for address in differences.others]
    return FileCheck(names, tuple(sentences))


def _is_inside(address: str) -> bool:
    """Whether an address is inside the site on every system."""
    path = PureWindowsPath(address)  # it understands both kinds of slashes, and drives
    return bool(path.parts) and not path.anchor and ".." not in path.parts and "\0" not in address
