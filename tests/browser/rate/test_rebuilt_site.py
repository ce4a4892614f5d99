"""A visitor's ratings when the site is built again, from other data or under another name: they hang on item ids.

Where a browser stores ratings depends on the origin, so one test of each kind (what a rebuild keeps, what it holds
back, export, link, a page that is not yet loaded) is run from disk and over HTTP. What the page shows does not.
"""

import json
import shutil
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from tests.browser.conftest import until
from tests.browser.rate.page import import_file, link_to_ratings, loaded, rate_card, your_ratings
from tests.site.tiny import render_pages, tiny

TITLES = ("The Matrix", "Cléo de 5 à 7", '"Quoted" & <b>bold</b>', "Alien 🎬", "Fargo")
IDS = ("1", "constructor", "__proto__", "'4\"", "5")
OTHER_TITLES = ("Casablanca", "Vertigo", "Stalker", "Playtime", "Ran")


def artefacts(name="One", ids=IDS, titles=TITLES):
    """The tiny site with other ids and titles, in any order and number up to five."""
    base = tiny()
    items = [
        msgspec.structs.replace(base.items.items[n], id=id_, title=title, similar={}, year=None, genres=[])
        for n, (id_, title) in enumerate(zip(ids, titles, strict=True))
    ]
    n = len(ids)
    embeddings = {
        name: msgspec.structs.replace(
            embedding, item_ids=list(ids), projection=embedding.projection[:n], neighbour_layout=[]
        )
        for name, embedding in base.item_embeddings.models.items()
    }
    tower = base.deep_tower
    return msgspec.structs.replace(
        base,
        build=msgspec.structs.replace(base.build, dataset=msgspec.structs.replace(base.build.dataset, name=name)),
        items=msgspec.structs.replace(base.items, items=items),
        recommendations=msgspec.structs.replace(base.recommendations, users={}),
        metrics=msgspec.structs.replace(base.metrics, most_helped=[], least_helped=[]),
        item_embeddings=msgspec.structs.replace(base.item_embeddings, models=embeddings),
        map_replay=msgspec.structs.replace(base.map_replay, item_ids=[], models={}),
        deep_tower=cut_tower(tower, list(ids), n),
    )


def cut_tower(tower, ids, n):
    """The tower for the first n items."""
    return msgspec.structs.replace(tower, item_ids=ids, n_items=n, starters=list(range(n)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rebuilt")


@pytest.fixture(scope="module")
def build(folder, tmp_path_factory):
    """Put a site at an address: ``build("address", **options of artefacts)``. Equal sites are rendered once."""

    @cache
    def rendered(**options):
        return render_pages(artefacts(**options), tmp_path_factory.mktemp("rendered"), "rate")

    def built(address, **options):
        shutil.rmtree(folder / address, ignore_errors=True)
        shutil.copytree(rendered(**options), folder / address)

    return built


@pytest.fixture(scope="module")
def disk(folder):
    return f"{folder.as_uri()}/"


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Cache-Control", "no-store")  # sites are rebuilt within a second
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def web(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/"
        http.shutdown()
        thread.join(5)


@pytest.fixture
def origin(request):
    """The address of the folder of sites: on disk, unless a test is marked with ``both_origins``."""
    return request.getfixturevalue(getattr(request, "param", "disk"))


both_origins = pytest.mark.parametrize("origin", ["disk", "web"], indirect=True)


@pytest.fixture
def open_site(visit, build, origin):
    """Build and open a site: ``open_site("address", page=None, **options of artefacts)``."""

    def opened(address, page=None, **options):
        if page is not None:
            page.goto("about:blank")  # so that the old page asks for nothing while its files are replaced
        build(address, **options)
        target = f"{origin}{address}/rate.html"
        if page is None:
            return loaded(visit(target))
        page.goto(target)
        return loaded(page)

    return opened


def rate_all(page):
    """Rate the first four items with 5, 4, 3 and 2 stars: the stars by title."""
    for position, stars in enumerate((5, 4, 3, 2)):
        rate_card(page, position, stars)
    return dict(zip(TITLES, (5, 4, 3, 2), strict=False))


def held(page):
    note = page.locator("[data-held]")
    return note.inner_text() if note.is_visible() else ""


@both_origins
def test_a_rebuild_with_reordered_items_and_another_name_keeps_every_rating(open_site):
    page = open_site("site")
    expected = rate_all(page)
    page = open_site("site", page, name="Renamed", ids=IDS[::-1], titles=TITLES[::-1])
    assert your_ratings(page) == expected
    assert held(page) == ""


@both_origins
def test_ratings_of_items_that_are_gone_are_held_and_come_back(open_site):
    page = open_site("site")
    expected = rate_all(page)
    page = open_site("site", page, ids=(IDS[4], *IDS[2:4]), titles=(TITLES[4], *TITLES[2:4]))
    assert your_ratings(page) == {title: expected[title] for title in TITLES[2:4]}
    assert held(page) == "2 of your ratings are of films that the model here does not know; they are kept."
    rate_card(page, 0, 1)
    page = open_site("site", page)
    assert your_ratings(page) == {**expected, TITLES[4]: 1}
    assert held(page) == ""


@both_origins
def test_two_folders_on_disk_do_not_share_even_under_one_name(open_site):
    page = open_site("site")
    rate_all(page)
    page = open_site("second/site", page)
    assert your_ratings(page) == {}


@both_origins
def test_an_export_of_the_same_items_is_imported_whatever_the_data_set_is_called(open_site, tmp_path):
    page = open_site("site")
    expected = rate_all(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "export.json")
    page = open_site("second", name="Another name", ids=IDS[3::-1], titles=TITLES[3::-1])
    import_file(page, tmp_path / "export.json")
    assert your_ratings(page) == expected
    page = open_site("third", ids=IDS[1:], titles=TITLES[1:])
    page.get_by_label("Import").set_input_files(tmp_path / "export.json")
    page.get_by_text("1 is of a film that this site does not have; it is kept.").wait_for()
    page.get_by_role("button", name="Add 4 ratings").click()
    page.get_by_text("4 ratings added.").wait_for()
    assert held(page) == "1 of your ratings is of a film that the model here does not know; it is kept."


@pytest.mark.parametrize(
    ("ratings", "sentence"),
    [
        ([("77", "Ran"), ("78", "")], "None of the films in this file is on this site"),
        ([("1", "Casablanca")], "“1” is “Casablanca” there, and “The Matrix” here"),
        ([("1", "Casablanca"), ("constructor", "Vertigo"), ("5", "Fargo")], "are not those of this site"),
    ],
)
def test_a_file_of_other_items_is_refused_in_a_sentence(open_site, tmp_path, ratings, sentence):
    page = open_site("site")
    content = [{"item": id_, "title": title, "stars": 5} for id_, title in ratings]
    text = json.dumps({"marquee_ratings": 1, "dataset": "One", "ratings": content, "not_interested": []})
    (tmp_path / "file.json").write_text(text)
    page.get_by_label("Import").set_input_files(tmp_path / "file.json")
    page.get_by_text(sentence).wait_for()
    assert your_ratings(page) == {}


def test_a_title_that_was_corrected_is_still_the_same_item(open_site):
    page = open_site("site")
    rate_all(page)
    corrected = ("Matrix, The (remastered)", "Cleo from 5 to 7", "Quoted and bold", "Alien", "Fargo")
    page = open_site("site", page, titles=corrected)
    assert your_ratings(page) == dict(zip(corrected, (5, 4, 3, 2), strict=False))


def test_ratings_of_another_data_set_at_the_same_address_are_set_aside_and_come_back(open_site):
    page = open_site("site")
    expected = rate_all(page)
    page = open_site("site", page, titles=OTHER_TITLES)
    assert your_ratings(page) == {}
    assert held(page) == "4 of your ratings are of films that the model here does not know; they are kept."
    rate_card(page, 0, 1)
    assert your_ratings(page) == {"Casablanca": 1}
    page.reload()
    assert your_ratings(loaded(page)) == {"Casablanca": 1}
    page.get_by_role("button", name="Clear all").click()
    page.get_by_role("button", name="Undo").click()
    page = open_site("site", page)
    assert your_ratings(page) == expected
    assert held(page) == "1 of your ratings is of a film that the model here does not know; it is kept."
    page = open_site("site", page, titles=OTHER_TITLES)
    assert your_ratings(page) == {"Casablanca": 1}


@both_origins
def test_a_link_from_an_older_build_names_its_items(open_site):
    page = open_site("site")
    expected = rate_all(page)
    fragment = link_to_ratings(page).partition("#")[2]
    page = open_site("second", ids=IDS[:0:-1], titles=TITLES[:0:-1])
    page.goto(page.url + "#" + fragment)
    page.get_by_text("4 ratings from a link").wait_for()
    assert your_ratings(page) == {title: stars for title, stars in expected.items() if title != "The Matrix"}
    assert held(page) == "1 of these ratings is of a film that this site does not have."


@pytest.mark.parametrize("n_ratings", [1, 2, 3])
def test_however_few_ratings_there_are_none_is_shown_under_a_title_of_another_data_set(open_site, n_ratings):
    page = open_site("site")
    expected = {}
    for position in range(n_ratings):
        expected[TITLES[position]] = rate_card(page, position, 5 - position)[1]
    page = open_site("site", page, titles=OTHER_TITLES)
    assert your_ratings(page) == {}
    assert page.locator("[data-grid] .is-rated").count() == 0
    assert f"{n_ratings} of your ratings" in held(page)
    page.reload()
    assert your_ratings(loaded(page)) == {}
    page = open_site("site", page)
    assert your_ratings(page) == expected
    assert held(page) == ""


def test_titles_that_differ_by_a_number_are_of_other_items(open_site):
    page = open_site("site", titles=tuple(f"Film {n}" for n in range(1, 6)))
    rate_card(page, 0, 5)
    rate_card(page, 1, 4)
    page = open_site("site", page, titles=tuple(f"Film {n}" for n in range(3, 8)))
    assert your_ratings(page) == {}


@pytest.mark.parametrize("title", ["???", "七人の侍"])
def test_a_title_without_latin_letters_is_compared_too(open_site, title):
    page = open_site("site", titles=(title, *TITLES[1:]))
    rate_card(page, 0, 5)
    page = open_site("site", page, titles=OTHER_TITLES)
    assert your_ratings(page) == {}
    page = open_site("site", page, titles=(title, *TITLES[1:]))
    assert your_ratings(page) == {title: 5}


def test_a_film_with_a_new_title_among_several_keeps_its_rating_under_that_title(open_site):
    page = open_site("site")
    rate_card(page, 0, 5)
    rate_card(page, 4, 4)
    page = open_site("site", page, titles=("Casablanca", *TITLES[1:]))
    assert your_ratings(page) == {"Casablanca": 5, "Fargo": 4}
    assert held(page) == ""


def test_a_single_film_with_an_unrecognizable_new_title_is_held_until_its_title_is_back(open_site):
    page = open_site("site")
    rate_card(page, 0, 5)
    page = open_site("site", page, titles=("Casablanca", *TITLES[1:]))
    assert your_ratings(page) == {}
    assert held(page) == "1 of your ratings is of a film that the model here does not know; it is kept."
    page = open_site("site", page)
    assert your_ratings(page) == {"The Matrix": 5}


def test_ratings_of_each_of_two_data_sets_come_back_whole_though_only_some_ids_are_in_both(open_site):
    page = open_site("site")
    expected = rate_all(page)
    other = {"ids": IDS[:2], "titles": OTHER_TITLES[:2]}
    page = open_site("site", page, **other)
    rate_card(page, 0, 1)
    assert your_ratings(page) == {"Casablanca": 1}
    page = open_site("site", page)
    assert your_ratings(page) == expected
    page = open_site("site", page, **other)
    assert your_ratings(page) == {"Casablanca": 1}


@pytest.fixture
def open_unloaded(build, origin):
    """Build and open a site whose films are loaded only when the returned function is called."""

    def opened(page, address, **options):
        page.goto("about:blank")  # so that the old page asks for nothing while its files are replaced
        build(address, **options)
        routes = []
        page.route("**/deep_tower.js*", lambda route: routes.append(route))
        page.goto(f"{origin}{address}/rate.html", wait_until="commit")
        until(page, "() => document.querySelector('[data-grid] input')")

        def load():
            for route in routes:
                route.continue_()
            page.unroute("**/deep_tower.js*")
            loaded(page)

        return load

    return opened


@both_origins
def test_stars_given_before_the_films_are_loaded_leave_the_rating_of_another_data_set_alone(open_site, open_unloaded):
    page = open_site("site")
    rate_card(page, 0, 5)
    load = open_unloaded(page, "site", titles=OTHER_TITLES)
    assert page.locator("[data-grid] .is-rated").count() == 0
    rate_card(page, 0, 1)
    load()
    assert your_ratings(page) == {"Casablanca": 1}
    page = open_site("site", page)
    assert your_ratings(page) == {"The Matrix": 5}


def test_undo_never_shows_ratings_of_another_data_set(open_site, open_unloaded):
    page = open_site("site")
    rate_card(page, 0, 5)
    load = open_unloaded(page, "site", titles=OTHER_TITLES)
    page.evaluate("document.querySelector('[data-clear]').click()")
    load()
    page.get_by_role("button", name="Undo").click()
    assert your_ratings(page) == {}
    assert "1 of your ratings" in held(page)


def follow(page, fragment):
    page.goto(page.url.partition("#")[0] + "#" + fragment)
    page.reload()
    return loaded(page)


@pytest.mark.parametrize("n_ratings", [1, 4])
def test_a_link_to_films_of_another_data_set_is_refused_in_a_sentence(open_site, n_ratings):
    page = open_site("site")
    for position in range(n_ratings):
        rate_card(page, position, 5)
    fragment = link_to_ratings(page).partition("#")[2]
    page = open_site("second", page, titles=OTHER_TITLES)
    rate_card(page, 4, 2)
    follow(page, fragment)
    assert page.get_by_label("Ratings from a link").inner_text() == "This link is for other films."
    assert your_ratings(page) == {"Ran": 2}
    follow(page, fragment.partition("&t=")[0])  # a link of an earlier version
    assert len(your_ratings(page)) == n_ratings


def test_a_link_is_opened_though_a_title_was_corrected_or_written_in_another_way(open_site):
    page = open_site("site")
    rate_all(page)
    fragment = link_to_ratings(page).partition("#")[2]
    titles = ("MATRIX, The", "Cleo de 5 a 7", "Another title", "Alien", "Fargo")
    page = open_site("second", page, titles=titles)
    follow(page, fragment)
    assert your_ratings(page) == dict(zip(titles, (5, 4, 3, 2), strict=False))
