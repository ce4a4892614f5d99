import html
import json
import re
import shutil
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import msgspec
import pytest
from jinja2 import meta, nodes

from recsys.errors import OutputError
from recsys.export.files import read_artefacts
from recsys.export.script import json_in
from recsys.site.context import Context
from recsys.site.output.csp import CSP
from recsys.site.output.jinja import count, fixed, make_environment, percent, plain, size
from recsys.site.output.script_data import script_data
from recsys.site.output.writer import Writer, building
from recsys.site.pages.page import Page as PageEntry
from recsys.site.pages.registry import PAGES
from recsys.site.pages.wanted import OPTIONAL_PAGES
from recsys.site.render import render_site
from recsys.site.slugs import slugs
from recsys.training.batches import MAX_IN_BATCH_NEGATIVES, SAMPLED_RATINGS
from tests.site.markup import Page, broken, pages
from tests.site.tiny import (
    FILM_IDS,
    HOSTILE,
    STRINGS,
    TEMPLATES,
    TITLES,
    USER_IDS,
    discovered,
    nothing,
    render,
    render_html,
    tiny,
    with_pages,
)

SITES = {
    "both": tiny(),
    "base": tiny(("base",), measured=False),
    "deep": tiny(("deep",), synthetic=True),
    "nothing": nothing(),
    "discovered": discovered(),
}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The folder of a site by its name, rendered once."""
    return cache(lambda name: render(SITES[name], tmp_path_factory.mktemp(name)))


@pytest.fixture(params=SITES)
def site(request, rendered):
    return rendered(request.param)


@pytest.fixture
def both(rendered):
    return rendered("both")


def test_every_page_has_the_one_policy_and_keeps_to_it(site):
    for address, page in pages(site).items():
        assert page.csp == [CSP], address
        assert page.inline == [], address


def test_every_link_and_every_resource_exists_inside_the_site(site):
    assert broken(site, pages(site)) == []


@pytest.mark.parametrize(
    "target",
    ["none.html", "/index.html", "../index.html", "users/1.html#none", "//x.org/", "users/", "items.html#a=b"],
)
def test_broken_links_are_detected(both, tmp_path, target):
    site = shutil.copytree(both, tmp_path / "site")
    (site / "index.html").write_text(f"<a href='{target}'>x</a><a href=map.html#item=1>y</a><a href=https://x.org>z</a>")
    assert [link for link in broken(site, pages(site)) if link[0] == "index.html"] == [("index.html", target)]


def test_nothing_is_loaded_from_elsewhere(site):
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        loads = re.findall(r"""(?:src|href)=["']?(https?:|//)|url\(["']?(https?:|//)""", path.read_text("utf-8"))
        assert not loads or path.name == "about.html", path


def test_ids_are_unique_on_a_page(site):
    for address, page in pages(site).items():
        assert len(page.ids) == len(set(page.ids)), address


def test_a_hostile_title_is_only_text_on_every_page(both):
    escaped = html.escape(HOSTILE, quote=False)
    for address, page in pages(both).items():
        assert page.tags.count("img") == 2 * (address == "map.html"), address  # the map as a picture
        assert "onerror" not in page.inline, address
        assert "<script>alert" not in page.text, address
        assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|\b49\b(?! fields)", page.text), address
    assert "alert(1)" in html.unescape(escaped)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in (both / "items.html").read_text("utf-8")


def test_titles_keep_their_letters(both):
    films = html.unescape((both / "items.html").read_text("utf-8"))
    for title in TITLES:
        assert title in films


@pytest.mark.usefixtures("drawn_anew")
def test_two_renders_give_equal_bytes(both, tmp_path):
    first, second = both, render(tiny(), tmp_path)
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)


def test_artefacts_that_were_read_back_render_the_same_bytes(both, tmp_path):
    direct, read_back = both, tmp_path / "read_back"
    shutil.copytree(direct / "data", read_back / "data", ignore=shutil.ignore_patterns("manifest.*"))
    render_site(read_artefacts(read_back / "data"), TEMPLATES, read_back)
    assert (direct / "data" / "manifest.json").read_bytes() == (read_back / "data" / "manifest.json").read_bytes()


def test_lists_that_belong_to_other_users_are_refused(tmp_path):
    artefacts = discovered()
    others = msgspec.structs.replace(artefacts.shown_lists, users={})
    with pytest.raises(OutputError, match=r"user '1' is in recommendations.json but not in shown_lists.json"):
        render(msgspec.structs.replace(artefacts, shown_lists=others), tmp_path)


def test_sample_data_is_named_on_every_page_and_real_data_on_none(tmp_path):
    for synthetic in (True, False):
        folder = render_html(tiny(synthetic=synthetic), tmp_path / str(synthetic), *OPTIONAL_PAGES)
        assert (folder / "playground.html").is_file()
        for path in folder.rglob("*.html"):
            assert ("Sample data:" in path.read_text("utf-8")) is synthetic, path


def test_the_limits_on_the_about_page_are_those_of_training(tmp_path):
    about = (render_html(tiny(), tmp_path, "about") / "about.html").read_text("utf-8")
    limit = f"more than {MAX_IN_BATCH_NEGATIVES:,} films"
    assert f"{limit}, they are those of {SAMPLED_RATINGS:,} of its ratings" in about


def test_the_about_page_has_the_exported_formula_of_similar_items(tmp_path):
    artefacts = tiny()
    items = msgspec.structs.replace(artefacts.items, shrinkage=7)
    folder = render_html(msgspec.structs.replace(artefacts, items=items), tmp_path, "about")
    about = (folder / "about.html").read_text("utf-8")
    assert "the cosine of their vectors times m / (m + 7)" in about


def test_without_a_holdout_the_pages_say_why_nothing_was_measured(tmp_path):
    folder = render_html(tiny(measured=False), tmp_path, "about", "users", "compare")
    for address in ("index.html", "about.html", "users.html", "compare.html"):
        text = (folder / address).read_text("utf-8")
        assert "No metrics were measured: holdout is 0, so nothing is held out from training." in text, address
    assert " hits" not in re.sub(r"<p .*?</p>", "", (folder / "users.html").read_text("utf-8"))


def test_the_front_page_compares_both_models_with_popularity(both):
    text = (both / "index.html").read_text("utf-8")
    assert text.count("+100%") == 2
    assert text.count('class="bar-row"') == 3


def test_bokeh_is_shipped_once_with_its_licence_and_loaded_where_a_chart_is(both):
    assert len(list(both.rglob("bokeh*.js"))) == 1
    assert len(list(both.rglob("bokeh*LICENSE*"))) == 1
    loading = [address for address, page in pages(both).items() if any("bokeh" in load for load in page.loads)]
    assert loading == ["compare.html", "map.html", "training.html"]


def test_script_data_is_one_string_for_json_parse(both):
    values = {}
    for name in ("users", "items"):
        text = (both / "assets" / f"data-{name}.js").read_text("utf-8")
        literal = re.fullmatch(rf'\(.*\)\.set\("{name}", JSON\.parse\((".*")\)\);\n', text)[1]
        assert "\u2028" not in text
        values[name] = json.loads(json.loads(literal))
    assert [id_ for id_, _ in values["users"]] == list(USER_IDS)
    assert [title for title, _, _ in values["items"]] == list(TITLES)
    assert [slug for _, _, slug in values["items"]] == list(slugs(FILM_IDS).values())


def test_script_data_survives_its_own_quoting():
    text = script_data("x", [HOSTILE, "\\", '"', "__proto__"], "0123abcd")
    literal = text[text.index("JSON.parse(") + 11 : text.rindex("));")]
    assert json.loads(json.loads(literal)) == [HOSTILE, "\\", '"', "__proto__"]


def used_names(environment, name):
    """The names a template and all it extends, includes or imports take from its context."""
    tree = environment.parse((TEMPLATES / name).read_text("utf-8"))
    names = meta.find_undeclared_variables(tree)
    names -= {part.target for part in tree.find_all(nodes.Import)}  # macros, named at the top, used in blocks
    names -= {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}  # {% set name = ... %}
    for other in meta.find_referenced_templates(tree):
        names |= used_names(environment, other)
    return names


def _capitals(name):
    return "".join(part.capitalize() for part in name.split(".")[0].split("_"))


@pytest.mark.parametrize(
    "name", [path.name for path in sorted(TEMPLATES.glob("*.html")) if not path.name.startswith(("_", "base"))]
)
def test_a_template_uses_exactly_the_names_of_its_context(name):
    kind = {"404.html": "NotFound", "index.html": "Home"}.get(name, _capitals(name))
    contexts = {context.__name__: context for context in Context.__subclasses__()}
    names = used_names(make_environment(TEMPLATES, STRINGS), name) - {"t"}
    assert names == set(contexts[f"{kind}Context"].__dataclass_fields__)


def without_export(folder):
    """A folder to render into, whose exported files no page needs."""
    (folder / "data").mkdir(parents=True)
    return folder


def test_an_unknown_item_in_a_list_is_an_error_that_names_the_page(tmp_path):
    artefacts = tiny()
    base = artefacts.recommendations.users["1"].models["base"]
    base[0] = msgspec.structs.replace(base[0], item="ghost")
    with pytest.raises(OutputError, match=r"^users/1\.html: item 'ghost' is mentioned but not in items\.json"):
        render_site(artefacts, TEMPLATES, without_export(tmp_path))


def test_an_item_that_only_the_tower_has_is_an_error_that_names_the_file(tmp_path):
    artefacts = tiny()
    artefacts.deep_tower.item_ids[0] = "ghost"
    with pytest.raises(OutputError, match=r"^assets/data-rate\.js: item 'ghost' is mentioned but not in items\.json"):
        render_site(artefacts, TEMPLATES, without_export(tmp_path))


def test_an_unexpected_error_keeps_its_traceback_and_names_the_page():
    with pytest.raises(ZeroDivisionError) as caught, building("users/1.html"):
        1 / 0  # noqa: B018
    assert caught.value.__notes__ == ["while building users/1.html"]


def test_no_file_is_written_twice_in_any_spelling(tmp_path):
    writer = Writer(tmp_path)
    writer.text("users/A.html", "one")
    with pytest.raises(OutputError, match="twice"):
        writer.text("users/a.html", "two")
    (tmp_path / "there.html").write_text("old")
    with pytest.raises(OutputError, match="exists already"):
        writer.text("there.html", "new")


def test_progress_is_reported_page_by_page(tmp_path):
    seen = []
    artefacts = with_pages(tiny(), "users", "items")
    render_site(artefacts, TEMPLATES, without_export(tmp_path), lambda done, total: seen.append((done, total)))
    n = len(list(tmp_path.rglob("*.html")))
    assert seen == [(done, n) for done in range(1, n + 1)]


@dataclass(frozen=True)
class ToyContext(Context):
    n_items: int


def toy_context(data, page):
    return ToyContext(data.site, page, n_items=len(data.artefacts.items.items))


TOY = PageEntry(
    address="toy.html",
    title="toy.title",
    nav="toy.nav",
    template="toy.html",
    context=toy_context,
    description="toy.description",
    scripts={"toy": lambda data: ["some", "data"], "absent": lambda data: None},
)


def test_a_page_is_one_template_one_module_its_texts_and_one_line_in_the_registry(tmp_path, monkeypatch):
    monkeypatch.setitem(PAGES, "toy", TOY)
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    with (templates / "strings" / "en.toml").open("a", encoding="utf-8") as texts:
        texts.write('[toy]\ntitle = "A toy of {dataset}"\nnav = "Toy"\ndescription = "Counts {items}."\n')
    (templates / "toy.html").write_text(
        '{% extends "base.html" %}{% block content %}<p>{{ n_items }} items{% endblock %}', encoding="utf-8"
    )
    out = tmp_path / "site"
    render_site(tiny(), templates, without_export(out))
    text = (out / "toy.html").read_text("utf-8")
    assert "<p>5 items" in text and "<title>A toy of Tiny &amp; &lt;b&gt;Co&lt;/b&gt; · Marquee</title>" in text
    for page in out.rglob("*.html"):
        assert page.name == "404.html" or "toy.html" in Page(page).links or page.parent != out, page
    assert json.loads(json_in((out / "assets" / "data-toy.js").read_text("utf-8"))) == ["some", "data"]
    assert not (out / "assets" / "data-absent.js").exists()


def test_a_page_that_does_not_apply_is_neither_written_nor_in_the_navigation(tmp_path, monkeypatch):
    monkeypatch.setitem(PAGES, "toy", replace(TOY, applies=lambda artefacts: False))
    render_site(with_pages(tiny(), "about"), TEMPLATES, without_export(tmp_path))
    assert not (tmp_path / "toy.html").exists()
    assert "toy.html" not in Page(tmp_path / "about.html").links


def test_two_pages_of_one_address_are_refused(tmp_path, monkeypatch):
    texts = {"title": "map.title", "nav": "map.nav", "description": "map.description"}
    monkeypatch.setitem(PAGES, "toy", replace(TOY, address="map.html", **texts))
    with pytest.raises(OutputError, match=r"map\.html: would be written twice"):
        render_site(tiny(), TEMPLATES, without_export(tmp_path))


def test_the_404_page_contains_its_style_and_links_to_the_front_page(tmp_path):
    config = {"site_url": "https://example.org/films/"}
    artefacts = tiny()
    folder = render_html(
        msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, config=config)), tmp_path
    )
    page = Page(folder / "404.html")
    assert page.loads == ["data:,"]
    assert page.links == ["https://example.org/films/"]


def test_filters_format_numbers():
    assert (count(100000), fixed(-0.5), fixed(-0.001), fixed(None)) == ("100,000", "−0.50", "0.00", "–")
    assert (percent(0.256), percent(-0.004), plain(4.0), plain(None)) == ("26%", "0%", "4", "–")
    assert [size(n) for n in (812, 4_200, 1_300_000)] == ["812 B", "4.2 kB", "1.3 MB"]


def test_missing_templates_are_an_error(tmp_path):
    with pytest.raises(OutputError, match="expected the templates"):
        render_site(tiny(), Path(tmp_path / "none"), without_export(tmp_path))
