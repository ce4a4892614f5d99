"""Both maps of a model on groups of items that are alike, and on MovieLens."""

from __future__ import annotations

import json

import numpy as np
import pytest

from recsys.recommend.item_map import map_items
from recsys.recommend.pca import principal_components
from recsys.recommend.trustworthiness import trustworthiness
from recsys.site.output.limits import MAX_LISTED
from tests.requirements import needs_movielens


def groups(n_groups: int, n_each: int, dim: int = 16) -> np.ndarray:
    """Vectors around as many directions at right angles: more of them than a plane can show."""
    rng = np.random.default_rng(0)
    centres = np.repeat(np.eye(n_groups, dim), n_each, axis=0)
    return (centres + rng.normal(scale=0.15, size=centres.shape)).astype(np.float32)


def maps_of(vectors, n_ratings=None, n_train=None, **options):
    counts = np.full(len(vectors), 20)
    n_ratings, n_train = (counts if given is None else np.array(given) for given in (n_ratings, n_train))
    return map_items(vectors, n_ratings, n_train, np.random.default_rng(0), **options)


def test_neighbours_are_near_where_a_plane_of_two_components_cannot_show_them():
    maps = maps_of(groups(8, 30))
    assert maps.trustworthiness.k == 15
    assert maps.trustworthiness.projection < 0.9 < 0.95 < maps.trustworthiness.neighbour_layout


def test_both_figures_are_those_of_the_maps():
    vectors = groups(4, 10)
    maps = maps_of(vectors)
    projection = principal_components(vectors).points
    np.testing.assert_array_equal(maps.projection.points, projection)
    assert maps.trustworthiness.projection == round(trustworthiness(vectors, projection, 15), 4)
    assert maps.trustworthiness.neighbour_layout == round(trustworthiness(vectors, maps.neighbour_layout, 15), 4)


@pytest.mark.parametrize(("n", "k"), [(1, None), (2, None), (3, 1), (10, 4), (31, 15), (40, 15)])
def test_a_small_catalogue_is_measured_in_smaller_neighbourhoods_or_not_at_all(n, k):
    maps = maps_of(groups(4, 10)[:n])
    assert maps.neighbour_layout.shape == (n, 2)
    assert (maps.trustworthiness and maps.trustworthiness.k) == k


def test_the_most_rated_items_of_a_large_catalogue_are_laid_out_in_catalogue_order():
    n_ratings = [5, 1, 9, 5, 5, 7]
    maps = maps_of(groups(2, 3), n_ratings, max_laid_out=4)
    assert maps.laid_out.tolist() == [0, 2, 3, 5]  # of three items with five ratings the first two
    assert maps.neighbour_layout.shape == (4, 2)
    assert maps.projection.points.shape == (6, 2)


def test_every_item_that_a_page_draws_is_laid_out():
    assert len(maps_of(groups(2, MAX_LISTED // 2)).laid_out) == MAX_LISTED


def test_an_item_without_training_ratings_lies_among_those_its_vector_is_like():
    vectors = groups(4, 20)
    maps = maps_of(vectors, n_train=[0] + [20] * 79)
    far = np.linalg.norm(maps.neighbour_layout - maps.neighbour_layout[0], axis=1)
    assert far[1:20].mean() < far[20:].mean() / 2


@needs_movielens
@pytest.mark.parametrize(("model", "projection", "layout"), [("base", 0.84, 0.95), ("deep", 0.65, 0.83)])
def test_on_movielens_neighbours_can_be_trusted_more_in_the_layout(movielens, model, projection, layout):
    exported = json.loads((movielens / "data" / "item_embeddings.json").read_text("utf-8"))
    measured = exported["models"][model]["trustworthiness"]
    assert measured["projection"] < projection + 0.02
    assert measured["neighbour_layout"] > layout
