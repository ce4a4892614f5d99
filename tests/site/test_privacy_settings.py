"""What a site gives away of its users where the settings say so: over all of its files."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import build
from recsys.config import BuildConfig, PrivacyConfig, TrainConfig
from recsys.config.presentation import PresentationConfig
from recsys.data.dataset import Dataset
from recsys.pipeline import build_site
from tests.site.test_privacy import NAMING_PAGES, given_away
from tests.small_logs import write_movielens

SALT = "known-to-nobody-else"
N_USERS, N_RATED = 12, 70


def keen() -> Dataset:
    """12 users with 70 of 100 items each, half of them hidden."""
    rng = np.random.default_rng(0)
    rows = [(f"reader-{user}", f"item-{item}", 1.0 + item % 5, int(rng.integers(1000)))
            for user in range(N_USERS) for item in rng.permutation(100)[:N_RATED]]  # fmt: skip
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]), name="keen")


def site_of(
    out: Path, user_pages: int = 100, presentation: PresentationConfig = NAMING_PAGES, **privacy: object
) -> Path:
    config = BuildConfig(
        top_k=40,
        holdout=0.5,
        user_pages=user_pages,
        train=TrainConfig(dim=4, epochs=1),
        presentation=presentation,
        privacy=PrivacyConfig(**privacy),  # type: ignore[arg-type]
    )
    return build_site(keen(), out, config)


def users_of(site: Path) -> dict[str, dict]:
    return json.loads((site / "data" / "recommendations.json").read_text("utf-8"))["users"]


@pytest.mark.parametrize(("setting", "n_named"), [(5, 5), ("none", 0)])
def test_no_more_items_are_named_than_the_setting_says(setting, n_named, tmp_path):
    site = site_of(tmp_path / "site", named_items=setting)
    assert set(given_away(site, keen()).values()) == {n_named}
    record = json.loads((site / "data" / "recommendations.json").read_text("utf-8"))
    assert record["max_named"] == n_named
    rows = [row for user in record["users"].values() for rows in user["models"].values() for row in rows]
    assert sum(row["held_out"] for row in rows) > n_named * N_USERS  # they still count


def test_where_all_may_be_named_nothing_is_withheld(tmp_path):
    site = site_of(tmp_path / "site", named_items="all")
    assert max(given_away(site, keen()).values()) > 30
    rows = [row for user in users_of(site).values() for rows in user["models"].values() for row in rows]
    assert all(row["item"] is not None and "why_withheld" not in row for row in rows)


def test_hidden_ratings_are_neither_listed_nor_given_as_reasons(tmp_path):
    site = site_of(tmp_path / "site", hide_rated=True)
    users = users_of(site)
    assert all(user["rated"] == [] for user in users.values())
    rows = [row for user in users.values() for rows in user["models"].values() for row in rows]
    assert not any("why" in row for row in rows) and any(row.get("why_withheld") for row in rows)


@pytest.mark.parametrize("user_pages", [100, 0], ids=["a page each", "one page for all"])
def test_hashed_ids_take_the_place_of_ids_in_every_file_and_address(tmp_path, user_pages):
    site = site_of(tmp_path / "site", user_pages, PresentationConfig(), hash_users=SALT)  # with every page
    users = list(users_of(site))
    assert users == sorted(users) and all(len(id_) == 12 for id_ in users)
    assert json.loads((site / "data" / "build.json").read_text("utf-8"))["config"]["hash_users"] is True
    for path in site.rglob("*"):
        assert "reader-" not in path.name
        if path.is_file():
            content = path.read_bytes()
            assert b"reader-" not in content and SALT.encode() not in content, path
    if user_pages:
        assert {path.stem for path in (site / "users").iterdir()} == {*users}


def test_the_secret_is_neither_in_the_site_nor_in_the_cache_nor_printed(tmp_path, monkeypatch, capfd):
    log = write_movielens(tmp_path / "log", n_users=12, n_items=15)
    (log / "site.toml").write_text(f'pages = []\n[privacy]\nhash_users = "{SALT}"\n')
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    options = ["--data", str(log), "--out", str(tmp_path / "site"), "--dim", "4", "--epochs", "1", "--verbose"]
    assert build.main(options) == 0
    assert SALT not in "".join(capfd.readouterr())
    for folder in (tmp_path / "site", tmp_path / "cache"):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        for path in files:
            contents = [path.read_bytes()]
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    contents += [archive.read(name) for name in archive.namelist()]
            for encoding in ("utf-8", "utf-16-le", "utf-32-le"):  # NumPy stores texts as the last
                assert not any(SALT.encode(encoding) in content for content in contents), path
