"""File names for ids: readable where possible, never shared, valid on every file system.

An id that is already a good file name is its own slug. Any other gets a readable prefix, an underscore and digits
of its SHA-256; as the underscore cannot stand in an id that is its own slug, the two kinds never meet. Must not know
what the ids stand for.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_GOOD = re.compile(r"[a-z0-9-]{1,64}")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))]
)  # Windows opens the device, whatever the extension
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
    if _GOOD.fullmatch(id_) and id_ not in _DEVICES:
        return id_
    return f"{_readable(id_)}_{_digest(id_)[:digits]}"


def slugs(ids: Iterable[str]) -> dict[str, str]:
    """A slug for each of many ids, no two alike.

    Eight digits of a hash can meet by chance in a very large catalogue; the later id then takes more of them.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for id_ in ids:
        if id_ not in found:
            found[id_] = _free(id_, taken)
            taken.add(found[id_])
    return found


def _free(id_: str, taken: set[str]) -> str:
    digits = _DIGITS
    while slug(id_, digits) in taken:
        digits += 1  # ends at the latest with the whole hash: no two texts are known to share that
    return slug(id_, digits)


def _readable(id_: str) -> str:
    """What can be kept of an id: its ASCII letters and digits, accents dropped; ``id`` where nothing can."""
    plain = unicodedata.normalize("NFKD", id_).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_PREFIX].strip("-") or "id"


def _digest(id_: str) -> str:
    return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()
