"""Every setting: its meaning, unit and default, checked when it is made.

Knows nothing of models or data; a setting that is only impossible for a certain data set is refused where the two
meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import msgspec

from recsys.errors import ConfigError

_ADDRESS = re.compile(
    r"""
    https?://
    (?: [a-z0-9] [a-z0-9.-]* | \[ [0-9a-f:.]+ \] ) (?: : [0-9]{1,5} )?  # host and port
    (?: / (?: [a-z0-9._~!$&'()*+,;=:@-] | %[0-9a-f]{2} )* )*  # path
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How a model is trained; None leaves a setting to the rules in ``recsys.models.hyperparameters``.

    Raises:
        ConfigError: a value is outside its range.
    """

    dim: int = 64
    """Length of user and item vectors."""
    epochs: int | None = None
    """Passes over the ratings at most; fewer where more make it clearly worse on ratings held out."""
    patience: int = 20
    """Epochs without a better validation nDCG after which training ends."""
    learning_rate: float | None = None
    """Adam's step size in the first epoch; it falls to 0 along a cosine."""
    l2: float | None = None
    """Weight of the squared norm of the towers' outputs, relative to the loss of one pair."""
    batch_size: int | None = None
    """Ratings in a batch, about: a batch is made of whole users, and an epoch of two batches at least."""
    seed: int = 0
    """Of everything random: equal seeds give equal models."""

    def __post_init__(self) -> None:
        """Refuse what cannot train."""
        _whole("dim", self.dim, 1, 4096)
        _whole("patience", self.patience, 1, 100_000)
        _whole("seed", self.seed, 0, 2**63 - 1)
        if self.epochs is not None:
            _whole("epochs", self.epochs, 1, 100_000)
        if self.batch_size is not None:
            _whole("batch_size", self.batch_size, 1, 2**31)
        if self.learning_rate is not None:
            _real("learning_rate", self.learning_rate, 0, 10, open_low=True)
        if self.l2 is not None:
            _real("l2", self.l2, 0, 1000)


@dataclass(frozen=True, kw_only=True)
class BuildConfig:
    """How a site is built.

    Raises:
        ConfigError: a value is outside its range.
    """

    holdout: float = 0.2
    """Share of each user's newest ratings hidden from training and used to measure; 0 measures nothing."""
    top_k: int = 10
    """Length of the recommended lists, and the k of every metric."""
    models: tuple[str, ...] = ("base", "deep")
    """The models to train."""
    site_url: str | None = None
    """Where the site will be published, for links that must be absolute: ``https://example.org/films/``."""
    evaluate_new_users: bool = False
    """Also measure how good the lists are for people who were not in training; trains deep five times more."""
    user_pages: int = 10_000
    """Users up to which each has a page of their own; above, one page shows any of them, and needs JavaScript."""
    max_files: int = 100_000
    """Files that a site may have; a larger one is refused before its pages are written."""
    max_megabytes: int = 1_000
    """Size that a site may have, in MB; GitHub Pages takes no more than 1,000."""
    train: TrainConfig = field(default_factory=TrainConfig)
    """How each of them is trained."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        _real("holdout", self.holdout, 0, 1, open_high=True)
        _whole("top_k", self.top_k, 1, 1000)
        _whole("user_pages", self.user_pages, 0, 1_000_000)
        _whole("max_files", self.max_files, 1, 100_000_000)
        _whole("max_megabytes", self.max_megabytes, 1, 100_000_000)
        object.__setattr__(self, "models", _model_names(self.models))
        if not isinstance(self.evaluate_new_users, bool):
            raise ConfigError(f"evaluate_new_users is {self.evaluate_new_users!r}; expected a choice, true or false")
        if self.evaluate_new_users and "deep" not in self.models:
            raise ConfigError(
                "evaluate_new_users measures deep, the only model that answers somebody new, and only base is to be "
                "built; expected deep among the models: add it, or leave evaluate_new_users out"
            )
        url = self.site_url
        if url is not None and not (isinstance(url, str) and _ADDRESS.fullmatch(url)):
            raise ConfigError(
                f"site_url is {url!r}; expected an address that begins with https://, such as "
                "https://example.org/films/, in plain letters (a host in Punycode, a path percent-encoded) "
                "and without a user, a query or a fragment"
            )


def read_config(path: Path | None, options: Mapping[str, Any]) -> BuildConfig:
    """Settings from the defaults, a TOML file over them, and options over both.

    Args:
        path: a TOML file with the names of :class:`BuildConfig` at the top and those of :class:`TrainConfig` in a
            table ``[train]``; None for no file.
        options: values by setting name, without distinction between the two classes; None stands for "not given".

    Raises:
        ConfigError: the file cannot be read, or names or values in it or among the options are wrong.
    """
    given = {name: value for name, value in options.items() if value is not None}
    unknown = [name for name in given if name not in {**_names(BuildConfig), **_names(TrainConfig)}]
    if unknown:
        raise ConfigError(_no_setting(unknown[0]))
    written = BuildConfig() if path is None else _read_toml(path)
    train = {name: value for name, value in given.items() if name in _names(TrainConfig)}
    rest = {name: value for name, value in given.items() if name not in train}
    return replace(written, train=replace(written.train, **train), **rest)


def _read_toml(path: Path) -> BuildConfig:
    """The defaults with what the file says over them; every failure names the file."""
    try:
        values = msgspec.toml.decode(path.read_bytes())
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be read ({problem.strerror}); expected a TOML file") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: {problem}; expected TOML such as top_k = 10") from None
    train = values.pop("train", {})
    if not isinstance(train, dict):
        raise ConfigError(f"{path}: train is {train!r}; expected a table [train] with names such as dim = 64")
    misplaced = [*(values.keys() - _names(BuildConfig)), *(train.keys() - _names(TrainConfig))]
    if misplaced:
        raise ConfigError(f"{path}: {_no_setting(sorted(misplaced)[0])}")
    try:
        return BuildConfig(**values, train=TrainConfig(**train))
    except ConfigError as problem:
        raise ConfigError(f"{path}: {problem}") from None


def _no_setting(name: str) -> str:
    top = ", ".join(one for one in _names(BuildConfig) if one != "train")
    train = ", ".join(_names(TrainConfig))
    return f"there is no setting {name!r} in this place; expected {top}, and in the table [train] {train}"


def _names(kind: type[Any]) -> dict[str, None]:
    """The settings of a class, in the order they are declared."""
    return {setting.name: None for setting in fields(kind)}


def _model_names(models: object) -> tuple[str, ...]:
    if not isinstance(models, list | tuple) or not models or len(set(map(str, models))) < len(models):
        raise ConfigError(f"models is {models!r}; expected base, deep or both, each once, in a list")
    unknown = [name for name in models if name not in ("base", "deep")]
    if unknown:
        raise ConfigError(f"models: there is no model {unknown[0]!r}; expected base, deep or both")
    return tuple(models)


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name} is {value!r}; expected a whole number from {low} to {high}")


def _real(
    name: str, value: object, low: float, high: float, *, open_low: bool = False, open_high: bool = False
) -> None:
    inside = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (low < value if open_low else low <= value)
        and (value < high if open_high else value <= high)
    )
    if not inside:
        from_ = f"above {low}" if open_low else f"from {low}"
        to = f"below {high}" if open_high else f"to {high}"
        raise ConfigError(f"{name} is {value!r}; expected a number {from_} {to}")
