"""A user's ratings in the browser's storage, a file and an address: what was written is read, and nothing else is."""

import json
import re
import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.browser.conftest import expose, visits

DATASET = "Tiny & <b>Co</b>"
IDS = st.text(min_size=1, max_size=200)  # hypothesis draws no lone surrogates
STARS = st.integers(1, 10).map(lambda halves: halves / 2)
RATINGS = st.dictionaries(IDS, STARS, max_size=12)
UNWANTED = st.lists(IDS, unique=True, max_size=5)
HELPERS = """globalThis.toLists = ({ ratings, unwanted }) => [[...ratings], [...unwanted]];
globalThis.fromLists = ([ratings, unwanted]) => ({ ratings: new Map(ratings), unwanted: new Set(unwanted) });
globalThis.resultOrError = (act) => { try { return act(); } catch (problem) { return String(problem); } };
"""
KEY = "Object.keys(localStorage).find((key) => key.startsWith('marquee ratings '))"
NO_STARS = (0, 6, 4.25, 5.5, -1, "4", None, True, [4])
AWKWARD = ["__proto__", "constructor", "50%", "a,b", "1~5", "&n=7", "#r=5~1", "ü/?+ ", "\u2028", "🎬", "\0", '"\\']


def with_store(page):
    """The page with a store, and with the functions of HELPERS."""
    expose(page, "rating/store.js", "createStore")
    page.evaluate(HELPERS)
    creating = "createStore({ dataset, title: (id) => `T ${id}` })"
    page.evaluate(f"dataset => {{ globalThis.store = {creating}; }}", DATASET)
    return page


@pytest.fixture
def page(visit):
    return with_store(visit("about.html"))


@pytest.fixture(scope="module")
def shared_page(chromium, disk, web):
    """A page for tests that do not look at what others left in the storage."""
    with visits(chromium, disk, web) as visit:
        yield with_store(visit("about.html"))


def pairs(ratings: dict[str, float]) -> list[list]:
    return [[id_, stars] for id_, stars in ratings.items()]


def text(**changes) -> str:
    content = {"marquee_ratings": 1, "dataset": DATASET, "ratings": [], "not_interested": []}
    return json.dumps(content | changes)


def error_message(page, file_text: str) -> str:
    message = page.evaluate("text => resultOrError(() => toLists(store.fromText(text)))", file_text)
    assert isinstance(message, str), message
    return message


def test_what_is_written_is_read_in_the_same_order(page):
    @given(RATINGS, UNWANTED)
    @settings(deadline=None, max_examples=60)
    def holds(ratings, unwanted):
        state = [pairs(ratings), unwanted]
        stored = "given => { store.write(fromLists(given)); return toLists(store.read()); }"
        assert page.evaluate(stored, state) == state
        assert page.evaluate("given => toLists(store.fromText(store.toText(fromLists(given))))", state) == state

    holds()


def test_what_is_written_to_the_address_is_read_from_it(page):
    """Through the address of the page itself, which has rules of its own."""

    @given(st.dictionaries(st.text(min_size=1, max_size=30), STARS, max_size=12), UNWANTED)
    @example({}, ["181"])
    @settings(deadline=None, max_examples=60)
    def holds(ratings, unwanted):
        assume(ratings or unwanted)
        lists = [pairs(ratings), unwanted[:2]]
        page.evaluate("given => { location.hash = store.toHash(fromLists(given)); }", lists)
        assert page.evaluate("toLists(store.fromHash(location.hash))") == lists

    holds()


def test_ids_with_a_meaning_elsewhere_are_ids_only(page):
    state = [[[id_, 1 + n % 5] for n, id_ in enumerate(AWKWARD)], AWKWARD[::-1]]
    round_trips = [
        "store.fromText(store.toText(state))",
        "store.fromHash(store.toHash(state))",
        "(store.write(state), store.read())",
    ]
    for round_trip in round_trips:
        expression = f"given => {{ const state = fromLists(given); return toLists({round_trip}); }}"
        assert page.evaluate(expression, state) == state, round_trip
    assert page.evaluate("({}).stars === undefined && Object.getPrototypeOf({}) === Object.prototype")


def test_a_file_holds_its_format_its_data_set_and_the_ratings_with_titles(page):
    content = json.loads(page.evaluate("store.toText(fromLists([[['7', 4]], ['9']]))"))
    assert content == {
        "marquee_ratings": 1,
        "dataset": DATASET,
        "ratings": [{"item": "7", "title": "T 7", "stars": 4}],
        "not_interested": ["9"],
    }
    content["ratings"][0]["title"] = {"nothing": ["reads", "this"]}
    assert page.evaluate("text => toLists(store.fromText(text))", json.dumps(content)) == [[["7", 4]], ["9"]]


def test_an_address_is_short_and_readable(page):
    hash_ = page.evaluate("store.toHash(fromLists([[['50', 4], ['f/2', 5]], ['7']]))")
    assert re.fullmatch("#r=4~50,5~f%2F2&n=7&t=[0-9a-z]{6}", hash_)
    assert page.evaluate("store.toHash(fromLists([[['50', 3.5]], []]))").startswith("#r=3.5~50&t=")
    assert re.fullmatch("#r=4~50&t=[0-9a-z]{2}", page.evaluate("store.toHash(fromLists([[['50', 4]], []]))"))


def test_an_address_without_codes_of_titles_is_read_as_before(page):
    lists = "hash => toLists(store.fromHash(hash))"
    assert page.evaluate(lists, "#r=4~50,5~f%2F2&n=7") == [[["50", 4], ["f/2", 5]], ["7"]]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("", "not JSON"),
        ("NaN", "not JSON"),
        ("[" * 400_000, "not JSON"),
        ("[" * 200_000 + "]" * 200_000, "not exported from"),
        (" " * 500_001, "too long"),
        ("null", "not exported from"),
        ("[]", "not exported from"),
        ('"marquee_ratings"', "not exported from"),
        ('{"__proto__": {"marquee_ratings": 1}}', "not exported from"),
        (text(marquee_ratings=2), "does not know"),
        (text(marquee_ratings="1"), "does not know"),
        (text(ratings=None), "no list"),
        (text(ratings={"length": 1, "0": {"item": "1", "stars": 5}}), "no list"),
        (text(ratings=[{"item": "1", "stars": 5}] * 501), "longer than 500"),
        (text(not_interested=["1"] * 501), "longer than 500"),
        (text(ratings=[None]), "Rating 1 names no film"),
        (text(ratings=[{"item": "1", "stars": 5}, ["1", 5]]), "Rating 2 names no film"),
        (text(ratings=[{"item": "", "stars": 5}]), "names no film"),
        (text(ratings=[{"item": 1, "stars": 5}]), "names no film"),
        (text(ratings=[{"item": ["1"], "stars": 5}]), "names no film"),
        (text(ratings=[{"item": "x" * 201, "stars": 5}]), "names no film"),
        (text(ratings=[{"item": "\ud800", "stars": 5}]), "names no film"),
        (text(ratings=[{"__proto__": {"item": "1", "stars": 5}}]), "names no film"),
        *[(text(ratings=[{"item": "1", "stars": stars}]), "between half a star and 5") for stars in NO_STARS],
        (text(ratings=[{"item": "1"}]), "between half a star and 5"),
        (text(ratings=[{"item": "1", "stars": 5}]).replace("5}", "1e999}"), "between half a star and 5"),
        (text(not_interested=[{}]), "not a film"),
        (text(not_interested="12"), "no list"),
    ],
    ids=lambda value: value[:40],
)
def test_an_invalid_text_is_refused_with_a_sentence_and_reads_as_empty_from_storage(shared_page, broken, sentence):
    page = shared_page
    assert sentence in error_message(page, broken)
    assert error_message(page, broken).startswith("Error: ")
    put = "text => { store.write(fromLists([[['1', 5]], []])); localStorage.setItem(" + KEY + ", text); }"
    page.evaluate(put, broken)
    assert page.evaluate("toLists(store.read())") == [[], []]


def test_any_text_gives_valid_ratings_or_a_sentence(page):
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
    ratings = st.lists(st.fixed_dictionaries({}, optional={"item": values, "stars": values | st.integers(1, 5)}))
    likely = st.builds(lambda rated, unwanted: text(ratings=rated, not_interested=unwanted), ratings | values, values)

    @given(st.text() | values.map(json.dumps) | likely)
    @settings(deadline=None, max_examples=150)
    def holds(anything):
        result = page.evaluate("text => resultOrError(() => toLists(store.fromText(text)))", anything)
        if isinstance(result, str):
            assert result.startswith("Error: ")
            assert result.endswith(".")
        else:
            assert all(isinstance(id_, str) and 2 * stars in range(1, 11) for id_, stars in result[0])

    holds()


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "#", "#content", "#x=2&r=5~1", "#r=5~1&x=2"),
        *("#r=5~1&t=", "#r=5~1&t=a", "#r=5~1&t=aaaa", "#r=5~1&t=A0", "#r=&t=aa", "#r=5~1&t=aa&n=2"),
        *("#r=", "#r=5", "#r=5~", "#r=5~1,", "#r=5~%", "#r=5~%ff", "#r=5~%ED%A0%80", "#r=5~1&n=", "#r=5~1&n=%"),
        *("#r=&n=", "#r=6~1", "#r=0~1", "#r=-5~1", "#r=5.5~1", "#r=NaN~1", "#r=55~1", "#r=4.25~1", "#r=.5~1"),
        "#r=5~" + "x" * 201,
        "#r=5~" + "x" * 30_000,
        "#r=" + ",".join(f"5~{n}" for n in range(201)),
    ],
    ids=lambda wrong: wrong[:20],
)
def test_an_invalid_hash_is_ignored(shared_page, wrong):
    assert shared_page.evaluate("hash => store.fromHash(hash)", wrong) is None


def test_any_hash_gives_valid_ratings_or_nothing(page):
    letters = st.text(alphabet="r=n&~,%5" + string.hexdigits, max_size=30)

    @given(st.text() | letters.map(lambda rest: "#r=5~1" + rest))
    @settings(deadline=None, max_examples=150)
    def holds(anything):
        lists = page.evaluate("hash => { const s = store.fromHash(hash); return s && toLists(s); }", anything)
        assert lists is None or all(id_ and 2 * stars in range(1, 11) for id_, stars in lists[0])

    holds()


def test_of_too_many_ratings_the_newest_are_kept(page):
    many = [[[str(n), 5] for n in range(700)], [str(n) for n in range(700)]]
    stored = page.evaluate("given => { store.write(fromLists(given)); return toLists(store.read()); }", many)
    assert stored == [many[0][200:], many[1][200:]]
    shared = page.evaluate("given => toLists(store.fromHash(store.toHash(fromLists(given))))", many)
    assert shared == [many[0][500:], many[1][500:]]
    long = [[["é" * 190 + str(n), 5] for n in range(100)], []]
    ratings, _ = page.evaluate("given => toLists(store.fromHash(store.toHash(fromLists(given))))", long)
    assert 0 < len(ratings) < 100
    assert ratings == long[0][-len(ratings) :]


def test_an_id_that_is_too_long_is_left_out_and_the_others_are_kept(page):
    state = [[["1", 5], ["x" * 201, 4], ["2", 3]], ["y" * 201]]
    assert page.evaluate("given => (store.write(fromLists(given)), toLists(store.read()))", state) == [
        [["1", 5], ["2", 3]],
        [],
    ]


def test_ratings_of_another_site_on_the_same_origin_are_separate_and_a_new_name_of_the_data_set_keeps_them(
    visit, web
):
    page = with_store(visit("about.html"))
    page.evaluate("store.write(fromLists([[['1', 5]], []]))")
    assert page.evaluate("toLists(createStore({ dataset: 'Other' }).read())") == [[["1", 5]], []]
    page.evaluate("marquee.root += 'elsewhere/'")
    assert page.evaluate("dataset => toLists(createStore({ dataset }).read())", DATASET) == [[], []]
    page.goto(web + "data.html")
    assert with_store(page).evaluate("toLists(store.read())") == [[["1", 5]], []]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        ([DATASET], DATASET),
        (["Renamed since"], "Renamed since"),
        ([DATASET, "Renamed since"], DATASET),
        (["One", "Another"], None),  # which of them is this site's cannot be told
        ([], None),
    ],
)
def test_ratings_stored_under_the_name_of_the_data_set_are_taken_over_once(page, names, taken):
    path = page.evaluate("new URL(marquee.root).pathname")
    for n, name in enumerate(names):
        content = text(dataset=name, ratings=[{"item": str(n), "stars": 5}])
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [f"marquee ratings {path} {name}", content])
    expected = [[[str(names.index(taken)), 5]], []] if taken else [[], []]
    assert page.evaluate("toLists(store.read())") == expected
    assert page.evaluate("toLists(store.read())") == expected
    if taken:
        page.evaluate("store.write(fromLists([[], []]))")
        assert page.evaluate("toLists(store.read())") == [[], []]


def test_what_other_scripts_and_pages_store_is_followed(page):
    page.evaluate("globalThis.n = 0; store.follow(() => { globalThis.n += 1; });")
    page.evaluate("store.write(fromLists([[['1', 5]], []]))")
    assert page.evaluate("n") == 1
    page.evaluate(f"for (const key of [{KEY}, null, 'x']) dispatchEvent(new StorageEvent('storage', {{ key }}))")
    assert page.evaluate("n") == 3


def test_the_number_of_ratings_is_stored_for_the_head_of_every_page(page):
    page.evaluate("store.write(fromLists([[['1', 5], ['2', 4]], ['3']]))")
    key = "Object.keys(localStorage).find((key) => key.startsWith('marquee rated '))"
    assert page.evaluate(f"localStorage.getItem({key})") == "2"


def test_a_watchlist_is_stored_and_exported_with_titles_and_wrong_entries_are_left_out(page):
    page.evaluate("""store.write({ ratings: new Map(), unwanted: new Set(), watchlist: new Set(['7', '5']) })""")
    assert page.evaluate("[...store.read().watchlist]") == ["7", "5"]
    assert page.evaluate("[...store.read().titles]") == [["7", "T 7"], ["5", "T 5"]]
    file = page.evaluate("store.toText(store.read())")
    assert json.loads(file)["watchlist"] == [{"item": "7", "title": "T 7"}, {"item": "5", "title": "T 5"}]
    odd = text(watchlist=[{"item": "1"}, {"item": 2}, None, "3", {"item": ""}])
    assert page.evaluate("text => [...store.fromText(text).watchlist]", odd) == ["1"]
    assert page.evaluate("text => [...store.fromText(text).watchlist]", text(watchlist={"item": "1"})) == []


def test_ratings_are_kept_from_page_to_page(visit, origin):
    page = with_store(visit(origin + "about.html"))
    assert page.evaluate("store.write(fromLists([[['1', 5]], ['2']]))") is True
    page.goto(origin + "data.html")
    assert with_store(page).evaluate("toLists(store.read())") == [[["1", 5]], ["2"]]


@pytest.mark.parametrize(
    "trouble",
    [
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
        "Object.defineProperty(window, 'localStorage', { value: null })",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
    ],
)
def test_a_write_that_fails_returns_false_and_nothing_breaks(page, trouble):
    page.evaluate(f"() => {{ {trouble} }}")
    assert page.evaluate("store.write(fromLists([[['1', 5]], []]))") is False
    assert page.evaluate("toLists(store.read())") == [[], []]
