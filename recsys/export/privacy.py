"""What a site may tell of its users: under which ids, and which of their rated items. The one module that decides.

A published list reveals what a user rated wherever it marks a hit, shows what they rated best, or gives a rated item
as a reason. All of these draw on one allowance. A hit may stand under the id of a twin of what the user rated: that
names the rated item all the same, so every id counts.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice, zip_longest

import numpy as np

from recsys.config import PrivacyConfig
from recsys.data.dataset import Dataset
from recsys.errors import ConfigError

_ID_LENGTH = 12
"""Hexadecimal digits of a hashed id: two of a million users share one with a probability of 0.2 %."""
_SAFE_SALT_LENGTH = 12

logger = logging.getLogger(__name__)


def items_to_name(*claims: Iterable[str], limit: int | None) -> frozenset[str]:
    """The items of one user that may be named.

    Args:
        claims: items that some part of the site wants to name, the more important claim first, and in each the more
            important item first; an item may be in several.
        limit: how many may be named over all files and pages, since the log itself stays private; None for any
            number.
    """
    return frozenset(islice(dict.fromkeys(chain(*claims)), limit))


def max_named(config: PrivacyConfig, dataset: Dataset) -> int:
    """Rated items of one user that a site names at most: the limit of the settings, or all that anybody rated."""
    limit, most_rated = config.max_named, int(dataset.user_counts.max(initial=0))
    return most_rated if limit is None else min(limit, most_rated)


def hash_user_ids(dataset: Dataset, salt: str) -> Dataset:
    """The same ratings with a keyed hash in place of each user's id: HMAC-SHA-256, the first 12 hexadecimal digits.

    Users are in the order of the hashes: the order of ids, and what the seed makes of it, would tell who is who.

    Raises:
        ConfigError: two users have the same hash.
    """
    if len(salt) < _SAFE_SALT_LENGTH:
        logger.warning(
            "hash_users has %d characters, so it can be found by trying; %d random ones or more cannot",
            len(salt),
            _SAFE_SALT_LENGTH,
        )
    key = salt.encode("utf-8", "surrogatepass")
    hashes = np.array(
        [
            hmac.digest(key, str(id_).encode("utf-8", "surrogatepass"), "sha256").hex()[:_ID_LENGTH]
            for id_ in dataset.user_ids.tolist()
        ],
        dtype=object,
    )
    order = np.argsort(hashes.astype(str))
    if (hashes[order][1:] == hashes[order][:-1]).any():
        raise ConfigError("hash_users: two users have the same hash with this text; expected another text")
    index = np.empty(len(order), np.int32)
    index[order] = np.arange(len(order), dtype=np.int32)
    return replace(
        dataset, user=index[dataset.user], user_ids=hashes[order], user_features=dataset.user_features[order]
    )


def round_robin(lists: Iterable[Iterable[str | None]]) -> list[str]:
    """The items of several lists, rank by rank, so that none is cut short for another; None is skipped."""
    return [item for rank in zip_longest(*lists) for item in rank if item is not None]
