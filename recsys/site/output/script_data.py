"""Data for scripts. A page opened from disk may not fetch, but it may load a classic script, so data is one."""

from __future__ import annotations

import json
from typing import Any

from recsys.export.script import script_of


def script_data(name: str, value: Any) -> str:
    """A classic script that stores ``value`` in the map ``marquee.data`` under ``name``."""
    return script_of(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
