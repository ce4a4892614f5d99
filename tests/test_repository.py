"""The repository around the code: what is packaged, what the README promises."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml  # comes with bokeh

import recsys
from recsys.cli import arguments as command
from recsys.schema import VERSION

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
    paths = [*(ROOT / ".github" / "workflows").glob("*.yml"), ROOT / "recsys" / "cli" / "starter" / "pages.yml"]
    assert len(paths) == 4
    used = {
        step["uses"]
        for path in paths
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    }
    assert used == {
        "actions/checkout@v7",
        "actions/setup-python@v7",
        "actions/configure-pages@v6",
        "actions/upload-pages-artifact@v5",
        "actions/deploy-pages@v5",
        "actions/upload-artifact@v7",
        "actions/download-artifact@v8",
        "pypa/gh-action-pypi-publish@release/v1",
    }


def test_a_release_is_published_from_a_tag_alone_after_it_has_been_installed_and_with_rights_where_they_are_needed():
    release = workflow("release")
    assert release[True] == {"push": {"tags": ["v*"]}}  # YAML reads the key "on" as true
    assert release["permissions"] == {"contents": "read"}
    jobs = release["jobs"]
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("build", None),
        ("install", "build"),
        ("pypi", "install"),
        ("github", "pypi"),
    ]
    assert {name: job["permissions"] for name, job in jobs.items() if "permissions" in job} == {
        "pypi": {"id-token": "write"},
        "github": {"contents": "write"},
    }
    assert jobs["pypi"]["environment"]["name"] == "pypi"
    tested, installed = workflow("test")["jobs"]["test"], jobs["install"]
    assert installed["strategy"]["matrix"]["python"] == tested["strategy"]["matrix"]["python"]


@pytest.mark.skipif(sys.platform == "win32", reason="runs the step as Linux does")
@pytest.mark.parametrize(("tag", "is_published"), [(f"v{recsys.__version__}", True), ("v0.0.1", False)])
def test_a_tag_that_is_not_the_version_is_not_published(tag, is_published, tmp_path):
    steps = workflow("release")["jobs"]["build"]["steps"]
    (check,) = [step["run"] for step in steps if step.get("name") == "The tag is the version"]
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / f"marquee_recsys-{recsys.__version__}.tar.gz").touch()
    run = subprocess.run(["bash", "-c", check], cwd=tmp_path, env={**os.environ, "GITHUB_REF_NAME": tag})
    assert (run.returncode == 0) is is_published


def test_classifiers_are_what_is_tested():
    (matrix,) = [job["strategy"]["matrix"] for job in workflow("test")["jobs"].values() if "strategy" in job]
    oldest, newest = (int(python.removeprefix("3.")) for python in matrix["python"])
    systems = {"ubuntu-latest": "POSIX :: Linux", "macos-latest": "MacOS", "windows-latest": "Microsoft :: Windows"}
    expected = {f"Programming Language :: Python :: 3.{minor}" for minor in range(oldest, newest + 1)}
    expected |= {f"Operating System :: {systems[system]}" for system in matrix["os"]}
    named = re.compile(r"Operating System :: .*|Programming Language :: Python :: 3\.\d+")
    assert {name for name in project()["project"]["classifiers"] if named.fullmatch(name)} == expected
    assert project()["project"]["requires-python"] == f">=3.{oldest}"


def test_what_publishing_needs_is_an_extra_and_tested():
    extras = project()["project"]["optional-dependencies"]
    assert set(extras["publish"]) <= set(extras["test"])


def test_the_version_is_in_one_place_and_the_changelog_and_the_citation_follow_it():
    assert project()["project"]["dynamic"] == ["version"]
    assert project()["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "recsys.schema.VERSION"}
    assert recsys.__version__ == VERSION
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert released[0] == f"{VERSION} - {citation['date-released']}"
    assert citation["version"] == VERSION
    assert citation["license"] == project()["project"]["license"]


@pytest.mark.parametrize("name", ["bug", "idea"])
def test_a_form_for_issues_has_what_github_needs_to_show_it(name):
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text(encoding="utf-8"))
    assert form["name"] and form["description"]
    fields = [element for element in form["body"] if element["type"] != "markdown"]
    assert {element["type"] for element in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(element["attributes"]["label"] for element in fields)
    assert len({element["id"] for element in fields}) == len(fields)


def test_python_m_build_runs_the_front_end_of_that_name_although_build_py_is_in_its_way(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "__init__.py").touch()
    (tmp_path / "build" / "__main__.py").write_text("import sys\nprint('front end', __name__, sys.argv[1:])\n")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    ended = subprocess.run(
        [sys.executable, "-m", "build", "--sdist"], cwd=ROOT, env={**os.environ, "PYTHONPATH": paths},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.stdout == "front end __main__ ['--sdist']\n", ended.stderr
