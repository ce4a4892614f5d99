"""The list of files under ``data/``. Knows their names and sizes, not their content."""

from __future__ import annotations

from pathlib import Path

from recsys.pages.contexts import DataContext, DataFile, Page, Site

_WHAT = {
    "build.json": "what was built, from what, by which settings",
    "loss_history.json": "losses and validation nDCG, epoch by epoch",
    "item_embeddings.json": "item vectors, biases and their places on the map",
    "recommendations.json": "every user’s lists",
    "metrics.json": "the protocol and every figure with its interval",
    "items.json": "the catalogue, with similar films",
}


def data_context(site: Site, page: Page, folder: Path) -> DataContext:
    """The exported files that lie in ``folder``, by name."""
    found = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    return DataContext(site, page, tuple(_data_file(path) for path in found))


def _data_file(path: Path) -> DataFile:
    return DataFile(path.name, f"data/{path.name}", path.stat().st_size, _what(path.name))


def _what(name: str) -> str:
    if name.endswith(".schema.json"):
        return f"JSON Schema of {name.removesuffix('.schema.json')}.json"
    endings = {".csv": "a table of the same, as CSV", ".tsv": "for the TensorFlow Embedding Projector"}
    return _WHAT.get(name) or endings.get(Path(name).suffix, "")
