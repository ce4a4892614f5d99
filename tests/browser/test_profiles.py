"""A profile that a test has used is as good as new for the next one, or is not used again."""

import pytest

from tests.browser.profiles import Profiles, origin_of

SETTINGS = {"reduced_motion": "reduce", "locale": "en-GB"}
STATE = """() => [localStorage.length, sessionStorage.length, innerWidth, ...[
  "(prefers-color-scheme: dark)", "(prefers-reduced-motion)", "(forced-colors: active)", "print",
].map((query) => matchMedia(query).matches)]"""


@pytest.fixture
def profiles():
    pool = Profiles()
    yield pool
    pool.close()


@pytest.fixture
def open_page(profiles, engine, site):
    """``open_page(width, theme)``: a profile that shows a page."""

    def opened(width=1280, theme="light", **options):
        address = (site / "about.html").as_uri()
        profile = profiles.take(engine, origin_of(address), {**SETTINGS, **options})
        profile.prepare(width, theme)
        profile.page.goto(address)
        return profile

    return opened


def test_a_profile_is_used_again_without_what_was_stored_set_and_shown(profiles, open_page):
    first = open_page(360, "dark")
    assert first.page.evaluate(STATE) == [0, 0, 360, True, True, False, False]
    first.page.evaluate(
        "() => { localStorage.a = 1; sessionStorage.b = 2; setInterval(() => localStorage.c = 3, 1); }"
    )
    first.page.emulate_media(
        media="print", color_scheme="light", reduced_motion="no-preference", forced_colors="active"
    )
    first.page.set_viewport_size({"width": 700, "height": 100})
    profiles.give_back(first)
    assert first.page.url == "about:blank"
    second = open_page(1280, "light")
    assert second is first
    assert second.page.evaluate(STATE) == [0, 0, 1280, False, True, False, False]
    assert second.page.evaluate("innerHeight") == 800


@pytest.mark.parametrize("engine", ["firefox"], indirect=True)
def test_firefox_has_a_window_at_a_time(profiles, open_page, engine):
    profiles.give_back(open_page())
    assert engine.contexts == []


def test_a_profile_in_use_is_given_to_nobody_else(profiles, open_page):
    first, second = open_page(), open_page()
    assert first is not second
    first.page.evaluate("localStorage.a = 1")
    assert second.page.evaluate("localStorage.length") == 0


def test_profiles_of_other_options_are_different_ones(profiles, open_page):
    first = open_page()
    profiles.give_back(first)
    assert open_page(has_touch=True) is not first
    assert open_page() is first


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda page, web: page.add_init_script("globalThis.changed = true"), id="script"),
        pytest.param(lambda page, web: page.route("**/*.js", lambda route: route.abort()), id="route"),
        pytest.param(lambda page, web: page.on("request", lambda request: None), id="listener"),
        pytest.param(
            lambda page, web: page.context.on("request", lambda request: None), id="listener of the profile"
        ),
        pytest.param(lambda page, web: page.context.set_offline(True), id="offline"),
        pytest.param(lambda page, web: page.context.new_page(), id="another page"),
        pytest.param(
            lambda page, web: page.evaluate("() => { open('about.html'); }"), id="a page that opened itself"
        ),
        pytest.param(lambda page, web: page.goto(f"{web}about.html"), id="another origin"),
        pytest.param(
            lambda page, web: page.evaluate("Object.defineProperty(window, 'localStorage', { value: null }) && 0"),
            id="no storage",
        ),
        pytest.param(lambda page, web: page.close(), id="closed"),
    ],
)
def test_a_profile_with_what_lasts_longer_than_a_document_is_closed(profiles, open_page, web, change):
    profile = open_page()
    change(profile.page, web)
    profiles.give_back(profile)
    assert profile.page.is_closed()
    assert open_page() is not profile


def test_messages_and_errors_go_to_the_test_that_uses_the_profile(profiles, open_page):
    profile, seen = open_page(), []
    profile.watcher = lambda event, page, what: seen.append(event)
    profile.page.evaluate("() => { console.error('a'); setTimeout(() => { throw new Error('b'); }); }")
    profile.page.reload()
    assert {"console", "pageerror", "request"} <= set(seen)
    profiles.give_back(profile)
    n_seen = len(seen)
    open_page().page.evaluate("console.error('c')")
    assert len(seen) == n_seen
