from __future__ import annotations

import base64
import struct
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from recsys import schema as out
from recsys.export.map_replay import encoded, frames_allowed, replay, spread
from recsys.recommend.pca import principal_components
from recsys.training.snapshots import MAX_FRAMES, SnapshotRecorder


def decoded(found: out.Replay) -> list[list[tuple[float, float]]]:
    """Every frame's places, read as the file says."""
    frames = []
    for text in found.frames:
        raw = base64.b64decode(text, validate=True)
        values = struct.unpack(f"<{len(raw) // 2}H", raw)
        frames.append([
            tuple(low + value / 65535 * (high - low)
                  for value, low, high in zip(values[place : place + 2], found.low, found.high, strict=True))
            for place in range(0, len(values), 2)
        ])  # fmt: skip
    return frames


def trained(epochs: list[int], best_epoch: int, n_films: int = 6, seed: int = 0):
    """A model that was recorded after some epochs; its films 0, 2 and 5 move."""
    rng = np.random.default_rng(seed)
    films = np.array([0, 2, 5])
    found = SnapshotRecorder(films)
    for epoch in epochs:
        found.frames[epoch] = rng.normal(size=(3, 4)).astype(np.float32)
    model = SimpleNamespace(item_vectors=rng.normal(size=(n_films, 4)).astype(np.float32), best_epoch=best_epoch)
    return model, found, films


IDS = ["a", "b", "c", "d", "e", "f"]


def test_every_frame_is_seen_along_the_axes_of_the_served_model_and_the_last_is_its_map():
    model, recorder, films = trained([1, 3, 5, 7], best_epoch=6)
    projection = principal_components(model.item_vectors)
    found = replay({"base": model}, {"base": projection}, {"base": recorder}, films, IDS)
    assert found.item_ids == ["a", "c", "f"]
    one = found.models["base"]
    assert one.epochs == [1, 3, 5, 6]
    step = max(high - low for low, high in zip(one.low, one.high, strict=True)) / 65535
    centred = model.item_vectors.astype(float) - model.item_vectors.astype(float).mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    for epoch, frame in zip(one.epochs[:-1], decoded(one), strict=False):
        expected = (recorder.frames[epoch] - model.item_vectors.astype(float).mean(axis=0)) @ axes
        np.testing.assert_allclose(frame, expected, atol=step)
    np.testing.assert_allclose(decoded(one)[-1], projection.points[films], atol=step)


@pytest.mark.parametrize(("epochs", "best", "expected"), [
    ([1, 2, 3], 3, [1, 2, 3]), ([1, 2, 3], 1, [1]), ([1, 3, 5], 4, [1, 3, 4]), ([], 7, [7]), ([1], 1, [1]),
])  # fmt: skip
def test_frames_go_up_to_the_served_epoch_which_is_one_of_them(epochs, best, expected):
    model, recorder, films = trained(epochs, best)
    projections = {"deep": principal_components(model.item_vectors)}
    found = replay({"deep": model}, projections, {"deep": recorder}, films, IDS)
    assert found.models["deep"].epochs == expected
    assert len(found.models["deep"].frames) == len(expected)


def test_a_model_that_was_not_recorded_has_its_served_frame():
    model, _, films = trained([], 4)
    found = replay({"deep": model}, {"deep": principal_components(model.item_vectors)}, {}, films, IDS)
    assert found.models["deep"].epochs == [4]


def test_without_a_model_nothing_moves():
    assert replay({}, {}, {}, np.array([1]), IDS) == out.MapReplay(item_ids=["b"], models={})


def test_the_ends_of_both_axes_are_those_of_all_frames():
    places = np.array([[[0.0, 10], [1, 10]], [[4, 10], [-1, 10]]])
    low, high, frames = encoded(places)
    assert (low, high) == ((-1, 10), (4, 10))
    assert struct.unpack("<4H", base64.b64decode(frames[0])) == (13107, 0, 26214, 0)
    assert struct.unpack("<4H", base64.b64decode(frames[1])) == (65535, 0, 0, 0)


def test_frames_are_spread_evenly_and_keep_first_and_last():
    assert spread([1, 2, 3, 4, 5, 7], 6) == spread([1, 2, 3, 4, 5, 7], 9) == [1, 2, 3, 4, 5, 7]
    assert spread([1, 2, 3, 4, 5], 3) == [1, 3, 5]
    assert spread([1, 2, 3, 4, 5], 2) == [1, 5]
    assert spread([1, 2, 3, 4, 5], 1) == [5]


@pytest.mark.parametrize(("n_films", "n_models", "width"), [(12_000, 2, 6), (9000, 2, 60), (3000, 1, 6)])
def test_the_file_is_smaller_than_a_megabyte_and_has_as_many_frames_as_that_leaves_room_for(n_films, n_models, width):
    item_ids = [f"é{number:0{width}d}" for number in range(n_films)]
    rng, films = np.random.default_rng(0), np.arange(n_films)
    models, recorders = {}, {}
    for name in ("base", "deep")[:n_models]:
        recorders[name] = SnapshotRecorder(films)
        for epoch in range(1, 30):
            recorders[name].frames[epoch] = rng.normal(size=(n_films, 2)).astype(np.float32)
        models[name] = SimpleNamespace(item_vectors=recorders[name].frames[1] + np.float32(1), best_epoch=30)
    projections = {name: principal_components(model.item_vectors) for name, model in models.items()}
    found = replay(models, projections, recorders, films, item_ids)
    size = len(msgspec.json.encode(found))
    n_frames = len(found.models["base"].frames)
    assert size < 1_000_000
    assert n_frames == frames_allowed(item_ids, n_models) <= MAX_FRAMES
    assert n_frames == MAX_FRAMES or size * (n_frames + 1) / n_frames > 990_000
