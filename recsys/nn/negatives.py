"""Scores of a batch's users: for the films that they are told apart from, and for those they rated.

    score = user . item + offset

The loss needs two things: all users' scores for some candidates, of which their own films are masked, and every
rated film's own score. Where the candidates are all films of the batch, both stand in one matrix; where they are only
some of many, rated films are scored one by one. Letters: U users and F films of the batch, P its pairs, C candidates,
d the width of vectors. Knows nothing of towers or losses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.nn.layers import Array

Ids = NDArray[np.integer[Any]]

_BLOCK = 100_000
"""Pairs whose vectors are gathered at once, so that memory stays bounded."""


class Slopes(NamedTuple):
    """The gradients of users (U, d), items (F, d) and offset (F,)."""

    users: Array
    items: Array
    offset: Array


class Candidates(Protocol):
    """The films that a batch's users are told apart from."""

    def forward(self, users: Array, items: Array, offset: Array, selves: Array) -> tuple[Array, Array, Any]:
        """All that the loss needs.

        Args:
            users: (U, d).
            items: (F, d).
            offset: (F,), what is added to all scores of a film.
            selves: (P,), what is taken from the pairs' own scores.

        Returns:
            Scores of the candidates, plus the log of how often each is drawn: (U, C), minus infinity for films that
            the user rated; the pairs' own scores (P,); and a cache.
        """
        ...

    def backward(self, slope: Array, own_slope: Array, cache: Any) -> Slopes:
        """From the gradients of both; that of the scores, 0 where they are masked, may be overwritten."""
        ...


@dataclass(frozen=True, eq=False)
class All:
    """All films of the batch, as often as they stand in it.

    Attributes:
        user, film: (P,), the pairs, as rows of users and items.
        counts: (F,), how often each film stands in the batch.
    """

    user: Ids
    film: Ids
    counts: Array

    def forward(self, users: Array, items: Array, offset: Array, selves: Array) -> tuple[Array, Array, Any]:
        """See :class:`Candidates`."""
        log_counts = np.log(self.counts, dtype=users.dtype)
        # What is added to all scores of a film is a column of the product: next to nothing there, a pass elsewhere.
        beside = _beside(users)
        z = beside @ np.column_stack([items, offset + log_counts]).T
        place = self.user * len(items) + self.film
        flat = z.reshape(-1)
        own = flat[place] - selves - log_counts[self.film]
        flat[place] = -np.inf
        return z, own, (beside, items, place)

    def backward(self, slope: Array, own_slope: Array, cache: Any) -> Slopes:
        """See :class:`Candidates`."""
        beside, items, place = cache
        slope.reshape(-1)[place] = own_slope
        below = slope.T @ beside
        return Slopes(slope @ items, below[:, :-1], below[:, -1])


@dataclass(frozen=True, eq=False)
class Some:
    """Some films of the batch, drawn by their ratings there.

    Attributes:
        user, film: (P,), the pairs, as rows of users and items; users ascending.
        chosen: (C,), the candidates, as rows of items, each once, ascending.
        counts: (C,), how often each was drawn.
        known: rows and columns of the candidates' scores where the user rated the film.
    """

    user: Ids
    film: Ids
    chosen: Ids
    counts: Array
    known: tuple[Ids, Ids]

    @classmethod
    def drawn(cls, user: Ids, film: Ids, n_films: int, draws: int, rng: np.random.Generator) -> Some:
        """The films of so many pairs, drawn without repetition: each film by its share of the ratings."""
        times = np.bincount(film[rng.choice(len(film), draws, replace=False)], minlength=n_films)
        chosen = np.flatnonzero(times)
        column = np.full(n_films, -1, np.intp)
        column[chosen] = np.arange(len(chosen))
        known = np.flatnonzero(column[film] >= 0)
        counts = times[chosen].astype(np.float32)
        return cls(user, film, chosen, counts, (user[known], column[film[known]]))

    def forward(self, users: Array, items: Array, offset: Array, selves: Array) -> tuple[Array, Array, Any]:
        """See :class:`Candidates`."""
        log_counts = np.log(self.counts, dtype=users.dtype)
        beside, right = _beside(users), items[self.chosen]
        z = beside @ np.column_stack([right, offset[self.chosen] + log_counts]).T
        z[self.known] = -np.inf
        own = pair_dots(users, self.user, items, self.film) + offset[self.film] - selves
        return z, own, (beside, items, right)

    def backward(self, slope: Array, own_slope: Array, cache: Any) -> Slopes:
        """See :class:`Candidates`."""
        beside, items, right = cache
        starts = np.searchsorted(self.user, np.arange(len(beside) + 1))
        own = sparse.csr_array((own_slope, self.film, starts), shape=(len(beside), len(items)))
        below = own.T @ beside
        below[self.chosen] += slope.T @ beside
        return Slopes(slope @ right + own @ items, below[:, :-1], below[:, -1])


def _beside(users: Array) -> Array:
    """With a column of ones, (U, d + 1)."""
    return np.column_stack([users, np.ones(len(users), users.dtype)])


def pair_dots(left: Array, rows: Ids, right: Array, columns: Ids) -> Array:
    """``left[rows] . right[columns]``, a block at a time: (P,)."""
    found = np.empty(len(rows), left.dtype)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        np.einsum("pd,pd->p", left[rows[block]], right[columns[block]], out=found[block])
    return found
