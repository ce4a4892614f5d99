"""What the TensorFlow Embedding Projector loads by one link: a file that says where vectors and metadata are.

The projector is a page of another site and fetches the files from ours, so it needs their addresses on the web.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from recsys.site.catalogue import Catalogue
from recsys.site.context import Model
from recsys.site.output.writer import Writer

PROJECTOR = "https://projector.tensorflow.org/"
CONFIG = "assets/projector.json"
METADATA = "metadata.tsv"


def vectors_file(model: Model) -> str:
    """The name of the file with the vectors of a model."""
    return f"vectors_{model.name}.tsv"


def projected_models(catalogue: Catalogue, data_folder: Path) -> list[Model]:
    """The models whose vectors were written for the projector, with metadata."""
    if not (data_folder / METADATA).is_file():
        return []
    return [model for model in catalogue.embeddings() if (data_folder / vectors_file(model)).is_file()]


def projector_link(root: str) -> str:
    """The address of the projector with the files of this site loaded.

    Args:
        root: the site's address, ending in a slash.
    """
    return f"{PROJECTOR}?config={quote(root + CONFIG, safe='')}"


def write_projector(root: str, catalogue: Catalogue, data_folder: Path, writer: Writer) -> None:
    """Write the file that the link names, if there is one; it opens with the last model."""
    models = projected_models(catalogue, data_folder)
    if not (root and models):
        return
    embeddings = catalogue.embeddings()
    tensors = [
        {
            "tensorName": model.label,
            "tensorShape": [len(embeddings[model].item_ids), embeddings[model].dim],
            "tensorPath": f"{root}data/{vectors_file(model)}",
            "metadataPath": f"{root}data/{METADATA}",
        }
        for model in reversed(models)
    ]
    writer.text(CONFIG, json.dumps({"embeddings": tensors}, ensure_ascii=False, indent=1) + "\n")
