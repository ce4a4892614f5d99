"""The repository around the code: what is packaged, what the README promises."""

import tomllib
from pathlib import Path

import recsys

ROOT = Path(recsys.__file__).parents[1]
TEST_COMMAND = 'python -m pip install -e ".[test]" && python -m pytest'


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_named_and_the_sample_goes_with_them():
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "recsys").rglob("__init__.py")}
    assert set(project()["tool"]["setuptools"]["packages"]) == found | {"recsys.data.sample_files"}
    assert (ROOT / project()["tool"]["setuptools"]["package-dir"]["recsys.data.sample_files"] / "u.data").is_file()


def test_the_first_screen_of_the_readme_has_two_commands_that_ci_runs_too():
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").split("## ")[0]
    commands = [block.split("```")[0].strip() for block in first_screen.split("```sh")[1:]]
    assert commands == ["python -m pip install -e . && python build.py", TEST_COMMAND]
    for script in (".ci/run", ".github/workflows/test.yml"):
        assert TEST_COMMAND in (ROOT / script).read_text(encoding="utf-8")


def test_git_ignores_the_site_and_the_users_data_but_neither_the_sample_nor_the_code():
    rules = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/site/", "/data/*", "!/data/sample/"} <= set(rules)
    assert "data/" not in rules


def test_versions_agree():
    assert project()["project"]["dynamic"] == ["version"]
    assert recsys.__version__.count(".") == 2
