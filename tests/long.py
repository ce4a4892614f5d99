"""The tests that take too long for every run: ``python -m tests.long [--only faults|kills|fuzz]``.

Each part is a script that can be run alone, with options of its own: tests/faults/every_fault.py,
tests/faults/kills.py and tests/fuzz/readers.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.faults import every_fault, kills
from tests.fuzz import readers
from tests.progress import Count, print_table

PARTS: dict[str, Callable[[], list[Count]]] = {
    "faults": every_fault.run,
    "kills": kills.run,
    "fuzz": readers.run,
}


def main() -> int:
    """Run the parts one after the other and print all counts; returns 1 if something is wrong, else 0."""
    parse = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parse.add_argument("--only", choices=PARTS, help="run this part alone (default: all)")
    only = parse.parse_args().only
    counts = []
    for name, run in PARTS.items():
        if only in (None, name):
            print(f"== {name}", flush=True)
            counts += run()
    print_table(counts)
    return int(any(count.n_wrong for count in counts))


if __name__ == "__main__":
    sys.exit(main())
