"""The tests that take too long for every run: ``python -m tests.long [--only faults|kills|fuzz]``.

Each part is a script that can be run alone, with options of its own: tests/faults/every_fault.py,
tests/faults/kills.py and tests/fuzz/readers.py.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

PARTS = {
    "faults": ["tests.faults.every_fault"],
    "kills": ["tests.faults.kills", "--count", "100"],
    "fuzz": ["tests.fuzz.readers"],
}


def main() -> int:
    """Run the parts one after the other; returns 1 if one of them found something, else 0."""
    parse = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parse.add_argument("--only", choices=PARTS, help="run this part alone (default: all)")
    only = parse.parse_args().only
    failed = []
    for name, (module, *options) in PARTS.items():
        if only in (None, name):
            print(f"== {name}: python -m {' '.join([module, *options])}", flush=True)
            repository = Path(__file__).resolve().parents[1]
            if subprocess.run([sys.executable, "-m", module, *options], cwd=repository, check=False).returncode:
                failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "passed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
