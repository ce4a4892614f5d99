"""The lists that pages show: the models' own, or those of ``shown_lists.json`` in their place."""

from __future__ import annotations

import msgspec

from recsys.errors import OutputError
from recsys.schema import Artefacts


def with_shown_lists(artefacts: Artefacts) -> Artefacts:
    """The same export with the lists that pages show as every user's lists; itself where they show the models' own.

    Raises:
        OutputError: a user has no lists there, so the exported files do not belong together.
    """
    if artefacts.shown_lists is None:
        return artefacts
    shown, recommendations = artefacts.shown_lists.users, artefacts.recommendations
    users = {}
    for id_, lists in recommendations.users.items():
        if id_ not in shown:
            raise OutputError(
                f"user {id_!r} is in recommendations.json but not in shown_lists.json; build the site again without "
                "--render-only"
            )
        users[id_] = msgspec.structs.replace(lists, models=shown[id_].models)
    return msgspec.structs.replace(
        artefacts, recommendations=msgspec.structs.replace(recommendations, users=users)
    )


def discovery_of(artefacts: Artefacts) -> float:
    """How much popularity counts against an item in the lists that pages show: 0, where they are the models' own."""
    return 0.0 if artefacts.shown_lists is None else artefacts.shown_lists.discovery
