"""The whole command, end to end."""

import filecmp
import json
import logging
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import build
import recsys
from recsys.baselines import simple as baselines
from recsys.baselines.tuning import choose, recipes
from recsys.cache import models as kept
from recsys.cache.store import NoCache, cache_folder
from recsys.cli.terminal import Terminal
from recsys.data import load as sources
from recsys.errors import DownloadError
from recsys.export.script import json_in
from tests.requirements import MOVIELENS, needs_movielens

SMALL = ["--data", "sample", "--dim", "8", "--epochs", "3", "--quiet"]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "site"
    assert build.main([*SMALL, "--out", str(out)]) == 0
    return out


def load(site: Path, name: str):
    text = (site / "data" / name).read_text(encoding="utf-8")
    return json.loads(json_in(text) if name.endswith(".js") else text)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def differing(first: Path, second: Path) -> list[str]:
    names = files(first)
    assert names == files(second)
    return [name for name in names if not filecmp.cmp(first / name, second / name, shallow=False)]


def test_every_user_has_a_page_and_every_file_of_the_contract_is_there(site):
    names = files(site)
    people = [name for name in names if name.startswith(f"users{os.sep}")]
    assert len(people) == load(site, "build.json")["dataset"]["n_users"]
    pages = ("index", "users", "films", "map", "training", "compare", "about", "404")
    assert {f"{page}.html" for page in pages} <= set(names)
    for name in ("build", "loss_history", "item_embeddings", "recommendations", "metrics", "items"):
        assert {f"data{os.sep}{name}.json", f"data{os.sep}{name}.schema.json"} <= set(names)
    for name in ("map_replay", "deep_tower"):
        assert {f"data{os.sep}{name}.js", f"data{os.sep}{name}.schema.json"} <= set(names)


def test_nothing_is_recommended_that_was_seen_in_training_and_hits_were_really_hidden(site):
    dataset = recsys.load_dataset("sample")
    parts = recsys.split(dataset, 0.2, np.random.default_rng(0))
    pairs = [
        {(str(dataset.user_ids[u]), str(dataset.item_ids[i])) for u, i in zip(part.user, part.item, strict=True)}
        for part in (parts.train, parts.test)
    ]
    for user, lists in load(site, "recommendations.json")["users"].items():
        for one in [*lists["base"], *lists["deep"], *(one for found in lists["baselines"].values() for one in found)]:
            if one["item"] is None:
                assert one["held_out"]
                continue
            assert (user, one["item"]) not in pairs[0]
            assert one["held_out"] == ((user, one["item"]) in pairs[1])


def test_the_sample_says_that_it_is_synthetic_in_the_data_on_every_page_and_in_the_terminal(site, tmp_path, capsys):
    assert load(site, "build.json")["dataset"]["synthetic"] is True
    for page in site.rglob("*.html"):
        assert "invented" in page.read_text(encoding="utf-8"), page
    assert build.main([*SMALL[:-1], "--out", str(tmp_path / "site")]) == 0
    assert "synthetic" in capsys.readouterr().out


def test_two_builds_are_equal_to_the_byte_and_another_seed_is_not(site, tmp_path):
    assert build.main([*SMALL, "--out", str(tmp_path / "again")]) == 0
    assert differing(site, tmp_path / "again") == []
    assert build.main([*SMALL, "--seed", "1", "--out", str(tmp_path / "other")]) == 0
    assert "data/item_embeddings.json".replace("/", os.sep) in differing(site, tmp_path / "other")


def entries() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache_folder().glob("*")}


def test_a_second_build_trains_nothing_and_gives_the_same_bytes_as_one_without_a_cache(tmp_path, trained, capsys):
    other = ["--top-k", "5", "--site-url", "https://example.org/"]  # not of the models
    assert build.main([*SMALL, "--out", str(tmp_path / "first")]) == 0
    assert trained == ["base", "deep"]
    assert "(kept from an earlier build)" not in capsys.readouterr().out
    before = entries()
    assert len(before) == 3  # two models, and what they are compared with
    assert build.main([*SMALL[:-1], "--out", str(tmp_path / "again")]) == 0
    assert capsys.readouterr().out.count("(kept from an earlier build)") == 6
    assert entries() == before
    assert build.main([*SMALL[:-1], *other, "--out", str(tmp_path / "second")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"train deep +\d+\.\d\d s  3 epochs, served as after \d \(kept from an earlier build\)\n", said)
    assert said.count("(kept from an earlier build)") == 2  # lists of another length are new
    assert trained == ["base", "deep"]
    assert build.main([*SMALL, *other, "--no-cache", "--out", str(tmp_path / "third")]) == 0
    assert trained == ["base", "deep"] * 2
    assert differing(tmp_path / "second", tmp_path / "third") == []
    assert len(entries()) == 4
    assert differing(tmp_path / "first", tmp_path / "again") == []


def test_without_the_cache_nothing_is_kept_either(tmp_path, trained):
    asked = [*SMALL, "--models", "base", "--holdout", "0", "--out", str(tmp_path / "site")]
    assert build.main([*asked, "--no-cache"]) == 0
    assert entries() == {}
    assert build.main(asked) == 0
    assert trained == ["base", "base"]


def test_a_damaged_entry_and_no_place_for_any_are_warnings_and_the_site_is_as_ever(tmp_path, trained, capsys):
    asked = [*SMALL, "--models", "base", "--holdout", "0", "--out"]
    assert build.main([*asked, str(tmp_path / "first")]) == 0
    ((name, whole),) = entries().items()
    (cache_folder() / name).write_bytes(whole[:1000])
    assert build.main([*asked, str(tmp_path / "second")]) == 0
    assert "this is computed anew" in " ".join(capsys.readouterr().out.split())
    assert trained == ["base", "base"]
    assert entries() == {name: whole}
    shutil.rmtree(cache_folder())
    cache_folder().write_text("in the way")
    assert build.main([*asked, str(tmp_path / "third")]) == 0
    assert "the cache keeps nothing" in " ".join(capsys.readouterr().out.split())
    for other in ("second", "third"):
        assert differing(tmp_path / "first", tmp_path / other) == []


def test_another_seed_or_other_hidden_ratings_train_again(tmp_path, trained):
    asked = [*SMALL, "--models", "base", "--out", str(tmp_path / "site")]
    for changed in (["--holdout", "0"], ["--holdout", "0", "--seed", "1"], ["--holdout", "0.3"]):
        assert build.main([*asked, *changed]) == 0
    assert trained == ["base"] * 3


def test_baselines_from_a_process_of_their_own_are_the_same_to_the_byte(site, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "WORTH_A_PROCESS", 0)
    assert build.main([*SMALL, "--no-cache", "--out", str(tmp_path / "beside")]) == 0
    assert differing(site, tmp_path / "beside") == []


def test_rendering_again_from_the_exported_json_gives_the_same_bytes(site, tmp_path):
    out = tmp_path / "site"
    assert build.main([*SMALL, "--out", str(out)]) == 0
    (out / "index.html").write_text("spoilt")
    assert build.main(["--render-only", "--quiet", "--out", str(out)]) == 0
    assert differing(site, out) == []


def test_one_model_and_no_holdout(tmp_path):
    out = tmp_path / "site"
    assert build.main([*SMALL, "--models", "deep", "--holdout", "0", "--out", str(out)]) == 0
    assert load(out, "metrics.json")["models"] == {}
    for page in ("index", "users", "compare", "about"):
        assert "o metrics were measured" in (out / f"{page}.html").read_text(encoding="utf-8"), page
    lists = next(iter(load(out, "recommendations.json")["users"].values()))
    assert "base" not in lists
    assert lists["baselines"] == {}
    assert lists["n_hidden"] == 0
    assert len(lists["deep"]) == 10
    replay = load(out, "map_replay.js")["models"]
    assert list(replay) == ["deep"]
    assert replay["deep"]["epochs"][-1] == load(out, "build.json")["models"]["deep"]["best_epoch"]


def test_baselines_are_measured_beside_the_models_and_say_what_was_chosen(site, tmp_path, capsys):
    simple = ["popularity", "item_knn", "ease", "als"]
    assert list(load(site, "metrics.json")["models"]) == ["base", "deep", *simple]
    assert build.main([*SMALL[:-1], "--models", "base", "--out", str(tmp_path / "site")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"item_knn +\d+\.\d\d s  neighbours \d+, shrinkage \d+ \(best of \d\)", said)
    assert re.search(r"als +\d+\.\d\d s  dim \d+, .*l2 [\d.]+ \(best of \d\)", said)
    assert list(load(tmp_path / "site", "metrics.json")["models"]) == ["base", *simple]
    assert load(tmp_path / "site", "metrics.json")["comparisons"] == []


def test_new_users_are_measured_where_that_is_asked_for_and_rendering_again_keeps_it(tmp_path, capsys, monkeypatch):
    asked = ["--models", "deep", "--holdout", "0", "--evaluate-new-users"]
    one, other = tmp_path / "one", tmp_path / "other"
    assert build.main([*SMALL[:-1], *asked, "--out", str(one)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(r"new users \d+\.\d\d s nDCG@10 with 3, 5, .*half given, deep (0\.\d{4} ?)+, deep_liked", said)
    assert build.main([*SMALL, *asked, "--no-cache", "--out", str(other)]) == 0
    assert differing(one, other) == []
    monkeypatch.setattr(kept, "fit", None)  # all six trainings are known
    assert build.main([*SMALL, *asked, "--out", str(other)]) == 0
    assert differing(one, other) == []
    assert build.main(["--render-only", "--quiet", "--out", str(other)]) == 0
    assert differing(one, other) == []
    found = load(one, "metrics.json")["new_users"]
    assert found["given"] == ["3", "5", "10", "half"]
    assert found["n_users"] == [300] * 4
    assert {name: [len(row) for row in rows] for name, rows in found["models"].items()} == dict.fromkeys(
        ("deep", "deep_liked", "ease", "popularity"), [5] * 4
    )
    assert "default_rng([0, 2])" in found["protocol"] and "k = 10" in found["protocol"]
    assert "--models deep --evaluate-new-users<" in (one / "about.html").read_text(encoding="utf-8")


def test_without_being_asked_new_users_are_not_measured_and_the_page_says_how(site):
    assert load(site, "metrics.json")["new_users"] is None
    assert "python build.py --evaluate-new-users" in (site / "compare.html").read_text(encoding="utf-8")
    assert "evaluate-new-users" not in (site / "about.html").read_text(encoding="utf-8")


def test_too_few_users_to_measure_by_are_a_warning_and_no_figures(capsys):
    few = recsys.load_dataset("sample")
    few = few.subset(few.user < 19)
    terminal = Terminal(Console(), logging.INFO)
    asked = recsys.BuildConfig(evaluate_new_users=True)
    assert build.measure_new_users(few, asked, terminal, NoCache()) is None
    said = " ".join(capsys.readouterr().out.split())
    assert said == "new users were not measured: users with two ratings or more are 19; expected 20 at least"


def test_a_baseline_that_is_too_large_is_left_out_and_that_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(baselines, "EASE_LARGEST", 5)
    assert build.main([*SMALL[:-1], "--models", "base", "--out", str(tmp_path / "site")]) == 0
    assert "ease was not computed: more than" in " ".join(capsys.readouterr().out.split())
    metrics = load(tmp_path / "site", "metrics.json")
    assert "ease" not in metrics["models"]
    assert list(metrics["skipped"]) == ["ease"]
    assert "was not computed" in (tmp_path / "site" / "compare.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--top-k", "900"], "top_k is 900; Sample has"),
        (["--holdout", "1"], "holdout is 1.0; expected"),
        (["--models", "wide"], "no model 'wide'"),
        (["--models", "base", "--evaluate-new-users"], "evaluate_new_users measures deep"),
        (["--data", "nowhere"], "'nowhere' does not exist"),
        (["--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--out", "."], "."),
    ],
)
def test_expected_failures_end_in_one_sentence_and_1(argv, sentence, tmp_path, capsys):
    assert build.main([*SMALL, "--out", str(tmp_path / "site"), *argv]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert sentence in said
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(("failure", "status"), [(KeyboardInterrupt(), 130), (OSError(28, "No space left"), 1)])
def test_a_build_that_fails_while_rendering_leaves_the_previous_site_alone(failure, status, tmp_path, monkeypatch):
    out = tmp_path / "site"
    assert build.main([*SMALL, "--out", str(out)]) == 0
    before = {name: (out / name).read_bytes() for name in files(out)}

    def fail(artefacts, templates, folder, on_page, on_size):
        (folder / "index.html").write_text("half a site")
        raise failure

    monkeypatch.setattr(build, "render_site", fail)
    assert build.main([*SMALL, "--seed", "1", "--out", str(out)]) == status
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.fixture
def _no_network(monkeypatch, tmp_path):
    def fail(name):
        raise DownloadError(f"{name} could not be downloaded: no connection")

    monkeypatch.setattr(sources, "_fetch", fail)
    monkeypatch.setattr(build, "HERE", tmp_path)  # a data/ folder without ratings


@pytest.mark.usefixtures("_no_network")
def test_without_arguments_or_a_network_the_sample_is_built_and_that_is_said(tmp_path, capsys):
    assert build.main([*SMALL[2:], "--out", str(tmp_path / "site")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "ml-100k could not be downloaded: no connection; going on with the embedded sample" in said
    assert load(tmp_path / "site", "build.json")["dataset"]["name"] == "Sample"


@pytest.mark.usefixtures("_no_network")
def test_a_data_set_asked_for_by_name_never_falls_back(tmp_path, capsys):
    assert build.main(["--data", "ml-100k", "--out", str(tmp_path / "site")]) == 1
    assert "could not be downloaded" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()




@needs_movielens
def test_the_real_site_has_943_user_pages_and_its_accents(tmp_path):
    out = tmp_path / "site"
    assert build.main(["--data", MOVIELENS, "--epochs", "2", "--dim", "8", "--quiet", "--out", str(out)]) == 0
    assert len(list((out / "users").glob("*.html"))) == 943
    titles = [item["title"] for item in load(out, "items.json")["items"]]
    assert "C'est arrivé près de chez vous" in titles
    assert "Les Misérables" in titles
    assert "Nénette et Boni" in (out / "films.html").read_text(encoding="utf-8")
    assert "Harper" in (out / "about.html").read_text(encoding="utf-8")
    assert load(out, "build.json")["dataset"]["n_ratings"] == 100_000


@needs_movielens
def test_without_arguments_the_downloaded_zip_is_built_where_the_download_works(tmp_path, monkeypatch):
    folder = Path(MOVIELENS)
    archive = Path(shutil.make_archive(str(tmp_path / "ml-100k"), "zip", folder.parent, folder.name))
    monkeypatch.setattr(sources, "_fetch", lambda name: archive.rename(tmp_path / f"{name}.zip"))
    monkeypatch.setattr(build, "HERE", tmp_path / "repository")
    assert build.main(["--epochs", "1", "--dim", "4", "--quiet", "--out", str(tmp_path / "site")]) == 0
    dataset = load(tmp_path / "site", "build.json")["dataset"]
    assert (dataset["name"], dataset["synthetic"], dataset["n_users"]) == ("MovieLens 100K", False, 943)


@needs_movielens
def test_on_real_ratings_deep_leads_and_simple_methods_reach_what_is_known_of_them():
    dataset = recsys.load_dataset(MOVIELENS)
    parts = recsys.split(dataset, 0.2, np.random.default_rng(0))

    def ndcg(scorer) -> float:
        return recsys.evaluate(scorer, parts.train, parts.test).mean["ndcg"]

    def mean_of_three(model: str) -> float:
        configs = [recsys.TrainConfig(seed=seed) for seed in range(3)]
        return float(np.mean([ndcg(recsys.fit(parts.train, model, config)) for config in configs]))

    found = {}
    for name, recipe in recipes(0).items():
        found[name] = ndcg(recipe.make(parts.train, **choose(recipe, recsys.split(parts.train, 0.2)).settings))
    least = {"popularity": 0.11, "item_knn": 0.18, "ease": 0.19, "als": 0.195}
    assert all(found[name] > value for name, value in least.items()), found
    base, deep = mean_of_three("base"), mean_of_three("deep")
    assert base > max(0.185, 1.5 * found["popularity"])
    assert deep > max(base, *found.values())
