"""Look for known vulnerabilities in the packages of .ci/requirements.lock, by pip-audit.

    python .ci/audit.py

Exits with 1 where there are any, and where some packages could not be looked up. Where none could be, the advisory
service cannot be reached: that is said in one line, and is no failure unless MARQUEE_AUDIT is "required".
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent / "requirements.lock"


def run_audit() -> list[dict[str, Any]]:
    """What pip-audit reports of each package of the lock; empty where it ends without a report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        venv.create(Path(folder) / "venv", with_pip=True)
        python = Path(folder) / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        install = [python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "pip-audit"]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json"]
        command = [python, "-I", "-m", "pip_audit", "--requirement", LOCK, *options, "--output", report]
        # The status says nothing that the report does not: 1 is for vulnerabilities and for errors alike.
        subprocess.run(command, check=False, capture_output=True)
        if not report.is_file():
            return []
        packages: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
        return packages


def verdict(packages: list[dict[str, Any]], required: bool) -> tuple[int, list[str]]:
    """The exit status and what to print.

    Args:
        packages: of the report of pip-audit.
        required: whether it is a failure that no package could be looked up.
    """
    vulnerable = [
        f"error: {package['name']} {package['version']} has {found['id']}"
        + (f", fixed in {', '.join(found['fix_versions'])}" if found["fix_versions"] else "")
        for package in packages
        for found in package.get("vulns", [])
    ]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):
        return int(required), ["skipped: the audit of packages, as the advisory service cannot be reached"]
    if skipped:
        vulnerable.append(f"error: could not be looked up: {', '.join(skipped)}")
    return int(bool(vulnerable)), vulnerable or [f"{len(packages)} packages, no known vulnerability"]


if __name__ == "__main__":
    status, lines = verdict(run_audit(), os.environ.get("MARQUEE_AUDIT") == "required")
    print("\n".join(lines))
    sys.exit(status)
