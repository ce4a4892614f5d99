"""Marquee: two-tower recommenders in numpy, published as a static site.

Example::

    ds = recsys.load_dataset("sample")
    fitted = recsys.fit(ds, model="deep")
    items, scores = recsys.top_k(fitted, k=10, exclude=ds)
"""

from recsys.baselines.als import ALS
from recsys.baselines.simple import EASE, ItemKNN, Popularity
from recsys.config import BuildConfig, TrainConfig
from recsys.data.dataset import Dataset, Source
from recsys.data.load import load_dataset
from recsys.data.split import Split, split
from recsys.errors import ConfigError, DataError, DownloadError, OutputError, RecsysError
from recsys.evaluation.metrics import Report, evaluate
from recsys.evaluation.ranking import top_k
from recsys.models.fitted import EpochRecord, Fitted
from recsys.models.saved import load_fitted
from recsys.schema import VERSION
from recsys.training.fit import fit

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
    "OutputError",
    "Popularity",
    "RecsysError",
    "Report",
    "Source",
    "Split",
    "TrainConfig",
    "__version__",
    "evaluate",
    "fit",
    "load_dataset",
    "load_fitted",
    "split",
    "top_k",
]
