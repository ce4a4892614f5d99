"""The words of a site, in English where the data suggests them, before a language replaces them and adds others."""

from __future__ import annotations

import re

from recsys.schema import Artefacts, Build
from recsys.site.shown_lists import discovery_of


def title_of(build: Build) -> str:
    """What pages call the data set: its title, or else its name, which may be that of a file: ``book_ratings``."""
    name = build.dataset.name
    if build.presentation.title or any(character.isspace() or character.isupper() for character in name):
        return build.presentation.title or name
    words = re.sub(r"[\s_.-]+", " ", name).strip()
    return words[:1].upper() + words[1:] if words else name


def words_of(artefacts: Artefacts) -> dict[str, str]:
    """What parameters stand for that nobody passes, before ``[words]`` makes others of them.

    ``item`` and ``items``, what users ``do`` with them and ``did``; ``genre`` and ``genres``, as the data calls them;
    ``value``, what a rating counts; ``dataset``, its name; ``discovery``, by how much lists are re-ranked.
    """
    presentation = artefacts.build.presentation
    noun = presentation.item
    return {
        "item": noun.one,
        "items": noun.many,
        "do": noun.do,
        "did": noun.did,
        "genre": presentation.genre.one,
        "genres": presentation.genre.many,
        "value": presentation.rating_name or "count",
        "discovery": f"{discovery_of(artefacts):g}",
        "dataset": title_of(artefacts.build),
        **noun.forms,
    }
