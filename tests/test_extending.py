"""The worked examples of CONTRIBUTING.md, followed to the letter: each adds one file and one line, and shows up."""

from __future__ import annotations

import json
import re
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.baselines.registry import BASELINES
from recsys.evaluation.metrics import METRICS

ROOT = Path(__file__).parents[1]
EXAMPLE = re.compile(r"^```\w+\n(?:# |\{# )(?P<path>\S+)(?: #\})?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
QUICK = recsys.BuildConfig(top_k=5, train=recsys.TrainConfig(dim=4, epochs=2))


def examples() -> dict[str, str]:
    """The files that CONTRIBUTING.md spells out, by path."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
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
    return recsys.Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]), name="tiny")


def build(out: Path, config: recsys.BuildConfig = QUICK) -> Path:
    return recsys.build_site(tiny_log(), out, config, cache=recsys.NoCache())


def exported(site: Path, name: str) -> Any:
    return json.loads((site / "data" / f"{name}.json").read_text(encoding="utf-8"))


def page(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def test_a_metric_is_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metric = module_of_example("recsys/evaluation/metrics/hit_rate.py", monkeypatch).METRIC
    monkeypatch.setitem(METRICS, "hit_rate", metric)
    site = build(tmp_path / "site")
    metrics = exported(site, "metrics")
    assert metrics["protocol"]["metrics"]["hit_rate"] == metric.formula
    for name, row in metrics["models"].items():
        assert 0 <= row["accuracy"]["hit_rate"]["low"] <= row["accuracy"]["hit_rate"]["high"] <= 1, name
        # Whoever has a hit among k has a precision of at least 1 / k.
        assert row["accuracy"]["hit_rate"]["mean"] >= row["accuracy"]["precision"]["mean"]
    assert "Hit rate" in page(site, "compare.html")


def test_a_baseline_is_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = module_of_example("recsys/baselines/random_order.py", monkeypatch).BASELINE
    monkeypatch.setitem(BASELINES, "random_order", spec)
    site = build(tmp_path / "site")
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
