"""What every test is spared: logging set up by one must not outlive it, and no cache is shared or the user's own; and
what several modules ask for."""

import itertools
import logging
from collections.abc import Iterator

import pytest

import recsys
from recsys.cache import models as kept

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    package = logging.getLogger("recsys")
    handlers, level = package.handlers[:], package.level
    yield
    package.handlers[:] = handlers
    package.setLevel(level)


def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "caches" / str(next(_numbers))))
        yield


# What is built once for a module, or for all of them, is built before any test has a cache folder of its own.
_cache_of_the_session = pytest.fixture(scope="session", autouse=True, name="_cache_of_the_session")(_own_cache)
_cache_of_the_module = pytest.fixture(scope="module", autouse=True, name="_cache_of_the_module")(_own_cache)
_cache_of_the_test = pytest.fixture(autouse=True, name="_cache_of_the_test")(_own_cache)


@pytest.fixture
def trained(monkeypatch) -> list[str]:
    """The models that were really trained."""
    names = []

    def counted(train, model, *rest):
        names.append(model)
        return recsys.fit(train, model, *rest)

    monkeypatch.setattr(kept, "fit", counted)
    return names
