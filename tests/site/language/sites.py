"""The texts of a tiny site, as they follow from its data, settings and presentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from recsys.schema import Artefacts, Presentation, RatingsSummary
from recsys.site.language.strings import Strings, site_strings
from tests.site.tiny import TEMPLATES, tiny


def texts_of_site(
    artefacts: Artefacts | None = None,
    ratings: RatingsSummary | None = None,
    settings: Mapping[str, Any] | None = None,
    presentation: Presentation | None = None,
) -> Strings:
    """The texts of a site; what is not given is as on the tiny site."""
    artefacts = artefacts or tiny()
    build = artefacts.build
    build = replace(
        build,
        dataset=replace(build.dataset, ratings=ratings or build.dataset.ratings),
        config={**build.config, **(settings or {})},
        presentation=presentation or build.presentation,
    )
    return site_strings(TEMPLATES, replace(artefacts, build=build))
