"""Names that cannot be decoded or written become text that can."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import build
import recsys
from recsys.data.dataset import Source
from recsys.text import printable, quoted_path, shown_path, visible, without_controls
from tests.small_logs import write_movielens

RATINGS = pd.DataFrame({"user": [1, 2], "item": [1, 1], "rating": [3.0, 4.0]})


@pytest.mark.parametrize("dot", ["", ".", "./."])
def test_the_working_folder_is_called_this_folder_and_other_paths_are_shown(dot):
    assert (shown_path(Path(dot)), quoted_path(Path(dot))) == ("this folder", "this folder")
    assert (shown_path(Path("a.csv")), quoted_path(Path("a.csv"))) == ("a.csv", "'a.csv'")
    assert (shown_path(Path("..")), quoted_path(Path(".."))) == ("..", "'..'")


@pytest.mark.parametrize(("text", "expected"), [
    ("Films", "Films"),
    ("電影 🎬", "電影 🎬"),
    ("", ""),
    ("film\udce9s", "film\ufffds"),  # Latin-1 bytes, as Python reads them from a file system in UTF-8
    ("\udce9\udc9b\udcbb", "電"),  # UTF-8 bytes, as Python reads them where it takes the file system for ASCII
    ("\ud800", "\ufffd"),
    ("a\ud83c\udfacb", "a🎬b"),
    ("\udfac\ud83c", "\ufffd\ufffd"),
])  # fmt: skip
def test_halves_of_surrogate_pairs_are_replaced_and_nothing_else(text, expected):
    if sys.getfilesystemencoding() == "utf-8" or text.isascii():
        assert printable(text) == expected
    printable(text).encode()


def test_every_character_that_is_replaced_in_data_is_escaped_in_a_terminal():
    replaced = [chr(code) for code in range(0x3000) if without_controls(chr(code)) != chr(code)]
    assert {"\0", "\x1b", "\x85", "\u2028", "\u202e"} <= {*replaced}
    for character in replaced:
        assert (visible(character) == character) == (character == "\n")
    assert visible("\ufeffa\u200f\tb\x1b[0m\n é電") == "\\ufeffa\\u200f\\tb\\x1b[0m\n é電"


@pytest.mark.parametrize("name", ["\ud800", "film\udce9s", "x\udfff\ud800"])
def test_the_name_of_a_data_set_and_of_its_source_can_be_written(name):
    source = Source(licence=name, citation=name, url=name)
    dataset = recsys.Dataset.from_frames(RATINGS, name=name, source=source)
    for text in (dataset.name, dataset.source.licence, dataset.source.citation, dataset.source.url):
        assert text.encode().decode() == printable(name)


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such a name")
def test_a_folder_whose_name_is_no_utf_8_is_built_to_another_such_folder(tmp_path):
    log = write_movielens(tmp_path / "log", 12, 15)
    (log / "site.toml").write_text("pages = []\nholdout = 0\n")  # charts and baselines take most of the time
    folder, out = (Path(os.fsdecode(os.fsencode(tmp_path) + name)) for name in (b"/film\xe9s", b"/s\xeete"))
    log.rename(folder)
    command = ["--data", str(folder), "--out", str(out), "--models", "base", "--dim", "4", "--epochs", "1"]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    run = partial(subprocess.run, env=environment, capture_output=True, encoding="utf-8", check=False)
    done = run([sys.executable, build.__file__, *command])
    assert (done.returncode, done.stderr) == (0, "")
    assert "film\ufffds: " in done.stdout and "s\ufffdte/index.html" in done.stdout
    assert "<title>Film\ufffds" in (out / "index.html").read_text("utf-8")
    missing = [*command[:1], str(folder / "none"), *command[2:]]
    done = run([sys.executable, build.__file__, *missing])  # in this process xdist could not send what is logged
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "film\ufffds/none' does not exist" in done.stderr
