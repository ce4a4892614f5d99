"""A log in which every text is an attack, in every form that tables come in, and what no page of it may do."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import html5lib

from tests.browser.conftest import served

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
FACTS = "<b onclick=ran=1>fact</b>"
"""The name of a column."""
SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
Rows = Sequence[Sequence[Any]]
Tables = dict[str, Rows]


def tables() -> Tables:
    """Ratings, items and users, each a row of names and then rows of values."""
    items, users = list(ATTACKS), [*ATTACKS, *map(str, range(N_USERS - len(ATTACKS)))]
    ratings = [
        (user, item, 1 + (row * 7 + column * 3) % 5, 10**9 + 1000 * row + column)
        for row, user in enumerate(users)
        for column, item in enumerate(items)
        if (row + column) % 3
    ]
    return {
        "ratings": [("user", "item", "rating", "timestamp"), *ratings],
        "items": [
            ("item", "title", "year", "genres", "tags", FACTS),
            *((item, f"{item} {row}", 1950 + row, f"{item.replace('|', '')}|Drama", ATTACKS[row - 1], items[row % 3])
              for row, item in enumerate(items)),
        ],
        "users": [("user", "age", FACTS), *((user, 20 + row, ATTACKS[row % 2]) for row, user in enumerate(users))],
    }  # fmt: skip


def log_folder(folder: Path) -> Path:
    """An empty folder whose name, which is that of the data set, is an attack where a file system allows it."""
    log = folder / ("img" if os.name == "nt" else "<img src=x onerror=ran=1>")
    log.mkdir(parents=True)
    return log


def _delimited(rows: Rows, delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def _records(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def write_csv(log: Path, ending: str = ".csv", delimiter: str = ",", encoding: str = "utf-8") -> None:
    """The three tables with separators and quotes."""
    for name, rows in tables().items():
        (log / f"{name}{ending}").write_bytes(_delimited(rows, delimiter).encode(encoding))


def write_json_lines(log: Path) -> None:
    """An object a line."""
    for name, rows in tables().items():
        lines = [json.dumps(record) for record in _records(rows)]
        (log / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_json(log: Path) -> None:
    """An array of objects, with the attacks as genres in a list."""
    for name, rows in tables().items():
        records = [
            {**record, "genres": record["genres"].split("|")} if "genres" in record else record
            for record in _records(rows)
        ]
        (log / f"{name}.json").write_text(json.dumps(records), encoding="utf-8")


def write_parquet(log: Path) -> None:
    """With pyarrow, columns typed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, rows in tables().items():
        columns = {column: [row[place] for row in rows[1:]] for place, column in enumerate(rows[0])}
        pq.write_table(pa.table(columns), log / f"{name}.parquet")


def write_gzip(log: Path) -> None:
    """The three tables with commas, each in a gzip."""
    for name, rows in tables().items():
        (log / f"{name}.csv.gz").write_bytes(gzip.compress(_delimited(rows, ",").encode()))


def write_zip(log: Path) -> None:
    """A zip whose members have hostile names."""
    with zipfile.ZipFile(log / "log.zip", "w") as file:
        for name, rows in tables().items():
            file.writestr(f"<svg onload=ran=1>{name}.csv", _delimited(rows, ","))


def write_wide(log: Path) -> None:
    """A row for each user and a column for each item, whose name is an attack.

    Without digits, as a row of names most of which have some is one of values; without the address, which names ids.
    """
    names = [re.sub(r"\d", "true", text) for text in ATTACKS if text.isprintable() and "{id}" not in text]
    rows: list[Sequence[Any]] = [("Name", *names)]
    rows += [(user, *(1 + (row + column) % 5 for column in range(len(names)))) for row, user in enumerate(names)]
    (log / "poll.csv").write_text(_delimited(rows, ","), encoding="utf-8")


def _plain(text: str, separator: str) -> str:
    """The text without what ends a field of a format that has no quotes."""
    return " ".join(text.replace(separator, "").split()) or "-"


def _numbered() -> Iterator[tuple[int, int, int, int]]:
    users = {user: number for number, (user, *_) in enumerate(tables()["users"][1:], start=1)}
    items = {item: number for number, item in enumerate(ATTACKS, start=1)}
    for user, item, rating, time in tables()["ratings"][1:]:
        yield users[user], items[item], rating, time


def write_movielens_100k(log: Path) -> None:
    """u.data, u.item, u.user and u.genre, where ids are numbers and all else is text in Latin-1."""
    texts = [_plain(text, "|") for text in ATTACKS]
    flags = ["|".join("1" if place in (row % 19, 5) else "0" for place in range(19)) for row in range(len(texts))]
    files = {
        "u.data": ["\t".join(map(str, row)) for row in _numbered()],
        "u.item": [
            f"{row + 1}|{text} {row} (1990)|01-Jan-1990||{text}|{flags[row]}" for row, text in enumerate(texts)
        ],
        "u.user": [f"{row + 1}|{20 + row}|{text}|{text}|{text}" for row, text in enumerate(texts)],
        "u.genre": [f"{texts[place]}|{place}" for place in range(19)],
    }
    for name, lines in files.items():
        (log / name).write_bytes(("\n".join(lines) + "\n").encode("iso-8859-1", "replace"))


def write_movielens_1m(log: Path) -> None:
    """Three tables with double colons."""
    texts = [_plain(text, "::") for text in ATTACKS]
    files = {
        "ratings.dat": ["::".join(map(str, row)) for row in _numbered()],
        "movies.dat": [
            f"{row + 1}::{text} {row} (1990)::{_plain(text, '|')}|Drama" for row, text in enumerate(texts)
        ],
        "users.dat": [f"{row + 1}::{text}::{20 + row}::{row}::{text}" for row, text in enumerate(texts)],
    }
    for name, lines in files.items():
        (log / name).write_bytes(("\n".join(lines) + "\n").encode("iso-8859-1", "replace"))


SAME_TABLES: dict[str, Callable[[Path], None]] = {
    "tsv": lambda log: write_csv(log, ".tsv", "\t"),
    "semicolons in utf-16": lambda log: write_csv(log, ".csv", ";", "utf-16"),
    "json lines": write_json_lines,
    "json": write_json,
    "parquet": write_parquet,
    "gzip": write_gzip,
}
"""Writers of the log into a folder, of which Python reads the same as of :func:`write_csv`."""
OTHER_TABLES: dict[str, Callable[[Path], None]] = {
    "zip": write_zip,
    "wide": write_wide,
    "movielens 100k": write_movielens_100k,
    "movielens 1m": write_movielens_1m,
}
"""Writers of a similar log, with other names of files, columns or ids."""


def check_document(site: Path, address: str) -> None:
    """A page has no element, no handler and no link that a text brought along."""
    document = html5lib.parse((site / address).read_text(encoding="utf-8"), namespaceHTMLElements=False)
    for element in document.iter():
        if isinstance(element.tag, str):
            _check_element(element, address)


def _check_element(element: Any, address: str) -> None:
    assert element.tag not in ("iframe", "object", "embed", "base", "form"), address
    assert element.text not in ("zine", "fact"), address
    assert element.tag != "script" or not (element.text or "").strip() or element.get("type"), address
    assert not [name for name in element.attrib if name.lower().startswith("on") or name == "srcdoc"], address
    for name in ("href", "src", "action", "data"):
        link = element.get(name, "")
        scheme = SCHEME.match(link)
        assert scheme is None or scheme[1] == "https" or link == "data:,", (address, link)
        assert not link.startswith(("//", "https://evil")), (address, link)


def check_files(site: Path) -> None:
    """All files lie below the site, which alone is in its folder, and have plain names; all JSON is valid."""
    assert [path.name for path in site.parent.iterdir()] == [site.name]
    for path in site.rglob("*"):
        assert not path.is_symlink()
        assert re.fullmatch(r"[a-zA-Z0-9][\w.-]*", path.name, re.ASCII), path
    for path in site.rglob("*.json"):
        strictly(path.read_text(encoding="utf-8"))


def strictly(text: str) -> Any:
    """JSON that has no NaN or infinity in it."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


WATCH = """
window.ran = 0;
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective));
"""


@contextmanager
def watched(chromium: Any, site: Path) -> Iterator[Any]:
    """A page whose complaints, dialogs and requests elsewhere are a failure at the end of the block."""
    wrong: list[str] = []
    with served(site) as web:
        profile = chromium.new_context(reduced_motion="reduce")
        profile.add_init_script(WATCH)
        page = profile.new_page()
        allowed = (site.as_uri() + "/", web, "data:", "blob:")
        profile.on("request", lambda request: request.url.startswith(allowed) or wrong.append(request.url))
        page.on("dialog", lambda dialog: (wrong.append("a dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda message: message.type == "error" and wrong.append(f"{page.url}: {message.text}"))
        page.web = web
        yield page
        profile.close()
    assert [sentence for sentence in wrong if "404" not in sentence and "lost.js" not in sentence] == []


def check_nothing_ran(page: Any) -> None:
    """Neither a script of a text nor an element of one is there, and the policy had nothing to report."""
    page.wait_for_timeout(50)
    assert page.evaluate("[window.ran, window.reports]") == [0, []], page.url
    assert page.evaluate("Object.prototype.ran === undefined && Object.keys(Object.prototype).length === 0"), page.url
    assert page.locator("img[src=x], iframe, [onerror], [onload], [onclick], [onmouseover]").count() == 0, page.url
