"""One recommendation of a model whose score is worked through in numbers: products, bias and sum.

At most half of a user's vector is published: with all of it, anyone could compute the scores of withheld items.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping

import numpy as np

from recsys import schema
from recsys.export.encoding import ids, rounded
from recsys.models.fitted import Fitted

N_NUMBERS = 4
"""Numbers of each vector that are shown, unless vectors are shorter than twice as many."""


def work_score(fitted: Fitted, users: Mapping[str, schema.UserLists]) -> schema.WorkedScore | None:
    """The first recommendation of a typical user, taken apart.

    The user is the one whose first score is the lower median of all first scores, among those whose first
    recommendation is named; of several, the one with the most training ratings.

    Args:
        fitted: the model.
        users: their lists by id, in the order of the model's vectors, with what may be published.

    Returns:
        None where no first recommendation is named, or vectors are too short to publish a part.
    """
    named: list[tuple[float, int, int, str]] = []  # score, training ratings, the user's row, the item
    for row, lists in enumerate(users.values()):
        for first in lists.models[fitted.name][:1]:
            if first.item is not None and first.score is not None:
                named.append((first.score, lists.n_train, row, first.item))
    n_numbers = min(N_NUMBERS, fitted.item_vectors.shape[1] // 2)
    if not named or not n_numbers:
        return None
    median = statistics.median_low(entry[0] for entry in named)
    score, _, user, item_id = max((entry for entry in named if entry[0] == median), key=lambda entry: entry[1])
    item = ids(fitted.item_ids).index(item_id)
    user_numbers = rounded(fitted.user_vectors[user, :n_numbers])
    item_numbers = rounded(fitted.item_vectors[item, :n_numbers])
    products = rounded(np.multiply(user_numbers, item_numbers))
    bias = rounded(fitted.item_bias[item : item + 1])[0]
    return schema.WorkedScore(
        user=list(users)[user],
        item=item_id,
        user_numbers=user_numbers,
        item_numbers=item_numbers,
        products=products,
        rest=rounded(np.array(score - bias - sum(products))),
        bias=bias,
        score=score,
    )
