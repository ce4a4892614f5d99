import re

import msgspec
import pytest

from recsys.errors import OutputError
from recsys.schema import ItemEmbeddings, RatingsSummary
from recsys.site.control import control_of
from recsys.site.images.square import square_around
from recsys.site.pages.rate import rate_facts
from recsys.site.slugs import slugs
from tests.site.markup import Page, script_value
from tests.site.tiny import (
    FILM_IDS,
    HOSTILE,
    deep_tower,
    discovered,
    embedding,
    render_html,
    render_pages,
    site_data,
    tiny,
)

PART = ["4", "1", "__proto__"]
"""Items of a tower that has some of them, in another order than the catalogue."""


def with_tower(artefacts, **fields):
    return msgspec.structs.replace(
        artefacts, deep_tower=msgspec.structs.replace(artefacts.deep_tower, **fields) if fields else None
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return render_pages(tiny(), tmp_path_factory.mktemp("site"), "rate")


def facts_of(artefacts):
    return rate_facts(site_data(artefacts))


def test_starters_are_links_in_the_order_of_the_tower(site):
    page = Page(site / "rate.html")
    ids = re.findall(r'data-item="([^"]*)"', page.text)
    assert ids == [FILM_IDS[row] for row in deep_tower().starters]
    slug = slugs(FILM_IDS)
    assert [link for link in page.links if "items/" in link] == [f"items/{slug[id_]}.html" for id_ in ids]
    assert "1999 · Drama · &lt;i&gt;Sci-Fi&lt;/i&gt;" in page.text
    assert HOSTILE not in page.text


def test_scripts_know_the_length_of_the_lists_of_users(tmp_path):
    site = render_html(tiny(), tmp_path, "rate")
    assert [Page(site / name).text.count('data-k="2"') for name in ("index.html", "rate.html")] == [1, 1]


def test_starters_after_the_first_twelve_are_hidden_at_first(tmp_path):
    page = Page(render_html(with_tower(tiny(), starters=[0, 1, 2, 3, 4] * 3), tmp_path, "rate") / "rate.html")
    starters = re.findall(r"<li([^>]*)data-item", page.text)
    assert ["later" in attributes for attributes in starters] == [False] * 12 + [True] * 3


def notes_under_starters(artefacts, folder) -> list[str]:
    text = (render_html(artefacts, folder, "rate") / "rate.html").read_text("utf-8")
    return re.findall(r'<p class="note">(Here are[^<]*|Its[^<]*|[^<]*rounded[^<]*)</p>', text)


def test_the_page_says_how_many_items_it_has_where_that_is_not_all(tmp_path):
    assert notes_under_starters(tiny(), tmp_path / "all") == []
    some = with_tower(tiny(), item_ids=PART, starters=[0])
    (note,) = notes_under_starters(some, tmp_path / "some")
    assert note.startswith("Here are the 3 most rated of 5 films") and "rounded" not in note


def test_the_page_says_how_much_rounding_changes(tmp_path):
    some = with_tower(tiny(), item_ids=PART, starters=[0], overlap=9.62)
    (note,) = notes_under_starters(some, tmp_path)
    assert note.startswith("Here are the 3 most rated of 5 films")
    assert note.endswith("of ten recommendations, 9.6 on average are the same as without.")


def test_columns_follow_the_rows_of_the_tower():
    facts = facts_of(with_tower(tiny(), item_ids=PART))
    assert [FILM_IDS[position] for position in facts["items"]] == PART
    assert facts["genres"] == ["Drama", "<i>Sci-Fi</i>"]
    genres = {item.id: item.genres for item in tiny().items.items}
    assert [[facts["genres"][n] for n in of] for of in facts["of"]] == [genres[id_] for id_ in PART]


def test_the_square_is_that_of_the_picture():
    square = square_around(embedding().neighbour_layout)
    assert facts_of(tiny())["square"] == pytest.approx([square.x, square.y, square.half], abs=5e-5)


def test_places_are_those_of_the_rows_of_the_tower_and_absent_where_one_has_none():
    places = facts_of(with_tower(tiny(), item_ids=PART))["places"]
    layout = dict(zip(FILM_IDS, embedding().neighbour_layout, strict=True))
    xs, ys = zip(*(layout[id_] for id_ in PART), strict=True)
    assert (places["low"], places["high"]) == ([min(xs), min(ys)], [max(xs), max(ys)])
    partly = msgspec.structs.replace(embedding(), neighbour_layout=[None, *embedding().neighbour_layout[1:]])
    models = {"base": embedding(), "deep": partly}
    assert "places" not in facts_of(msgspec.structs.replace(tiny(), item_embeddings=ItemEmbeddings(models=models)))


def test_twins_are_groups_of_rows_of_the_tower_and_absent_where_there_are_none():
    assert "twins" not in facts_of(tiny())
    artefacts = with_tower(tiny(), item_ids=PART)
    groups = [[PART[1], PART[0]], [PART[2], "not in the tower"]]
    items = msgspec.structs.replace(artefacts.items, twins=groups)
    assert facts_of(msgspec.structs.replace(artefacts, items=items))["twins"] == [[0, 1]]


def test_counts_are_of_the_training_part():
    n_train = {item.id: item.n_train for item in tiny().items.items}
    assert facts_of(with_tower(tiny(), item_ids=PART))["counts"] == [n_train[id_] for id_ in PART]


@pytest.mark.parametrize(("artefacts", "start"), [(tiny(), "0.0"), (discovered(0.25), "0.25")])
def test_the_slider_begins_where_the_lists_of_the_site_are(tmp_path, artefacts, start):
    text = (render_html(artefacts, tmp_path, "rate") / "rate.html").read_text("utf-8")
    assert re.findall(r'<input type="range"[^>]* value="([^"]*)"', text) == [start]


def test_the_script_has_the_facts(site):
    assert script_value(site / "assets" / "data-rate.js") == facts_of(tiny())


def test_a_tower_with_unknown_items_is_an_error():
    with pytest.raises(OutputError, match=r"'none' is mentioned but not in items\.json"):
        facts_of(with_tower(tiny(), item_ids=[*PART, "none"]))


@pytest.mark.parametrize("row", [-1, 5])
def test_a_starter_outside_the_tower_is_an_error(tmp_path, row):
    tower = msgspec.structs.replace(deep_tower(), starters=[0, row])
    with pytest.raises(OutputError, match=f"deep_tower.js begins with item {row} of 5"):
        render_pages(msgspec.structs.replace(tiny(), deep_tower=tower), tmp_path, "rate")


def test_the_page_says_how_many_items_it_offers_if_not_all(tmp_path, site):
    assert "most rated of" not in (site / "rate.html").read_text("utf-8")
    partial = with_tower(tiny(), item_ids=PART, starters=[0])
    assert "the 3 most rated of 5 films" in (render_html(partial, tmp_path, "rate") / "rate.html").read_text("utf-8")


@pytest.mark.parametrize("artefacts", [with_tower(tiny()), tiny(("base",))], ids=["no tower", "base"])
def test_without_a_tower_the_page_says_so_and_loads_no_script_of_its_own(tmp_path, artefacts):
    folder = render_pages(artefacts, tmp_path, "rate")
    page = Page(folder / "rate.html")
    assert "it cannot make a list for you" in page.text
    assert [load for load in page.loads if load.endswith("rate.js")] == []
    assert not (folder / "assets" / "data-rate.js").exists()
    assert Page(folder / "index.html").links.count("rate.html") == 1  # in the head of every page


def test_the_page_loads_the_scripts_of_every_page_and_one_of_its_own(site):
    addresses = [load.partition("?v=")[0] for load in Page(site / "rate.html").loads]
    loads = [address for address in addresses if address.endswith(".js")]
    assert loads == ["assets/theme.js", "assets/site.js", "assets/rate.js"]


@pytest.mark.parametrize(
    ("kind", "low", "high", "step", "control"),
    [
        ("scale", 1, 5, 1, "stars"),
        ("scale", 0.5, 5, 0.5, "half-stars"),
        ("scale", 1, 10, 1, "half-stars"),
        ("scale", 0, 10, 1, "half-stars"),
        ("scale", 0, 100, 1, "half-stars"),
        ("scale", -10, 10, 0.01, "half-stars"),
        ("scale", 0, 100, 25, "stars"),
        ("scale", 1, 3, 1, "stars"),
        ("scale", -1, 1, 2, "likes"),
        ("scale", 1, 5, None, "stars"),  # exported by an earlier version
        ("counts", 0.1, 11_754, 0.1, "likes"),
        ("equal", 1, 1, None, "likes"),
    ],
)
def test_the_control_follows_what_the_ratings_are(kind, low, high, step, control):
    assert control_of(RatingsSummary(kind=kind, low=low, high=high, step=step, description="")) == control


def test_without_a_summary_of_the_ratings_the_control_has_five_stars(site):
    assert control_of(None) == "stars"
    assert 'data-control="stars"' in (site / "rate.html").read_text("utf-8")


def test_links_to_the_page_say_how_visitors_rate_where_they_can(tmp_path, site):
    assert " data-rates=stars" in (site / "items" / "1.html").read_text("utf-8")
    without = render_pages(tiny(("base",)), tmp_path, "rate")
    assert "data-rates" not in (without / "items" / "1.html").read_text("utf-8")
    assert not (without / "assets" / "data-rating.js").exists()


def test_the_script_of_all_pages_has_the_ids_that_are_not_their_own_slugs(site):
    facts = script_value(site / "assets" / "data-rating.js")
    assert facts["dataset"] == tiny().build.dataset.name
    assert [id_ for _, id_ in facts["ids"]] == ["f/2", "__proto__"]


@pytest.mark.parametrize(("kind", "words"), [
    ("scale", "what you rated elsewhere: an export"), ("counts", "what you liked or rated elsewhere: an export"),
])  # fmt: skip
def test_the_import_names_what_visitors_have_elsewhere(tmp_path, kind, words):
    artefacts = tiny()
    ratings = msgspec.structs.replace(artefacts.build.dataset.ratings, kind=kind)
    dataset = msgspec.structs.replace(artefacts.build.dataset, ratings=ratings)
    build = msgspec.structs.replace(artefacts.build, dataset=dataset)
    assert words in (
        render_html(msgspec.structs.replace(artefacts, build=build), tmp_path, "rate") / "rate.html"
    ).read_text("utf-8")
