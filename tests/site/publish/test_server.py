import threading
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from recsys.site.publish.server import address, base_of, server


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


@contextmanager
def serving(folder, base="/marquee/"):
    """Gives a function that answers ``(status, headers, text)`` for a path; redirects are not followed."""
    opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
    with server(folder, base) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()

        def ask(path, method="GET"):
            request = urllib.request.Request(f"http://127.0.0.1:{http.server_port}{path}", method=method)
            try:
                with opener.open(request, timeout=5) as answer:
                    return answer.status, answer.headers, answer.read().decode()
            except urllib.error.HTTPError as answer:
                with answer:
                    return answer.code, answer.headers, answer.read().decode()

        try:
            yield ask
        finally:
            http.shutdown()
            thread.join(5)


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    (folder / "users").mkdir(parents=True)
    (folder / "index.html").write_text("<p>é</p>", encoding="utf-8")
    (folder / "404.html").write_text("not on the programme")
    (folder / "users" / "1.html").write_text("one")
    (folder / "map.js").write_text("1")
    (tmp_path / "secret.html").write_text("secret")
    return folder


def test_the_site_is_served_under_its_path_on_the_loopback_interface_alone(site):
    with server(site) as http:
        assert http.server_address[0] == "127.0.0.1"
        assert address(http) == f"http://127.0.0.1:{http.server_port}/marquee/"
    with serving(site) as ask:
        assert ask("/marquee/")[::2] == (200, "<p>é</p>")
        assert ask("/marquee/index.html?x=1")[::2] == (200, "<p>é</p>")
        assert ask("/marquee/users/1.html")[::2] == (200, "one")
        assert ask("/marquee/index.html", "HEAD")[::2] == (200, "")


@pytest.mark.parametrize("path", ["/", "/marquee"])
def test_the_way_to_the_site_is_shown(site, path):
    with serving(site) as ask:
        status, headers, _ = ask(path)
    assert (status, headers["Location"]) == (302, "/marquee/")


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/marqueeindex.html",
        "/marquee/none.html",
        "/marquee/users/",
        "/marquee/../secret.html",
        "/marquee/%2e%2e/secret.html",
        "/marquee/..%2fsecret.html",
        "/marquee/%252e%252e/secret.html",
        "/marquee/index.html/",
    ],
)
def test_what_is_not_a_file_of_the_site_is_its_404_page(site, path):
    with serving(site) as ask:
        assert ask(path)[::2] == (404, "not on the programme")
        assert ask(path, "HEAD")[::2] == (404, "")


def test_a_folder_without_its_slash_leads_to_it_under_the_path(site):
    with serving(site) as ask:
        status, headers, _ = ask("/marquee/users")
    assert (status, headers["Location"]) == (301, "/marquee/users/")


def test_every_file_has_the_kind_a_browser_needs_and_is_asked_for_anew(site):
    with serving(site) as ask:
        assert ask("/marquee/map.js")[1]["Content-Type"] == "text/javascript; charset=utf-8"
        assert ask("/marquee/")[1]["Content-Type"] == "text/html; charset=utf-8"
        assert ask("/marquee/nothing")[1]["Content-Type"] == "text/html; charset=utf-8"
        assert ask("/marquee/")[1].get_all("Cache-Control") == ["no-cache"]


@pytest.mark.parametrize(
    ("site_url", "base"),
    [
        (None, "/marquee/"),
        ("https://example.org", "/"),
        ("https://example.org/", "/"),
        ("https://example.org/films", "/films/"),
        ("https://example.org/a/%C3%A9/", "/a/é/"),
    ],
)
def test_the_path_is_that_of_the_site_on_the_web(site_url, base):
    assert base_of(site_url) == base


def test_a_path_with_letters_beyond_ascii_is_found(site):
    with server(site, "/é/") as http:
        assert address(http, "/é/").endswith("/%C3%A9/")
    with serving(site, "/é/") as ask:
        assert ask("/%C3%A9/users/1.html")[0] == 200
        assert ask("/")[1]["Location"] == "/%C3%A9/"


def test_at_the_root_of_a_host_nothing_is_redirected(site):
    with serving(site, "/") as ask:
        assert ask("/")[::2] == (200, "<p>é</p>")
        assert ask("/none.html")[0] == 404


def test_a_second_server_finds_a_free_port(tmp_path):
    with server(tmp_path) as first, server(tmp_path) as second:
        assert first.server_port != second.server_port
