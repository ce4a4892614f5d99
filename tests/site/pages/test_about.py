"""The page about the site: what it says of the method holds for the data at hand."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from recsys.models import linear
from recsys.schema import Artefacts, Item
from recsys.site.context import PageHead
from recsys.site.pages.about import about_context
from tests.site.tiny import render_pages, site_data, tiny


def text_of(artefacts: Artefacts, folder) -> str:
    return (render_pages(artefacts, folder, "about") / "about.html").read_text("utf-8")


def with_items(change: Callable[[Item], Item]) -> Artefacts:
    artefacts = tiny()
    items = msgspec.structs.replace(artefacts.items, items=[change(item) for item in artefacts.items.items])
    return msgspec.structs.replace(artefacts, items=items)


@pytest.mark.parametrize(("changes", "sentence"), [
    ({}, "own vector and, where they are known, its genres and its year. Its user tower"),
    ({"year": None}, "own vector and, where they are known, its genres. Its user tower"),
    ({"genres": []}, "own vector and, where it is known, its year. Its user tower"),
    ({"year": None, "genres": []}, "own vector. Its user tower"),
])  # fmt: skip
def test_the_item_tower_reads_what_the_data_has(tmp_path, changes, sentence):
    artefacts = with_items(lambda item: msgspec.structs.replace(item, **changes))
    assert sentence in text_of(artefacts, tmp_path)


def test_times_are_spoken_of_where_there_are_times(tmp_path):
    artefacts = tiny()
    assert "with films rated at about the same time counting as closer" in text_of(artefacts, tmp_path / "times")
    protocol = msgspec.structs.replace(artefacts.metrics.protocol, split="random", seed=0)
    metrics = msgspec.structs.replace(artefacts.metrics, protocol=protocol)
    without_times = msgspec.structs.replace(artefacts, metrics=metrics)
    assert "at about the same time" not in text_of(without_times, tmp_path / "none")


def about(n_items: int) -> tuple[int, int]:
    artefacts = tiny()
    first = artefacts.items.items[0]
    items = [*artefacts.items.items, *(msgspec.structs.replace(first, id=f"x{n}", n_train=1) for n in range(n_items))]
    artefacts = msgspec.structs.replace(artefacts, items=msgspec.structs.replace(artefacts.items, items=items))
    context = about_context(site_data(artefacts), PageHead("about.html", "About", "", "about.html", ""))
    return context.n_rated, context.n_head


def test_a_large_catalogue_is_one_of_which_ease_is_not_of_all_items(tmp_path):
    assert "EASE is computed for" not in text_of(tiny(), tmp_path)
    n_rated, n_head = about(0)
    assert n_rated < n_head == linear.HEAD
    assert about(n_head) == (n_rated + n_head, n_head)


EASE, FACTORISED = "EASE, cut to its leading directions", "factorised by"


@pytest.mark.parametrize(("unobserved", "start"), [(0.0, EASE), (0.2, FACTORISED)])
def test_where_deep_starts_is_what_it_was_trained_with(tmp_path, unobserved, start):
    artefacts = tiny()
    deep = artefacts.build.models["deep"]
    deep = msgspec.structs.replace(deep, settings={**deep.settings, "unobserved": unobserved})
    build = msgspec.structs.replace(artefacts.build, models={**artefacts.build.models, "deep": deep})
    text = text_of(msgspec.structs.replace(artefacts, build=build), tmp_path)
    assert {sentence for sentence in (EASE, FACTORISED) if sentence in text} == {start}
