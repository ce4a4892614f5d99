"""JSON inside a classic script: the one kind of data file that a page opened from disk may load.

The script hands one string to ``JSON.parse`` and leaves the result under a key of ``globalThis.marquee.data``, a Map.
An object literal would let the key ``__proto__`` set a prototype. Before that it leaves a stamp under the same key of
``globalThis.marquee.stamps``: a page knows which stamp it expects, and refuses the data of another build. Knows
nothing of what the JSON says.
"""

from __future__ import annotations

import hashlib
import json
import re

_STAMP_HEAD = "((globalThis.marquee ??= {}).stamps ??= new Map()).set("
_HEAD, _TAIL = "((globalThis.marquee ??= {}).data ??= new Map()).set(", "));\n"
_STAMPED = re.compile(re.escape(_STAMP_HEAD) + r'"(?:[^"\\]|\\.)*", "([0-9a-f]+)"\);')


def short_hash(content: bytes) -> str:
    """Eight hexadecimal digits that tell two versions of a file apart."""
    return hashlib.sha256(content).hexdigest()[:8]


def script_of(name: str, text: str, stamp: str | None = None) -> str:
    """A script of one line that leaves what ``text``, which is JSON, says under the key ``name``.

    Args:
        name: the key.
        text: JSON.
        stamp: hexadecimal digits that name the build; None for a hash of the text.
    """
    key = json.dumps(name)
    literal = json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    stamped = f'{_STAMP_HEAD}{key}, "{short_hash(text.encode()) if stamp is None else stamp}");'
    return f"{stamped}{_HEAD}{key}, JSON.parse({literal}{_TAIL}"


def json_in(script: str) -> str:
    """The JSON in such a script.

    Raises:
        ValueError: it is no such script.
    """
    stamped = _STAMPED.match(script)  # scripts of earlier versions have no stamp
    before, parse, literal = script[stamped.end() if stamped else 0 :].partition(", JSON.parse(")
    if not (before.startswith(_HEAD) and parse and literal.endswith(_TAIL)):
        raise ValueError("this is no script of data")
    text: str = json.loads(literal.removesuffix(_TAIL))
    return text


def stamp_in(script: str) -> str:
    """The stamp of such a script, for which its beginning is enough; empty where it has none."""
    stamped = _STAMPED.match(script)
    return stamped[1] if stamped else ""
