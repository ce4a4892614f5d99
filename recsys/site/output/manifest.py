"""The manifest: which files a site has, and the SHA-256 of each, in ``data/manifest.json``.

Who publishes the site learns from it which files of a branch are the site's; who downloads it can check the copy; and
before a new site takes the place of the old one it is compared with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from recsys.errors import OutputError
from recsys.export.json_schema import json_schema
from recsys.schema import Manifest
from recsys.writing import writing

MANIFEST = f"data/{Manifest.FILE}"
"""Its address."""
MANIFEST_SCHEMA = MANIFEST.replace(".json", ".schema.json")
ENTRY_BYTES = 90
"""About what one file takes in the manifest: 64 digits, an address of some 20 letters, quotes."""


@dataclass(frozen=True)
class FolderContent:
    """What lies in a folder and in the folders below it; links are not followed.

    Attributes:
        files: their paths with ``/``, sorted.
        others: paths of what is neither a file nor a folder, such as a link, sorted.
    """

    files: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class ManifestDifferences:
    """In what a folder differs from a manifest; addresses, sorted.

    Attributes:
        missing: listed, but not there.
        changed: there, with another SHA-256.
        added: there, but not listed.
        others: neither a file nor a folder, such as a link.
    """

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    others: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.missing or self.changed or self.added or self.others)


def list_folder(folder: Path) -> FolderContent:
    """All that lies in a folder.

    Raises:
        OSError: a folder cannot be listed.
    """
    files: list[str] = []
    others: list[str] = []
    folders = [""]
    while folders:
        prefix = folders.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in entries:
                address = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{address}/")
                else:
                    (files if entry.is_file(follow_symlinks=False) else others).append(address)
    return FolderContent(tuple(sorted(files)), tuple(sorted(others)))


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path with ``/``, sorted; the manifest itself is left out.

    Raises:
        OutputError: a file cannot be read.
    """
    digests = {}
    for address in list_folder(folder).files:
        path = folder / address
        if path.name == Manifest.FILE and path.parent.name == "data":
            continue
        try:
            digests[address] = hash_file(path)
        except OSError as problem:
            raise OutputError(f"{address}: cannot be read ({problem.strerror}); build the site again") from None
    return digests


def check_complete(site: Path, expected: Collection[str]) -> None:
    """Make sure that a site has the files that were written into it, and no others.

    Args:
        site: the folder.
        expected: their addresses.

    Raises:
        OutputError: a file is absent, or there is another one; other programs have been at work.
    """
    with writing(MANIFEST):
        present = list_folder(site)
    missing = sorted({*expected} - {*present.files})
    added = sorted({*present.files, *present.others} - {*expected})
    if missing:
        raise OutputError(
            f"{_first(missing)}: was written and is gone, so another program has changed the folder that the site is "
            "built in; build again"
        )
    if added:
        raise OutputError(
            f"{_first(added)}: is not of the site, so another program has changed the folder that the site is built "
            "in; build again"
        )


def _first(addresses: list[str]) -> str:
    return addresses[0] if len(addresses) == 1 else f"{addresses[0]} and {len(addresses) - 1} more"


def write_manifest(site: Path) -> None:
    """Write the manifest of a finished site, and its JSON Schema, which it lists too.

    Raises:
        OutputError: the disk refuses.
    """
    schema = json_schema(Manifest)
    with writing(MANIFEST_SCHEMA):
        (site / "data").mkdir(exist_ok=True)
        (site / MANIFEST_SCHEMA).write_bytes(schema + b"\n")
    with writing(MANIFEST):
        (site / MANIFEST).write_bytes(msgspec.json.encode(Manifest(files=hash_files(site))) + b"\n")


def read_manifest(content: bytes) -> dict[str, str] | None:
    """The SHA-256 of each file in a manifest, by address; None where it is none, whatever its schema version."""
    try:
        return msgspec.json.decode(content, type=_Files).files
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def compare_with_manifest(site: Path, digests: Mapping[str, str]) -> ManifestDifferences:
    """Compare the files of a site with its manifest: their names, and the SHA-256 of each.

    No path of the manifest is opened: only what a walk through the folder meets, without following links.

    Args:
        site: the folder.
        digests: the manifest: SHA-256 by address.

    Raises:
        OSError: a file cannot be read.
    """
    present = list_folder(site)
    files = [address for address in present.files if address != MANIFEST]
    return ManifestDifferences(
        missing=_without(digests, files),
        changed=tuple(
            address for address in files if address in digests and hash_file(site / address) != digests[address]
        ),
        added=_without(files, digests),
        others=present.others,
    )


def _without(addresses: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({*addresses} - {*others}))


class _Files(msgspec.Struct):
    files: dict[str, Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]]
