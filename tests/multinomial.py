"""The multinomial form of the in-batch loss, which the masked form in use was compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.nn.losses import Pairs


def multinomial(z: NDArray, positive_scores: NDArray, pairs: Pairs) -> tuple[float, NDArray, NDArray]:
    """Loss and gradients, with arguments as for ``masked_in_batch_softmax``: a user's rated items stay in the sum.

    With y = scores - log_q, the loss of a pair is ``-y_ui + log(sum over all items f of counts_f exp y_uf)``.
    """
    largest = z.max(axis=1, keepdims=True)
    exponentials = np.exp(z - largest)
    total = exponentials.sum(axis=1, keepdims=True)
    n_pairs = float(pairs.counts.sum())
    n_items = np.bincount(pairs.user, pairs.counts, len(z)).astype(z.dtype)[:, None]  # (U, 1)
    loss = float((n_items * (np.log(total) + largest)).sum() - positive_scores @ pairs.counts) / n_pairs
    gradient = exponentials * (n_items / (total * n_pairs))
    gradient[pairs.user, pairs.item] -= pairs.counts.astype(z.dtype) / n_pairs
    return loss, gradient, gradient[pairs.user, pairs.item]
