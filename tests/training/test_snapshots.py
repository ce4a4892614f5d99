from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.training import snapshots as module
from recsys.training.snapshots import SnapshotRecorder, tracked_items
from tests.training.test_fit import QUICK, two_tastes


def record_of(epoch: int) -> recsys.EpochRecord:
    return recsys.EpochRecord(epoch=epoch, train_loss=1.0, validation_loss=None, validation_ndcg=None)


def recorded(n_epochs: int, room: int) -> list[int]:
    found = SnapshotRecorder(np.arange(2), room)
    for epoch in range(1, n_epochs + 1):
        found(record_of(epoch), lambda epoch=epoch: np.full((3, 2), epoch, np.float32))
        assert 1 <= len(found.frames) <= room
    for epoch, vectors in found.frames.items():
        assert vectors.tolist() == [[epoch, epoch]] * 2
    return list(found.frames)


@pytest.mark.parametrize(
    ("n_epochs", "room", "kept"),
    [
        (3, 4, [1, 2, 3]),
        (4, 4, [1, 2, 3, 4]),
        (5, 4, [1, 3, 5]),
        (8, 4, [1, 3, 5, 7]),
        (9, 4, [1, 5, 9]),
        (17, 4, [1, 9, 17]),
        (9, 3, [1, 5, 9]),
        (40, 1, [1]),
    ],
)
def test_epochs_are_kept_at_equal_distances_from_the_first_as_many_as_there_is_room(n_epochs, room, kept):
    assert recorded(n_epochs, room) == kept


def test_of_a_thousand_epochs_half_the_room_at_least_is_used():
    kept = recorded(1000, 29)
    assert 14 <= len(kept) <= 29
    assert len(set(np.diff(kept).tolist())) == 1


def test_snapshots_are_taken_of_the_epochs_that_are_kept_alone():
    taken = []
    found = SnapshotRecorder(np.arange(1), 2)
    for epoch in range(1, 10):
        record = record_of(epoch)
        found(record, lambda epoch=epoch: (taken.append(epoch), np.ones((1, 1)))[1])
    assert taken == [1, 2, 3, 5, 9]


def test_what_is_kept_are_the_served_runs_vectors_and_later_epochs_do_not_change_them():
    dataset, found, seen = two_tastes(), SnapshotRecorder(np.array([3, 5]), max_frames=12), {}

    def on_epoch(record, snapshot):
        found(record, snapshot)
        seen[record.epoch] = snapshot().copy()

    fitted = recsys.fit(dataset, "deep", QUICK, on_epoch)
    assert list(found.frames) == list(range(1, 13))
    for epoch, vectors in found.frames.items():
        np.testing.assert_array_equal(vectors, seen[epoch][[3, 5]])
    np.testing.assert_array_equal(found.frames[fitted.best_epoch], fitted.item_vectors[[3, 5]])


def test_the_most_rated_films_move_equals_by_index_in_catalogue_order(monkeypatch):
    rows = [(user, item) for item, n in enumerate([1, 3, 2, 2, 3]) for user in range(n)]
    log = pd.DataFrame([(*row, 1) for row in rows], columns=["user", "item", "rating"])
    dataset = recsys.Dataset.from_frames(log)
    assert tracked_items(dataset).tolist() == [0, 1, 2, 3, 4]
    monkeypatch.setattr(module, "MAX_TRACKED_ITEMS", 3)
    assert tracked_items(dataset).tolist() == [1, 2, 4]
