"""The public names of the package, which :mod:`recsys` imports when the first of them is used."""

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
from recsys.errors import ConfigError, DataError, DownloadError, OutputError, RecsysError, TrainingError
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
    "TrainingError",
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
    """Import what renders pages only when it is used: it takes as long to import as all the rest."""
    if name == "build_site":
        from recsys.pipeline import build_site

        return build_site
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
