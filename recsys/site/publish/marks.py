"""By what a folder is known as a site of this program, so that a build may replace it.

Two files name the program. A folder whose ``data/build.json`` does is replaced as a whole. A site that was torn, by a
full disk, a broken copy or another program, may have lost that file. Then ``data/manifest.json`` stands in, which
protects what it does not list: only a folder that holds no other file may be replaced.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from recsys.schema import GENERATOR, Build
from recsys.site.output.manifest import MANIFEST, MANIFEST_SCHEMA, list_folder, read_manifest

_START_OF_BUILD_JSON = re.compile(rb'\{"schema":\d{1,3},"generator":\{"name":"' + GENERATOR.encode() + rb'",')
"""How the file begins in every version, by which it is known though it was cut off."""


class _Generator(msgspec.Struct):
    name: str


class _BuildFile(msgspec.Struct):
    """The part of ``build.json`` that names the generator; the same in every schema version."""

    generator: _Generator


def made_by_marquee(build_json: bytes) -> bool:
    """Whether the content of a ``build.json``, whole or cut off, names this program as the generator."""
    try:
        return msgspec.json.decode(build_json, type=_BuildFile).generator.name == GENERATOR
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _START_OF_BUILD_JSON.match(build_json) is not None


def is_marquee_site(folder: Path) -> bool:
    """Whether a folder is a site of this program, whole or torn, and holds no file that would be lost with it."""
    return made_by_marquee(_content(folder / "data" / Build.FILE)) or _has_listed_files_only(folder)


def _has_listed_files_only(folder: Path) -> bool:
    """Whether a manifest lists every file of the folder, and its own schema as manifests of this program do."""
    digests = read_manifest(_content(folder / MANIFEST))
    if digests is None or MANIFEST_SCHEMA not in digests:
        return False
    present = list_folder(folder)
    return not present.others and {*present.files} <= {*digests, MANIFEST}


def _content(path: Path) -> bytes:
    """What is in a file; nothing, where it is absent or no file."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""
