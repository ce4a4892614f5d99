import base64
import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import msgspec
import numpy as np
import pytest

from recsys.errors import OutputError
from recsys.schema import ItemEmbeddings, MapReplay, Presentation, Region, SimilarItem
from recsys.site.charts.map import COLUMNS, map_chart
from recsys.site.pages.map import POSITION_BITS, encode_points, map_facts, similar_facts
from recsys.site.render import render_site
from tests.site.markup import script_value
from tests.site.tiny import (
    FILM_IDS,
    HOSTILE,
    MODELS,
    STRINGS,
    TEMPLATES,
    TITLES,
    embedding,
    nothing,
    render_html,
    render_pages,
    replay,
    site_data,
    tiny,
)


def facts_of(artefacts):
    return map_facts(site_data(artefacts))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return render_pages(tiny(), tmp_path_factory.mktemp("site"), "map")


@pytest.fixture(scope="module")
def page(site):
    return (site / "map.html").read_text("utf-8")


def decoded_bits(text, bits):
    digits = "".join(f"{byte:08b}" for byte in base64.b64decode(text))
    return [int(digits[start : start + bits], 2) for start in range(0, len(digits) - bits + 1, bits)]


def decoded(neighbours, bits, n):
    similarities = np.frombuffer(base64.b64decode(neighbours["similarities"]), "i1").tolist()
    return decoded_bits(neighbours["rows"], bits)[:n], similarities


def decoded_points(encoded):
    bits, low, high = encoded["bits"], np.array(encoded["low"]), np.array(encoded["high"])
    steps = decoded_bits(encoded["points"], bits)
    return low + np.array(steps[: len(steps) // 2 * 2]).reshape(-1, 2) / (2**bits - 1) * (high - low)


def with_items(artefacts, change):
    items = [change(item) for item in artefacts.items.items]
    return msgspec.structs.replace(artefacts, items=msgspec.structs.replace(artefacts.items, items=items))


def test_facts_follow_the_films_row_by_row():
    facts = facts_of(tiny())
    assert facts["ids"] == list(FILM_IDS)
    assert facts["ratings"] == [0, 1, 2, 3, 4]
    assert facts["years"] == [1999, None, 1962, 2001, None]
    assert list(facts["positions"]) == list(MODELS)
    for layouts in facts["positions"].values():
        assert list(layouts) == facts["layouts"] == ["neighbours", "projection"]
        for layout, points in (("projection", embedding().projection), ("neighbours", embedding().neighbour_layout)):
            np.testing.assert_allclose(decoded_points(layouts[layout]), points, atol=2 / 4095)


def test_the_lowest_and_the_highest_coordinate_are_exact():
    encoded = encode_points([(-3.0, 7.5), (5.25, 7.5), (0.0, 7.5)])
    assert (encoded["low"], encoded["high"]) == ([-3.0, 7.5], [5.25, 7.5])
    points = decoded_points(encoded)
    assert points[:2].tolist() == [[-3.0, 7.5], [5.25, 7.5]]
    assert points[2] == pytest.approx([0.0, 7.5], abs=8.25 / 4095)
    assert encode_points([]) == {"bits": POSITION_BITS, "low": [0, 0], "high": [0, 0], "points": ""}


@pytest.mark.parametrize("layout", [[], [(0.0, 0.0), None, (1.0, 1.0), (0.5, 0.5), (0.0, 1.0)]])
def test_without_a_place_for_every_item_the_layout_by_neighbours_is_not_offered(tmp_path, layout):
    base = msgspec.structs.replace(embedding(), neighbour_layout=layout)
    models = {"base": base, "deep": embedding()}
    artefacts = msgspec.structs.replace(tiny(), item_embeddings=ItemEmbeddings(models=models))
    assert facts_of(artefacts)["layouts"] == ["projection"]
    text = (render_html(artefacts, tmp_path, "map") / "map.html").read_text("utf-8")
    assert "data-layout" not in text and "data-view" in text


def test_every_view_says_how_far_it_can_be_trusted(page):
    views = dict(re.findall(r'<p data-view="(.*?)">(.*?)</p>', page))
    assert list(views) == ["deep neighbours", "deep projection", "base neighbours", "base projection"]
    for view, text in views.items():
        assert ("Trustworthiness 0.87" if "neighbours" in view else "Trustworthiness 0.61") in text


def test_a_map_that_was_not_measured_says_nothing_of_trustworthiness(tmp_path):
    models = {name: msgspec.structs.replace(embedding(), trustworthiness=None) for name in MODELS}
    artefacts = msgspec.structs.replace(tiny(), item_embeddings=ItemEmbeddings(models=models))
    assert "Trustworthiness" not in (render_html(artefacts, tmp_path, "map") / "map.html").read_text("utf-8")


def test_regions_are_named_by_genres_and_decades():
    regions = [
        Region(x=0.5, y=-0.25, genres=["Horror"], decades=[1980]),
        Region(x=0.0, y=1.0, genres=["<i>Sci-Fi</i>", "Drama"], decades=[]),
    ]
    models = {"deep": msgspec.structs.replace(embedding(), regions=regions), "base": embedding()}
    facts = facts_of(msgspec.structs.replace(tiny(), item_embeddings=ItemEmbeddings(models=models)))
    named = [(0.5, -0.25, "Horror · 1980s"), (0.0, 1.0, "<i>Sci-Fi</i> · Drama")]
    assert facts["regions"] == {"base": [], "deep": named}


def test_it_opens_with_the_last_model_by_neighbours_coloured_by_genre(page):
    assert re.search(r'<input[^>]*value="?(\w+)"?[^>]* checked', page)[1] == "deep"
    options = re.findall(r'<option value="?(\w+)', page)
    assert (options[0], options[2]) == ("neighbours", "genre")


def test_genres_are_named_once_most_common_first():
    def change(item):
        return msgspec.structs.replace(item, genres=["Rare", "Common"] if item.id == "1" else ["Common"])

    facts = facts_of(with_items(tiny(), change))
    assert facts["genres"] == ["Common", "Rare"]
    assert facts["of"] == [[1, 0], [0], [0], [0], [0]]


def test_losses_are_listed_by_epoch_and_unknown_ones_are_null():
    assert facts_of(tiny())["losses"]["base"] == [[1, 2.0, 2.1], [2, 1.5, None]]


@pytest.mark.parametrize(("pattern", "titles"), [
    ("https://shop.example/{id}", None), ("https://shop.example/?q={title}", [None, *TITLES[1:]]),
])  # fmt: skip
def test_whole_titles_are_there_for_links_that_need_them(pattern, titles):
    artefacts = tiny()
    first, *others = artefacts.items.items
    items = msgspec.structs.replace(artefacts.items, items=[msgspec.structs.replace(first, title=first.id), *others])
    build = msgspec.structs.replace(artefacts.build, presentation=Presentation(links={"Shop": pattern}))
    facts = facts_of(msgspec.structs.replace(artefacts, items=items, build=build))
    assert (facts["links"], facts["linkTitles"]) == ({"Shop": pattern}, titles)


def test_neighbours_are_rows_and_hundredths_most_similar_first():
    def change(item):
        return msgspec.structs.replace(item, similar={"base": [SimilarItem("4", 0.987), SimilarItem("1", -0.5)]})

    facts = similar_facts(site_data(with_items(tiny(), change)))
    assert facts["n_neighbours"] == 2
    assert facts["bits"] == 3
    assert decoded(facts["models"]["base"], 3, 10) == ([3, 0] * 5, [99, -50] * 5)
    assert decoded(facts["models"]["deep"], 3, 10) == ([5] * 10, [0] * 10)  # there is no sixth film: padding


def test_neighbours_and_replay_load_when_asked_for(site, page):
    assert script_value(site / "assets" / "data-similar.js") == similar_facts(site_data(tiny()))
    assert "data-similar.js" not in page and MapReplay.FILE not in page


def test_the_table_has_every_item_with_its_link_and_its_coordinates(page):
    rows = page[page.index("<tbody>") : page.index("</table>")].split("<tr>")[1:]
    title = re.compile(r"<a [^>]*>(?:<bdi>)?(.*?)(?:</bdi>)?</a>")
    assert [html.unescape(title.search(row)[1]) for row in rows] == list(TITLES)
    assert re.findall(r"<td>([^<\n]*)", rows[2])[1:] == ["1962", "0.250", "−1.000"]  # of the layout it opens with


def test_facts_cannot_end_their_script_element(page):
    literal = re.search(r'id="map-facts">(.*?)</script>', page, re.DOTALL)[1]
    assert "<" not in literal
    assert json.loads(literal)["genres"] == ["Drama", "<i>Sci-Fi</i>"]
    assert HOSTILE not in page


def test_genres_are_offered_with_their_numbers_and_years_with_their_bounds(page):
    assert re.findall(r"<bdi>(.*?)</bdi> <small>(\d+)</small>", page) == [
        ("Drama", "3"),
        ("&lt;i&gt;Sci-Fi&lt;/i&gt;", "3"),
    ]
    assert page.count('min="1962" max="2001"') == 2


def test_what_is_not_known_is_not_offered(tmp_path):
    bare = with_items(tiny(), lambda item: msgspec.structs.replace(item, genres=[], year=None))
    bare = msgspec.structs.replace(bare, map_replay=MapReplay(item_ids=[], models={}))
    text = (render_html(bare, tmp_path, "map") / "map.html").read_text("utf-8")
    for hook in ("data-genres", "data-years", "data-replay", 'value="genre"', 'value="year"'):
        assert hook not in text
    assert 'value="popularity"' in text


def test_a_replay_of_one_model_is_offered(tmp_path):
    only_deep = MapReplay(item_ids=list(FILM_IDS), models={"deep": replay()})
    artefacts = msgspec.structs.replace(tiny(), map_replay=only_deep)
    assert "data-replay" in (render_html(artefacts, tmp_path, "map") / "map.html").read_text("utf-8")


def test_one_model_needs_no_switch(tmp_path):
    assert "data-switch" not in (render_html(tiny(("deep",)), tmp_path, "map") / "map.html").read_text("utf-8")


def test_files_for_the_embedding_projector_are_linked_where_they_were_written(tmp_path, page):
    assert "projector.tensorflow.org" not in page
    folder = tmp_path / "data"
    folder.mkdir()
    for name in MODELS:
        (folder / f"vectors_{name}.tsv").write_text("")
    (folder / "metadata.tsv").write_text("")
    text = (render_html(tiny(), tmp_path, "map") / "map.html").read_text("utf-8")
    for name in MODELS:
        assert f'href="data/vectors_{name}.tsv"' in text
    assert 'href="data/metadata.tsv"' in text


def with_address(artefacts, url):
    build = msgspec.structs.replace(artefacts.build, config={**artefacts.build.config, "site_url": url})
    return msgspec.structs.replace(artefacts, build=build)


def test_where_the_address_of_the_site_is_known_one_link_opens_the_projector_with_its_vectors(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("metadata.tsv", *(f"vectors_{name}.tsv" for name in MODELS)):
        (folder / name).write_text("")
    site = render_pages(with_address(tiny(), "https://x.org/a b"), tmp_path, "map")
    (link,) = re.findall(r'href="(https://projector[^"]+)"', (site / "map.html").read_text("utf-8"))
    (address,) = parse_qs(urlsplit(link).query)["config"]
    assert address == "https://x.org/a%20b/assets/projector.json"
    deep, base = json.loads((site / "assets" / "projector.json").read_text("utf-8"))["embeddings"]
    assert deep == {
        "tensorName": "Deep",
        "tensorShape": [5, 2],
        "tensorPath": "https://x.org/a%20b/data/vectors_deep.tsv",
        "metadataPath": "https://x.org/a%20b/data/metadata.tsv",
    }
    assert base["tensorName"] == "Base"


def test_without_an_address_or_vectors_there_is_nothing_for_the_projector_to_load(tmp_path, site):
    assert not (site / "assets" / "projector.json").exists()
    addressed = render_pages(with_address(tiny(), "https://x.org"), tmp_path, "map")
    assert not (addressed / "assets" / "projector.json").exists()
    assert "projector.tensorflow" not in (addressed / "map.html").read_text("utf-8")


def test_without_items_the_map_says_so(tmp_path):
    text = (render_html(nothing(), tmp_path, "map") / "map.html").read_text("utf-8")
    assert "no film has coordinates" in text
    assert "<script" not in text.split("<main")[1]


@pytest.mark.parametrize("change", [{"item_ids": ["x"] * 5}, {"projection": []}, {"neighbour_layout": [(0.0, 0.0)]}])
def test_an_embedding_of_other_items_is_an_error(tmp_path, change):
    artefacts = tiny()
    (tmp_path / "data").mkdir()
    base = msgspec.structs.replace(artefacts.item_embeddings.models["base"], **change)
    other = msgspec.structs.replace(artefacts.item_embeddings, models={"base": base})
    with pytest.raises(OutputError, match=r"^assets/map-base\.png: item_embeddings\.json lists other items for base"):
        render_site(msgspec.structs.replace(artefacts, item_embeddings=other), TEMPLATES, tmp_path)


def attributes(chart):
    return json.loads(chart.json)["doc"]["roots"][0]["attributes"]


def test_a_page_scrolls_past_the_map():
    toolbar = attributes(map_chart(STRINGS))["toolbar"]["attributes"]
    assert toolbar["active_drag"] is None
    assert toolbar["active_scroll"] is None


def test_titles_are_shown_as_text_by_the_hover_tool():
    assert "{safe}" not in map_chart(STRINGS).json  # the format that BokehJS puts in as markup
    assert "@{title}" in map_chart(STRINGS).json


def test_the_pointer_shows_no_years_or_genres_where_the_data_has_none(tmp_path):
    bare = with_items(tiny(), lambda item: msgspec.structs.replace(item, year=None, genres=[]))
    for artefacts, shown in ((bare, set()), (tiny(), {"year", "genres"})):
        folder = render_html(artefacts, tmp_path / str(len(shown)), "map")
        text = (folder / "map.html").read_text("utf-8")
        assert "@{title}" in text
        assert {name for name in ("year", "genres") if f"@{{{name}}}" in text} == shown


def test_every_layer_reads_columns_of_its_source():
    text = map_chart(STRINGS).json
    names = re.findall(r'"type":"field","field":"(\w+)"', text)
    shown_by_hover = {"title", "year", "genres"}
    assert set(names) == {*COLUMNS, "xs", "ys", "text", "align", "dx", "dy"} - shown_by_hover
    assert text.count('"name":"ColumnDataSource"') == 7  # density, items, ringed, picked, named, regions, visitor
