"""File names for ids: readable where possible, unique, valid on every file system.

An id that is already a good file name is its own slug. Any other gets a readable prefix, an underscore and digits of
its SHA-256. An id with an underscore is never its own slug, so the two kinds cannot collide.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_VALID = re.compile(r"[a-z0-9-]{1,64}")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))]
)  # Windows opens a device of this name, whatever the extension
_DIGITS = 8
_PREFIX = 40


def slug(id_: str, digits: int = _DIGITS) -> str:
    """The slug of one id.

    Args:
        id_: any text, empty too.
        digits: hex digits of the hash, where one is needed.

    Returns:
        Text of ``a-z 0-9 - _``, at most 64 characters long, whose case does not matter.
    """
    if _VALID.fullmatch(id_) and id_ not in _DEVICES:
        return id_
    plain = unicodedata.normalize("NFKD", id_).encode("ascii", "ignore").decode("ascii").lower()  # without accents
    readable = re.sub(r"[^a-z0-9]+", "-", plain)[:_PREFIX].strip("-") or "id"
    return f"{readable}_{_digest(id_)[:digits]}"


def slugs(ids: Iterable[str]) -> dict[str, str]:
    """A slug for each id, all different.

    Eight digits of two hashes can be equal by chance in a very large catalogue; the later id then gets more digits.
    """
    by_id: dict[str, str] = {}
    taken: set[str] = set()
    for id_ in ids:
        if id_ not in by_id:
            digits = _DIGITS
            while slug(id_, digits) in taken:
                digits += 1  # ends at the latest with the whole hash: no two texts are known to share one
            by_id[id_] = slug(id_, digits)
            taken.add(by_id[id_])
    return by_id


def _digest(id_: str) -> str:
    return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()
