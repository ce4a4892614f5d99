"""Data for scripts. A page opened from disk may not fetch, but it may load a classic script, so data is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recsys.export.script import script_of, stamp_in

_STAMP_BYTES = 200  # the stamp is at the beginning of a script, after a short name


def script_data(name: str, value: Any, build: str) -> str:
    """A classic script that stores ``value`` in the map ``marquee.data`` under ``name``.

    Args:
        name: the key.
        value: of JSON types.
        build: the stamp of the build, which pages compare with their own.
    """
    return script_of(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")), build)


def exported_stamp(script: Path) -> str:
    """The stamp of an exported script; empty where there is no such file, or one of an earlier version."""
    try:
        with script.open("rb") as file:
            return stamp_in(file.read(_STAMP_BYTES).decode("utf-8", "replace"))
    except FileNotFoundError:
        return ""
