import threading
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from recsys.site.publish.server import address, base_path, server


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


@contextmanager
def serving(folder, base="/marquee/", make_handler=None):
    """Yield a function that requests a path and returns ``(status, headers, text)``; redirects are not followed."""
    opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
    with server(folder, base, make_handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()

        def request(path, method="GET"):
            message = urllib.request.Request(f"http://127.0.0.1:{http.server_port}{path}", method=method)
            try:
                with opener.open(message, timeout=5) as response:
                    return response.status, response.headers, response.read().decode()
            except urllib.error.HTTPError as response:
                with response:
                    return response.code, response.headers, response.read().decode()

        try:
            yield request
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
    with serving(site) as request:
        assert request("/marquee/")[::2] == (200, "<p>é</p>")
        assert request("/marquee/index.html?x=1")[::2] == (200, "<p>é</p>")
        assert request("/marquee/users/1.html")[::2] == (200, "one")
        assert request("/marquee/index.html", "HEAD")[::2] == (200, "")


@pytest.mark.parametrize("path", ["/", "/marquee"])
def test_the_root_and_the_path_without_its_slash_redirect_to_the_site(site, path):
    with serving(site) as request:
        status, headers, _ = request(path)
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
def test_a_request_for_anything_but_a_file_of_the_site_gets_its_404_page(site, path):
    with serving(site) as request:
        assert request(path)[::2] == (404, "not on the programme")
        assert request(path, "HEAD")[::2] == (404, "")


def test_a_folder_without_its_slash_redirects_to_it_under_the_path(site):
    with serving(site) as request:
        status, headers, _ = request("/marquee/users")
    assert (status, headers["Location"]) == (301, "/marquee/users/")


def test_every_file_has_its_content_type_and_is_never_cached(site):
    with serving(site) as request:
        assert request("/marquee/map.js")[1]["Content-Type"] == "text/javascript; charset=utf-8"
        assert request("/marquee/")[1]["Content-Type"] == "text/html; charset=utf-8"
        assert request("/marquee/nothing")[1]["Content-Type"] == "text/html; charset=utf-8"
        assert request("/marquee/")[1].get_all("Cache-Control") == ["no-cache"]


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
def test_the_path_is_that_of_the_public_address(site_url, base):
    assert base_path(site_url) == base


def test_a_path_with_non_ascii_letters_is_served(site):
    with server(site, "/é/") as http:
        assert address(http, "/é/").endswith("/%C3%A9/")
    with serving(site, "/é/") as request:
        assert request("/%C3%A9/users/1.html")[0] == 200
        assert request("/")[1]["Location"] == "/%C3%A9/"


def test_a_site_at_the_root_of_a_host_is_served_without_redirects(site):
    with serving(site, "/") as request:
        assert request("/")[::2] == (200, "<p>é</p>")
        assert request("/none.html")[0] == 404


def test_a_second_server_takes_a_free_port(tmp_path):
    with server(tmp_path) as first, server(tmp_path) as second:
        assert first.server_port != second.server_port
