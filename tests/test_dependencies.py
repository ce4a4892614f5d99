"""The lock of the tested packages fits pyproject.toml, and no vulnerability in it is passed over in silence."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def locked() -> list[Requirement]:
    lines = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def direct() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in [*project["dependencies"], *project["optional-dependencies"]["test"]]]


def audit():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_holds_each_dependency_in_a_version_that_is_permitted():
    versions = {}
    for requirement in locked():
        [exact] = requirement.specifier
        assert exact.operator == "==" and requirement.url is None
        versions.setdefault(requirement.name.lower().replace("_", "-"), []).append(exact.version)
    for requirement in direct():
        assert all(version in requirement.specifier for version in versions[requirement.name]), requirement


def test_every_dependency_has_a_lowest_version():
    assert [str(each) for each in direct() if not any(part.operator == ">=" for part in each.specifier)] == []


CLEAN = {"name": "a", "version": "1", "vulns": []}
VULNERABLE = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "status", "lines"),
    [
        ([CLEAN], 0, ["1 packages, no known vulnerability"]),
        ([CLEAN, VULNERABLE], 1, ["error: b 2 has CVE-1, fixed in 3"]),
        ([SKIPPED, VULNERABLE], 1, ["error: b 2 has CVE-1, fixed in 3", "error: could not be looked up: c"]),
        ([SKIPPED, CLEAN], 1, ["error: could not be looked up: c"]),
    ],
)
@pytest.mark.parametrize("required", [False, True])
def test_an_audit_fails_for_a_vulnerability_and_for_a_package_it_knows_nothing_of(packages, status, lines, required):
    assert audit().verdict(packages, required) == (status, lines)


@pytest.mark.parametrize("packages", [[], [SKIPPED]])
def test_an_audit_that_reaches_no_service_says_so_and_fails_only_where_it_is_required(packages):
    sentence = "skipped: the audit of packages, as the advisory service cannot be reached"
    assert audit().verdict(packages, required=False) == (0, [sentence])
    assert audit().verdict(packages, required=True) == (1, [sentence])
