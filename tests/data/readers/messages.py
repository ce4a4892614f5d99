"""What the user reads when a data set cannot be read."""

from pathlib import Path

import pytest

from recsys.data.load import read_path
from recsys.errors import DataError


def error_message(path: Path) -> str:
    """The message of the error that reading must raise."""
    with pytest.raises(DataError) as caught:
        read_path(path)
    return str(caught.value)
