from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.config import BuildConfig
from recsys.schema import Recommendations, UserLists
from recsys.site.catalogue import Catalogue, user_fragment
from recsys.site.output.limits import Limits
from recsys.site.pages import any_user as module
from recsys.site.pages.any_user import shard_index, sort_ids
from tests.site.markup import broken, pages, script_value
from tests.site.test_privacy import from_json
from tests.site.tiny import HOSTILE, STRINGS, USER_IDS, render, site_data, tiny


def large(**config):
    """The tiny site as if its 3 users were too many for a page each."""
    artefacts = tiny()
    build = msgspec.structs.replace(artefacts.build, config={**artefacts.build.config, "user_pages": 2, **config})
    return msgspec.structs.replace(artefacts, build=build)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return render(large(), tmp_path_factory.mktemp("site"))


def test_users_have_pages_up_to_the_setting(tmp_path, site):
    with_pages = render(large(user_pages=3), tmp_path)
    assert len(list((with_pages / "users").iterdir())) == 3
    assert not (with_pages / "assets" / "data-users").exists()
    assert not (site / "users").exists()
    assert [path.name for path in (site / "assets" / "data-users").iterdir()] == ["0.js"]


def test_the_default_limits_are_those_of_the_settings():
    config = BuildConfig()
    assert Limits() == Limits(config.user_pages, config.max_files, config.max_megabytes)


def test_every_link_to_a_user_leads_to_the_one_page(site):
    by_address = pages(site)
    assert broken(site, by_address) == []
    hashes = {link.partition("#")[2] for page in by_address.values() for link in page.links if "users.html#" in link}
    assert {unquote(text) for text in hashes} == set(USER_IDS)
    assert not [link for page in by_address.values() for link in page.links if "users/" in link]
    for address in ("index.html", "compare.html", "items/4.html"):
        assert [link for link in by_address[address].links if "users.html#" in link], address


def test_the_sitemap_has_pages_and_no_shards(tmp_path):
    text = (render(large(site_url="https://example.org/"), tmp_path) / "sitemap.xml").read_text("utf-8")
    assert "data-users" not in text and "users.html" in text


def test_the_page_says_that_it_needs_javascript(site):
    text = (site / "users.html").read_text("utf-8")
    assert re.search(r"<noscript>.*needs JavaScript.*</noscript>", text, re.S)
    assert "noscript" not in (site / "about.html").read_text("utf-8")


def test_a_shard_has_the_content_of_user_pages(site):
    shard = script_value(site / "assets" / "data-users" / "0.js")
    films = [slug for _, _, slug in script_value(site / "assets" / "data-items.js")]
    position = {id_: films.index(slug) for id_, slug in Catalogue(large(), STRINGS).item_slugs.items()}
    assert shard["ids"] == sorted(USER_IDS)
    base = [[position["f/2"], 250, 1, 0, position["1"], 75], [position["__proto__"], 125, 16, 0]]
    deep = [[position["__proto__"], -50, 16, 1, position["1"], 25], [position["4"], -75, 0, 0]]
    rated = [position["1"], 4.5, position["5"], 4]
    genres = [[0, 100, 50, 100], [1, 50, 50, 100]]
    record = shard["users"][shard["ids"].index("1")]
    assert record[:4] == [2, 1, rated, [base, deep]]
    assert sorted(record[4]) == genres
    assert record[5:] == [[[0, 2, 1], [1, 2, 1]], [0, 2]]  # all of five films are at ranks up to 10
    assert shard["users"][shard["ids"].index("Ünal/../<b>")] == [0, 0, [], [[], []], [], [], []]


def test_a_withheld_item_has_neither_name_nor_score(tmp_path):
    artefacts = large()
    user = artefacts.recommendations.users["1"]
    first = user.models["deep"][0]
    hidden = msgspec.structs.replace(first, item=None, score=None, held_out=True, why=[], why_withheld=0)
    models = {**user.models, "deep": [hidden]}
    users = {**artefacts.recommendations.users, "1": msgspec.structs.replace(user, models=models)}
    lists = msgspec.structs.replace(artefacts.recommendations, users=users)
    site = render(msgspec.structs.replace(artefacts, recommendations=lists), tmp_path)
    assert script_value(site / "assets" / "data-users" / "0.js")["users"][0][3][1] == [[-1, None, 1, 0]]


def test_where_users_have_no_pages_the_rate_page_gets_their_ids(site):
    people = script_value(site / "assets" / "data-top-rated.js")
    assert people["ids"] == ["1", "constructor"]


@pytest.mark.parametrize(
    ("ids", "order", "by_number"),
    [
        (["10", "9", "0"], ["0", "9", "10"], True),
        (["10", "9", "01"], ["01", "10", "9"], False),
        (["\uffff", "\U0001f3ac", "b"], ["b", "\U0001f3ac", "\uffff"], False),
        ([str(10**15), "9"], [str(10**15), "9"], False),
    ],
)
def test_ids_are_sorted_as_javascript_compares_them(ids, order, by_number):
    users = sort_ids(ids)
    assert (list(users.ids), users.by_number) == (order, by_number)


def test_the_index_has_the_first_of_each_shard(monkeypatch):
    monkeypatch.setattr(module, "USERS_PER_SHARD", 2)
    lists = tiny().recommendations.users["1"]
    five = Recommendations(k=2, users=dict.fromkeys(["5", "3", "1", "4", "2"], lists))
    index = shard_index(site_data(msgspec.structs.replace(tiny(), recommendations=five)))
    assert index == {"n": 5, "size": 2, "byNumber": True, "firsts": ["1", "3", "5"]}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_fragment_needs_no_quotes_and_decodes_to_the_id(id_):
    text = user_fragment(id_)
    assert re.fullmatch(r"[A-Za-z0-9%_.~-]+|=", text)
    assert ("" if text == "=" else unquote(text)) == id_
    assert text != "content"


def test_users_without_lists_of_models_have_a_record_too(tmp_path):
    artefacts = large()
    nobody = UserLists(n_train=0, n_hidden=0, rated=[], models={}, baselines={})
    lists = msgspec.structs.replace(artefacts.recommendations, users=dict.fromkeys(USER_IDS, nobody))
    build = msgspec.structs.replace(artefacts.build, models={})
    site = render(msgspec.structs.replace(artefacts, recommendations=lists, build=build), tmp_path)
    assert script_value(site / "assets" / "data-users" / "0.js")["users"] == [[0, 0, [], [], [], [], []]] * 3


def test_hostile_titles_and_ids_are_text_in_the_data(site):
    assert HOSTILE in [title for title, _, _ in script_value(site / "assets" / "data-items.js")]
    assert "<b>" not in (site / "users.html").read_text("utf-8").replace("<b>watched later</b>", "")


def test_a_shard_names_no_item_of_a_user_that_the_export_does_not_name(site):
    published = from_json(site)
    by_slug = {slug: id_ for id_, slug in Catalogue(large(), STRINGS).item_slugs.items()}
    films = [by_slug[slug] for _, _, slug in script_value(site / "assets" / "data-items.js")]
    shard = script_value(site / "assets" / "data-users" / "0.js")
    for id_, (_, _, rated, lists, *_) in zip(shard["ids"], shard["users"], strict=True):
        rows = [row for rows_of_model in lists for row in rows_of_model]
        named = {*rated[::2], *(row[0] for row in rows), *(film for row in rows for film in row[4::2])} - {-1}
        assert {films[position] for position in named} <= published[id_]
