"""A site of a log in which every text is an attack: nothing of it runs, and all of it is shown as text."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest

import build
from recsys.export.script import json_in
from tests.browser.conftest import KINDS, served

ATTACKS = (
    "</script><script>ran=1</script>",
    '"><img src=x onerror=ran=1>',
    "' onmouseover='ran=1' x='",
    "<svg/onload=ran=1>",
    "<!-- <script>ran=1",
    "]]><script>ran=1</script>",
    "</title></textarea></style><iframe srcdoc='<script>parent.ran=1</script>'>",
    "javascript:ran=1",
    "data:text/html,<script>ran=1</script>",
    "`${ran=1}`\u2028\u2029\\\";ran=1//",
    "{{ 7*7 }}{% include 'about.html' %}{# #}",
    "red;}</style><style>*{background:url(https://evil.example/)}",
    "__proto__",
    "constructor",
    "../../../../tmp/escaped",
    "..\\..\\escaped",
    "CON",
    "=HYPERLINK(\"https://evil.example/\",\"x\")",
    "\x1b[2J\x1b]0;ran\x07",
    "\u202egnp.exe\u2066",
    "W" * 300,
    "https://evil.example/?{id}",
    "&lt;script&gt;ran=1&lt;/script&gt;&#x3c;b>",
    "%3Cscript%3Eran=1%3C/script%3E",
)
N_USERS = 30
ADDRESSES = (
    "#<img src=x onerror=ran=1>", "#item=<svg onload=ran=1>&q=</script><script>ran=1</script>&model=__proto__",
    "#__proto__", "#javascript:ran=1", "?v=<script>ran=1</script>#r=constructor",
    "#%3Cimg%20src=x%20onerror=ran=1%3E", "#lesson=__proto__&seed=<b>&genre=\"><img src=x onerror=ran=1>",
)  # fmt: skip
"""What is appended to the address of every page whose scripts read it."""
SCRIPTED = ("index.html", "rate.html", "users.html", "map.html", "playground.html", "404.html")
SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def write_log(folder: Path) -> Path:
    """Ratings, items and users: ids, titles, genres, facts, and names of columns and of the folder."""
    log = folder / ("img" if os.name == "nt" else "<img src=x onerror=ran=1>")
    log.mkdir()
    items, users = list(ATTACKS), [*ATTACKS, *map(str, range(N_USERS - len(ATTACKS)))]
    ratings = [
        (user, item, 1 + (row * 7 + column * 3) % 5, 10**9 + 1000 * row + column)
        for row, user in enumerate(users)
        for column, item in enumerate(items)
        if (row + column) % 3
    ]
    facts = "<b onclick=ran=1>fact</b>"
    tables = {
        "ratings.csv": [("user", "item", "rating", "timestamp"), *ratings],
        "items.csv": [
            ("item", "title", "year", "genres", facts),
            *((item, f"{item} {row}", 1950 + row, f"{item.replace('|', '')}|Drama", items[row % 3])
              for row, item in enumerate(items)),
        ],
        "users.csv": [
            ("user", "age", facts), *((user, 20 + row, ATTACKS[row % 2]) for row, user in enumerate(users))
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        with (log / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return log


def settings() -> str:
    noun = {"one": "<i>zine</i>", "many": "</script><b>zines", "do": "\"><img src=x onerror=ran=1>", "did": "{{7*7}}"}
    table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in noun.items())
    return (
        f"title = {json.dumps(ATTACKS[0])}\ndescription = {json.dumps(' '.join(ATTACKS[1:3]))}\n"
        f"noun = {{ {table} }}\nsite_url = \"https://films.example/a/\"\n"
        "repository = \"https://github.com/a/b\"\n"
        f"[links]\n{json.dumps(ATTACKS[3])} = \"https://shop.example/{{id}}?{{title}}\"\n"
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "site.toml").write_text(settings(), encoding="utf-8")
    options = ["--config", str(folder / "site.toml"), "--epochs", "2", "--dim", "4", "--quiet"]
    site = folder / "parent" / "site"
    assert build.main(["--data", str(write_log(folder)), *options, "--out", str(site)]) == 0
    assert [path.name for path in site.parent.iterdir()] == ["site"]
    return site


def pages(site: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted(site.rglob("*.html")):
        document = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
        yield path.relative_to(site).as_posix(), document


def test_no_page_has_an_element_or_an_attribute_that_a_text_brought_along(hostile):
    for address, document in pages(hostile):
        for element in document.iter():
            if not isinstance(element.tag, str):
                continue
            assert element.tag not in ("iframe", "object", "embed", "base", "form"), address
            assert element.text not in ("zine", "fact"), address
            assert element.tag != "script" or not (element.text or "").strip() or element.get("type"), address
            assert not [name for name in element.attrib if name.lower().startswith("on") or name == "srcdoc"], address
            for name in ("href", "src", "action", "data"):
                link = element.get(name, "")
                scheme = SCHEME.match(link)
                assert scheme is None or scheme[1] == "https" or link == "data:,", (address, link)
                assert not link.startswith(("//", "https://evil")), (address, link)


def test_every_file_lies_below_the_site_and_has_a_harmless_name(hostile):
    for path in hostile.rglob("*"):
        assert not path.is_symlink()
        assert re.fullmatch(r"[a-zA-Z0-9][\w.-]*", path.name, re.ASCII), path
    assert [path.name for path in hostile.parent.iterdir()] == ["site"]


def strictly(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_all_json_is_valid_and_has_the_texts_as_they_were_but_for_control_characters(hostile):
    items = strictly((hostile / "data" / "items.json").read_text(encoding="utf-8"))["items"]
    ids = {item["id"] for item in items}
    assert len(ids) == len(ATTACKS)
    assert ids > {text for text in ATTACKS if text.isprintable()}
    assert not [id_ for id_ in ids if re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", id_)]
    for path in hostile.rglob("*.json"):
        strictly(path.read_text(encoding="utf-8"))
    for path in (hostile / "data").glob("*.js"):
        strictly(json_in(path.read_text(encoding="utf-8")))
    with (hostile / "data" / "items.csv").open(encoding="utf-8", newline="") as file:
        assert {row["item"] for row in csv.DictReader(file)} == ids


WATCH = """
window.ran = 0;
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective));
"""


@pytest.fixture
def watched_page(chromium: Any, hostile: Path) -> Iterator[Any]:
    """A page whose complaints, dialogs and requests elsewhere fail the test."""
    wrong: list[str] = []
    with served(hostile) as web:
        profile = chromium.new_context(reduced_motion="reduce")
        profile.add_init_script(WATCH)
        page = profile.new_page()
        allowed = (hostile.as_uri() + "/", web, "data:", "blob:")
        profile.on("request", lambda request: request.url.startswith(allowed) or wrong.append(request.url))
        page.on("dialog", lambda dialog: (wrong.append("a dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda message: message.type == "error" and wrong.append(f"{page.url}: {message.text}"))
        page.web = web
        yield page
        profile.close()
    wrong = [sentence for sentence in wrong if "404" not in sentence and "lost.js" not in sentence]
    assert wrong == []


def check_nothing_ran(page: Any) -> None:
    page.wait_for_timeout(50)
    assert page.evaluate("[window.ran, window.reports]") == [0, []], page.url
    assert page.evaluate("Object.prototype.ran === undefined && Object.keys(Object.prototype).length === 0"), page.url
    assert page.locator("img[src=x], iframe, [onerror], [onload], [onclick], [onmouseover]").count() == 0, page.url


def addresses_of(site: Path) -> list[str]:
    tops = [address for address in KINDS.values() if "/" not in address and (site / address).is_file()]
    below = [next((site / folder).glob("*.html")) for folder in ("users", "items")]
    return tops + [path.relative_to(site).as_posix() for path in below]


@pytest.mark.parametrize("over_http", [False, True], ids=["disk", "web"])
def test_nothing_runs_on_any_kind_of_page(watched_page, hostile, over_http):
    page = watched_page
    top = page.web if over_http else f"{hostile.as_uri()}/"
    for address in addresses_of(hostile):
        page.goto(top + address)
        check_nothing_ran(page)


def test_nothing_of_an_address_runs(watched_page, hostile):
    page = watched_page
    for address in SCRIPTED:
        for rest in ADDRESSES:  # the page is loaded once, and then told of another fragment
            page.goto(f"{hostile.as_uri()}/{address}{rest}")
            check_nothing_ran(page)
        page.reload()
        check_nothing_ran(page)


def test_nothing_of_the_search_and_of_stored_ratings_runs(watched_page, hostile):
    page = watched_page
    page.goto(f"{hostile.as_uri()}/index.html")
    field = page.get_by_role("combobox").first
    for text in ("script", "img", "proto", "<svg"):
        field.fill(text)
        page.get_by_role("option").first.wait_for()
        check_nothing_ran(page)
    page.evaluate("""() => {
      for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{"__proto__":{"ran":1}}');
      localStorage.setItem("marquee ratings " + new URL(marquee.root).pathname,
        JSON.stringify({ ratings: { "__proto__": 5, "<img src=x onerror=ran=1>": 5 } }));
    }""")
    page.goto(f"{hostile.as_uri()}/rate.html")
    check_nothing_ran(page)
