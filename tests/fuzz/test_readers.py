"""Some mutated inputs of every reader; ``python -m tests.fuzz.readers`` tries 100,000 of each."""

import warnings

import pytest

from recsys.errors import DataError
from tests.fuzz import readers
from tests.fuzz.readers import try_input, try_inputs
from tests.fuzz.targets import TARGETS, Target, is_available

COUNT = {"settings": 200, "model": 60, "export": 60, "manifest": 200}
FEW = 4
"""Inputs of the other readers, which make a data set of what they read: that takes a while."""


PACKED = ("zip", "gzip", "bzip2", "xz", "zstd")
"""Readers whose files are packed only as they are mutated."""


@pytest.mark.parametrize("reader", [reader for reader in TARGETS if reader not in PACKED])
def test_every_sound_file_is_read(reader, tmp_path):
    if not is_available(reader):
        pytest.skip("needs a package that is not installed")
    target = TARGETS[reader]
    sound = Target(target.files, target.read, lambda seeds, rng: seeds[0])
    assert try_input(sound, tmp_path, 0, 0) == (True, None)


@pytest.mark.parametrize("reader", TARGETS)
def test_every_mutated_input_is_read_or_refused_in_a_sentence(reader):
    if not is_available(reader):
        pytest.skip("needs a package that is not installed")
    count = COUNT.get(reader, FEW)
    outcome = try_inputs(reader, 0, range(count))
    assert outcome.faults == {}
    assert outcome.n_read + outcome.n_refused == count


@pytest.mark.parametrize(("fault", "expected"), [
    (KeyError("x"), "KeyError in "),
    (UserWarning("x"), "UserWarning: x"),
    ("a\x1b", "a control character in 'a\\x1b'"),
])  # fmt: skip
def test_whatever_else_happens_is_a_fault(tmp_path, fault, expected):
    def read(folder, rng):
        if isinstance(fault, Warning):
            warnings.warn(fault, stacklevel=1)
        elif isinstance(fault, Exception):
            raise fault
        yield str(fault)

    _, problem = try_input(Target(lambda: {"a": [b"x"]}, read), tmp_path, 0, 0)
    assert problem is not None and problem.startswith(expected)


def test_a_reader_that_hangs_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "MAX_SECONDS", 0.05)

    def read(folder, rng):
        while True:
            pass

    if not hasattr(readers.signal, "setitimer"):
        pytest.skip("needs timers")
    assert "takes more than" in str(try_input(Target(lambda: {"a": [b"x"]}, read), tmp_path, 0, 0)[1])


def test_one_input_is_the_same_whenever_it_is_made(tmp_path):
    target = TARGETS["csv"]
    contents = []
    for _ in range(2):
        readers.write_input(target, tmp_path, 3, 17)
        contents.append((tmp_path / "log.csv").read_bytes())
    assert contents[0] == contents[1]
    readers.write_input(target, tmp_path, 3, 18)
    assert (tmp_path / "log.csv").read_bytes() != contents[0]


def test_a_refusal_is_no_fault(tmp_path):
    def read(folder, rng):
        raise DataError("log.csv:1: no (expected yes)")

    assert try_input(Target(lambda: {"a": [b"x"]}, read), tmp_path, 0, 0) == (False, None)
