"""The examples: each builds, and their logs are those that the program beside them invents."""

import shutil
from pathlib import Path

import pytest

import build
import recsys
from examples import make_logs

EXAMPLES = Path(recsys.__file__).parents[1] / "examples"
FRONT_PAGES = {
    "books": ("<title>The Tuesday book club", "What should you read next?"),
    "music": ("<title>Radio Nowhere", "What should you listen to next?"),
    "poll": ("<title>The canteen poll", "What should you eat next?"),
}


def test_every_example_is_tested():
    assert sorted(settings.parent.name for settings in EXAMPLES.glob("*/site.toml")) == sorted(FRONT_PAGES)


@pytest.mark.parametrize("name", FRONT_PAGES)
def test_an_example_builds_from_its_folder(name, tmp_path, monkeypatch):
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("site"))
    monkeypatch.chdir(folder)
    assert build.main(["--epochs", "1", "--quiet"]) == 0
    page = (folder / "site" / "index.html").read_text(encoding="utf-8")
    assert all(text in page for text in FRONT_PAGES[name])


def test_the_settings_of_an_example_are_ten_lines_or_so_and_its_picture_is_there():
    for name in FRONT_PAGES:
        assert len((EXAMPLES / name / "site.toml").read_text(encoding="utf-8").splitlines()) <= 13
        assert (EXAMPLES / name / "picture.webp").read_bytes().startswith(b"RIFF")


def test_the_logs_are_those_that_the_program_invents(tmp_path, monkeypatch):
    for name in FRONT_PAGES:
        (tmp_path / name).mkdir()
    monkeypatch.setattr(make_logs, "HERE", tmp_path)
    make_logs.main()
    for path in sorted(tmp_path.glob("*/*.csv")):
        committed = EXAMPLES / path.relative_to(tmp_path)
        assert committed.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), committed
