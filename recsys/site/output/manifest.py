"""The manifest: which files a site has, and the SHA-256 of each, in ``data/manifest.json``.

Who publishes the site learns from it which files of a branch are the site's; who downloads it can check the copy.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from recsys.errors import OutputError
from recsys.schema import Manifest

MANIFEST = f"data/{Manifest.FILE}"
"""Its address."""
MANIFEST_SCHEMA = MANIFEST.replace(".json", ".schema.json")
ENTRY_BYTES = 90
"""About what one file takes in the manifest: 64 digits, an address of some 20 letters, quotes."""


def hash_files(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path with ``/``, sorted; the manifest itself is left out.

    Raises:
        OutputError: a file cannot be read.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    digests = {}
    for address, path in sorted(paths.items()):
        if path.name == Manifest.FILE and path.parent.name == "data":
            continue
        try:
            with path.open("rb") as file:
                digests[address] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as problem:
            raise OutputError(f"{path}: cannot be read ({problem.strerror}); build the site again") from None
    return digests


def write_manifest(site: Path) -> None:
    """Write the manifest of a finished site, and its JSON Schema, which it lists too."""
    (site / "data").mkdir(exist_ok=True)
    schema = msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Manifest)))
    (site / MANIFEST_SCHEMA).write_bytes(schema + b"\n")
    (site / MANIFEST).write_bytes(msgspec.json.encode(Manifest(files=hash_files(site))) + b"\n")


def read_manifest(content: bytes) -> dict[str, str] | None:
    """The SHA-256 of each file in a manifest, by address; None where it is none, whatever its schema version."""
    try:
        return msgspec.json.decode(content, type=_Files).files
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class _Files(msgspec.Struct):
    files: dict[str, str]
