"""The playground is on every site, whatever was built, and its learner can run without a page."""

from __future__ import annotations

import msgspec
import pytest

from recsys.models.registry import MODELS
from tests.site.tiny import render_html, render_pages, tiny


def without_models(*absent: str):
    artefacts = tiny()
    models = {name: model for name, model in artefacts.build.models.items() if name not in absent}
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, models=models))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return render_pages(tiny(), tmp_path_factory.mktemp("site"), "training", "playground")


def test_a_site_has_it_whichever_models_were_built(tmp_path):
    page = render_html(without_models("deep"), tmp_path, "playground") / "playground.html"
    assert '<button type="button" class="button primary" data-train>' in page.read_text("utf-8")


def test_other_pages_lead_there(site):
    for name in ("index", "training"):
        main = (site / f"{name}.html").read_text("utf-8").partition("<main")[2]
        assert 'href="playground.html"' in main, name


def test_the_learner_runs_in_a_worker_which_has_no_page_to_ask_for_its_version(site):
    script = (site / "assets" / "learner.js").read_text("utf-8")
    assert "currentScript" not in script
    assert script.startswith('"use strict";\n\n{\n')


def test_the_page_asks_for_the_learner_of_its_own_build(site):
    script = (site / "assets" / "playground.js").read_text("utf-8")
    assert script.count('"assets/learner.js?v=') == 1


@pytest.mark.parametrize("name", ["base", "deep"])
def test_both_models_have_their_colours_where_the_site_was_built_without_them(site, name):
    light, dark = MODELS[name].colour
    style = (site / "assets" / "playground.css").read_text("utf-8")
    assert f":where(.m-{name}) {{ --model: light-dark({light}, {dark}); }}" in style
