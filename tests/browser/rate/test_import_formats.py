"""Exports of other sites, read in the browser: made-up files in the true layouts, and what is no such file."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest

from tests.browser.conftest import expose

READ = """async (files) => {
  const toFile = ([name, text]) => new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name);
  try { return await readHistories(files.map(toFile)); } catch (problem) { return problem.message; }
}"""

LETTERBOXD = "Date,Name,Year,Letterboxd URI,Rating\n2024-03-01,Amélie,2001,https://boxd.it/1,4.5\n"
WATCHED = 'Date,Name,Year,Letterboxd URI\n2024-02-01,"Good, the Bad and the Ugly, The",1966,https://boxd.it/2\n'
DIARY = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2024-05-02,Heat,1995,https://boxd.it/3,4,Yes,,2024-05-01\n"
)
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
    "Num Votes,Release Date,Directors\n"
    "tt0211915,9,2024-01-05,Amélie,Le fabuleux destin d'Amélie Poulain,https://imdb.com/title/tt0211915/,Movie,8.3,"
    '122,2001,"Comedy, Romance",800000,2001-04-25,Jean-Pierre Jeunet\n'
    "tt0959621,10,2024-01-06,Pilot,Pilot,https://imdb.com/title/tt0959621/,TV Episode,9.0,58,2008,Drama,1,,\n"
)
IMDB_OLD = (
    '"position","const","created","modified","description","Title","Title type","Directors","You rated",'
    '"IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"\n'
    '"1","tt0113277","Sat Apr  5 00:00:00 2014","","","Heat","Feature Film","Michael Mann","7",'
    '"8.2","170","1995","crime","1","1995-12-15","http://www.imdb.com/title/tt0113277/"\n'
)
GOODREADS = (
    "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,"
    "Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,"
    "Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies\n"
    '7260188,"Mockingjay (The Hunger Games, #3)",Suzanne Collins,"Collins, Suzanne",,="0439023513",'
    '="9780439023511",4,4.10,Scholastic,Hardcover,390,2010,2010,2024/02/03,2024/01/01,,,read,,,,1,0\n'
    '1,Emma,Jane Austen,"Austen, Jane",,="",="",0,4.0,Penguin,Paperback,474,2003,1815,,2023/01/01,,,read,,,,1,0\n'
    '2,Ulysses,James Joyce,"Joyce, James",,="",="",0,3.7,,,,1990,1922,,2023/01/02,to-read,,to-read,,,,0,0\n'
)
STORYGRAPH = (
    "Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,Read Count,Moods,"
    "Pace,Character- or Plot-Driven?,Strong Character Development?,Loveable Characters?,Diverse Characters?,"
    "Flawed Characters?,Star Rating,Review,Content Warnings,Content Warning Description,Tags,Owned?\n"
    'Piranesi,Susanna Clarke,"",9781635575637,paperback,read,2021/02/01,2021/02/14,,1,,,,,,,,4.25,,,,,No\n'
    'Dune,Frank Herbert,"",9780441172719,paperback,to-read,2021/02/02,,,0,,,,,,,,,,,,,No\n'
)
NETFLIX = (
    "Title,Date\n"
    '"Stranger Things: Season 1: Chapter One: The Vanishing of Will Byers","13/11/23"\n'
    '"Mission: Impossible","2/3/23"\n'
)
VIEWING = (
    "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,Latest Bookmark,"
    "Country\n"
    "Me,2023-11-02 20:01:00,01:40:00,,Heat,,TV,01:40:00,01:40:00,GB (United Kingdom)\n"
    "Me,2023-11-02 20:00:00,00:00:30,,Heat: Trailer,TRAILER,TV,00:00:30,00:00:30,GB (United Kingdom)\n"
)


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><html lang=en><title>Tests</title>")
    expose(page, "rate/imports/history.js", "readHistories")
    yield page
    page.close()


def read(page: Any, *files: tuple[str, str | bytes]) -> Any:
    """The history in files of a name and a content; or the sentence why there is none."""
    contents = [(name, content.encode() if isinstance(content, str) else content) for name, content in files]
    return page.evaluate(READ, [[name, base64.b64encode(content).decode()] for name, content in contents])


def entries(page: Any, content: str | bytes, name: str = "x.csv") -> list[tuple[str, int | None, float | None]]:
    """Title, year and stars of each entry."""
    history = read(page, (name, content))
    assert isinstance(history, dict), history
    return [(entry["title"], entry["year"], entry["stars"]) for entry in history["entries"]]


def zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "label", "expected"),
    [
        (LETTERBOXD, "Letterboxd", [("Amélie", 2001, 4.5)]),
        (WATCHED, "Letterboxd", [("Good, the Bad and the Ugly, The", 1966, None)]),
        (DIARY, "Letterboxd", [("Heat", 1995, 4)]),
        (IMDB, "IMDb", [("Amélie", 2001, 4.5), ("Pilot", 2008, 5)]),
        (IMDB_OLD, "IMDb", [("Heat", 1995, 3.5)]),
        (GOODREADS, "Goodreads", [("Mockingjay", 2010, 4), ("Emma", 1815, None)]),
        (STORYGRAPH, "The StoryGraph", [("Piranesi", None, 4.25)]),
        (NETFLIX, "Netflix", [("Stranger Things", None, None), ("Mission: Impossible", None, None)]),
        (VIEWING, "Netflix", [("Heat", None, None)]),
    ],
    ids=["ratings", "watched", "diary", "imdb", "imdb old", "goodreads", "storygraph", "netflix", "viewing"],
)
def test_each_layout_is_recognised_by_its_columns(page, content, label, expected):
    assert read(page, ("x.csv", content))["label"] == label
    assert entries(page, content) == expected


def test_what_was_not_watched_or_read_is_counted_and_left_out(page):
    assert read(page, ("x.csv", GOODREADS))["nNotSeen"] == 1
    assert read(page, ("x.csv", STORYGRAPH))["nNotSeen"] == 1
    assert read(page, ("x.csv", VIEWING))["nNotSeen"] == 1
    assert "lists only films that you have not watched yet" in read(page, ("watchlist.csv", WATCHED))


def test_days_and_months_are_told_apart_by_all_dates_of_a_file(page):
    times = [entry["time"] for entry in read(page, ("x.csv", NETFLIX))["entries"]]
    assert times == [1_699_833_600_000, 1_677_715_200_000]  # 13 November, so 2 March and not 3 February
    american = NETFLIX.replace("13/11/23", "11/13/23")
    assert read(page, ("x.csv", american))["entries"][1]["time"] == 1_675_382_400_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("title,rating\nHeat,4\n", [("Heat", None, 4)]),
        ("Titel;Jahr;Bewertung\nHeat;1995;3,5\n", [("Heat", 1995, 3.5)]),
        ("Tytuł;Rok;Ocena\nHeat;1995;3,5\n", [("Heat", 1995, 3.5)]),
        ("Título,Ano,Avaliação\nHeat,1995,4\n", [("Heat", 1995, 4)]),
        ("Movie\tYour Rating\nHeat\t8\nAlien\t10\n", [("Heat", None, 4), ("Alien", None, 5)]),
        ("name|score\nHeat|80\n", [("Heat", None, 4)]),
        ("Title,Year,Rating10\nHeat,1995,4\n", [("Heat", 1995, 2)]),
        ("title,rating\nHeat,★★★½\n", [("Heat", None, 3.5)]),
        ("title,rating\nHeat,6/10\n", [("Heat", None, 3)]),
        ("title,rating\nHeat,\nAlien,n/a\n", [("Heat", None, None), ("Alien", None, None)]),
        ("sep=;\ntitle;rating\nHeat;4\n", [("Heat", None, 4)]),
        ('title,rating\r\n"Say ""hi"",\r\nthere",4\r\n\r\n', [('Say "hi",\nthere', None, 4)]),
        ('title,rating\nThe 5" disk,4\n', [('The 5" disk', None, 4)]),
        ('title,rating\n"never closed,4\n', [('"never closed', None, 4)]),
        ("title,rating\rHeat,4\rAlien,5", [("Heat", None, 4), ("Alien", None, 5)]),
        ("My films\n\ntitle,rating\nHeat,4\n", [("Heat", None, 4)]),
        ("title\nHeat\n", [("Heat", None, None)]),
        ("title,rating\n=HYPERLINK(1),4\n", [("=HYPERLINK(1)", None, 4)]),
        ("title,rating\n<img src=x onerror=alert(1)>,4\n", [("<img src=x onerror=alert(1)>", None, 4)]),
    ],
    ids=lambda value: value[:25] if isinstance(value, str) else "",
)
def test_any_table_with_titles_is_read(page, content, expected):
    assert entries(page, content) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_apart(page, encoding):
    assert entries(page, LETTERBOXD.encode(encoding)) == [("Amélie", 2001, 4.5)]


def test_the_tables_of_an_archive_are_read_together_but_not_what_was_not_watched(page):
    files = {"ratings.csv": LETTERBOXD, "watched.csv": WATCHED, "profile.csv": "Date Joined,Username\n2020-01-01,x\n"}
    files |= dict.fromkeys(["watchlist.csv", "likes/films.csv", "deleted/diary.csv"], DIARY)
    history = read(page, ("letterboxd.zip", zipped(files)))
    assert [entry["title"] for entry in history["entries"]] == ["Amélie", "Good, the Bad and the Ugly, The"]
    assert read(page, ("a.csv", LETTERBOXD), ("b.csv", WATCHED))["entries"] == history["entries"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "“a.csv” is empty."),
        ("a.csv", b"\n\n \n", "has no line of column names"),
        ("a.csv", b"1,2,3\n4,5,6\n", "has no line of column names"),
        ("a.csv", b"title,rating\n", "has no rows"),
        ("a.csv", b"title\n" + b"x\n" * 200_001, "has more than 200,000 rows"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", "is not a text file"),
        ("a.zip", b"PK\x03\x04 broken", "could not be unpacked"),
        ("a.zip", zipped({"notes.txt": "hello"}), "has no file of ratings"),
        ("a.xlsx", zipped({"xl/workbook.xml": "<x/>"}), "is a spreadsheet"),
        ("a.zip", zipped({"bomb.csv": "title,rating\n" + "x" * 40_000_000}), "could not be unpacked"),
    ],
    ids=["empty", "blank", "numbers", "header alone", "rows", "picture", "broken", "other files", "xlsx", "bomb"],
)
def test_what_is_no_export_gets_a_sentence(page, name, content, sentence):
    message = read(page, (name, content))
    assert isinstance(message, str)
    assert sentence in message


def test_a_file_that_is_too_large_is_not_even_read(page):
    large = "{ name: 'a.csv', size: 1e8, slice: () => new Blob(['ti']) }"
    message = page.evaluate(f"readHistories([{large}]).catch(({{ message }}) => message)")
    assert "larger than 30 MB" in message


def test_a_file_of_this_site_is_left_to_the_store(page):
    text = '{"marquee_ratings": 1}'
    assert read(page, ("x.json", text)) == {"text": text}
    assert "one file at a time" in read(page, ("x.json", text), ("x.csv", LETTERBOXD))
