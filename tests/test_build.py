"""The command, end to end: mostly on a small log in the layout of MovieLens."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import build
import recsys
from recsys import pipeline
from recsys.baselines import ease
from recsys.baselines.registry import BASELINES
from recsys.cache import models as cached_models
from recsys.cache.store import cache_folder
from recsys.cli import main
from recsys.data import load as sources
from recsys.data.rating_scale import Counts
from recsys.errors import DownloadError
from recsys.export.script import json_in
from recsys.learn import FROM_CACHE
from recsys.site.output.manifest import write_manifest
from tests.requirements import MOVIELENS, needs_movielens
from tests.small_logs import write_movielens

N_USERS = 60
QUICK = ["--dim", "8", "--epochs", "2"]


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_movielens(tmp_path_factory.mktemp("logs") / "Small", N_USERS)


@pytest.fixture(scope="session")
def small(log: Path) -> list[str]:
    """Options of a quick build that prints nothing."""
    return ["--data", str(log), *QUICK, "--quiet"]


@pytest.fixture(scope="module")
def site(small: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("small") / "site"
    assert build.main([*small, "--out", str(out)]) == 0
    return out


def skip_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on builds write the exported files and the manifest alone, which is quicker."""
    monkeypatch.setattr(pipeline, "render", lambda artefacts, folder, *rest: write_manifest(folder))


@pytest.fixture
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    skip_pages(monkeypatch)


def load(site: Path, name: str):
    text = (site / "data" / name).read_text(encoding="utf-8")
    return json.loads(json_in(text) if name.endswith(".js") else text)


def page(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def differing(first: Path, second: Path) -> list[str]:
    names, others = ([name for name in files(folder) if "manifest." not in name] for folder in (first, second))
    assert names == others  # the manifest is of the whole site, which some tests do not build
    return [name for name in names if not filecmp.cmp(first / name, second / name, shallow=False)]


def output(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed since the last call, on one line."""
    return " ".join(capsys.readouterr().out.split())


def test_every_user_and_item_has_a_page_and_every_file_of_the_contract_is_there(site):
    names = files(site)
    dataset = load(site, "build.json")["dataset"]
    for folder, n in (("users", dataset["n_users"]), ("items", dataset["n_items"])):
        assert len([name for name in names if name.startswith(f"{folder}/")]) == n
    pages = ("index", "users", "items", "map", "training", "playground", "compare", "rate", "data", "about", "404")
    assert {f"{name}.html" for name in pages} <= set(names)
    for name in ("build", "loss_history", "item_embeddings", "recommendations", "metrics", "items"):
        assert {f"data/{name}.json", f"data/{name}.schema.json"} <= set(names)
    for name in ("map_replay", "deep_tower"):
        assert {f"data/{name}.js", f"data/{name}.schema.json"} <= set(names)


def test_no_item_seen_in_training_is_recommended_and_hits_were_really_hidden(site, log):
    dataset = recsys.load_dataset(log)
    parts = recsys.split(dataset, 0.2, np.random.default_rng(0))
    train, hidden = (
        {(str(dataset.user_ids[u]), str(dataset.item_ids[i])) for u, i in zip(part.user, part.item, strict=True)}
        for part in (parts.train, parts.test)
    )
    for user_id, user in load(site, "recommendations.json")["users"].items():
        for entries in [*user["models"].values(), *user["baselines"].values()]:
            for entry in entries:
                if entry["item"] is None:
                    assert entry["held_out"]
                    continue
                assert (user_id, entry["item"]) not in train
                assert entry["held_out"] == ((user_id, entry["item"]) in hidden)


def test_two_builds_are_equal_to_the_byte_and_another_seed_is_not(site, small, tmp_path, monkeypatch):
    assert build.main([*small, "--no-cache", "--out", str(tmp_path / "again")]) == 0
    assert differing(site, tmp_path / "again") == []
    skip_pages(monkeypatch)
    assert build.main([*small, "--seed", "1", "--out", str(tmp_path / "other")]) == 0
    assert "item_embeddings.json" in differing(site / "data", tmp_path / "other" / "data")


def test_rendering_again_from_the_exported_json_gives_the_same_bytes(site, tmp_path):
    out = shutil.copytree(site, tmp_path / "site")
    (out / "index.html").write_text("damaged")
    assert build.main(["--render-only", "--quiet", "--out", str(out)]) == 0
    assert differing(site, out) == []


def cache_entries() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache_folder().glob("*")}


@pytest.mark.usefixtures("_no_pages")
def test_a_second_build_trains_nothing_and_gives_the_same_bytes_as_one_without_a_cache(
    small, tmp_path, trained, capsys
):
    aloud = small[:-1]
    other = ["--top-k", "5", "--site-url", "https://example.org/"]  # no settings of the models
    assert build.main([*aloud, "--out", str(tmp_path / "first")]) == 0
    assert trained == ["deep", "base"]
    assert FROM_CACHE not in output(capsys)
    before = cache_entries()
    assert len(before) == 3  # two models, and all baselines
    assert build.main([*aloud, "--out", str(tmp_path / "again")]) == 0
    assert output(capsys).count(FROM_CACHE) == 2 + len(BASELINES)
    assert cache_entries() == before
    assert differing(tmp_path / "first", tmp_path / "again") == []
    assert build.main([*aloud, *other, "--out", str(tmp_path / "second")]) == 0
    printed = output(capsys)
    assert re.search(r"train deep \d+\.\d\d s 2 epochs, served as after \d \(from an earlier build\)", printed)
    assert printed.count(FROM_CACHE) == 2  # lists of another length are computed anew
    assert trained == ["deep", "base"]
    assert build.main([*small, *other, "--no-cache", "--out", str(tmp_path / "third")]) == 0
    assert trained == ["deep", "base"] * 2
    assert differing(tmp_path / "second", tmp_path / "third") == []
    assert len(cache_entries()) == 4


@pytest.mark.usefixtures("_no_pages")
def test_without_the_cache_nothing_is_stored(small, tmp_path, trained):
    command = [*small, "--models", "base", "--holdout", "0", "--out", str(tmp_path / "site")]
    assert build.main([*command, "--no-cache"]) == 0
    assert cache_entries() == {}
    assert build.main(command) == 0
    assert trained == ["base", "base"]


@pytest.mark.usefixtures("_no_pages")
def test_a_damaged_cache_entry_and_an_unusable_cache_folder_are_warnings(small, tmp_path, trained, capsys):
    command = [*small, "--models", "base", "--holdout", "0", "--out"]
    assert build.main([*command, str(tmp_path / "first")]) == 0
    ((name, content),) = cache_entries().items()
    (cache_folder() / name).write_bytes(content[:1000])
    assert build.main([*command, str(tmp_path / "second")]) == 0
    assert "cannot be read; computing it again" in output(capsys)
    assert trained == ["base", "base"]
    assert cache_entries() == {name: content}
    shutil.rmtree(cache_folder())
    cache_folder().write_text("a file where the folder should be")
    assert build.main([*command, str(tmp_path / "third")]) == 0
    assert "the cache cannot be written" in output(capsys)
    for other in ("second", "third"):
        assert differing(tmp_path / "first", tmp_path / other) == []


@pytest.mark.parametrize("options", [["--no-cache"], []], ids=["no cache", "cache"])
@pytest.mark.usefixtures("_no_pages")
def test_a_cache_folder_that_cannot_be_written_ends_no_build(small, tmp_path, monkeypatch, capsys, options):
    (tmp_path / "file").write_text("in the place of a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "nope"))
    out = ["--out", str(tmp_path / "site")]
    assert build.main([*small, "--models", "base", *out, *options]) == 0
    assert output(capsys).count("the cache cannot be written") == (not options)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "nope"))
    assert build.main(["--render-only", "--quiet", *out]) == 0
    assert output(capsys) == ""
    assert (tmp_path / "site" / "index.html").is_file()


@pytest.mark.usefixtures("_no_pages")
def test_another_seed_or_other_hidden_ratings_train_again(small, tmp_path, trained):
    command = [*small, "--models", "base", "--out", str(tmp_path / "site")]
    for changed in (["--holdout", "0"], ["--holdout", "0", "--seed", "1"], ["--holdout", "0.3"]):
        assert build.main([*command, *changed]) == 0
    assert trained == ["base"] * 3


@pytest.mark.usefixtures("_no_pages")
def test_results_of_processes_on_all_cores_are_the_same_to_the_byte(site, small, tmp_path, monkeypatch):
    monkeypatch.setattr(main, "MIN_RATINGS_FOR_PROCESSES", 0)
    monkeypatch.setattr(pipeline, "MIN_RATINGS_BY_MODEL", 0)
    assert build.main([*small, "--no-cache", "--out", str(tmp_path / "site")]) == 0
    assert differing(site / "data", tmp_path / "site" / "data") == []


@pytest.mark.usefixtures("_no_pages")
def test_numbers_of_plays_are_counts_although_none_is_above_two(tmp_path, capsys):
    rows = [f"{user},{song}" for user in range(9) for song in range(user % 3, 12) for _ in range(1 + song % 2)]
    log = tmp_path / "plays.csv"
    log.write_text("\n".join(["listener,song", *rows]), encoding="utf-8")
    dataset = recsys.load_dataset(log)
    assert np.bincount(dataset.rating.astype(int)).tolist() == [0, 48, 51]
    assert dataset.rating_scale == Counts(1, 2)
    assert build.main(["--data", str(log), *QUICK, "--out", str(tmp_path / "site"), "--models", "deep"]) == 0
    said = output(capsys)
    assert "how many rows a user and item have (counts from 1 to 2)" in said
    assert "read as counts: 1 to 2" in said
    summary = load(tmp_path / "site", "build.json")["dataset"]
    assert (summary["ratings"]["kind"], summary["rating_name"]) == ("counts", "plays")
    assert summary["sha256"] == dataset.sha256


def test_a_build_of_one_model_without_a_holdout_measures_nothing(small, tmp_path):
    out = tmp_path / "site"
    assert build.main([*small, "--models", "deep", "--holdout", "0", "--out", str(out)]) == 0
    assert load(out, "metrics.json")["models"] == {}
    for name in ("index", "users", "compare", "about"):
        assert "o metrics were measured" in page(out, f"{name}.html"), name
    user = next(iter(load(out, "recommendations.json")["users"].values()))
    assert list(user["models"]) == ["deep"]
    assert (user["baselines"], user["n_hidden"], len(user["models"]["deep"])) == ({}, 0, 10)
    replays = load(out, "map_replay.js")["models"]
    assert list(replays) == ["deep"]
    assert replays["deep"]["epochs"][-1] == load(out, "build.json")["models"]["deep"]["best_epoch"]


@pytest.mark.usefixtures("_no_pages")
def test_baselines_are_measured_like_the_models_and_the_terminal_shows_what_was_chosen(small, tmp_path, capsys):
    assert build.main([*small[:-1], "--models", "base", "--out", str(tmp_path / "site")]) == 0
    printed = output(capsys)
    assert re.search(r"item_knn \d+\.\d\d s neighbours \d+, shrinkage \d+ \(best of \d\)", printed)
    assert re.search(r"als \d+\.\d\d s dim \d+, .*l2 [\d.]+ \(best of \d\)", printed)
    metrics = load(tmp_path / "site", "metrics.json")
    assert list(metrics["models"]) == ["base", *BASELINES]
    assert [row["against"] for row in metrics["comparisons"]] == list(BASELINES)


def test_new_users_are_measured_where_that_is_asked_for(small, tmp_path, capsys, monkeypatch):
    command = [*small, "--models", "deep", "--holdout", "0", "--evaluate-new-users"]
    first, second = tmp_path / "first", tmp_path / "second"
    assert build.main([*[option for option in command if option != "--quiet"], "--out", str(first)]) == 0
    assert re.search(
        r"new users \d+\.\d\d s at random, nDCG@10 with 3, 5, .*half given, deep (0\.\d{4} ?)+, deep_liked"
        r".* first in time, nDCG@10 with 3, 5, .*half given, deep (0\.\d{4} ?)+, deep_liked",
        output(capsys),
    )
    skip_pages(monkeypatch)
    monkeypatch.setattr(cached_models, "fit_with", None)  # all six models are in the cache
    assert build.main([*command, "--out", str(second)]) == 0
    assert differing(first / "data", second / "data") == []
    report = load(first, "metrics.json")["new_users"]
    assert report["given"] == ["3", "5", "10", "half"]
    assert report["n_users"] == [5 * N_USERS // 10] * 4
    assert {name: [len(by_draw) for by_draw in rows] for name, rows in report["models"].items()} == dict.fromkeys(
        ("deep", "deep_liked", "popularity", "ease"), [5] * 4
    )
    assert list(report["chosen"]) == ["ease"]
    assert "default_rng([0, 2])" in report["protocol"] and "k = 10" in report["protocol"]
    assert "--models deep --evaluate-new-users<" in page(first, "about.html")


def test_unless_asked_for_new_users_are_not_measured_and_the_page_says_how_to(site):
    assert load(site, "metrics.json")["new_users"] is None
    assert "marquee --evaluate-new-users" in page(site, "compare.html")
    assert "evaluate-new-users" not in page(site, "about.html")


def test_a_baseline_that_is_too_large_is_skipped_with_a_warning_and_the_page_says_so(
    small, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(ease, "MAX_ROWS", 5)
    assert build.main([*small, "--models", "base", "--out", str(tmp_path / "site")]) == 0
    assert "ease was not computed: more than" in output(capsys)
    metrics = load(tmp_path / "site", "metrics.json")
    assert "ease" not in metrics["models"]
    assert list(metrics["skipped"]) == ["ease"]
    assert "was not computed" in page(tmp_path / "site", "compare.html")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--top-k", "900"], "top_k is 900; Small has 40 items"),
        (["--holdout", "1"], "holdout is 1.0; expected"),
        (["--models", "wide"], "no model 'wide'"),
        (["--models", "base", "--evaluate-new-users"], "evaluate_new_users measures deep"),
        (["--data", "nowhere"], "'nowhere' does not exist"),
        (["--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--out", "."], "which must not be replaced; choose another --out"),
    ],
)
def test_an_expected_failure_ends_in_one_sentence_and_status_1(options, sentence, small, tmp_path, capsys):
    assert build.main([*small, "--out", str(tmp_path / "site"), *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert sentence in error
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(("failure", "status"), [(KeyboardInterrupt(), 130), (OSError(28, "No space left"), 1)])
def test_a_build_that_fails_while_rendering_leaves_the_previous_site_alone(
    failure, status, site, small, tmp_path, monkeypatch
):
    out = shutil.copytree(site, tmp_path / "site")

    def fail(artefacts, templates, folder, *rest, **others):
        (folder / "index.html").write_text("half a site")
        raise failure

    monkeypatch.setattr(pipeline, "render_site", fail)
    assert build.main([*small, "--seed", "1", "--out", str(out)]) == status
    assert differing(site, out) == []
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.fixture
def _no_network(monkeypatch, tmp_path):
    def fail(name):
        raise DownloadError(f"{name} could not be downloaded: no connection")

    monkeypatch.setattr(sources, "fetch", fail)
    monkeypatch.setattr(build, "HERE", tmp_path)  # a data/ folder without ratings


@pytest.mark.usefixtures("_no_network")
def test_without_arguments_or_a_network_the_sample_is_built_which_is_synthetic(tmp_path, capsys):
    options = tmp_path / "settings.toml"
    options.write_text("user_pages = 0\nholdout = 0\nmodels = ['base']\n")
    assert build.main([*QUICK, "--config", str(options), "--out", str(tmp_path / "site")]) == 0
    printed = output(capsys)
    assert "ml-100k could not be downloaded: no connection; using the embedded sample instead" in printed
    assert "synthetic" in printed
    dataset = load(tmp_path / "site", "build.json")["dataset"]
    assert (dataset["name"], dataset["synthetic"]) == ("Sample", True)
    for path in (tmp_path / "site").rglob("*.html"):
        assert "invented" in path.read_text(encoding="utf-8"), path


@pytest.mark.usefixtures("_no_network")
def test_a_data_set_asked_for_by_name_is_never_replaced_by_the_sample(tmp_path, capsys):
    assert build.main(["--data", "ml-100k", "--out", str(tmp_path / "site")]) == 1
    assert "could not be downloaded" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


@needs_movielens
@pytest.mark.usefixtures("_no_pages")
def test_without_arguments_the_downloaded_zip_is_built_where_the_download_works(tmp_path, monkeypatch):
    folder = Path(MOVIELENS)
    archive = Path(shutil.make_archive(str(tmp_path / "ml-100k"), "zip", folder.parent, folder.name))
    monkeypatch.setattr(sources, "fetch", lambda name: archive.rename(tmp_path / f"{name}.zip"))
    monkeypatch.setattr(build, "HERE", tmp_path / "repository")
    command = ["--epochs", "1", "--dim", "4", "--models", "base", "--holdout", "0", "--quiet"]
    assert build.main([*command, "--out", str(tmp_path / "site")]) == 0
    dataset = load(tmp_path / "site", "build.json")["dataset"]
    assert (dataset["name"], dataset["synthetic"], dataset["n_users"]) == ("MovieLens 100K", False, 943)
