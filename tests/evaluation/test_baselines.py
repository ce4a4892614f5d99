from __future__ import annotations

import numpy as np
import pandas as pd

from recsys.data.dataset import Dataset
from recsys.evaluation.baselines import Popularity
from recsys.evaluation.ranking import top_k


def tiny() -> Dataset:
    """Films a, b, c, d with 1, 3, 1 and no ratings; user z gave none."""
    ratings = pd.DataFrame(
        [("u", "b", 1), ("v", "b", 1), ("w", "b", 1), ("u", "a", 5), ("v", "c", 5)],
        columns=["user", "item", "rating"],
    )
    items = pd.DataFrame({"item": list("abcd"), "title": "x"})
    return Dataset.from_frames(ratings, items, users=pd.DataFrame({"user": ["z"]}))


def test_popularity_scores_a_film_by_its_ratings_whatever_their_value():
    scores = Popularity(tiny()).scores()
    assert scores.dtype == np.float32
    assert scores.tolist() == [[1, 3, 1, 0]] * 4


def test_popularity_answers_for_the_users_asked_for():
    assert Popularity(tiny()).scores(np.array([3, 3, 0])).tolist() == [[1, 3, 1, 0]] * 3
    assert Popularity(tiny()).scores(np.array([], int)).shape == (0, 4)


def test_popularity_counts_the_training_part_alone():
    dataset = tiny()
    train = dataset.subset(dataset.rating == 5)
    assert Popularity(train).scores()[0].tolist() == [1, 0, 1, 0]


def test_lists_of_popularity_are_the_most_rated_unseen_films_with_ties_in_catalogue_order():
    dataset = tiny()
    items, _ = top_k(Popularity(dataset), k=3, exclude=dataset)
    assert items.tolist() == [[2, 3, -1], [0, 3, -1], [0, 2, 3], [1, 0, 2]]
