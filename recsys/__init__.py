"""Marquee: two-tower recommenders in numpy, published as a static site.

Load ratings, hide the newest of each user, train, measure and recommend:

>>> import recsys
>>> dataset = recsys.load_dataset("sample")  # or the path of a table of ratings
>>> dataset
<Dataset 'Sample': 36,909 ratings, 600 users, 515 items>
>>> parts = recsys.split(dataset, holdout=0.2)
>>> fitted = recsys.fit(parts.train, model="deep", config=recsys.TrainConfig(epochs=5))
>>> report = recsys.evaluate(fitted, parts.train, parts.test)
>>> report.mean["ndcg"] > recsys.evaluate(recsys.Popularity(parts.train), parts.train, parts.test).mean["ndcg"]
True
>>> items, scores = recsys.top_k(fitted, k=10, exclude=dataset)
>>> items.shape  # ten items for each user: indices into dataset.item_ids and dataset.titles
(600, 10)

Or do all of that and write the pages::

    recsys.build_site(dataset, "site")

What there is: :func:`load_dataset`, :class:`Dataset` and :func:`split` for ratings; :func:`fit`, :class:`Fitted` and
:func:`load_fitted` for models; :class:`Popularity`, :class:`ItemKNN`, :class:`EASE` and :class:`ALS` to compare them
with; :func:`top_k` and :func:`evaluate` for both; :func:`build_site`, :class:`BuildConfig` and :class:`TrainConfig`
for sites. Every expected failure is a :class:`RecsysError`, whose text is a sentence for the user.
"""

from typing import TYPE_CHECKING, Any

from recsys.baselines.als import ALS
from recsys.baselines.ease import EASE
from recsys.baselines.item_knn import ItemKNN
from recsys.baselines.popularity import Popularity
from recsys.cache.store import NoCache
from recsys.config import BuildConfig, PresentationConfig, PrivacyConfig, ReadConfig, TrainConfig
from recsys.data.dataset import Dataset, Source
from recsys.data.load import load_dataset
from recsys.data.split import Split, split
from recsys.errors import ConfigError, DataError, DownloadError, OutputError, RecsysError
from recsys.evaluation.ranking import top_k
from recsys.evaluation.report import Report, evaluate
from recsys.models.fitted import Fitted
from recsys.models.load import load_fitted
from recsys.schema import VERSION, EpochRecord
from recsys.training.fit import fit

if TYPE_CHECKING:
    from recsys.pipeline import build_site

__version__ = VERSION

__all__ = [
    "ALS",
    "EASE",
    "BuildConfig",
    "ConfigError",
    "DataError",
    "Dataset",
    "DownloadError",
    "EpochRecord",
    "Fitted",
    "ItemKNN",
    "NoCache",
    "OutputError",
    "Popularity",
    "PresentationConfig",
    "PrivacyConfig",
    "ReadConfig",
    "RecsysError",
    "Report",
    "Source",
    "Split",
    "TrainConfig",
    "__version__",
    "build_site",
    "evaluate",
    "fit",
    "load_dataset",
    "load_fitted",
    "split",
    "top_k",
]


def __getattr__(name: str) -> Any:
    """Import what renders pages only when it is asked for: it takes as long to import as all the rest."""
    if name == "build_site":
        from recsys.pipeline import build_site

        return build_site
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is imported late is listed too, for whoever explores the package."""
    return sorted({*globals(), *__all__})
