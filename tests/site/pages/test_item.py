"""The page of an item: what it shows, and what it must not publish."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path

import msgspec
import pytest

from recsys.errors import OutputError
from recsys.schema import Artefacts, ItemEmbeddings, Presentation, Recommendation, Recommendations, UserLists
from recsys.site.pages import items
from recsys.site.pages.audience import Audience, AudienceMember, audiences
from recsys.site.pages.item import ItemContext, item_context, item_page_data
from recsys.site.pages.items import most_rated_first
from recsys.site.slugs import slug
from tests.site.markup import script_value
from tests.site.tiny import FILM_IDS, MODELS, TITLES, embedding, render_html, render_pages, site_data, tiny


def lists(**models) -> UserLists:
    """A user's lists from film ids, best first; None is a hit that is not named."""
    recommended = {
        name: [Recommendation(item, 1.0, item is None or item.isupper()) for item in items]
        for name, items in models.items()
    }
    return UserLists(n_train=1, n_hidden=1, rated=[], baselines={}, models=recommended)


def context(id_: str, artefacts: Artefacts) -> ItemContext:
    data = item_page_data(site_data(artefacts))
    (item,) = (item for item in artefacts.items.items if item.id == id_)
    return item_context(data, item)


def with_users(users: dict[str, UserLists]) -> Artefacts:
    """The tiny artefacts with other users, of whom nothing was measured."""
    return msgspec.structs.replace(tiny(measured=False), recommendations=Recommendations(k=2, users=users))


def with_item(id_: str, **changes) -> Artefacts:
    full = tiny()
    items = [msgspec.structs.replace(item, **changes) if item.id == id_ else item for item in full.items.items]
    return msgspec.structs.replace(full, items=msgspec.structs.replace(full.items, items=items))


def render_items(artefacts: Artefacts, out: Path) -> Path:
    return render_html(artefacts, out, "items", "users", "data")


def page(folder, id_: str) -> str:
    return html.unescape((folder / "items" / f"{slug(id_)}.html").read_text("utf-8"))


def test_the_audience_of_an_item_has_everyone_it_is_recommended_to_best_rank_first():
    users = {"a": lists(base=["x", "Y"]), "b": lists(base=["Y", "x"]), "c": lists(base=["Y"], deep=["x"])}
    by_model = audiences(Recommendations(k=2, users=users))
    assert by_model == {
        "base": {
            "x": Audience(2, 0, None, [AudienceMember(1, "a", False), AudienceMember(2, "b", False)]),
            "Y": Audience(
                3, 3, None, [AudienceMember(rank, user, True) for rank, user in ((1, "b"), (1, "c"), (2, "a"))]
            ),
        },
        "deep": {"x": Audience(1, 0, None, [AudienceMember(1, "c", False)])},
    }


def test_a_withheld_hit_is_in_no_audience_but_keeps_its_rank():
    by_model = audiences(Recommendations(k=2, users={"a": lists(base=[None, "x"])}))
    assert by_model == {"base": {"x": Audience(1, 0, None, [AudienceMember(2, "a", False)])}}


def test_hits_and_those_that_were_liked_are_counted_for_each_item(tmp_path):
    marks = {"a": True, "b": False, "c": True, "d": None}
    rows = {user: [Recommendation("4", 1.0, True, liked=liked)] for user, liked in marks.items()}
    users = {
        user: UserLists(n_train=1, n_hidden=1, rated=[], baselines={}, models={"base": rows_of_base})
        for user, rows_of_base in rows.items()
    }
    assert audiences(Recommendations(k=2, users=users))["base"]["4"].n_liked == 2
    text = page(render_items(with_users(users), tmp_path), "4")
    assert "<b>4</b> users, watched later by 4, liked by 2 of these" in text
    assert "liked" not in page(render_items(tiny(), tmp_path / "unknown"), "f/2")


def test_users_of_an_item_are_grouped_by_rank_for_each_model():
    first, second = context("__proto__", tiny()).audiences  # second in base, first in deep
    assert [(row.rank, [user.id for user in row.users]) for row in first.ranks] == [(2, ["1", "constructor"])]
    assert [(row.rank, [user.id for user in row.users]) for row in second.ranks] == [(1, ["1", "constructor"])]
    hits, none = context("f/2", tiny()).audiences
    assert (hits.audience.n_users, hits.audience.n_hits) == (2, 2)
    assert (none.audience.n_users, none.ranks) == (0, ())


def test_thirty_users_are_linked_and_all_are_counted():
    users = {f"u{n}": lists(base=["4"] if n else ["1", "4"]) for n in range(40)}
    (base, deep) = context("4", with_users(users)).audiences
    assert (base.audience.n_users, len(base.audience.best)) == (40, 30)
    shown = [user.id for row in base.ranks for user in row.users]
    assert shown == [f"u{n}" for n in range(1, 31)]
    assert deep.audience.n_users == 0


def test_with_more_than_thirty_users_the_page_links_to_the_full_data(tmp_path):
    users = {f"u{n}": lists(base=["4"], deep=["4"] if n < 30 else []) for n in range(31)}
    text = page(render_items(with_users(users), tmp_path), "4")
    assert text.count("The 30 in whose lists it ranks highest") == 1
    assert "under <code>users.*.models.base</code>" in text


def test_the_page_of_an_item_that_is_recommended_to_nobody_says_so(tmp_path):
    text = page(render_items(tiny(), tmp_path), "1")
    assert context("1", tiny()).audiences == ()
    assert "Nobody has it in their top 2" in text


def test_every_item_page_mentions_withheld_hits_or_none_does(tmp_path):
    users = {"a": lists(base=[None, "4"])}
    folder = render_items(with_users(users), tmp_path / "some")
    assert all("Hits that are not named are not counted" in page(folder, id_) for id_ in FILM_IDS)
    folder = render_items(with_users({"a": lists(base=["4"])}), tmp_path / "none")
    assert not any("not named" in page(folder, id_) for id_ in FILM_IDS)


def test_the_histogram_has_the_best_rating_on_top_and_every_bar_above_zero_is_visible():
    bars = context("5", with_item("5", histogram=[0, 1, 400])).histogram
    assert [(bar.rating, bar.count, bar.width) for bar in bars] == [("4.5", 400, 100), ("2–3", 1, 1), ("1", 0, 0)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_ratings": 0, "n_train": 0, "mean_rating": None}, "Nobody has rated this film"),
        ({"n_ratings": 1, "n_train": 1, "mean_rating": None}, "1 rating, seen by the models"),
        ({"n_ratings": 2, "n_train": 0, "mean_rating": None}, "2 ratings, none seen by the models"),
        ({"n_ratings": 2, "n_train": 1, "mean_rating": None}, "fewer than three ratings"),
        ({"n_ratings": 1000, "n_train": 1000}, "mean of 1,000 ratings, all seen by the models"),
        ({"n_ratings": 1000, "n_train": 800}, "mean of 1,000 ratings, 800 of them seen by the models"),
    ],
)
def test_a_page_says_how_often_the_item_was_rated(tmp_path, changes, words):
    changes = {"histogram": None, **changes}
    text = page(render_items(with_item("5", **changes), tmp_path), "5")
    assert words in text
    assert "<dl class=hist>" not in text


def test_the_page_of_an_item_without_year_and_genres_says_so(tmp_path):
    folder = render_items(tiny(), tmp_path)
    assert "Its year and its genres are not known" in page(folder, "5")
    assert "<b>1962</b><span>Drama</span><span><i>Sci-Fi</i></span>" in page(folder, "__proto__")
    assert "not known" not in page(render_items(with_item("5", genres=["Drama"]), tmp_path / "genre"), "5")


def test_a_very_long_genre_is_cut(tmp_path):
    folder = render_items(with_item("5", genres=["g" * 3_000]), tmp_path)
    for text in (page(folder, "5"), (folder / "items.html").read_text("utf-8")):
        assert "g…" in text and "g" * 200 not in text


def test_the_page_of_an_item_that_has_only_a_number_says_of_what(tmp_path):
    folder = render_items(with_item("5", title="5"), tmp_path)
    assert "<bdi>Film 5</bdi></h1>" in page(folder, "5")
    assert "<title>Film 5 · Marquee</title>" in page(folder, "5")


def test_similar_items_are_shown_side_by_side_with_their_similarity(tmp_path):
    similar = context("1", tiny()).similar
    assert [(row.model.name, row.items[0].item.title, row.items[0].similarity) for row in similar] == [
        ("base", TITLES[3], 0.5), ("deep", TITLES[2], 0.25)
    ]  # fmt: skip
    text = page(render_items(tiny(), tmp_path), "1")
    assert f"<dt><a href=4.html><bdi>{TITLES[3]}</bdi></a><dd>0.50" in text
    assert "No similar film is known" in page(render_items(with_item("4", similar={}), tmp_path / "none"), "4")


def test_an_item_has_its_position_in_the_picture_of_each_map():
    (base, _) = context("4", tiny()).spots  # at (-0.5, 0.5) in a square around (0.25, 0) that is 2.1 wide
    assert (base.left, base.top) == (14, 26)
    layout = [*embedding().neighbour_layout[:3], None, (1.0, 1.0)]
    unplaced = msgspec.structs.replace(embedding(), neighbour_layout=layout)
    partly = msgspec.structs.replace(tiny(), item_embeddings=ItemEmbeddings(models={"base": unplaced}))
    assert context("4", partly).spots == ()
    alone = msgspec.structs.replace(tiny(), item_embeddings=ItemEmbeddings(models={}))
    assert context("4", alone).spots == ()


def test_the_fragment_of_the_map_has_the_encoded_id_of_the_item():
    assert context("f/2", tiny()).map_hash == "item=f%2F2"
    strange = "Ü &'()*~!.-_"
    artefacts = msgspec.structs.replace(
        with_item("1", id=strange, similar={}), item_embeddings=ItemEmbeddings(models={})
    )
    page = context(strange, artefacts)
    assert page.map_hash == "item=%C3%9C%20%26'()*~!.-_"


def test_each_picture_leads_to_the_map_of_its_model(tmp_path):
    text = page(render_html(tiny(), tmp_path, "map"), "4")
    assert re.findall(r'href="\.\./map\.html#([^"]+)"', text) == ["item=4&model=base", "item=4"]


def test_in_a_large_catalogue_the_most_rated_items_are_listed_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(items, "MAX_LISTED", 3)
    folder = render_pages(tiny(), tmp_path, "items", "map")
    index, drawn = ((folder / name).read_text("utf-8") for name in ("items.html", "map.html"))
    assert re.findall(r"items/([a-z0-9_-]+)\.html", index) == [slug(id_) for id_ in FILM_IDS[:1:-1]]
    assert "5 films, most rated first" in index and "The first 3 are listed;" in index
    table = drawn[drawn.index("<table") :]
    assert re.findall(r"items/([a-z0-9_-]+)\.html", table) == [slug(id_) for id_ in FILM_IDS[2:]]
    assert "Here are the 3 most rated of 5 films" in drawn
    facts = json.loads(re.search(r'id="map-facts">(.*?)</script>', drawn)[1])
    positions = facts["positions"]["base"]["projection"]
    assert facts["ids"] == list(FILM_IDS[2:])
    assert (positions["low"], positions["high"]) == ([-1.0, -0.5], [0.5, 1.0])
    assert "map.html#item=" in page(folder, "4") and "map.html#item=" not in page(folder, "1")
    assert len(list((folder / "items").iterdir())) == 5
    near = script_value(folder / "assets" / "data-similar.js")
    similar = [near["models"][name] for name in MODELS]
    assert [base64.b64decode(model["rows"]) for model in similar] == [bytes([0b01010100]), bytes(1)]
    assert [base64.b64decode(model["similarities"]) for model in similar] == [bytes([50] * 3), bytes([25] * 3)]


def test_the_index_lists_the_most_rated_first(tmp_path):
    order = [slug(item.id) for item in most_rated_first(tiny())]
    assert order[0] == "5"
    index = (render_items(tiny(), tmp_path) / "items.html").read_text("utf-8")
    assert re.findall(r"items/([a-z0-9_-]+)\.html", index) == order


def with_items(*changes: dict[str, object], **fields: object) -> Artefacts:
    """The tiny artefacts, the first items changed, and fields of the file."""
    full = tiny()
    items = [
        msgspec.structs.replace(item, **(changes[n] if n < len(changes) else {}))
        for n, item in enumerate(full.items.items)
    ]
    return msgspec.structs.replace(full, items=msgspec.structs.replace(full.items, items=items, **fields))


def index_rows(folder: Path) -> list[str]:
    return re.findall(r"^<tr>.*$", (folder / "items.html").read_text("utf-8"), re.M)


def test_means_are_shrunk_in_the_index_so_that_three_high_ratings_do_not_lead(tmp_path):
    few, many = {"n_ratings": 3, "mean_rating": 5.0, "histogram": [0, 0, 3]}, {"n_ratings": 95, "mean_rating": 4.5}
    artefacts = with_items(few, many, overall_mean=3.0, mean_shrinkage=5)
    folder = render_items(artefacts, tmp_path)
    first, second = index_rows(folder)[:2]
    assert first.endswith("<td>95<td>4.42")  # (95 * 4.5 + 5 * 3) / 100
    assert second.rpartition("<td>")[2] < "4.42"
    assert any(row.endswith("<td>3<td>3.75") for row in index_rows(folder))  # (3 * 5 + 5 * 3) / 8
    assert "each film counts 5 extra ratings of 3.00" in (folder / "items.html").read_text("utf-8")
    assert "3.75 in the list of films, where 5 average ratings are added" in page(folder, tiny().items.items[0].id)


def test_an_export_without_the_mean_of_all_ratings_has_plain_means(tmp_path):
    folder = render_items(with_items({"n_ratings": 3, "mean_rating": 5.0}), tmp_path)
    assert any(row.endswith("<td>3<td>5.00") for row in index_rows(folder))
    assert "shrunk" not in (folder / "items.html").read_text("utf-8")


def test_a_placeholder_for_what_is_not_known_is_not_in_the_index(tmp_path):
    nothing = {"title": "Unknown", "year": None, "genres": []}
    folder = render_items(with_items(nothing, {**nothing, "year": 2011}), tmp_path)
    titles = [re.search(r"<a [^>]*>(.*?)</a>", row)[1] for row in index_rows(folder)]
    assert len(titles) == len(tiny().items.items) - 1
    assert titles.count("Unknown") == 1  # the film of 2011
    assert "4 films" in (folder / "items.html").read_text("utf-8")


def test_items_of_one_title_and_year_are_told_apart_by_their_ids(tmp_path):
    first, second, *others = (item.id for item in tiny().items.items)
    facts = {"title": "Twin", "year": 1997}
    artefacts = with_items({**facts, "n_ratings": 4}, {**facts, "n_ratings": 2}, twins=[[first, second]])
    folder = render_items(artefacts, tmp_path)
    text = page(folder, first)
    assert f"The data has this title more than once; this is id {first}." in text
    assert f"<a href={slug(second)}.html>id {second}, with 2 ratings</a>" in text
    assert "more than once" not in page(folder, others[0])
    named = [row for row in index_rows(folder) if "<small>id " in row]
    assert len(named) == 2 and all("Twin" in row for row in named)


def test_the_marker_is_at_the_position_of_the_item(tmp_path):
    assert "style=--x:14%;--y:26%>Map by base</a>" in page(render_html(tiny(), tmp_path, "map"), "4")


def with_links(**links: str) -> Artefacts:
    full = tiny()
    build = msgspec.structs.replace(full.build, presentation=Presentation(links=links))
    return msgspec.structs.replace(full, build=build)


def test_an_item_links_to_where_it_is_elsewhere_with_its_id_percent_encoded(tmp_path):
    site = render_items(with_links(Shop="https://shop.example/{id}/?q={id}&x", Wiki="http://wiki.example/"), tmp_path)
    text = (site / "items" / f"{slug('f/2')}.html").read_text("utf-8")
    assert '<a href="https://shop.example/f%2F2/?q=f%2F2&amp;x" rel=noopener>Shop</a>' in text
    assert '<a href="http://wiki.example/" rel=noopener>Wiki</a>' in text
    assert "class=outside" not in (render_items(tiny(), tmp_path / "none") / "items" / "4.html").read_text("utf-8")


def test_a_link_may_be_a_search_for_the_title(tmp_path):
    linked = with_links(Find="https://find.example/?q={title}+{year}", Shop="https://shop.example/{id}")
    first, second, *others = linked.items.items
    named = [
        msgspec.structs.replace(first, title="A & {id} Ü", year=1999),
        msgspec.structs.replace(second, title=second.id, year=None),
    ]
    items = msgspec.structs.replace(linked.items, items=[*named, *others])
    site = render_items(msgspec.structs.replace(linked, items=items), tmp_path)
    assert "https://find.example/?q=A%20%26%20%7Bid%7D%20%C3%9C+1999" in page(site, first.id)
    assert "find.example" not in page(site, second.id) and "shop.example" in page(site, second.id)


def test_a_link_that_is_no_web_page_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"the link 'Shop' is 'javascript:x'; expected one that begins"):
        render_items(with_links(Shop="javascript:x"), tmp_path)


def test_a_long_title_is_whole_on_the_page_of_its_item_alone(tmp_path):
    title = "A very long title, " * 30 + "its last words"
    folder = render_pages(with_item("4", title=title), tmp_path, "items", "users", "data")
    assert f"<h1 class=long><bdi>{title}</bdi></h1>" in page(folder, "4")
    for path in [*folder.rglob("*.html"), *(folder / "assets").glob("*.js")]:
        assert path.name == "4.html" or "its last words" not in path.read_text("utf-8"), path
    assert re.search("<title>A very long title, A very [^<]{50,110}…", page(folder, "4"))


def test_a_title_of_ten_thousand_characters_is_cut_on_the_page_of_its_item_too(tmp_path):
    folder = render_items(with_item("4", title="ab" * 5_000), tmp_path)
    (heading,) = re.findall("<h1 class=long>(.*)</h1>", page(folder, "4"))
    assert len(heading) < 1_100 and heading.endswith("…</bdi>")


@pytest.mark.parametrize("title", ["", " \t", "\u200b\u00ad"])
def test_an_item_without_a_title_that_can_be_seen_is_called_by_its_id(title, tmp_path):
    assert "4</bdi></h1>" in page(render_items(with_item("4", title=title), tmp_path), "4")
