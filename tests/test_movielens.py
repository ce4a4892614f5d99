"""The site of MovieLens 100K as the command builds it, which all tests share."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest

import recsys
from tests.requirements import needs_movielens, node_skip_reason
from tests.shared_models import movielens_parts

pytestmark = needs_movielens
MAX_BYTES = 30_000_000
PARSE = """
const { readFileSync } = require("fs"), { Script } = require("vm");
for (const filename of process.argv.slice(1)) new Script(readFileSync(filename, "utf8"), { filename });
"""
"""Compiles files as classic scripts, and runs none: an error names the file and the line."""
MIN_NDCG = {"base": 0.185, "popularity": 0.11, "item_knn": 0.18, "ease": 0.19, "als": 0.195}


def load(site, name):
    return json.loads((site / "data" / name).read_text("utf-8"))


def test_it_has_943_user_pages_and_its_accents(movielens):
    assert len(list((movielens / "users").glob("*.html"))) == 943
    titles = [item["title"] for item in load(movielens, "items.json")["items"]]
    assert "C'est arrivé près de chez vous" in titles
    assert "Les Misérables" in titles
    assert "Nénette et Boni" in (movielens / "items.html").read_text("utf-8")
    assert "Harper" in (movielens / "about.html").read_text("utf-8")
    assert load(movielens, "build.json")["dataset"]["n_ratings"] == 100_000


def test_it_has_at_most_thirty_million_bytes(movielens):
    assert sum(path.stat().st_size for path in movielens.rglob("*") if path.is_file()) <= MAX_BYTES


@pytest.mark.skipif(node_skip_reason() is not None, reason=str(node_skip_reason()))
def test_every_script_is_valid(movielens):
    scripts = [path.relative_to(movielens).as_posix() for path in sorted(movielens.rglob("*.js"))]
    assert {"assets/site.js", "assets/map.js", "assets/data-items.js", "data/deep_tower.js"} <= {*scripts}
    done = subprocess.run(["node", "-e", PARSE, *scripts], cwd=movielens, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_over_three_seeds_deep_leads_and_baselines_reach_their_known_ndcg(movielens, movielens_model):
    parts = movielens_parts()  # those of the site, whose baselines are taken

    def mean_of_three(model: str) -> float:
        fitted = [movielens_model(model, seed) for seed in range(3)]
        return float(np.mean([recsys.evaluate(model, parts.train, parts.test).mean["ndcg"] for model in fitted]))

    rows = load(movielens, "metrics.json")["models"]
    ndcg = {name: row["accuracy"]["ndcg"]["mean"] for name, row in rows.items()}
    ndcg |= {model: mean_of_three(model) for model in ("base", "deep")}
    assert all(ndcg[name] > value for name, value in MIN_NDCG.items()), ndcg
    assert ndcg["base"] > 1.5 * ndcg["popularity"]
    assert all(ndcg["deep"] > value for name, value in ndcg.items() if name != "deep")
