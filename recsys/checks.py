"""Settings checked against the data, the pages and the registries, before the work of a build begins."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from recsys.baselines.registry import BASELINES
from recsys.config import BuildConfig, PresentationConfig
from recsys.data.dataset import Dataset
from recsys.data.ids import quoted_id
from recsys.errors import ConfigError
from recsys.evaluation.relevance import reaches
from recsys.export.presentation import gives_plural, make_noun, read_logo
from recsys.models.registry import MODELS
from recsys.site.language.nouns import has_noun, knows_plural
from recsys.site.output.accent import make_accent
from recsys.site.output.limits import Limits, check_page_count
from recsys.site.pages.wanted import OPTIONAL_PAGES
from recsys.site.render import templates_folder

logger = logging.getLogger(__name__)


def fit_lists(dataset: Dataset, config: BuildConfig) -> BuildConfig:
    """The settings; with lists of all items where there are fewer than a list has by default."""
    if config.top_k != BuildConfig.top_k or dataset.n_items >= BuildConfig.top_k:
        return config
    logger.info("the length of the lists is %d, because there are no more items", dataset.n_items)
    return replace(config, top_k=dataset.n_items)


def check(dataset: Dataset, config: BuildConfig) -> None:
    """Refuse, before the work begins, settings that this data set cannot be built with.

    Raises:
        ConfigError: a model does not exist, new users are to be measured without the model that can answer them,
            there are fewer items than a list is long, or no rating is as high as ``relevant_from``.
        OutputError: the site would have too many files.
    """
    check_presentation(config.presentation)
    unknown = [name for name in config.models if name not in MODELS]
    if unknown:
        raise ConfigError(f"models: there is no model {unknown[0]!r}; expected one or more of {', '.join(MODELS)}")
    check_registries()
    if config.evaluate_new_users and "deep" not in config.models:
        raise ConfigError(
            f"evaluate_new_users measures deep, the only model that answers new users, and models is "
            f"{', '.join(config.models)}; expected deep among them: add it, or leave evaluate_new_users out"
        )
    if config.top_k > dataset.n_items:
        raise ConfigError(f"top_k is {config.top_k}; {dataset.name} has {dataset.n_items} items, so use that or less")
    if config.relevant_from is not None and not reaches(dataset.rating, config.relevant_from).any():
        raise ConfigError(
            f"relevant_from is {config.relevant_from:g}, and the highest rating of {dataset.name} is "
            f"{dataset.rating.max():g}; expected that or less, or leave it out so that every rating counts"
        )
    limits = Limits(config.user_pages, config.max_files, config.max_megabytes)
    check_page_count(dataset.n_users, dataset.n_items, limits)


def check_presentation(config: PresentationConfig) -> None:
    """Refuse, before the work begins, a presentation that pages cannot have.

    Raises:
        ConfigError: there is no such page or language, the logo cannot be used, or the language needs more forms
            of the noun.
    """
    _check_pages(config.pages or ())
    if config.logo is not None:
        read_logo(Path(config.logo))
    if config.accent is not None:
        _report_accent(config.accent)
    strings = templates_folder() / "strings"
    texts = strings / f"{config.language}.toml"
    if not texts.is_file():
        known = ", ".join(sorted(path.stem for path in strings.glob("*.toml")))
        raise ConfigError(f"language is {config.language!r}; expected {known}, or a file of texts in {strings}")
    if config.noun is not None and not gives_plural(config.noun):
        _check_plural(make_noun(config.noun, config.language).one, config.language, strings)


def _check_pages(names: Iterable[str]) -> None:
    for name in names:
        if name not in OPTIONAL_PAGES:
            close = difflib.get_close_matches(name, OPTIONAL_PAGES, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise ConfigError(f"pages: there is no page {name!r}; {hint}expected any of {', '.join(OPTIONAL_PAGES)}")


def _report_accent(colour: str) -> None:
    """Say which colours take the place of one that is too light or too dark for text."""
    accent = make_accent(colour)
    if {accent.light, accent.dark} != {colour.lower()}:
        logger.info(
            "accent %s: so that text in it can be read, it is %s on light pages and %s on dark ones",
            colour,
            accent.light,
            accent.dark,
        )


def _check_plural(noun: str, language: str, strings: Path) -> None:
    """Refuse a noun whose plural is not given, and would be wrong.

    Raises:
        ConfigError: in English, where the plural of any noun is made by a rule, the noun is of another language; in
            another language, its plural is not known.
    """
    if language != "en":
        if not knows_plural(strings / f"{language}.toml", noun):
            raise ConfigError(
                f"noun is {noun!r}, and {language}.toml has no plural for it; expected both forms, such as "
                'noun = { one = "Brettspiel", many = "Brettspiele" }, with do and did for what users do with it'
            )
        return
    for texts in sorted(strings.glob("*.toml")):
        if texts.stem != language and has_noun(texts, noun):
            raise ConfigError(
                f"noun is {noun!r}, which is a word of {texts.name}, and the pages are in English; expected "
                f'language = "{texts.stem}", or both forms in English: noun = {{ one = "book", many = "books" }}'
            )


def check_registries() -> None:
    """Refuse models and baselines that could not be shown, before hours of training and not after.

    Raises:
        ConfigError: a name or colour is not one that style sheets and file names can hold, or a name is taken twice.
    """
    colours = {name: model.colour for name, model in MODELS.items()}
    colours |= {name: baseline.colour for name, baseline in BASELINES.items()}
    for name, pair in colours.items():
        if not re.fullmatch("[a-z0-9_]+", name):
            raise ConfigError(f"{name!r} is the name of a model or baseline; expected a-z, 0-9 and _ only")
        for colour in pair:
            if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
                raise ConfigError(f"the colour of {name} is {colour!r}; expected #rrggbb, such as #2563b8")
    taken = {*BASELINES, "deep_liked"} & set(MODELS)
    if taken:
        raise ConfigError(f"{taken.pop()!r} is a model and another row too; expected a name of its own for each")


def report_twins(dataset: Dataset) -> None:
    """Warn of items with the same title and year, which lists treat as the same item."""
    groups = dataset.twins.groups()
    if not groups:
        return
    items = groups[0]
    title, year = dataset.titles[items[0]], int(dataset.years[items[0]])
    ids = [quoted_id(dataset.item_ids[item]) for item in items[:2]]
    noun = "pair" if max(map(len, groups)) == 2 else "group"
    logger.warning(
        "%d %s of items %s the same title and year, such as %r (%d), ids %s: each keeps its page and its scores, but "
        "no list names two of them, nor one whose twin the user rated; merge them if they are the same item",
        len(groups),
        noun if len(groups) == 1 else f"{noun}s",
        "has" if len(groups) == 1 else "have",
        title,
        year,
        " and ".join(ids) if len(items) == 2 else f"{', '.join(ids)} and {len(items) - 2:,} more",
    )
