"""Build the sites of all examples: ``python examples/build_all.py [OPTION ...]``.

Each goes into the folder ``site`` of its example. Options are those of the command, such as ``--epochs 2``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = sorted(settings.parent for settings in HERE.glob("*/site.toml"))


def main() -> int:
    """Build one site after another; the exit status is 1 if any of them failed."""
    failed = []
    for example in EXAMPLES:
        print(f"== {example.name}", flush=True)
        command = [sys.executable, str(HERE.parent / "build.py"), *sys.argv[1:]]
        if subprocess.run(command, cwd=example, check=False).returncode:
            failed.append(example.name)
    if failed:
        print(f"error: could not build {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
