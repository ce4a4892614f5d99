"""The models there are. To add one, write its file and add its line to :data:`MODELS`."""

from __future__ import annotations

from recsys.errors import ConfigError
from recsys.models import base, deep
from recsys.models.protocol import ModelSpec

MODELS: dict[str, ModelSpec] = {
    "base": base.MODEL,
    "deep": deep.MODEL,
}
"""The models by name, in the order in which they are shown. Look them up when a function runs, not when a module is
imported, so that an entry added later counts too."""


def model_spec(name: str) -> ModelSpec:
    """The model of that name.

    Raises:
        ConfigError: there is none.
    """
    if name not in MODELS:
        raise ConfigError(f"there is no model {name!r}; expected {' or '.join(map(repr, MODELS))}")
    return MODELS[name]
