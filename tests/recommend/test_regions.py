"""Regions of maps on which it is known where the labels are."""

from __future__ import annotations

import numpy as np
import pytest

from recsys.recommend.regions import NEIGHBOURHOOD, label_regions


def clumps(*centres, n=60) -> np.ndarray:
    """As many points around each centre."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(centre, 0.05, (n, 2)) for centre in centres])


FIVE = clumps((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
CLUMP = np.repeat(np.arange(5), 60)


def test_a_label_names_the_place_where_all_have_it():
    (region,) = label_regions(FIVE, (CLUMP == 1)[:, None])
    assert region.labels == (0,)
    assert (region.x, region.y) == pytest.approx((1, 0), abs=0.1)
    assert len(region.items) == NEIGHBOURHOOD
    assert (CLUMP[region.items] == 1).all()
    assert region.surprise == pytest.approx((1 - 0.2) / (0.2 * 0.8 / NEIGHBOURHOOD) ** 0.5)


def test_the_most_surprising_label_is_first():
    labels = np.stack([np.isin(CLUMP, [1, 2, 3]), CLUMP == 4], axis=1)
    assert label_regions(FIVE, labels)[0].labels == (1,)


def test_a_label_that_is_common_in_two_places_names_both():
    regions = label_regions(FIVE, np.isin(CLUMP, [1, 2])[:, None])
    assert sorted(round(region.x) for region in regions) == [-1, 1]


def test_labels_of_the_same_items_name_one_region_together_and_a_third_is_left_out():
    labels = np.stack([CLUMP == 1, CLUMP == 1, CLUMP == 1, CLUMP == 2], axis=1)
    assert sorted(region.labels for region in label_regions(FIVE, labels)) == [(0, 1), (3,)]


def test_labels_that_are_spread_evenly_or_rare_or_everywhere_name_no_region():
    rng = np.random.default_rng(1)
    half, rare = rng.random(300) < 0.5, (CLUMP == 1) & (np.arange(300) % 4 == 0)
    everything, nothing = np.ones(300, bool), np.zeros(300, bool)
    assert label_regions(FIVE, np.stack([half, rare, everything, nothing], axis=1)) == []


@pytest.mark.parametrize("n", [1, 2 * NEIGHBOURHOOD])
def test_a_small_map_has_no_regions(n):
    assert label_regions(FIVE[:n], np.arange(n)[:, None] < n / 2) == []


def test_points_in_one_place_end():
    labels = np.arange(100)[:, None] < 30
    assert len(label_regions(np.zeros((100, 2)), labels)) <= 30
    assert label_regions(FIVE, np.zeros((300, 0), bool)) == []
