"""Short lists of a row and a small number each, packed for scripts: a few bytes an entry instead of a dozen in JSON.

Knows neither what the rows are of nor what the numbers mean.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

Entry = tuple[int, int]
"""A row, and a number that fits a byte."""


def packed(lists: Sequence[Sequence[Entry]], places: int, width: int, none: Entry) -> str:
    """Base64 of ``places`` entries for each list, one list after the other.

    Args:
        lists: each with ``places`` entries at most.
        places: of every list; those left over hold ``none``.
        width: bytes of a row, little-endian; its number follows in one byte more.
        none: the entry that is none.
    """
    return base64.b64encode(
        b"".join(
            row.to_bytes(width, "little") + bytes([number])
            for entries in lists
            for row, number in [*entries, *[none] * (places - len(entries))]
        )
    ).decode()
