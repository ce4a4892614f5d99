"""A folder for sites, and a file system on which two folders cannot be exchanged."""

from pathlib import Path

import pytest

from recsys.site.publish import exchange


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    folder = tmp_path / "parent"
    folder.mkdir()
    return folder


@pytest.fixture
def only_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system without an atomic exchange."""
    monkeypatch.setattr(exchange, "exchange", lambda first, second: False)


@pytest.fixture(params=["exchange", "renames"])
def _either_way(request: pytest.FixtureRequest) -> None:
    """Folders take each other's place atomically, if this system can do that, and by renames."""
    if request.param == "renames":
        request.getfixturevalue("only_renames")
