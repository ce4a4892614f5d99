"""Every setting: its meaning, range and default; values are checked when an object is made.

A setting that does not suit the data set, or that names an unknown model, is refused by ``recsys.pipeline``, which
knows both.
"""

from recsys.config.building import BuildConfig, TrainConfig
from recsys.config.presentation import PresentationConfig
from recsys.config.privacy import PrivacyConfig
from recsys.config.reading import InputConfig, ReadConfig, Role
from recsys.config.settings import Settings, read_settings

__all__ = [
    "BuildConfig",
    "InputConfig",
    "PresentationConfig",
    "PrivacyConfig",
    "ReadConfig",
    "Role",
    "Settings",
    "TrainConfig",
    "read_settings",
]
