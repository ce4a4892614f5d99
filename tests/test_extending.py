"""The worked examples of docs/extending.md, followed to the letter: each adds one file and one line, and shows up."""

from __future__ import annotations

import json
import re
import shutil
import sys
import types
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys import pipeline
from recsys.baselines.registry import BASELINES
from recsys.config.presentation import PresentationConfig
from recsys.data.readers.formats import FORMATS
from recsys.evaluation.metrics import METRICS
from recsys.models.registry import MODELS
from recsys.site.language.strings import Strings
from recsys.site.pages.registry import PAGES
from tests import gradients

ROOT = Path(__file__).parents[1]
EXAMPLE = re.compile(r"^```\w+\n(?:# |\{# )(?P<path>\S+)(?: #\})?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
HIT_RATE = "recsys/evaluation/metrics/hit_rate.py"
QUICK = recsys.BuildConfig(top_k=5, train=recsys.TrainConfig(dim=4, epochs=2))


def with_pages(*pages: str) -> recsys.BuildConfig:
    """The same for a site of these pages alone, as charts take most of the time."""
    return replace(QUICK, presentation=PresentationConfig(pages=pages))


def examples() -> dict[str, str]:
    """The files that docs/extending.md spells out, by path."""
    guide = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    return {match["path"]: match["text"] for match in EXAMPLE.finditer(guide)}


def module_of_example(path: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The Python module of an example, as if its file were there."""
    name = path.removesuffix(".py").replace("/", ".")
    module = types.ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)  # where dataclasses look their module up
    exec(compile(examples()[path], path, "exec"), module.__dict__)
    return module


def tiny_log() -> recsys.Dataset:
    """30 users with 8 ratings each of 20 items, two tastes."""
    rng = np.random.default_rng(0)
    rows = [
        (f"u{user}", f"i{item:02d}", float(rng.integers(1, 6)), time)
        for user in range(30)
        for time, item in enumerate(rng.permutation(10)[:8] + 10 * (user % 2))
    ]
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    ids = [f"i{item:02d}" for item in range(20)]
    items = pd.DataFrame({"item": ids, "title": ids, "genres": ["Noir"] * 10 + ["Farce"] * 10})
    return recsys.Dataset.from_frames(ratings, items, name="tiny")


def build(out: Path, config: recsys.BuildConfig = QUICK) -> Path:
    return recsys.build_site(tiny_log(), out, config, cache=recsys.NoCache())


def exported(site: Path, name: str) -> Any:
    return json.loads((site / "data" / f"{name}.json").read_text(encoding="utf-8"))


def page(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def test_a_metric_is_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metric = module_of_example(HIT_RATE, monkeypatch).METRIC
    monkeypatch.setitem(METRICS, "hit_rate", metric)
    site = build(tmp_path / "site", with_pages("compare"))
    metrics = exported(site, "metrics")
    assert metrics["protocol"]["metrics"]["hit_rate"] == metric.formula
    for name, row in metrics["models"].items():
        assert 0 <= row["accuracy"]["hit_rate"]["low"] <= row["accuracy"]["hit_rate"]["high"] <= 1, name
        # A user with a hit among k has a precision of at least 1 / k.
        assert row["accuracy"]["hit_rate"]["mean"] >= row["accuracy"]["precision"]["mean"]
    assert "Hit rate" in page(site, "compare.html")


def test_the_texts_of_the_metric_are_translated_by_what_they_say(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    lines = re.search(r"# (\S+), in the table \[from_english\.texts\]\n(.*?)```", guide, re.DOTALL)
    assert lines is not None
    texts = (ROOT / lines[1]).read_text(encoding="utf-8")
    translated = tmp_path / "de.toml"
    header = "[from_english.texts]\n"
    translated.write_text(texts.replace(header, header + lines[2]), encoding="utf-8")
    words = dict.fromkeys(("item", "items", "do", "did", "genre", "genres", "value", "dataset", "discovery"), "x")
    strings = Strings(translated, words, (), "film")
    assert strings.exported("Hit rate") == "Trefferquote"
    formula = re.search(r'AccuracyMetric\("hit_rate", "Hit rate", "(.*?)"', examples()[HIT_RATE])
    assert formula is not None
    assert strings.exported(formula[1]) == "1 mit einem Treffer in der Liste, sonst 0"


def test_a_baseline_is_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = module_of_example("recsys/baselines/random_order.py", monkeypatch).BASELINE
    monkeypatch.setitem(BASELINES, "random_order", spec)
    site = build(tmp_path / "site", with_pages("compare"))
    assert "random_order" in exported(site, "metrics")["models"]
    assert exported(site, "build")["legend"]["random_order"] == {
        "label": "Random order",
        "light": "#6b6b6b",
        "dark": "#a0a0a0",
    }
    users = exported(site, "recommendations")["users"].values()
    assert all(len(user["baselines"]["random_order"]) == 5 for user in users)
    assert "Random order" in page(site, "compare.html")
    assert "Random order" in page(site, "index.html")
    styles = "".join(path.read_text(encoding="utf-8") for path in (site / "assets").glob("*.css"))
    assert "#6b6b6b" in styles


def test_a_data_format_is_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_npy = module_of_example("recsys/data/readers/npy.py", monkeypatch).open_npy
    monkeypatch.setitem(FORMATS, "npy", open_npy)
    log = tiny_log()
    columns = {"user": log.user_ids[log.user].astype(str), "item": log.item_ids[log.item].astype(str),
               "rating": log.rating * 20, "timestamp": log.timestamp}  # fmt: skip
    array = np.rec.fromarrays(list(columns.values()), names=",".join(columns)).view(np.ndarray)
    folder = tmp_path / "shop"
    folder.mkdir()
    np.save(folder / "log.npy", array)
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as target:
        target.write(folder / "log.npy", "log.npy")
    paths = (folder, folder / "log.npy", tmp_path / "shop.zip")
    assert [recsys.load_dataset(path).name for path in paths] == ["shop", "log", "shop"]
    expected = recsys.Dataset.from_frames(pd.DataFrame(columns), name="shop")
    assert {replace(recsys.load_dataset(path), name="shop").sha256 for path in paths} == {expected.sha256}
    site = recsys.build_site(recsys.load_dataset(folder), tmp_path / "site", with_pages(), cache=recsys.NoCache())
    assert exported(site, "build")["dataset"]["name"] == "shop"
    np.save(folder / "log.npy", np.zeros(3))
    with pytest.raises(recsys.DataError, match=r"log\.npy has no names of columns \(expected a structured array\)"):
        recsys.load_dataset(folder / "log.npy")


def test_a_page_is_one_module_one_template_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = module_of_example("recsys/site/pages/genres.py", monkeypatch).PAGE
    monkeypatch.setitem(PAGES, "genres", spec)
    templates = shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (templates / "genres.html").write_text(examples()["templates/genres.html"], encoding="utf-8")
    with (templates / "strings" / "en.toml").open("a", encoding="utf-8") as texts:
        texts.write(examples()["templates/strings/en.toml"])
    monkeypatch.setattr(pipeline, "templates_folder", lambda: templates)
    site = build(tmp_path / "site", with_pages("map", "users"))
    assert "<li>Noir: 10</li>" in page(site, "genres.html")
    assert page(site, "genres.html").count("<h1>Genres</h1>") == 1
    assert "<a href=genres.html>Genres</a>" in page(site, "map.html")
    assert "<a href=../genres.html>Genres</a>" in page(site, "users/u0.html")


def test_a_model_is_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of_example("recsys/models/genres.py", monkeypatch)
    monkeypatch.setitem(MODELS, "genres", module.MODEL)
    site = build(tmp_path / "site", replace(QUICK, models=("base", "genres")))
    assert set(exported(site, "build")["models"]) == {"base", "genres"}
    assert len(exported(site, "item_embeddings")["models"]["genres"]["vectors"]) == 20
    metrics = exported(site, "metrics")
    assert metrics["agreement"]["models"] == ["base", "genres"]
    assert {row["model"] for row in metrics["comparisons"]} == {"genres"}
    for user in exported(site, "recommendations")["users"].values():
        assert list(user["models"]) == ["base", "genres"]
    for name in ("index.html", "compare.html", "map.html", "training.html", "users/u0.html", "items/i00.html"):
        assert "Genres" in page(site, name), name


def test_the_example_of_a_model_trains_by_its_gradients_and_can_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = module_of_example("recsys/models/genres.py", monkeypatch)
    monkeypatch.setitem(MODELS, "genres", module.MODEL)
    ratings, rng = tiny_log(), np.random.default_rng(1)
    model, _ = module.create(ratings, module.MODEL.defaults(ratings, QUICK.train), rng, np.float64)
    model.genre.weight.value[...] = rng.normal(size=model.genre.weight.value.shape)
    items = np.array([3, 7, 3, 12])  # one of them twice
    upstream, bias_upstream = rng.normal(size=(4, QUICK.train.dim)), rng.normal(size=4)

    def loss() -> float:
        vectors, bias, _ = model.items_forward(items)
        return float((vectors * upstream).sum() + bias @ bias_upstream)

    _, _, cache = model.items_forward(items)
    model.items_backward(upstream, bias_upstream, cache)
    assert max(gradients.errors(model.parameters(), loss).values()) < gradients.LIMIT

    fitted = recsys.fit(ratings, "genres", QUICK.train)
    fitted.save(tmp_path / "genres.npz")
    assert (recsys.load_fitted(tmp_path / "genres.npz").item_vectors == fitted.item_vectors).all()


def test_an_entry_that_could_not_be_shown_is_refused_before_any_training(monkeypatch: pytest.MonkeyPatch) -> None:
    popularity = BASELINES["popularity"]
    for name, spec, message in (
        ("Mine!", popularity, "'Mine!' is the name of a model or baseline; expected a-z"),
        ("mine", replace(popularity, colour=("red", "#ffffff")), "the colour of mine is 'red'; expected #rrggbb"),
        ("deep", popularity, "'deep' is a model and another row too"),
    ):
        with monkeypatch.context() as patch, pytest.raises(recsys.ConfigError, match=message):
            patch.setitem(BASELINES, name, spec)
            pipeline.check(tiny_log(), QUICK)
