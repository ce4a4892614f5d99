"""Failures of the computer: which sentence they become."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from recsys import pipeline
from recsys.cli.failures import explained
from recsys.cli.main import main
from recsys.errors import RecsysError
from recsys.tasks import KilledTaskError
from tests.small_logs import write_movielens

STAGES = {
    "read_dataset": ("read", "use fewer ratings"),
    "split_ratings": ("split", "use fewer ratings"),
    "learn": (None, "use fewer ratings"),
    "recommend_and_rank": ("recommend", "lower --top-k or --dim"),
    "explain_lists": ("explain", "lower --top-k or --dim"),
    "score_lists": ("evaluate", "lower --top-k or --dim"),
    "assemble": ("assemble", "lower --top-k or --dim"),
    "write_artefacts": ("export", "lower --top-k or --dim"),
    "render_site": ("pages", "lower --top-k or user_pages"),
}
"""The functions of the pipeline that need memory, each with its stage and what helps there."""


@pytest.mark.parametrize("function", STAGES)
def test_too_little_memory_is_one_sentence_with_the_stage_and_what_to_lower(function, tmp_path, monkeypatch, capsys):
    log, (stage, remedy) = write_movielens(tmp_path / "log", 20), STAGES[function]

    def allocate(*arguments, **options):
        np.empty(2**50)

    monkeypatch.setattr(pipeline, function, allocate)
    quick = ["--models", "base", "--dim", "4", "--epochs", "1", "--no-cache", "--quiet"]
    status = main(["--data", str(log), *quick, "--out", str(tmp_path / "site")])
    error = capsys.readouterr().err
    assert (status, error.count("\n")) == (1, 1)
    where = "" if stage is None else f' in the stage "{stage}"'
    assert error.startswith(f"error: there is too little memory{where}; {remedy}")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(("problem", "sentence"), [
    (OSError(errno.ENOMEM, "No memory"), 'there is too little memory in the stage "train"; lower --dim'),
    (KilledTaskError(), 'a process of this build was killed in the stage "train", perhaps for want'),
    (RuntimeError("can't start new thread"), 'no more threads can be started in the stage "train"; raise'),
], ids=["no memory for a process", "killed process", "threads"])  # fmt: skip
def test_what_the_computer_lacks_is_a_sentence(problem, sentence):
    with pytest.raises(RecsysError) as caught, explained(lambda: "train"):
        raise problem
    assert str(caught.value).startswith(sentence)
    assert caught.value.__cause__ is problem


@pytest.mark.parametrize("problem", [RuntimeError("a mistake"), FileNotFoundError(errno.ENOENT, "No such file")])
def test_other_failures_stay_what_they_are(problem):
    with pytest.raises(type(problem)) as caught, explained(lambda: None):
        raise problem
    assert caught.value is problem
