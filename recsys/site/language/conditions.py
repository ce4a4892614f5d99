"""What holds for a site, of what variants of texts may ask for."""

from __future__ import annotations

import re

from recsys.schema import Artefacts, LossHistory
from recsys.site.control import control_of

_USUALLY_NAMED = 30
"""Rated items of a user that a site names unless its settings say otherwise."""
_ABBREVIATION = re.compile(r"[A-Z]{2,}s?\b|[A-Z]{2,}\d")
_SILENT_H = re.compile(r"hour|heir|honest|honou?r", re.IGNORECASE)
_VOWEL_LETTER_WITH_CONSONANT = re.compile(r"eu|ew|on(e|ce)\b|uni(?![nm])|u[bcfhjkqrst][aeiou]", re.IGNORECASE)


def conditions_of(artefacts: Artefacts) -> frozenset[str]:
    """The names of the conditions that hold for a site.

    ``scale``, ``counts`` or ``equal``: what its ratings are; ``likes``: visitors like an item or not; ``temporal``:
    the newest ratings were held out from training; ``genres``, ``years``: any item has one; ``vowel``: the noun is
    pronounced with a vowel first; ``unmeasured``: there are no metrics, as where nothing is held out from training;
    ``unvalidated``: the models were trained without validation, as where too few users have a rating to set aside;
    ``agreement``: it was measured how far two models agree; ``discovery``: the lists on pages are re-ranked by it;
    ``hash_users``, ``hide_rated``: these settings of privacy;
    ``name_all``, ``name_none``: all rated items of a user may be named, or none; ``rated_withheld``: so few that the
    ten best of some users are not.
    """
    build, items = artefacts.build, artefacts.items.items
    settings, n_named = build.config, artefacts.recommendations.max_named
    most_rated = max((user.n_train + user.n_hidden for user in artefacts.recommendations.users.values()), default=0)
    names_all = settings.get("named_items") == "all" or n_named >= most_rated
    holds = {
        build.dataset.ratings.kind if build.dataset.ratings else "scale": True,
        "likes": control_of(build.dataset.ratings) == "likes",
        "temporal": artefacts.metrics.protocol.split == "temporal",
        "genres": any(item.genres for item in items),
        "years": any(item.year is not None for item in items),
        "vowel": _begins_with_vowel(build.presentation.item.one),
        "unmeasured": not artefacts.metrics.models,
        "unvalidated": _is_unvalidated(artefacts.loss_history),
        "agreement": artefacts.metrics.agreement is not None,
        "discovery": artefacts.shown_lists is not None,
        "hash_users": settings.get("hash_users") is True,
        "hide_rated": settings.get("hide_rated") is True,
        "name_all": names_all,
        "name_none": n_named == 0,
        "rated_withheld": settings.get("hide_rated") is True or (n_named < _USUALLY_NAMED and not names_all),
    }
    return frozenset(name for name, is_true in holds.items() if is_true)


def _is_unvalidated(history: LossHistory) -> bool:
    """Whether models were trained, and none was scored on ratings set aside."""
    records = [record for records in history.models.values() for record in records]
    return bool(records) and all(record.validation_ndcg is None for record in records)


def _begins_with_vowel(noun: str) -> bool:
    """Whether a noun is pronounced with a vowel first: an hour, a unicorn, an LP."""
    if _ABBREVIATION.match(noun):
        return noun[0] in "AEFHILMNORSX"
    is_silent, is_consonant = _SILENT_H.match(noun), _VOWEL_LETTER_WITH_CONSONANT.match(noun)
    return bool(is_silent) or (noun[:1].lower() in set("aeiou") and not is_consonant)
