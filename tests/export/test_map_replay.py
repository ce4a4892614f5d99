from __future__ import annotations

import base64
import struct
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from recsys.export.map_replay import build_map_replay, evenly_spaced, max_frames, quantise
from recsys.models.mixture import Mixture, Weights
from recsys.recommend.pca import principal_components
from recsys.schema import MapReplay, Replay
from recsys.training.snapshots import MAX_FRAMES, Frames

IDS = ["a", "b", "c", "d", "e", "f"]
TRACKED = np.array([0, 2, 5])


def decode(replay: Replay) -> list[list[tuple[float, float]]]:
    """The points of every frame, read as the schema documents it."""
    frames = []
    for text in replay.frames:
        content = base64.b64decode(text, validate=True)
        values = struct.unpack(f"<{len(content) // 2}H", content)
        frames.append([
            tuple(low + value / 65535 * (high - low)
                  for value, low, high in zip(values[start : start + 2], replay.low, replay.high, strict=True))
            for start in range(0, len(values), 2)
        ])  # fmt: skip
    return frames


class TowersOfLength:
    """As much of a pair of towers as a mixture must know to weigh its vectors."""

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def serving_inputs(self, users):
        return users

    def users_forward(self, inputs):
        return np.zeros((len(inputs), self.dim), np.float32), None


def mixture(dims: dict[str, int], weights: dict[str, float]) -> Mixture:
    members = {name: TowersOfLength(dim) for name, dim in dims.items()}
    return Mixture(members, Weights(weights), np.zeros(6))


def model_and_frames(epochs: list[int], best_epoch: int) -> tuple[SimpleNamespace, Frames]:
    """A model of six items, and random snapshots of the tracked ones after some epochs."""
    rng = np.random.default_rng(0)
    frames = {epoch: rng.normal(size=(3, 4)).astype(np.float32) for epoch in epochs}
    vectors = rng.normal(size=(6, 4)).astype(np.float32)
    towers = mixture({"deep": 4}, {"deep": 1.0})
    return SimpleNamespace(item_vectors=vectors, best_epoch=best_epoch, towers=towers), frames


def test_every_frame_is_projected_on_the_axes_of_the_served_model_and_the_last_is_its_map():
    model, frames = model_and_frames([1, 3, 5, 7], best_epoch=6)
    projection = principal_components(model.item_vectors)
    replays = build_map_replay({"base": model}, {"base": projection}, {"base": frames}, TRACKED, IDS)
    assert replays.item_ids == ["a", "c", "f"]
    replay = replays.models["base"]
    assert replay.epochs == [1, 3, 5, 6]
    step = max(high - low for low, high in zip(replay.low, replay.high, strict=True)) / 65535
    centre = model.item_vectors.astype(float).mean(axis=0)
    centred = model.item_vectors - centre
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    *earlier, last = decode(replay)
    for epoch, frame in zip(replay.epochs, earlier, strict=False):
        np.testing.assert_allclose(frame, (frames[epoch] - centre) @ axes, atol=step)
    np.testing.assert_allclose(last, projection.points[TRACKED], atol=step)


def test_all_frames_have_the_weights_of_the_served_towers():
    served, frames = model_and_frames([1, 2], best_epoch=2)
    served.towers = mixture({"deep": 1, "cosine": 3}, {"deep": 0.1, "cosine": 0.9})
    while_learning = np.sqrt([0.6, 0.4, 0.4, 0.4])
    frames[1] = (served.item_vectors / np.sqrt([0.1, 0.9, 0.9, 0.9]) * while_learning)[TRACKED]
    projections = {"deep": principal_components(served.item_vectors)}
    replay = build_map_replay({"deep": served}, projections, {"deep": frames}, TRACKED, IDS).models["deep"]
    first, last = decode(replay)
    np.testing.assert_allclose(first, last, atol=1e-3)  # nothing moved but the weights


@pytest.mark.parametrize(("epochs", "best", "expected"), [
    ([1, 2, 3], 3, [1, 2, 3]), ([1, 2, 3], 1, [1]), ([1, 3, 5], 4, [1, 3, 4]), ([], 7, [7]), ([1], 1, [1]),
])  # fmt: skip
def test_frames_go_up_to_the_served_epoch_which_is_the_last(epochs, best, expected):
    model, frames = model_and_frames(epochs, best)
    projections = {"deep": principal_components(model.item_vectors)}
    replay = build_map_replay({"deep": model}, projections, {"deep": frames}, TRACKED, IDS).models["deep"]
    assert replay.epochs == expected
    assert len(replay.frames) == len(expected)


def test_a_model_without_snapshots_has_its_served_frame():
    model, _ = model_and_frames([], 4)
    projections = {"deep": principal_components(model.item_vectors)}
    assert build_map_replay({"deep": model}, projections, {}, TRACKED, IDS).models["deep"].epochs == [4]


def test_without_a_model_there_are_no_frames():
    assert build_map_replay({}, {}, {}, np.array([1]), IDS) == MapReplay(item_ids=["b"], models={})


def test_the_ranges_of_both_axes_are_those_of_all_frames():
    low, high, frames = quantise(np.array([[[0.0, 10], [1, 10]], [[4, 10], [-1, 10]]]))
    assert (low, high) == ((-1, 10), (4, 10))
    assert struct.unpack("<4H", base64.b64decode(frames[0])) == (13107, 0, 26214, 0)
    assert struct.unpack("<4H", base64.b64decode(frames[1])) == (65535, 0, 0, 0)


def test_chosen_epochs_are_evenly_spaced_with_the_first_and_the_last():
    assert evenly_spaced([1, 2, 3, 4, 5, 7], 6) == evenly_spaced([1, 2, 3, 4, 5, 7], 9) == [1, 2, 3, 4, 5, 7]
    assert evenly_spaced([1, 2, 3, 4, 5], 3) == [1, 3, 5]
    assert evenly_spaced([1, 2, 3, 4, 5], 2) == [1, 5]
    assert evenly_spaced([1, 2, 3, 4, 5], 1) == [5]


@pytest.mark.parametrize(("n_items", "n_models", "width"), [(12_000, 2, 6), (9000, 2, 60), (3000, 1, 6)])
def test_the_file_is_below_a_megabyte_and_has_as_many_frames_as_fit(n_items, n_models, width):
    item_ids = [f"é{number:0{width}d}" for number in range(n_items)]
    rng, tracked = np.random.default_rng(0), np.arange(n_items)
    models, frames = {}, {}
    for name in ("base", "deep")[:n_models]:
        frames[name] = {epoch: rng.normal(size=(n_items, 2)).astype(np.float32) for epoch in range(1, 30)}
        vectors = frames[name][1] + np.float32(1)
        towers = mixture({name: 2}, {name: 1.0})
        models[name] = SimpleNamespace(item_vectors=vectors, best_epoch=30, towers=towers)
    projections = {name: principal_components(model.item_vectors) for name, model in models.items()}
    replays = build_map_replay(models, projections, frames, tracked, item_ids)
    size = len(msgspec.json.encode(replays))
    n_frames = len(replays.models["base"].frames)
    assert size < 1_000_000
    assert n_frames == max_frames(item_ids, n_models) <= MAX_FRAMES
    assert n_frames == MAX_FRAMES or size * (n_frames + 1) / n_frames > 990_000
