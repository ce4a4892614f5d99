import re
import xml.etree.ElementTree as ElementTree

import msgspec
import pytest

from recsys.site.output import sitemap as module
from recsys.site.output.sitemap import absolute, site_root, write_sitemap
from recsys.site.output.writer import Writer
from tests.site.test_render import Page
from tests.site.tiny import HOSTILE, render, tiny

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def site_at(url, folder):
    artefacts = tiny()
    build = msgspec.structs.replace(artefacts.build, config={**artefacts.build.config, "site_url": url})
    return render(msgspec.structs.replace(artefacts, build=build), folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return site_at("https://example.org/films", tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def without_address(tmp_path_factory):
    return site_at(None, tmp_path_factory.mktemp("site"))


def locations(path):
    return [element.text for element in ElementTree.parse(path).iter(f"{SITEMAP}loc")]


def meta(page):
    """What ``meta`` and the canonical link of a page say, by name or property."""
    result = {}
    for tag, attrs in page.elements:
        if tag == "meta" and ("property" in attrs or "name" in attrs):
            result[attrs.get("property") or attrs["name"]] = attrs["content"]
        if tag == "link" and attrs["rel"] == "canonical":
            result["canonical"] = attrs["href"]
    return result


class Elements(Page):
    def __init__(self, path):
        self.elements = []
        super().__init__(path)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        super().handle_starttag(tag, attrs)


@pytest.mark.parametrize(("configured", "root"), [
    ("https://example.org", "https://example.org/"),
    ("https://example.org/", "https://example.org/"),
    ("https://example.org/films", "https://example.org/films/"),
    ("https://example.org/films//", "https://example.org/films/"),
    ('https://e.org/"><script>\nAllow', "https://e.org/%22%3E%3Cscript%3E%0AAllow/"),
    (None, ""), ("", ""), (5, ""), ("javascript:alert(1)", ""),
])  # fmt: skip
def test_the_address_of_a_site_ends_in_one_slash_and_is_harmless(configured, root):
    assert site_root(configured) == root


def test_the_front_page_is_the_site_itself():
    assert absolute("index.html", "https://e.org/") == "https://e.org/"
    assert absolute("users/1.html", "https://e.org/") == "https://e.org/users/1.html"


def test_every_page_has_a_canonical_address_and_a_preview_for_shared_links(site):
    for path in site.rglob("*.html"):
        address = path.relative_to(site).as_posix()
        if address == "404.html":
            continue
        tags = meta(Elements(path))
        assert tags["canonical"] == absolute(address, "https://example.org/films/")
        assert tags["description"] and tags["og:title"], address
        assert tags["og:image"] == "https://example.org/films/assets/card.png"
        if "/" not in address:  # of the others there are thousands
            assert tags["og:url"] == tags["canonical"]
            assert tags["og:description"] == tags["description"]
            assert tags["og:image:alt"] and tags["twitter:card"] == "summary_large_image"
    assert (site / "assets" / "card.png").is_file()


def test_a_hostile_title_stays_inside_its_tag(site):
    tags = meta(Elements(site / "items" / "1.html"))
    assert HOSTILE.split()[0] in tags["og:title"]


def test_the_404_page_has_no_address_and_is_not_indexed(site):
    tags = meta(Elements(site / "404.html"))
    assert tags["robots"] == "noindex"
    assert not {"canonical", "og:url"} & tags.keys()


def test_the_sitemap_has_every_page_but_404_once(site):
    addresses = locations(site / "sitemap.xml")
    pages = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    expected = {absolute(page, "https://example.org/films/") for page in pages if page != "404.html"}
    assert len(addresses) == len(set(addresses))
    assert set(addresses) == expected


def test_robots_may_read_everything_and_find_the_sitemap(site):
    lines = (site / "robots.txt").read_text("utf-8").splitlines()
    assert lines == ["User-agent: *", "Allow: /", "Sitemap: https://example.org/films/sitemap.xml"]


def test_without_an_address_nothing_absolute_is_written(without_address):
    assert not (without_address / "sitemap.xml").exists()
    assert (without_address / "robots.txt").read_text("utf-8") == "User-agent: *\nAllow: /\n"
    for path in without_address.rglob("*.html"):
        tags = meta(Elements(path))
        assert not [name for name in tags if name == "canonical" or name.startswith(("og:", "twitter:"))], path


def test_more_pages_than_a_sitemap_holds_are_spread_over_several(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_MAX_ADDRESSES", 2)
    write_sitemap("https://e.org/", ["index.html", "a.html", "b.html", "c.html", "d.html"], Writer(tmp_path))
    assert locations(tmp_path / "sitemap.xml") == [f"https://e.org/sitemap-{n}.xml" for n in (1, 2, 3)]
    assert locations(tmp_path / "sitemap-2.xml") == ["https://e.org/b.html", "https://e.org/c.html"]
    assert locations(tmp_path / "sitemap-3.xml") == ["https://e.org/d.html"]


def test_an_address_is_escaped_in_xml(tmp_path):
    write_sitemap(site_root("https://e.org/a&b/'"), ["index.html"], Writer(tmp_path))
    assert "<loc>https://e.org/a&amp;b/'/</loc>" in (tmp_path / "sitemap.xml").read_text("utf-8")
    assert locations(tmp_path / "sitemap.xml") == ["https://e.org/a&b/'/"]


def test_titles_and_descriptions_are_unique(without_address):
    pages = [Elements(path) for path in without_address.rglob("*.html")]
    titles = [re.search("<title>(.*?)</title>", page.text, re.DOTALL)[1] for page in pages]
    descriptions = [meta(page)["description"] for page in pages]
    assert len(set(titles)) == len(titles)
    assert len(set(descriptions)) == len(descriptions)
