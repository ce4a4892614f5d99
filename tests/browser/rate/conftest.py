"""The rate page of the sample's site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.rate.page import loaded


@pytest.fixture(scope="session")
def items(exported: dict[str, Any]) -> dict[str, Any]:
    """Items by id, as items.json has them."""
    return {item["id"]: item for item in exported["items"]["items"]}


@pytest.fixture
def open_rate_page(visit: Visit, disk: str) -> Callable[..., Any]:
    """Open the page, from disk unless an address is given, once the tower has been loaded."""

    def opened(address: str = f"{disk}rate.html", width: int = 1280, **options: Any) -> Any:
        return loaded(visit(address, width, **options))

    return opened
