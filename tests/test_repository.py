"""The repository around the code: what is packaged, what the README promises."""

import shlex
import tomllib
from pathlib import Path

import yaml  # comes with bokeh

import recsys
from recsys.cli import arguments as command

ROOT = Path(recsys.__file__).parents[1]
TEST_COMMAND = 'python -m pip install -e ".[test]" && python -m pytest'


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_in_the_wheel_and_so_are_the_sample_and_the_templates():
    setuptools = project()["tool"]["setuptools"]
    code = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "recsys").rglob("__init__.py")}
    assert set(setuptools["packages"]) == code | {"recsys.data.sample_files", "recsys.site.templates"}
    patterns = setuptools["package-data"]["recsys.cli"]
    assert {path.name for pattern in patterns for path in (ROOT / "recsys" / "cli").glob(pattern)} == {
        "gitignore", "pages.yml"
    }  # fmt: skip
    folders = {name: ROOT / folder for name, folder in setuptools["package-dir"].items()}
    assert (folders["recsys.data.sample_files"] / "u.data").is_file()
    assert (folders["recsys.site.templates"] / "base.html").is_file()


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


def workflow(name: str) -> dict:
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))


def test_pages_are_built_from_ratings_asked_for_by_name_at_the_address_they_will_have():
    steps = workflow("pages")["jobs"]["build"]["steps"]
    (build,) = [shlex.split(step["run"]) for step in steps if "build.py" in step.get("run", "")]
    given = command.parser().parse_args(build[2:])
    assert given.data == "ml-100k"
    assert given.evaluate_new_users
    assert given.site_url == "${{ steps.pages.outputs.base_url }}"
    assert str(given.out) == next(step for step in steps if "upload-pages" in step.get("uses", ""))["with"]["path"]


def test_pages_are_deployed_with_no_more_rights_than_that_takes():
    pages = workflow("pages")
    assert pages["permissions"] == {"contents": "read"}
    assert pages["jobs"]["build"]["permissions"] == {"contents": "read", "pages": "read"}
    assert pages["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}


def test_workflows_agree_on_the_actions_they_use():
    used = {
        step["uses"]
        for name in ("test", "pages")
        for job in workflow(name)["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    }
    assert used == {
        "actions/checkout@v7",
        "actions/setup-python@v7",
        "actions/configure-pages@v6",
        "actions/upload-pages-artifact@v5",
        "actions/deploy-pages@v5",
    }


def test_what_publishing_needs_is_an_extra_and_tested():
    extras = project()["project"]["optional-dependencies"]
    assert set(extras["publish"]) <= set(extras["test"])


def test_versions_agree():
    assert project()["project"]["dynamic"] == ["version"]
    assert recsys.__version__.count(".") == 2
