"""Invented ratings logs: of any size and shape, with tastes that a model can learn; and two small ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys import Dataset


@dataclass(frozen=True)
class Shape:
    """What a log is like.

    Attributes:
        n_users, n_items: how many there are.
        n_ratings: about how many; each user has at least three.
        tastes: latent dimensions that users and items share.
        strength: how much taste counts against popularity when an item is chosen; 0 for not at all.
        stars: ratings from 1 to 5; else all are 1, as in a log of clicks.
        timestamps: whether the order is known.
        genres: whether items have genres: the name of their strongest taste.
    """

    n_users: int
    n_items: int
    n_ratings: int
    tastes: int = 8
    strength: float = 1.5
    stars: bool = True
    timestamps: bool = True
    genres: bool = True


def synthetic(shape: Shape, seed: int = 0) -> Dataset:
    """A log of that shape, with a long tail of users and of items.

    Items are chosen without replacement with probability proportional to popularity times exp(taste): the largest of
    the log-probabilities plus Gumbel noise are such a sample (the Gumbel top-k trick). A block of users at a time.
    """
    rng = np.random.default_rng(seed)
    popularity = -0.9 * np.log(np.arange(1, shape.n_items + 1))
    rng.shuffle(popularity)
    user_tastes = rng.standard_normal((shape.n_users, shape.tastes)).astype(np.float32)
    item_tastes = rng.standard_normal((shape.n_items, shape.tastes)).astype(np.float32)
    spread = rng.lognormal(0, 1, shape.n_users)
    counts = np.clip(np.round(spread / spread.mean() * shape.n_ratings / shape.n_users), 3, shape.n_items // 2)
    users, items, likes = [], [], []
    for start in range(0, shape.n_users, 512):
        block = slice(start, start + 512)
        taste = user_tastes[block] @ item_tastes.T / np.sqrt(shape.tastes)
        keys = shape.strength * taste + popularity + rng.gumbel(size=taste.shape)
        order = np.argsort(-keys, axis=1)
        for row, count in enumerate(counts[block].astype(int)):
            chosen = rng.permutation(order[row, :count])
            users.append(np.full(count, start + row))
            items.append(chosen)
            likes.append(taste[row, chosen])
    like = np.concatenate(likes)
    noisy = like + 0.5 * rng.standard_normal(len(like))
    ratings = pd.DataFrame(
        {
            "user": np.concatenate(users),
            "item": np.concatenate(items),
            "rating": np.clip(np.round(3.3 + noisy), 1, 5) if shape.stars else 1.0,
        }
    )
    if shape.timestamps:
        ratings["timestamp"] = ratings.groupby("user").cumcount() + 100 * ratings["user"]
    catalogue = pd.DataFrame({"item": np.arange(shape.n_items), "title": "Item"})
    if shape.genres:
        catalogue["genres"] = [f"Genre {taste}" for taste in item_tastes.argmax(axis=1)]
    return Dataset.from_frames(ratings, items=catalogue, name="synthetic")


def small_log() -> Dataset:
    """40 users whose ages are known, 12 items, stars without any taste."""
    rng = np.random.default_rng(0)
    pairs = np.argwhere(rng.random((40, 12)) < 0.4)
    ratings = pd.DataFrame({"user": pairs[:, 0], "item": pairs[:, 1], "rating": rng.integers(1, 6, len(pairs))})
    users = pd.DataFrame({"user": range(40), "age": rng.integers(10, 70, 40)})
    return Dataset.from_frames(ratings, users=users)


def sparse_log() -> Dataset:
    """240 users who rated 6 of 100 items on average: little is known of each, so ``deep`` has cosine towers."""
    return synthetic(Shape(n_users=240, n_items=100, n_ratings=1500, tastes=4, strength=0.5))


def two_tastes(n_users: int = 60, n_items: int = 24, seed: int = 0, unrated: int = 0) -> Dataset:
    """Even users rated half of the even items, odd users half of the odd ones; the genre says which an item is.

    Items come after one another in time; ``unrated`` more have no rating.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(n_users):
        liked = np.arange(user % 2, n_items, 2)
        for time, item in enumerate(rng.permutation(liked)[: n_items // 4]):
            rows.append((user, int(item), int(rng.integers(3, 6)), time))
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "timestamp"])
    catalogue = range(n_items + unrated)
    genres = [("Even", "Odd")[item % 2] for item in catalogue]
    items = pd.DataFrame({"item": catalogue, "title": "Item", "genres": genres})
    return Dataset.from_frames(ratings, items=items, name="two tastes")
