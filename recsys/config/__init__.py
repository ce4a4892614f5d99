"""Every setting: its meaning, range and default, checked when it is made.

A setting that is only impossible for a certain data set, or names a model there is not, is refused where both are
known: in ``recsys.pipeline``.
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
