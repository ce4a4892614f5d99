from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.training import snapshots
from recsys.training.snapshots import SnapshotRecorder, tracked_items
from tests.synthetic import two_tastes
from tests.training.test_fit import QUICK


def record_of(epoch: int) -> recsys.EpochRecord:
    return recsys.EpochRecord(epoch=epoch, train_loss=1.0, validation_loss=None, validation_ndcg=None)


def recorded_epochs(n_epochs: int, max_frames: int) -> list[int]:
    recorder = SnapshotRecorder(np.arange(2), max_frames)
    for epoch in range(1, n_epochs + 1):
        recorder(record_of(epoch), lambda epoch=epoch: np.full((3, 2), epoch, np.float32))
        assert 1 <= len(recorder.frames) <= max_frames
    for epoch, vectors in recorder.frames.items():
        assert vectors.tolist() == [[epoch, epoch]] * 2
    return list(recorder.frames)


@pytest.mark.parametrize(
    ("n_epochs", "max_frames", "epochs"),
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
def test_epochs_are_recorded_at_equal_distances_from_the_first_up_to_the_limit(n_epochs, max_frames, epochs):
    assert recorded_epochs(n_epochs, max_frames) == epochs


def test_at_least_half_of_the_limit_is_used_for_a_thousand_epochs():
    epochs = recorded_epochs(1000, 29)
    assert 14 <= len(epochs) <= 29
    assert len(set(np.diff(epochs).tolist())) == 1


def test_snapshots_are_only_computed_for_epochs_that_are_recorded():
    computed = []
    recorder = SnapshotRecorder(np.arange(1), 2)
    for epoch in range(1, 10):
        recorder(record_of(epoch), lambda epoch=epoch: (computed.append(epoch), np.ones((1, 1)))[1])
    assert computed == [1, 2, 3, 5, 9]


def test_frames_are_the_served_vectors_and_later_epochs_do_not_change_them():
    recorder, snapshot_of = SnapshotRecorder(np.array([3, 5]), max_frames=12), {}

    def on_epoch(record, snapshot):
        recorder(record, snapshot)
        snapshot_of[record.epoch] = snapshot().copy()

    fitted = recsys.fit(two_tastes(), "deep", QUICK, on_epoch)
    assert list(recorder.frames) == list(range(1, 13))
    for epoch, vectors in recorder.frames.items():
        np.testing.assert_array_equal(vectors, snapshot_of[epoch][[3, 5]])
    np.testing.assert_array_equal(recorder.frames[fitted.best_epoch], fitted.item_vectors[[3, 5]])


def test_the_most_rated_items_are_tracked_equals_by_index(monkeypatch):
    rows = [(user, item) for item, n in enumerate([1, 3, 2, 2, 3]) for user in range(n)]
    log = pd.DataFrame([(*row, 1) for row in rows], columns=["user", "item", "rating"])
    dataset = recsys.Dataset.from_frames(log)
    assert tracked_items(dataset).tolist() == [0, 1, 2, 3, 4]
    monkeypatch.setattr(snapshots, "MAX_TRACKED_ITEMS", 3)
    assert tracked_items(dataset).tolist() == [1, 2, 4]
