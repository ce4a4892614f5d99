"""One cluster of two worker processes for all tests of a session, which listens on loopback only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.requirements import dask_skip_reason

if dask_skip_reason() is not None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    from recsys.distributed.address import Address
    from recsys.distributed.cluster import connected

    with connected(Address.parse("local:2")) as cluster:
        yield cluster
