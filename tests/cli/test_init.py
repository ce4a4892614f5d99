"""``--init``: what is written into a folder, what stays as it is, and whether the example builds a site."""

from __future__ import annotations

import csv
import errno
import io
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

import recsys
from recsys.cli.init import GITIGNORE, RATINGS, WORKFLOW
from recsys.cli.main import main
from recsys.cli.settings_file import settings_text
from recsys.config import Settings, read_settings
from recsys.data.load import sample_folder
from recsys.schema import VERSION
from tests.first_site import ADDRESS, check_pages, commands

ALL = {"site.toml", RATINGS, GITIGNORE, WORKFLOW}
TABLE = "reader,book,stars\n" + "".join(f"{user},{book},{1 + book % 5}\n" for user in range(4) for book in range(9))
ROOT = Path(__file__).parents[2]
OWN_WORKFLOW = ROOT / WORKFLOW
GUIDE = ROOT / "docs" / "guide.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def settings() -> Settings:
    return read_settings(Path("site.toml"), {})


def test_an_empty_folder_gets_all_that_a_site_needs_and_is_told_what_to_do_next(folder, capsys):
    assert main(["--init"]) == 0
    assert set(contents(folder)) == ALL
    assert settings().input.data == RATINGS
    assert (folder / "site.toml").read_text("utf-8") == settings_text({"data": RATINGS})
    output = capsys.readouterr().out
    for words in ("marquee --serve", "git init", "git push", "Settings > Pages", "Source", '"GitHub Actions"'):
        assert words in output


def test_a_second_time_nothing_changes(folder, capsys):
    assert main(["--init"]) == 0
    (folder / RATINGS).write_text(TABLE)
    before = contents(folder)
    capsys.readouterr()
    assert main(["--init"]) == 0
    assert contents(folder) == before
    assert "nothing left to write" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_is_there_stays_and_is_named_and_the_rest_is_written(name, folder, capsys):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# mine\n")
    assert main(["--init"]) == 0
    assert path.read_text() == "# mine\n"
    assert f"{name}: exists already, and stays as it is" in capsys.readouterr().out
    assert set(contents(folder)) == ALL - ({RATINGS} if name == "site.toml" else set())  # which may name any ratings


def test_a_folder_with_a_table_of_ratings_gets_no_example_and_the_table_is_set(folder):
    (folder / "my_ratings.csv").write_text(TABLE)
    (folder / "notes.txt").write_text("Ask Ada for hers.\n")
    (folder / "site").mkdir()
    assert main(["--init"]) == 0
    assert RATINGS not in contents(folder)
    assert settings().input.data == "my_ratings.csv"


def test_of_the_files_of_movielens_the_ratings_are_set(folder):
    for name in ("u.data", "u.item"):
        shutil.copy(sample_folder() / name, folder)
    assert main(["--init"]) == 0
    assert RATINGS not in contents(folder)
    assert settings().input.data == "u.data"


def test_with_two_tables_of_ratings_both_are_named_and_the_next_build_does_not_take_other_data(folder, capsys):
    for name in ("ours.csv", "theirs.csv"):
        (folder / name).write_text(TABLE)
    assert main(["--init"]) == 0
    assert RATINGS not in contents(folder)
    assert settings().input.data == "."
    assert "ours.csv and theirs.csv may each be the ratings; set data in site.toml" in capsys.readouterr().out
    assert main(["--dry-run"]) == 1
    assert "more than one table with users and items: ours.csv and theirs.csv" in capsys.readouterr().err


def test_a_table_of_items_next_to_the_ratings_is_read_too(folder):
    (folder / RATINGS).write_text(TABLE)
    items = {line.split(",")[1] for line in TABLE.splitlines()[1:]}
    (folder / "items.csv").write_text("item,title\n" + "".join(f"{item},Title {item}\n" for item in sorted(items)))
    assert main(["--init"]) == 0
    dataset = recsys.load_dataset(settings().input.data)
    assert set(dataset.titles) == {f"Title {item}" for item in items}


@pytest.mark.parametrize("damaged", [b"\0\1\2" * 99, b""])
def test_a_table_that_cannot_be_read_fails_the_next_build_and_is_read_once_it_is_replaced(damaged, folder, capsys):
    (folder / RATINGS).write_bytes(damaged)
    assert main(["--init"]) == 0
    assert (folder / RATINGS).read_bytes() == damaged
    assert main(["--dry-run"]) == 1
    assert RATINGS in capsys.readouterr().err
    (folder / RATINGS).write_text(TABLE)
    assert main(["--dry-run"]) == 0


def test_a_folder_in_the_place_of_the_settings_is_refused_and_nothing_is_written(folder, capsys):
    (folder / "site.toml").mkdir()
    assert main(["--init"]) == 1
    assert contents(folder) == {}
    assert "site.toml: is no file that can be read" in capsys.readouterr().err


def test_the_next_steps_fit_the_repository_that_the_folder_is_in(folder, capsys, monkeypatch):
    (folder / ".git").mkdir()
    assert main(["--init"]) == 0
    output = capsys.readouterr().out
    assert "git push" in output and "git init" not in output
    (folder / "club").mkdir()
    monkeypatch.chdir(folder / "club")
    assert main(["--init"]) == 0
    ended = capsys.readouterr()
    assert "the top of a repository" in ended.out + ended.err and "git push" not in ended.out


def test_of_a_workflow_that_was_there_nothing_is_promised(folder, capsys):
    (folder / WORKFLOW).parent.mkdir(parents=True)
    (folder / WORKFLOW).write_text("name: mine\n")
    assert main(["--init"]) == 0
    assert "every push publishes" not in capsys.readouterr().out


def test_a_damaged_table_is_named_and_no_example_takes_its_place(folder, capsys):
    (folder / "ratings.csv.gz").write_bytes(b"\x1f\x8b\x08broken")
    assert main(["--init"]) == 0
    assert set(contents(folder)) == ALL - {RATINGS} | {"ratings.csv.gz"}
    assert "ratings.csv.gz' is damaged" in capsys.readouterr().out


def test_where_a_build_looks_for_ratings_anyway_there_is_no_example(folder):
    (folder / "data").mkdir()
    (folder / "data" / "log.csv").write_text(TABLE)
    assert main(["--init"]) == 0
    assert RATINGS not in contents(folder)
    assert settings().input.data == "data"


def test_paths_that_are_given_are_set_and_there_is_no_example(folder):
    assert main(["--init", "--data", 'my "own".csv', "--items", "books.csv"]) == 0
    assert RATINGS not in contents(folder)
    paths = settings().input
    assert (paths.data, paths.items, paths.users) == ('my "own".csv', "books.csv", None)


def test_a_file_of_settings_that_is_named_is_written_alone_and_never_changed(folder, capsys):
    assert main(["--init", "--config", "mine.toml"]) == 0
    assert contents(folder) == {"mine.toml": settings_text().encode()}
    (folder / "mine.toml").write_text("top_k = 3")
    assert main(["--init", "--config", "mine.toml"]) == 1
    assert "mine.toml: exists already, and --init never changes a file" in capsys.readouterr().err
    assert contents(folder) == {"mine.toml": b"top_k = 3"}


@pytest.mark.parametrize("path", ["none/site.toml", "nul\0.toml"])
def test_a_file_that_cannot_be_written_is_named(path, folder, capsys):
    assert main(["--init", "--config", path]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert contents(folder) == {}


def test_a_file_in_the_place_of_a_folder_is_an_error_of_one_sentence(folder, capsys):
    (folder / ".github").write_text("")
    assert main(["--init"]) == 1
    assert "pages.yml: cannot be written" in capsys.readouterr().err


def test_of_a_file_that_the_disk_refuses_nothing_is_left_so_that_the_next_time_writes_it(folder, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full_disk)
        assert main(["--init"]) == 1
    assert "cannot be written (No space left on device)" in capsys.readouterr().err
    assert contents(folder) == {}
    assert main(["--init"]) == 0
    assert set(contents(folder)) == ALL


def full_disk(path: Path, mode: str = "r", *options: object, **more: object) -> io.IOBase:
    """Like ``Path.open`` where new files can be made, but nothing can be written into them."""
    if "x" not in mode:
        return open(path, mode, *options, **more)  # noqa: PTH123
    path.touch()
    return FullFile()


class FullFile(io.BytesIO):
    def write(self, content: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_the_example_is_small_and_each_film_has_one_year_and_one_list_of_genres(folder):
    assert main(["--init", "--quiet"]) == 0
    with (folder / RATINGS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 300 <= len(rows) <= 1_000
    assert len({row["user"] for row in rows}) == 30
    assert len({(row["user"], row["film"]) for row in rows}) == len(rows)
    films = {(row["film"], row["year"], row["genres"]) for row in rows}
    assert len(films) == len({film for film, _, _ in films}) == 60


def test_of_the_example_nothing_has_to_be_guessed(folder, capsys):
    assert main(["--init", "--quiet"]) == 0
    assert main(["--dry-run"]) == 0
    assert "nothing had to be guessed" in capsys.readouterr().out


def test_the_steps_of_the_workflow_build_a_site_that_works_under_the_path_it_will_have(folder):
    assert main(["--init", "--quiet"]) == 0
    install, build = map(shlex.split, commands(folder))
    assert install == ["python", "-m", "pip", "install", f"marquee-recsys=={VERSION}"]
    assert build == ["marquee", "--site-url", ADDRESS]
    assert main([*build[1:], "--quiet", "--no-cache"]) == 0
    (upload,) = [step["with"] for step in steps(folder / WORKFLOW, "build") if "upload-pages" in step.get("uses", "")]
    check_pages(folder / upload["path"])
    assert ADDRESS in (folder / "site" / "sitemap.xml").read_text("utf-8")


def test_workflow_and_guide_say_how_to_install_a_version_that_is_not_on_pypi(folder):
    assert main(["--init", "--quiet"]) == 0
    command = f'python -m pip install "marquee-recsys @ git+https://github.com/OWNER/marquee@v{VERSION}"'
    assert f"#   {command}\n" in (folder / WORKFLOW).read_text(encoding="utf-8")
    assert f"run: {command}\n" in GUIDE.read_text(encoding="utf-8")


def steps(workflow: Path, job: str) -> list[dict]:
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"][job]["steps"]


def test_the_workflow_is_that_of_this_project_but_for_what_is_built(folder):
    assert main(["--init", "--quiet"]) == 0
    written, own = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (folder / WORKFLOW, OWN_WORKFLOW))
    for workflow in (written, own):
        build = workflow["jobs"]["build"]
        del build["timeout-minutes"]
        for step in build["steps"]:
            step.pop("run", None)
            step.get("with", {}).pop("cache-dependency-path", None)
    assert written == own
