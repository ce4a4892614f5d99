"""JSON inside a classic script: the one kind of data file that a page opened from disk may load.

The script hands one string to ``JSON.parse`` and leaves the result under a key of ``globalThis.marquee.data``, a Map.
An object literal would let the key ``__proto__`` set a prototype. Knows nothing of what the JSON says.
"""

from __future__ import annotations

import json

_HEAD, _TAIL = "((globalThis.marquee ??= {}).data ??= new Map()).set(", "));\n"


def script_of(name: str, text: str) -> str:
    """A script that leaves what ``text``, which is JSON, says under the key ``name``."""
    literal = json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"{_HEAD}{json.dumps(name)}, JSON.parse({literal}{_TAIL}"


def json_in(script: str) -> str:
    """The JSON in such a script.

    Raises:
        ValueError: it is no such script.
    """
    before, parse, literal = script.partition(", JSON.parse(")
    if not (before.startswith(_HEAD) and parse and literal.endswith(_TAIL)):
        raise ValueError("this is no script of data")
    text: str = json.loads(literal.removesuffix(_TAIL))
    return text
