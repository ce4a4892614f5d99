"""How pages present the data: from the settings, and where these are silent from what the data suggests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from recsys.config import PresentationConfig
from recsys.config.paths import expanded, read_small_file
from recsys.data.nouns import noun_named
from recsys.errors import ConfigError
from recsys.export.script import short_hash
from recsys.schema import DatasetSummary, Noun, Presentation
from recsys.writing import writing

MAX_LOGO_BYTES = 200_000
_SIGNATURES = {"png": rb"\x89PNG\r\n\x1a\n", "jpg": rb"\xff\xd8\xff", "webp": rb"RIFF....WEBP"}
"""How the bytes of a picture begin, by the ending of its name."""
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<svg[\s>]", re.DOTALL
)
_ACTIVE_SVG = re.compile(rb"<script|<foreignobject|<!entity|javascript:|[\s\"'/]on[a-z]+\s*=", re.IGNORECASE)
"""A browser does not run what is in the picture of a page, but does where the picture is opened by itself."""


def make_presentation(config: PresentationConfig, dataset: DatasetSummary) -> Presentation:
    """How pages present a data set.

    Args:
        config: the settings.
        dataset: suggests what items and ratings are called.

    Raises:
        ConfigError: the logo is none.
    """
    return Presentation(
        title=config.title,
        description=config.description,
        item=dataset.item if config.noun is None else make_noun(config.noun, config.language),
        genre=dataset.genre,
        rating_name=dataset.rating_name,
        language=config.language,
        accent=config.accent,
        logo=None if config.logo is None else read_logo(Path(config.logo))[0],
        repository=config.repository,
        links=dict(config.links),
        pages=None if config.pages is None else list(config.pages),
    )


def gives_plural(setting: object) -> bool:
    """Whether the setting of a noun has its plural too."""
    if isinstance(setting, Mapping):
        return "many" in setting
    return isinstance(setting, list | tuple) and len(setting) > 1


def make_noun(setting: object, language: str = "en") -> Noun:
    """The forms of a noun: those that are given, and else those of a noun that is known.

    Args:
        setting: the noun, or its forms, as the settings have it.
        language: of the noun; only in English a plural that is not given is made.
    """
    if isinstance(setting, str):
        return noun_named(" ".join(setting.split()), language)
    forms: dict[str, Any]
    if isinstance(setting, Mapping):
        forms = dict(setting)
    else:
        assert isinstance(setting, list | tuple)
        forms = dict(zip(Noun.__struct_fields__, setting, strict=False))
    forms = {name: " ".join(form.split()) if isinstance(form, str) else form for name, form in forms.items()}
    return replace(noun_named(forms["one"], language) if "one" in forms else Noun(), **forms)


def read_logo(path: Path) -> tuple[str, bytes]:
    """The name under which a logo is exported, which follows from its content, and the content.

    Raises:
        ConfigError: it cannot be read, is no picture of a known kind, or has more than 200 kB.
    """
    try:
        content = read_small_file(expanded(path), MAX_LOGO_BYTES, "the path of a picture")
    except ConfigError as problem:
        raise ConfigError(f"logo: {problem}") from None
    if len(content) > MAX_LOGO_BYTES:
        raise ConfigError(f"logo: {path}: has more than {MAX_LOGO_BYTES // 1000} kB; expected a smaller picture")
    kinds = [kind for kind, start in _SIGNATURES.items() if re.match(start, content, re.DOTALL)]
    if _SVG.match(content):
        if _ACTIVE_SVG.search(content):
            raise ConfigError(
                f"logo: {path}: has scripts, entities or HTML in it; expected a drawing alone: save it as plain SVG"
            )
        kinds.append("svg")
    if not kinds:
        raise ConfigError(f"logo: {path}: is no picture of a known kind; expected SVG, PNG, JPEG or WebP")
    return f"logo-{short_hash(content)}.{kinds[0]}", content


def write_logo(config: PresentationConfig, folder: Path) -> list[str]:
    """Copy the logo, if there is one, to the exported files; returns its name there.

    Raises:
        ConfigError: the logo is none.
        OutputError: the disk refuses.
    """
    if config.logo is None:
        return []
    name, content = read_logo(Path(config.logo))
    with writing(f"{folder.name}/{name}"):
        (folder / name).write_bytes(content)
    return [name]
