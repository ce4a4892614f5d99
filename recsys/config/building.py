"""Settings of a build: how models are trained and measured, and how large the site may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from recsys.config.checked import Checked
from recsys.config.presentation import PresentationConfig
from recsys.config.privacy import PrivacyConfig
from recsys.errors import ConfigError

_ADDRESS = r"""(?xia) \A
    https?://
    (?: [a-z0-9] [a-z0-9.-]* | \[ [0-9a-f:.]+ \] ) (?: : [0-9]{1,5} )?  # host and port
    (?: / (?: [a-z0-9._~!$&'()*+,;=:@-] | %[0-9a-f]{2} )* )*  # path
    \Z"""
_ADDRESS_IN_WORDS = (
    "an address that begins with https://, such as https://example.org/films/, in ASCII (a host in Punycode, a path "
    "percent-encoded) and without a user, a query or a fragment"
)


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Checked):
    """How a model is trained. Where a setting is not given, the model chooses a value that suits the data.

    Raises:
        ConfigError: a value is outside its range.
    """

    dim: Annotated[int, Meta(ge=1, le=4096)] | None = None
    """Length of user and item vectors; by default 64, and more where users and items have few ratings."""
    epochs: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    """Maximum number of passes over the ratings; training ends earlier where more make the model clearly worse on
    validation data."""
    patience: Annotated[int, Meta(ge=1, le=100_000)] = 20
    """Number of epochs without a better validation nDCG after which training ends."""
    learning_rate: Annotated[float, Meta(gt=0, le=10)] | None = None
    """Adam's step size in the first epoch; it falls towards 0 along a cosine. ``base`` uses a tenth of it where
    nothing is better than popularity on validation data."""
    l2: Annotated[float, Meta(ge=0, le=1000)] | None = None
    """Weight of the squared norm of the towers' outputs, relative to the loss of one pair."""
    batch_size: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    """Approximate number of ratings in a batch, which consists of whole users; an epoch has at least two batches."""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    """Seed of everything random: equal seeds give equal models."""


@dataclass(frozen=True, kw_only=True)
class BuildConfig(Checked):
    """How a site is built.

    Raises:
        ConfigError: a value is outside its range.
    """

    holdout: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """Share of each user's newest ratings that is held out from training to evaluate the models; with 0, nothing is
    evaluated."""
    relevant_from: Annotated[float, Meta(ge=-1e38, le=1e38, description="a finite number")] | None = None
    """Lowest held-out rating that counts as relevant in the evaluation; by default every rating does."""
    top_k: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Length of the recommended lists, and the k of every metric."""
    discovery: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """How much popularity counts against an item in the lists on the pages; the slider of the Rate page starts there.
    With 0, pages show the models' own lists; the exported files and all measured figures always use those."""
    models: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(min_length=1, description="a list of models, each once"),
    ] = ("base", "deep")
    """The models to train."""
    site_url: Annotated[str, Meta(pattern=_ADDRESS, description=_ADDRESS_IN_WORDS)] | None = None
    """Address at which the site will be published, for links that must be absolute: "https://example.org/films/"."""
    evaluate_new_users: bool = False
    """Also evaluate on users who were not in training; this trains deep five more times."""
    user_pages: Annotated[int, Meta(ge=0, le=1_000_000)] = 10_000
    """Maximum number of users for which each has a page; with more, a single page, which needs JavaScript, shows any
    of them."""
    max_files: Annotated[int, Meta(ge=1, le=100_000_000)] = 100_000
    """Maximum number of files of a site; a larger site is refused before its pages are written."""
    max_megabytes: Annotated[int, Meta(ge=1, le=100_000_000)] = 1_000
    """Maximum size of a site in MB; GitHub Pages accepts at most 1,000."""
    train: TrainConfig = field(default_factory=TrainConfig)
    """How each model is trained."""
    presentation: PresentationConfig = field(default_factory=PresentationConfig)
    """What the site looks like and says."""
    privacy: PrivacyConfig = field(default_factory=PrivacyConfig)
    """What the site reveals about its users."""

    def __post_init__(self) -> None:
        """Check every value, and refuse a model that is listed twice."""
        super().__post_init__()
        if len(set(self.models)) < len(self.models):
            raise ConfigError(f"models is {list(self.models)}; expected a list of models, each once")
