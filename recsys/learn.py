"""Train the models and compute the baselines, as independent tasks; what is in the cache is not computed again."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from recsys.baselines.registry import BASELINES
from recsys.baselines.run import BaselineResult, BaselineRow, SkippedBaseline, baseline_tasks
from recsys.cache.baselines import baselines_key, load_baselines, save_baselines
from recsys.cache.models import Recorded, fit_recorded, load_model, model_key, save_model
from recsys.cache.store import Cache, NoCache
from recsys.config import BuildConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation.relevance import relevant_ratings
from recsys.export.results import EvaluationResults
from recsys.machines import THIS_PROCESS, Machines
from recsys.models.fitted import Fitted
from recsys.models.registry import MODELS
from recsys.recommend.lists import Lists
from recsys.reporter import SILENT, Reporter
from recsys.tasks import Finished, Task
from recsys.training.snapshots import Frames, tracked_items

FROM_CACHE = " (from an earlier build)"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned from the training part; by name, in the order of the registries.

    Attributes:
        models: the trained models.
        frames: by model, vectors of the items ``tracked_items(dataset)`` over the epochs.
        lists: by baseline, every user's list.
        evaluation: how the baselines were tuned, or why they were skipped.
    """

    models: dict[str, Fitted]
    frames: dict[str, Frames]
    lists: dict[str, Lists]
    evaluation: EvaluationResults


def learn(
    dataset: Dataset,
    parts: Split,
    config: BuildConfig,
    reporter: Reporter = SILENT,
    cache: Cache | None = None,
    machines: Machines = THIS_PROCESS,
) -> Learned:
    """Train every model of the settings and compute every baseline, or take them from the cache.

    Args:
        dataset: the whole log; its most rated items are those whose movement is recorded.
        parts: the ratings to learn from, and the held-out ones; if none of these is relevant, nothing can be measured
            and no baseline is computed.
        config: settings.
        reporter: follows the epochs of models that are not in the cache.
        cache: where models and baselines are looked up and saved; None for none.
        machines: where the tasks are run.
    """
    cache, tracked = cache or NoCache(), tracked_items(dataset)
    names = [name for name in MODELS if name in config.models]
    is_measured = relevant_ratings(parts.train, parts.test, config.relevant_from) is not None
    keys = {name: model_key(parts.train, name, config.train, tracked, machines.n_parts) for name in names}
    models = {name: model for name, key in keys.items() if (model := load_model(cache, key)) is not None}
    row_key = baselines_key(parts, config) if is_measured else None
    rows = {row.name: row for row in load_baselines(cache, row_key, parts, config.top_k) or ()}
    for name, result in {**models, **rows}.items():
        _report(name, result, 0.0, FROM_CACHE, reporter)
    # Whatever takes longest begins first. The registry has the models in the order of their training times.
    to_train = [
        Task(name, partial(fit_recorded, machines.start_training, parts.train, name, config.train, tracked))
        for name in reversed(names)
        if name not in models
    ]
    to_compute = baseline_tasks(parts, config) if is_measured and not rows else []
    to_compute.sort(key=lambda task: -BASELINES[task.name].relative_time)
    with closing(_run(to_train, to_compute, parts, config, reporter, machines)) as finished:
        for name, result, seconds in finished:
            if isinstance(result, Recorded):
                models[name] = result
                save_model(cache, keys[name], result)
            else:
                rows[name] = result
            _report(name, result, seconds, "", reporter)
    in_order = [rows[name] for name in BASELINES if name in rows]
    if to_compute:
        save_baselines(cache, row_key, in_order)
    return _learned({name: models[name] for name in names}, in_order)


def _run(
    to_train: Sequence[Task[Recorded]],
    to_compute: Sequence[Task[BaselineRow]],
    parts: Split,
    config: BuildConfig,
    reporter: Reporter,
    machines: Machines,
) -> Generator[Finished[Recorded | BaselineRow], None, None]:
    """The stage itself: the results of all tasks as they finish. Closing the generator ends the rest."""
    with reporter.stage("train") as details, reporter.training() as display:
        on_epoch = {
            task.name: display(task.name, MODELS[task.name].defaults(parts.train, config.train).epochs)
            for task in to_train
        }
        yield from machines.learn(to_train, to_compute, lambda name, record: on_epoch[name](record))
        names = [task.name for task in to_train] + [task.name for task in to_compute]
        details.append(", ".join(names) or "nothing to do")


def _learned(models: dict[str, Recorded], rows: Sequence[BaselineRow]) -> Learned:
    computed = [row for row in rows if isinstance(row, BaselineResult)]
    return Learned(
        models={name: recorded.fitted for name, recorded in models.items()},
        frames={name: recorded.frames for name, recorded in models.items()},
        lists={row.name: row.lists for row in computed},
        evaluation=EvaluationResults(
            tuned={row.name: row.tuned for row in computed},
            skipped={row.name: row.reason for row in rows if isinstance(row, SkippedBaseline)},
        ),
    )


def _report(name: str, result: Recorded | BaselineRow, seconds: float, remark: str, reporter: Reporter) -> None:
    match result:
        case Recorded(fitted):
            epochs = f"{len(fitted.history)} epochs, served as after {fitted.best_epoch}"
            reporter.done(f"train {name}", seconds, [epochs + remark])
        case BaselineResult():
            reporter.done(name, seconds, [result.tuned.describe() + remark])
        case SkippedBaseline():
            logger.warning("%s was not computed: %s", name, result.reason)
