"""Two names change places in one step, where the system can. Knows nothing of sites.

Linux has ``renameat2`` with ``RENAME_EXCHANGE`` since 3.15, on most file systems; Python has no name for it.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_AT_FDCWD = -100  # paths are taken from the working folder, as everywhere
_RENAME_EXCHANGE = 2


def exchange(one: Path, other: Path) -> bool:
    """Let two existing paths change places, atomically.

    Returns:
        Whether it was done; where not, nothing has changed.
    """
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # not in this C library; no C library by that way (Windows)
        return False
    call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return bool(call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
