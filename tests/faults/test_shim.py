"""The shim sees every way in which a file can be changed."""

from __future__ import annotations

import ctypes
import errno
import io
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recsys.site.publish.exchange import exchange
from tests.faults.children import in_child, needs_fork
from tests.faults.shim import ERRORS, KILLED, Counter, FailAt, KillAt, Operation, watched

AUDITED = {
    "os.mkdir": "mkdir", "os.rmdir": "rmdir", "os.remove": "unlink", "os.rename": "rename", "os.chmod": "chmod",
    "os.truncate": "truncate", "os.utime": "utime", "os.link": "link",
}  # fmt: skip
"""What the interpreter calls each function of which it reports the use, and what the shim calls it."""
SAME = {"remove": "unlink", "replace": "rename", "fchmod": "chmod", "ftruncate": "truncate"}


def write_in_every_way(folder: Path) -> None:
    """Change files in ways that share as little code as can be."""
    (folder / "path").write_bytes(b"1")
    (folder / "text").write_text("1", encoding="utf-8")
    with open(folder / "builtin", "a") as file:  # noqa: PTH123
        file.write("1")
    with io.open(folder / "io", "xb", buffering=0) as raw:  # noqa: UP020
        raw.write(b"1")
    with (folder / "both").open("wb+") as both:
        both.write(b"12")
        both.truncate(1)
    descriptor = os.open(folder / "descriptor", os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"1")
    os.close(descriptor)
    with os.fdopen(os.open(folder / "fdopen", os.O_WRONLY | os.O_CREAT), "w") as file:
        file.write("1")
    descriptor, path = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as temporary:
        temporary.write(b"1")
    Path(path).rename(folder / "temporary")
    np.savez(folder / "arrays.npz", a=np.arange(3))
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("member"), "1")  # of 1980
    Image.new("L", (2, 2)).save(folder / "picture.png")
    shutil.copyfile(folder / "path", folder / "copy")
    shutil.copytree(folder / "tree", folder / "below" / "tree", dirs_exist_ok=True)
    (folder / "text").rename(folder / "renamed")
    os.replace(folder / "io", folder / "replaced")  # noqa: PTH105
    shutil.move(folder / "both", folder / "moved")
    (folder / "path").chmod(0o600)
    (folder / "copy").unlink()
    os.remove(folder / "moved")  # noqa: PTH107
    (folder / "touched").touch()
    (folder / "touched").touch()
    shutil.rmtree(folder / "tree")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    (tmp_path / "tree" / "deep" / "file").write_text("1")
    return tmp_path


def operations(work: Callable[[], object], folder: Path) -> list[Operation]:
    seen: list[Operation] = []
    with watched([folder], seen.append):
        work()
    return seen


@needs_fork
def test_whatever_the_interpreter_reports_is_seen(folder):
    """A hook of the interpreter cannot be removed, and is left behind in a process of its own."""

    (folder / "first" / "tree").mkdir(parents=True)
    write_in_every_way(folder / "first")  # imports what it needs, which the hook would report too

    def compare() -> int:
        reported: list[str] = []

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" and not isinstance(arguments[0], int):  # not a descriptor
                writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                reported.append("open" if writes else "read")
            elif event in AUDITED:
                reported.append(AUDITED[event])

        sys.addaudithook(hook)
        seen = operations(lambda: write_in_every_way(folder), folder)
        n_reported = len(reported)
        names = [SAME.get(operation.name, operation.name) for operation in seen]
        names = [name for name in names if name not in ("write", "sendfile", "truncate", "close")]
        print(names, reported, sep="\n")
        return int(names != reported[:n_reported])

    ended = in_child(compare)
    assert ended.status == 0, ended.output


def test_every_file_is_opened_written_and_closed(folder):
    seen = operations(lambda: write_in_every_way(folder), folder)
    for name in ("path", "text", "builtin", "io", "both", "fdopen", "arrays.npz", "archive.zip", "picture.png"):
        steps = [operation.name for operation in seen if operation.path == str(folder / name)]
        assert steps[0] == "open"
        assert "write" in steps
        assert "close" in steps
    copied = {operation.name for operation in seen if operation.path == str(folder / "copy")}
    assert copied & {"write", "sendfile"}


def test_what_is_written_is_what_would_be_without_the_shim(folder):
    (folder / "with").mkdir()
    (folder / "without").mkdir()
    for name in ("with", "without"):
        shutil.copytree(folder / "tree", folder / name / "tree")
    operations(lambda: write_in_every_way(folder / "with"), folder)
    write_in_every_way(folder / "without")
    files = [
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (folder / "with", folder / "without")
    ]
    assert files[0] == files[1]
    assert len(files[0]) > 10


def test_files_elsewhere_are_not_counted_and_nothing_is_after_the_block(folder):
    (folder / "watched").mkdir()
    assert operations(lambda: write_in_every_way(folder), folder / "watched") == []
    seen: list[Operation] = []
    with watched([folder], seen.append):
        pass
    (folder / "file").write_text("1")
    assert seen == []


@pytest.mark.parametrize("error", ERRORS)
def test_each_operation_can_fail(folder, error):
    def write() -> None:
        (folder / "file").write_text("1")

    assert [operation.name for operation in operations(write, folder)] == ["open", "write", "close"]
    for n in (1, 2, 3):
        with watched([folder], FailAt(n, error)), pytest.raises(OSError) as problem:
            write()
        assert problem.value.errno == error
        assert problem.value.filename == (str(folder / "file") if n == 1 else None)
    with watched([folder], FailAt(4, error)):
        write()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux exchanges two folders atomically")
def test_an_exchange_is_one_operation_and_can_fail(folder):
    (folder / "other").mkdir()
    first, second = folder / "tree", folder / "other"
    assert operations(lambda: exchange(first, second), folder) == [("exchange", str(first))]
    assert (second / "deep").is_dir()
    with watched([folder], FailAt(1, errno.EIO)):
        assert not exchange(first, second)
        assert ctypes.get_errno() == errno.EIO
    assert (second / "deep").is_dir()


@needs_fork
def test_a_process_can_be_killed_before_an_operation(folder):
    def write() -> int:
        with watched([folder], KillAt(3)):
            (folder / "first").write_text("1")
            raise AssertionError

    assert in_child(write).status == KILLED
    assert (folder / "first").read_text() == "1"

    def write_less() -> int:
        with watched([folder], KillAt(2)):
            (folder / "second").write_text("1")
            raise AssertionError

    assert in_child(write_less).status == KILLED
    assert (folder / "second").read_text() == ""


@needs_fork
def test_operations_of_forked_processes_are_counted_together(folder):
    counter = Counter()
    with watched([folder], counter):
        for name in ("first", "second"):
            assert in_child(lambda name=name: int(not (folder / name).write_text("1"))).status == 0
    assert counter.n == 6
