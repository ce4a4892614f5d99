"""Read a saved model back: the counterpart of :meth:`recsys.Fitted.save`."""

from __future__ import annotations

import os
from pathlib import Path

from recsys.errors import DataError
from recsys.models import archive, fitted
from recsys.models.archive import Archive
from recsys.models.fitted import Fitted
from recsys.models.registry import MODELS


def load_fitted(path: str | os.PathLike[str]) -> Fitted:
    """Read a model that :meth:`recsys.Fitted.save` wrote: equal in every bit; it serves and folds in as before.

    The file may come from anywhere: it holds numbers and JSON, no code, and all of it is checked.

    Args:
        path: of the file.

    Raises:
        DataError: there is no such file, or it holds no model: another format, damaged, or inconsistent.

    >>> import tempfile, recsys
    >>> fitted = recsys.fit(recsys.load_dataset("sample"), "base", recsys.TrainConfig(epochs=1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fitted.save(f"{folder}/base.npz")
    ...     again = recsys.load_fitted(f"{folder}/base.npz")
    >>> bool((again.user_vectors == fitted.user_vectors).all())
    True
    """
    content = archive.read(Path(path))
    try:
        return unpack(content)
    except DataError as problem:
        raise DataError(f"{path}: {problem}; give a file that fitted.save wrote, or fit and save again") from None


def unpack(content: Archive) -> Fitted:
    """The model that :func:`recsys.models.fitted.pack` packed; its towers are those the registry names.

    Raises:
        DataError: it is of another format, or something is missing or inconsistent.
    """
    return fitted.unpack(content, {name: spec.classes for name, spec in MODELS.items()})
