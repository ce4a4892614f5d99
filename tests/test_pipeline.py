"""The stages of a build as functions, and ``recsys.build_site`` for a data set in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import build
import recsys
from recsys import pipeline
from recsys.baselines.registry import BASELINES
from recsys.config.presentation import PresentationConfig
from recsys.errors import ConfigError, OutputError
from recsys.evaluation.cold_start import AT_RANDOM, FIRST_IN_TIME
from recsys.export.assemble import assemble
from recsys.export.files import read_artefacts
from recsys.learn import learn
from recsys.reporter import SILENT
from recsys.schema import Artefacts, EpochRecord
from tests.small_logs import write_movielens
from tests.test_build import differing, files, skip_pages

QUICK = recsys.BuildConfig(train=recsys.TrainConfig(dim=8, epochs=2))
WITH_USERS = replace(QUICK, presentation=PresentationConfig(pages=("users",)))  # charts take most of the time
TRAINING = ["ratings", "split", "train"]
STAGES = [*TRAINING, "recommend", "explain", "evaluate", "assemble", "export", "render"]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_movielens(tmp_path_factory.mktemp("logs") / "Small", n_users=25, n_items=30)


@pytest.fixture(scope="module")
def dataset(log: Path) -> recsys.Dataset:
    return recsys.load_dataset(log)


class RecordingReporter:
    """Notes all calls.

    Attributes:
        stages: names of the stages, as they end.
        details: by stage or baseline, its details.
        epochs: by model, the epochs that were reported.
        progress_ends: by description, the last (done, total).
    """

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.details: dict[str, list[str]] = {}
        self.epochs: dict[str, list[int]] = {}
        self.progress_ends: dict[str, tuple[int, int]] = {}
        self.open: list[str] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        assert not self.open, f"{name} begins before {self.open} has ended"
        self.open.append(name)
        details: list[str] = []
        yield details
        self.open.remove(name)
        self.stages.append(name)
        self.details[name] = details

    def done(self, name: str, seconds: float, details: Sequence[str]) -> None:
        assert seconds >= 0
        self.details[name] = list(details)

    @contextmanager
    def training(self) -> Iterator[Callable[[str, int], Callable[[EpochRecord], None]]]:
        yield lambda model, epochs: lambda record: self.epochs.setdefault(model, []).append(record.epoch)

    @contextmanager
    def progress(self, description: str) -> Iterator[Callable[[int, int], None]]:
        yield lambda done, total: self.progress_ends.update({description: (done, total)})


def test_build_site_writes_the_same_bytes_as_the_command_and_returns_the_absolute_folder(
    dataset, log, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    folder = recsys.build_site(dataset, "site", QUICK)
    assert folder == tmp_path / "site"
    command = ["--data", str(log), "--dim", "8", "--epochs", "2", "--no-cache", "--quiet"]
    assert build.main([*command, "--out", str(tmp_path / "other")]) == 0
    assert differing(folder, tmp_path / "other") == []


def test_an_earlier_site_is_replaced_and_its_models_come_from_the_cache(dataset, tmp_path, trained, monkeypatch):
    skip_pages(monkeypatch)
    recsys.build_site(dataset, tmp_path / "site", QUICK)
    recsys.build_site(dataset, tmp_path / "site", replace(QUICK, top_k=5))
    assert trained == ["deep", "base"]
    assert read_artefacts(tmp_path / "site" / "data").recommendations.k == 5


def test_a_folder_that_is_not_a_site_is_refused_before_any_work(dataset, tmp_path, trained):
    (tmp_path / "letter.txt").write_text("dear reader")
    with pytest.raises(OutputError, match="is neither empty nor a site"):
        recsys.build_site(dataset, tmp_path, QUICK)
    assert files(tmp_path) == ["letter.txt"]
    assert trained == []


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        (replace(QUICK, top_k=31), ConfigError, "top_k is 31; Small has 30 items"),
        (replace(QUICK, max_files=54), OutputError, "55 pages of their own"),
    ],
)
def test_settings_that_do_not_fit_the_data_are_refused_before_any_work(
    config, error, message, dataset, tmp_path, trained
):
    with pytest.raises(error, match=message):
        recsys.build_site(dataset, tmp_path / "site", config)
    assert files(tmp_path) == []
    assert trained == []


def test_lists_of_the_default_length_are_as_long_as_a_small_catalogue(tmp_path, monkeypatch):
    skip_pages(monkeypatch)
    poll = recsys.Dataset.from_frames([{"user": user, "item": user % 6} for user in range(30)], name="Poll")
    folder = recsys.build_site(poll, tmp_path / "site", QUICK, cache=recsys.NoCache())
    artefacts = read_artefacts(folder / "data")
    assert (artefacts.recommendations.k, artefacts.build.config["top_k"]) == (6, 6)


def test_three_users_without_timestamps_titles_or_genres_are_enough(tmp_path):
    rows = [("ann", "a", 5), ("ann", "b", 3), ("bob", "b", 4), ("bob", "c", 1), ("cy", "a", 2)]
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating"])
    book_club = recsys.Dataset.from_frames(ratings, name="Our book club")
    folder = recsys.build_site(book_club, tmp_path / "site", replace(QUICK, top_k=2), cache=recsys.NoCache())
    names = files(folder)
    assert {"index.html", "users/ann.html", "users/bob.html", "users/cy.html", "items/a.html"} <= set(names)
    artefacts = read_artefacts(folder / "data")
    assert artefacts.metrics.protocol.split == "random"
    assert list(artefacts.metrics.models) == ["base", "deep", *BASELINES]
    assert all(row.beyond["diversity"].mean is None for row in artefacts.metrics.models.values())


def test_every_page_of_a_synthetic_log_says_that_its_ratings_are_invented(dataset, tmp_path):
    synthetic = replace(dataset, source=recsys.Source(synthetic=True))
    config = replace(QUICK, models=("base",), holdout=0)
    folder = recsys.build_site(synthetic, tmp_path / "site", config, cache=recsys.NoCache())
    pages = [path for path in folder.rglob("*.html") if "invented" not in path.read_text(encoding="utf-8")]
    assert pages == []
    assert len(list((folder / "users").iterdir())) == 25


def test_a_build_that_fails_leaves_nothing_behind(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "render_site", None)
    with pytest.raises(TypeError):
        recsys.build_site(dataset, tmp_path / "site", QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_reporter_sees_every_stage_once_and_in_order(dataset, tmp_path):
    reporter = RecordingReporter()
    recsys.build_site(dataset, tmp_path / "site", WITH_USERS, cache=recsys.NoCache(), reporter=reporter)
    assert reporter.stages == STAGES
    assert all(len(reporter.details[name]) == 1 for name in BASELINES)
    assert reporter.epochs == {"base": [1, 2], "deep": [1, 2]}
    done, total = reporter.progress_ends["pages"]
    assert done == total >= dataset.n_users + dataset.n_items
    users = read_artefacts(tmp_path / "site" / "data").recommendations.users.values()
    n_train, n_hidden = sum(user.n_train for user in users), sum(user.n_hidden for user in users)
    assert reporter.details["split"] == [f"temporal: {n_train} ratings to train on, {n_hidden} held out"]


@pytest.mark.parametrize(("n", "detail"), [(2, "1 rating to train on, 1 held out"), (3, "2 ratings to train on, 1")])
def test_a_single_rating_to_train_on_is_spoken_of_in_the_singular(n, detail):
    reporter = RecordingReporter()
    frame = pd.DataFrame({"user": ["ada"] * n, "item": range(n), "rating": range(n)})
    pipeline.split(recsys.Dataset.from_frames(frame), QUICK, reporter)
    assert detail in reporter.details["split"][0]


def test_a_reporter_sees_that_lists_for_the_pages_are_re_ranked(dataset):
    reporter = RecordingReporter()
    pipeline.compute_results(dataset, replace(QUICK, discovery=0.5), reporter, recsys.NoCache())
    assert reporter.details["discover"] == ["lists for the pages, re-ranked by discovery 0.5"]
    assert reporter.stages.index("recommend") < reporter.stages.index("discover") < reporter.stages.index("evaluate")


def test_a_reporter_sees_reading_and_the_measurement_of_new_users_too(log):
    reporter = RecordingReporter()
    dataset, _ = pipeline.read(log, reporter)
    config = replace(QUICK, models=("deep",), holdout=0, evaluate_new_users=True)
    artefacts = pipeline.compute(dataset, config, reporter, recsys.NoCache())
    computed = ["read", "ratings", "split", "train", "recommend", "explain"]
    assert reporter.stages == [*computed, "new users", "assemble"]
    assert artefacts.metrics.new_users.given == ["3", "5", "10", "half"]
    assert reporter.progress_ends["new users"] == (5, 5)


def test_every_stage_can_be_called_on_its_own(dataset, tmp_path):
    cache = recsys.NoCache()
    parts = pipeline.split(dataset, WITH_USERS)
    learned = learn(dataset, parts, WITH_USERS)
    own, ranks = pipeline.recommend(learned.models, parts, WITH_USERS)
    lists = own | learned.lists
    reasons = pipeline.explain(learned.models, parts, lists, WITH_USERS)
    evaluation = pipeline.evaluate(learned, parts, lists, WITH_USERS)
    assert list(lists) == list(evaluation.reports) == ["base", "deep", *BASELINES]
    assert list(reasons) == list(ranks) == list(learned.frames) == ["base", "deep"]
    results = pipeline.Results(
        dataset, parts, WITH_USERS, learned.models, lists, evaluation, reasons, ranks, learned.frames
    )
    artefacts = assemble(results)
    assert artefacts == pipeline.compute(dataset, WITH_USERS, SILENT, cache)
    pipeline.export(artefacts, tmp_path / "data")
    assert read_artefacts(tmp_path / "data") == artefacts
    pipeline.render(artefacts, tmp_path)
    assert (tmp_path / "index.html").exists()


def test_the_export_of_a_site_is_copied_for_rendering_it_again(dataset, tmp_path):
    artefacts = pipeline.compute(dataset, replace(QUICK, holdout=0), SILENT, recsys.NoCache())
    for name in ("site", "staging"):
        (tmp_path / name).mkdir()
    pipeline.export(artefacts, tmp_path / "site" / "data")
    assert pipeline.copy_export(tmp_path / "site", tmp_path / "staging") == artefacts
    assert differing(tmp_path / "site" / "data", tmp_path / "staging" / "data") == []


def computed(dataset: recsys.Dataset, **settings: object) -> Artefacts:
    return pipeline.compute(dataset, replace(QUICK, **settings), SILENT, recsys.NoCache())


def test_models_are_in_the_order_of_the_registry_whatever_the_order_of_the_settings(dataset):
    artefacts = computed(dataset, models=("deep", "base"), holdout=0)
    assert list(artefacts.build.models) == ["base", "deep"]
    assert artefacts.metrics.agreement.models == ("base", "deep")


def test_where_no_hidden_rating_is_relevant_lists_mark_hits_and_pages_say_why_nothing_is_measured(tmp_path, caplog):
    # The oldest rating of everybody is a 5, all later ones are lower: none of those that are hidden is a 5.
    rows = [(f"u{user}", (user + turn) % 20, 5 if turn == 0 else 1 + turn % 4, turn)
            for user in range(25) for turn in range(10)]  # fmt: skip
    log = recsys.Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"]))
    presentation = PresentationConfig(pages=("users", "compare"))
    config = replace(QUICK, models=("base",), relevant_from=5, presentation=presentation)
    recsys.build_site(log, tmp_path / "site", config, cache=recsys.NoCache())
    artefacts = read_artefacts(tmp_path / "site" / "data")
    reason = "relevant_from is 5, and the highest held-out rating is 2, so no item counts as relevant"
    assert artefacts.metrics.models == {}
    assert artefacts.metrics.protocol.not_measured == reason
    assert (artefacts.metrics.protocol.n_evaluated, artefacts.metrics.protocol.n_not_evaluated) == (0, 25)
    for user in artefacts.recommendations.users.values():
        assert (user.n_hidden, user.n_relevant, user.baselines) == (2, 0, {})
        assert sum(user.hidden_ranks["base"].counts) == 2
        assert all(row.relevant is not row.held_out for row in user.models["base"])
    assert f"No metrics will be measured, and no baselines computed: {reason}." in caplog.text
    assert f"No metrics were measured: {reason}." in (tmp_path / "site" / "compare.html").read_text("utf-8")


def test_lists_without_a_single_hit_are_built():
    # Every hidden item is its user's alone, so in training it looks like all the others that nobody has rated.
    pairs = [(user, 3 * user + n) for user in range(5) for n in range(3)]
    log = pd.DataFrame(pairs, columns=["user", "item"]).assign(rating=[1, 3, 5] * 5, timestamp=[1, 2, 3] * 5)
    titles = pd.DataFrame({"item": range(-500, 15), "title": "none", "year": None})
    artefacts = computed(recsys.Dataset.from_frames(log, titles), top_k=1, models=["base"])

    users = artefacts.recommendations.users.values()
    assert not any(row.held_out for user in users for rows in user.models.values() for row in rows)


def test_new_users_without_a_relevant_hidden_rating_are_not_measured(dataset, caplog):
    rating = np.where(np.arange(dataset.n_ratings) == 0, 5, dataset.rating.clip(max=4)).astype(np.float32)
    log, config = replace(dataset, rating=rating), replace(QUICK, relevant_from=5, evaluate_new_users=True)
    assert pipeline.evaluate_new_users(log, config, SILENT, recsys.NoCache()) == {}
    assert "new users were not measured: too few have a held-out rating that counts as relevant" in caplog.text


def test_a_threshold_above_every_rating_is_refused_before_training(dataset, trained):
    with pytest.raises(ConfigError, match=r"relevant_from is 5\.5, and the highest rating of Small is 5; expected"):
        computed(dataset, relevant_from=5.5)
    assert trained == []


def test_a_constant_added_to_all_times_changes_nothing_but_the_checksum(dataset):
    shifted = computed(replace(dataset, timestamp=dataset.timestamp + 1000), models=("base",))
    expected = computed(dataset, models=("base",))
    assert shifted.metrics == expected.metrics
    assert shifted.recommendations == expected.recommendations


def test_with_too_few_users_new_users_are_not_measured_which_is_a_warning(dataset, caplog):
    few = dataset.subset(dataset.user < 19)
    config = replace(QUICK, evaluate_new_users=True)
    assert pipeline.evaluate_new_users(few, config, SILENT, recsys.NoCache()) == {}
    assert caplog.messages == [
        "new users were not measured: users with two ratings or more are 19; expected 20 at least"
    ]


def test_new_users_are_measured_by_models_that_are_trained_once_a_draw(dataset, trained):
    config = replace(QUICK, evaluate_new_users=True)
    reports = pipeline.evaluate_new_users(dataset, config, SILENT, recsys.NoCache())
    assert trained == ["deep"] * 5  # for both rows of deep, and both orders
    assert list(reports) == [AT_RANDOM, FIRST_IN_TIME]
    for report in reports.values():
        assert list(report.models) == ["deep", "deep_liked", "popularity", "ease"]
        assert np.shape(report.models["deep"]) == (len(report.given), 5)


def test_without_times_no_items_are_the_first(dataset):
    config = replace(QUICK, evaluate_new_users=True)
    reports = pipeline.evaluate_new_users(replace(dataset, timestamp=None), config, SILENT, recsys.NoCache())
    assert list(reports) == [AT_RANDOM]


def test_a_script_without_a_main_guard_builds_a_site_of_a_large_log_too(log, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"""
import recsys
from recsys import pipeline
from recsys.site.output.manifest import write_manifest
pipeline.render = lambda artefacts, folder, *rest: write_manifest(folder)
config = recsys.BuildConfig(models=("base",), train=recsys.TrainConfig(dim=8, epochs=2))
recsys.build_site(recsys.load_dataset({str(log)!r}), {str(tmp_path / "site")!r}, config, cache=recsys.NoCache())
""")
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, str(script)], check=True, env={**os.environ, "PYTHONPATH": str(root)})
    assert list(read_artefacts(tmp_path / "site" / "data").metrics.models) == ["base", *BASELINES]


def test_importing_recsys_imports_nothing_that_renders_pages_until_it_is_asked_for():
    program = """
import json, sys
import recsys
rendering = [name for name in ("jinja2", "bokeh", "recsys.pipeline") if name in sys.modules]
print(json.dumps([rendering, recsys.build_site.__module__, "jinja2" in sys.modules, "build_site" in dir(recsys)]))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == [[], "recsys.pipeline", True, True]
    with pytest.raises(AttributeError, match="no attribute 'build_sight'"):
        recsys.build_sight  # noqa: B018


def log_with(ratings: Sequence[float]) -> recsys.Dataset:
    """Ten ratings a user, in a circle, with these values."""
    pairs = [(number // 10, number % 12) for number in range(len(ratings))]
    return recsys.Dataset.from_frames(pd.DataFrame(pairs, columns=["user", "item"]).assign(rating=ratings))


@pytest.mark.parametrize(("ratings", "description"), [
    ([1, 2, 3, 4, 5] * 40, "a scale from 1 to 5"),
    ([1, 2, 3, 4, 5] * 40 + [1e6], "a scale from 1 to 5; 1 beyond it weigh as its ends"),
    ([float(np.ceil(np.exp(n % 97 / 10))) for n in range(200)], "counts: 1 to 14,765, weighed by logarithm"),
    ([3] * 200, "interactions without a rating: all are 3"),
])  # fmt: skip
def test_a_build_says_what_the_ratings_are_read_as(ratings, description, caplog):
    recorder = RecordingReporter()
    pipeline.read_ratings(log_with(ratings), recorder)
    assert recorder.details["ratings"] == [f"read as {description}"]
    assert caplog.messages == []


@pytest.mark.parametrize(("ratings", "share"), [([0] * 62 + [5, 7, 8, 10] * 10, 61), ([0, 0, 0, 1] * 30, 75)])
def test_a_log_most_of_whose_ratings_count_for_nothing_is_warned_of(ratings, share, caplog):
    pipeline.read_ratings(log_with(ratings))
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"{share} % of the ratings count for nothing or against their item")
