"""Every setting: its meaning, range and default, checked when it is made.

A setting that is only impossible for a certain data set, or names a model there is not, is refused where both are
known: in ``recsys.pipeline``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, inspect

from recsys.errors import ConfigError

_ADDRESS = r"""(?xia) \A
    https?://
    (?: [a-z0-9] [a-z0-9.-]* | \[ [0-9a-f:.]+ \] ) (?: : [0-9]{1,5} )?  # host and port
    (?: / (?: [a-z0-9._~!$&'()*+,;=:@-] | %[0-9a-f]{2} )* )*  # path
    \Z"""
_ADDRESS_IN_WORDS = (
    "an address that begins with https://, such as https://example.org/films/, in plain letters (a host in Punycode, "
    "a path percent-encoded) and without a user, a query or a fragment"
)


class _Checked:
    """A dataclass whose values must fit its annotations: a wrong type or range is a :class:`ConfigError`."""

    def __post_init__(self) -> None:
        """Check and convert every value, such as a list to a tuple."""
        for name, annotation in get_type_hints(type(self), include_extras=True).items():
            value = getattr(self, name)
            if isinstance(value, _Checked):
                continue
            try:
                object.__setattr__(self, name, msgspec.convert(value, annotation))
            except msgspec.ValidationError:
                expected = _describe(inspect.type_info(annotation))
                raise ConfigError(f"{name} is {value!r}; expected {expected}") from None


def _describe(kind: inspect.Type) -> str:
    """What values a type has, in words."""
    match kind:
        case inspect.UnionType():
            return _describe(kind.types[0])  # the other is None, for "not set"
        case inspect.Metadata():
            return str((kind.extra_json_schema or {})["description"])
        case inspect.IntType():
            return f"a whole number from {kind.ge} to {kind.le}"
        case inspect.FloatType():
            low = f"from {kind.ge:g}" if kind.gt is None else f"above {kind.gt:g}"
            high = f"to {kind.le:g}" if kind.lt is None else f"to below {kind.lt:g}"
            return f"a number {low} {high}"
        case inspect.BoolType():
            return "true or false"
        case _:
            return "a TrainConfig"


@dataclass(frozen=True, kw_only=True)
class TrainConfig(_Checked):
    """How a model is trained; None leaves a setting to the model, whose defaults follow from the data.

    Raises:
        ConfigError: a value is outside its range.
    """

    dim: Annotated[int, Meta(ge=1, le=4096)] = 64
    """Length of user and item vectors."""
    epochs: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    """Passes over the ratings at most; training ends earlier where more make it clearly worse on validation data."""
    patience: Annotated[int, Meta(ge=1, le=100_000)] = 20
    """Epochs without a better validation nDCG after which training ends."""
    learning_rate: Annotated[float, Meta(gt=0, le=10)] | None = None
    """Adam's step size in the first epoch; it falls to 0 along a cosine."""
    l2: Annotated[float, Meta(ge=0, le=1000)] | None = None
    """Weight of the squared norm of the towers' outputs, relative to the loss of one pair."""
    batch_size: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    """Ratings in a batch, about: a batch is made of whole users, and an epoch of two batches at least."""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    """Of everything random: equal seeds give equal models."""


Role = Literal["user", "item", "rating", "timestamp", "title", "year", "genres"]
"""What a column of a table holds, by the names that :meth:`recsys.Dataset.from_frames` gives them."""


@dataclass(frozen=True, kw_only=True)
class ReadConfig(_Checked):
    """How tables of ratings, items and users are read.

    Raises:
        ConfigError: a value is outside its range.
    """

    columns: Annotated[
        Mapping[Role, Annotated[str, Meta(min_length=1)]],
        Meta(
            description="a table [columns] with the name of a column for any of user, item, rating, timestamp, "
            "title, year and genres, such as item = 'ISBN'"
        ),
    ] = field(default_factory=dict)
    """The names of columns that are not recognised by themselves, or wrongly."""
    duplicates: Annotated[
        Literal["newest", "mean", "sum", "refuse"], Meta(description="newest, mean, sum or refuse")
    ] = "newest"
    """What becomes of several ratings that a user gave one item."""
    lenient: bool = False
    """Skip rows that cannot be read, and count them, instead of refusing the table."""


@dataclass(frozen=True, kw_only=True)
class BuildConfig(_Checked):
    """How a site is built.

    Raises:
        ConfigError: a value is outside its range.
    """

    holdout: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """Share of each user's newest ratings hidden from training and used to measure; 0 measures nothing."""
    relevant_from: Annotated[float, Meta(ge=-1e38, le=1e38, description="a finite number")] | None = None
    """The lowest hidden rating that counts as relevant when lists are measured; None where every rating counts."""
    top_k: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Length of the recommended lists, and the k of every metric."""
    models: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(min_length=1, description="a list of models, each once"),
    ] = ("base", "deep")
    """The models to train."""
    site_url: Annotated[str, Meta(pattern=_ADDRESS, description=_ADDRESS_IN_WORDS)] | None = None
    """Where the site will be published, for links that must be absolute: ``https://example.org/films/``."""
    evaluate_new_users: bool = False
    """Also measure the lists of users who were not in training; trains deep five times more."""
    user_pages: Annotated[int, Meta(ge=0, le=1_000_000)] = 10_000
    """Users up to which each has a page of their own; above, one page shows any of them, and needs JavaScript."""
    max_files: Annotated[int, Meta(ge=1, le=100_000_000)] = 100_000
    """Files that a site may have; a larger one is refused before its pages are written."""
    max_megabytes: Annotated[int, Meta(ge=1, le=100_000_000)] = 1_000
    """Size that a site may have, in MB; GitHub Pages takes no more than 1,000."""
    train: TrainConfig = field(default_factory=TrainConfig)
    """How each of them is trained."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        super().__post_init__()
        if len(set(self.models)) < len(self.models):
            raise ConfigError(f"models is {list(self.models)}; expected a list of models, each once")


def read_config(path: Path | None, options: Mapping[str, Any]) -> BuildConfig:
    """Settings from the defaults, a TOML file over them, and options over both.

    Args:
        path: a TOML file with the names of :class:`BuildConfig` at the top and those of :class:`TrainConfig` in a
            table ``[train]``; None for no file.
        options: values by setting name, without distinction between the two classes; None means "not given".

    Raises:
        ConfigError: the file cannot be read, or names or values in it or among the options are wrong.
    """
    config = BuildConfig() if path is None else _read_toml(path)
    given = {name: value for name, value in options.items() if value is not None}
    _check_names(given, {*_names(BuildConfig), *_names(TrainConfig)})
    train = {name: given.pop(name) for name in _names(TrainConfig) if name in given}
    return replace(config, train=replace(config.train, **train), **given)


def _read_toml(path: Path) -> BuildConfig:
    """The defaults with what the file sets over them; every error names the file."""
    try:
        settings = msgspec.toml.decode(path.read_bytes())
        train = settings.pop("train", {})
        if not isinstance(train, dict):
            raise ConfigError(f"train is {train!r}; expected a table [train] with names such as dim = 64")
        _check_names(settings, _names(BuildConfig))
        _check_names(train, _names(TrainConfig))
        return BuildConfig(**settings, train=TrainConfig(**train))
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be read ({problem.strerror}); expected a TOML file") from None
    except ConfigError as problem:
        raise ConfigError(f"{path}: {problem}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: {problem}; expected TOML such as top_k = 10") from None


def _names(config: type[BuildConfig | TrainConfig]) -> list[str]:
    """The settings of a class that have a single value, in the order they are declared."""
    return [setting.name for setting in fields(config) if setting.name != "train"]


def _check_names(names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a setting that is not known in this place, and help to find the one that was meant."""
    unknown = sorted(set(names) - set(known))
    if unknown:
        close = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise ConfigError(
            f"there is no setting {unknown[0]!r} in this place; {hint}expected {', '.join(_names(BuildConfig))}, and "
            f"in the table [train] {', '.join(_names(TrainConfig))}"
        )
