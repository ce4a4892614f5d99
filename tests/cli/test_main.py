"""The command with a file of settings, on a small log: what is read, said and refused; presentation and privacy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recsys.cli import watch
from recsys.cli.main import main
from recsys.config import read_settings
from recsys.pipeline import SILENT
from tests.small_logs import write_movielens
from tests.test_build import differing, files

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SETTINGS = """
data = "log"
title = "Our <b>club</b>"
description = "What we read \\"this\\" year."
noun = "zine"
accent = "#ffee00"
logo = "mark.png"
repository = "https://code.example/club"
models = ["base"]
holdout = 0
[links]
Shop = "https://shop.example/{id}"
[train]
dim = 4
epochs = 1
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log, a file of settings and the site that the command makes of them without any option."""
    folder = tmp_path_factory.mktemp("club")
    write_movielens(folder / "log", 20, 25)
    (folder / "mark.png").write_bytes(PNG)
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["--quiet"]) == 0
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the working folder."""
    copy = tmp_path / "club"
    shutil.copytree(built, copy)
    monkeypatch.chdir(copy)
    return copy


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "site.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def build_json(folder: Path) -> dict:
    return json.loads((folder / "site" / "data" / "build.json").read_text("utf-8"))


def page(folder: Path, name: str = "index.html") -> str:
    return (folder / "site" / name).read_text("utf-8")


def failure(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    return error


def test_the_settings_decide_what_is_built_and_what_pages_say(built):
    build = build_json(built)
    assert list(build["models"]) == ["base"]
    presentation = build["presentation"]
    assert presentation["item"]["many"] == "zines"
    assert presentation["links"] == {"Shop": "https://shop.example/{id}"}
    assert (built / "site" / "data" / presentation["logo"]).read_bytes() == PNG
    for name in ("index.html", "users/1.html"):
        text = page(built, name)
        assert "Our &lt;b&gt;club&lt;/b&gt;" in text and "<b>club" not in text
        assert f'data/{presentation["logo"]}" alt="">' in text
    assert 'content="What we read &#34;this&#34; year."' in page(built)
    for name in ("index.html", "data.html"):
        assert '<a href="https://code.example/club" rel=noreferrer>source code</a>' in page(built, name)
    assert "<title>Our &lt;b&gt;club&lt;/b&gt;" in page(built)
    assert "--accent: light-dark(#736b00, #ffee00)" in page(built, "assets/style.css")
    assert str(built) not in "".join(page(built, name) for name in files(built / "site") if name.endswith(".json"))


def test_rendering_again_with_the_same_settings_changes_nothing(folder, built):
    assert main(["--render-only", "--quiet"]) == 0
    assert differing(built / "site", folder / "site") == []


def test_rendering_again_applies_a_changed_presentation(folder):
    change(folder, 'noun = "zine"\n', "")
    change(folder, "#ffee00", "#2563b8")
    change(folder, 'logo = "mark.png"', 'site_url = "https://club.example/"')
    assert main(["--render-only", "--quiet"]) == 0
    presentation = build_json(folder)["presentation"]
    assert (presentation["item"]["one"], presentation["accent"], presentation["logo"]) == ("film", "#2563b8", None)
    assert not [name for name in files(folder / "site") if "logo" in name]
    assert "https://club.example/" in page(folder, "sitemap.xml")
    (folder / "site.toml").unlink()  # then all stays as it was
    assert main(["--render-only", "--quiet"]) == 0
    assert build_json(folder)["presentation"] == presentation


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("dim = 4", "dim = 5", "dim is 5, and was 4 when the site was built, which --render-only cannot change"),
    ("holdout = 0", "top_k = 3", "top_k is 3, and was 10 when the site was built"),
    ("holdout = 0", "discovery = 0.5", "discovery is 0.5, and was 0.0 when the site was built"),
    ("[train]", "[privacy]\nhide_rated = true\n[train]", "hide_rated is true, and was false when the site was built"),
    ("[train]", "[privacy]\nhash_users = 'pepper'\n[train]", "hash_users is true, and was false when the site was"),
    ("holdout = 0", "relevant_from = 4", "relevant_from is 4.0, and was not set when the site was built"),
    ("#ffee00", "yellow", "site.toml: accent is 'yellow'; expected a colour"),
    ("mark.png", "none.png", "none.png: cannot be read"),
    ("holdout = 0", 'language = "xx"', "language is 'xx'; expected "),
])  # fmt: skip
def test_rendering_again_refuses_what_needs_a_build_and_leaves_the_site_alone(
    folder, built, old, new, sentence, capsys
):
    change(folder, old, new)
    assert sentence in failure(capsys, "--render-only")
    assert differing(built / "site", folder / "site") == []


def test_a_dry_run_writes_nothing(folder, capsys):
    shutil.rmtree(folder / "site")
    before = files(folder)
    assert main(["--dry-run"]) == 0
    assert "20 users, 25 items" in capsys.readouterr().out
    assert files(folder) == before


def test_a_dry_run_refuses_what_a_build_would_refuse(folder, capsys):
    assert "top_k is 900" in failure(capsys, "--dry-run", "--top-k", "900")


@pytest.mark.parametrize(("setting", "sentence"), [
    ('pages = ["maps"]', "there is no page 'maps'; did you mean map? expected any of rate, users"),
    ('logo = "site.toml"', "site.toml: is no picture of a known kind"),
])  # fmt: skip
def test_a_presentation_that_cannot_be_is_refused_before_the_work(folder, setting, sentence, capsys, trained):
    change(folder, 'logo = "mark.png"', setting)
    assert sentence in failure(capsys, "--no-cache")
    assert trained == []


def test_the_file_that_is_read_is_named_and_so_is_one_that_is_not(folder, capsys):
    (folder / "log" / "site.toml").write_text("top_k = = 3")
    assert main(["--dry-run"]) == 0
    assert "settings are read from site.toml" in capsys.readouterr().out
    assert main(["--dry-run", "--data", "log"]) == 0
    assert "log/site.toml is not read, because there is site.toml too" in " ".join(capsys.readouterr().out.split())
    (folder / "site.toml").unlink()
    assert "log/site.toml: " in failure(capsys, "--dry-run", "--data", "log")


def test_while_watching_a_change_is_rendered_and_a_wrong_one_leaves_the_pages_alone(folder, built, caplog):
    path = folder / "site.toml"
    settings = read_settings(path, {})

    def render() -> None:
        nonlocal settings
        settings = watch.render_changes(folder / "site", settings, lambda: read_settings(path, {}), SILENT)

    change(folder, "#ffee00", "yellow")
    render()
    assert "the pages stay as they are: " in caplog.text and "accent is 'yellow'" in caplog.text
    assert differing(built / "site", folder / "site") == []
    change(folder, "yellow", "#2563b8")
    change(folder, "dim = 4", "dim = 5")
    render()
    assert "dim is 5 now and was 4: build the site again" in caplog.text
    assert build_json(folder)["presentation"]["accent"] == "#2563b8"
    assert build_json(folder)["config"]["dim"] == 4
