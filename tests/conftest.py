"""Isolation of every test from the others and from the user's cache; fixtures that several modules use."""

from __future__ import annotations

import itertools
import logging
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import recsys
from recsys.cache import models as cached_models
from recsys.training.fit import fit_with
from tests.requirements import MOVIELENS, skip_reasons
from tests.shared_models import fit_once
from tests.shared_sites import build_once, shared_folder

_numbers = itertools.count()

# Tests send Ctrl-C to themselves and to processes that they start. What a shell starts in its background ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A test must not fail because the machine is busy, so hypothesis does not measure time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Where all tests run a second time with other packages, fewer examples will do: --hypothesis-profile few
settings.register_profile("few", settings.get_profile("untimed"), max_examples=15)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    package = logging.getLogger("recsys")
    handlers, level = package.handlers[:], package.level
    yield
    package.handlers[:] = handlers
    package.setLevel(level)


def _empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "caches" / str(next(_numbers))))
        yield


# Fixtures of wider scope run before those of a test, so each scope needs a cache folder of its own.
_session_cache = pytest.fixture(scope="session", autouse=True, name="_session_cache")(_empty_cache)
_module_cache = pytest.fixture(scope="module", autouse=True, name="_module_cache")(_empty_cache)
_test_cache = pytest.fixture(autouse=True, name="_test_cache")(_empty_cache)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each which tests could not run on this machine."""
    for reason in skip_reasons():
        terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def movielens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of MovieLens 100K as the command builds it; a test that uses it ``needs_movielens``."""
    return build_once(shared_folder(tmp_path_factory) / "movielens", ["--data", str(MOVIELENS)])


@pytest.fixture(scope="session")
def movielens_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], recsys.Fitted]:
    """By name and seed, a model of the training part of MovieLens 100K; a test that uses it ``needs_movielens``."""
    return partial(fit_once, shared_folder(tmp_path_factory))


@pytest.fixture
def trained(monkeypatch) -> list[str]:
    """The names of the models that were trained, and not taken from the cache."""
    names = []

    def counted(start, train, spec, *rest):
        names.append(spec.name)
        return fit_with(start, train, spec, *rest)

    monkeypatch.setattr(cached_models, "fit_with", counted)
    return names
