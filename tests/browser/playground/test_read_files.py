"""Ratings files read in the page, compared with what Python reads of them: the same log, or both refuse."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recsys
from recsys.errors import DataError
from recsys.site.reading_rules import all_tables
from tests.browser.conftest import expose
from tests.requirements import real_log

READ = """([content, name, limit]) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const steps = readRatings(bytes, name, rules, limit);
  let step;
  try {
    do step = steps.next(); while (!step.done);
  } catch (problem) {
    if (problem.constructor !== Error) throw problem;
    return JSON.stringify(problem.message);
  }
  const { log, ...facts } = step.value;
  for (const key of ["user", "item", "rating", "time", "years"]) log[key] &&= [...log[key]];
  return JSON.stringify({ log, ...facts }); // which Playwright passes sooner than so many numbers
}"""


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><html lang=en><title>Tests</title>")
    expose(page, "playground/read/read.js", "readRatings")
    page.evaluate("(rules) => { globalThis.rules = rules; }", all_tables())
    yield page
    page.close()


def read_in_page(page: Any, content: bytes, name: str = "log.csv", limit: int = 200_000) -> Any:
    """What the page reads; or the sentence with which it refuses the file."""
    return json.loads(page.evaluate(READ, [base64.b64encode(content).decode(), name, limit]))


@dataclass
class Log:
    """A log in a form in which two readers agree: ratings by ids, times by their rank, facts by item."""

    ratings: dict[tuple[str, str], float]
    ranks: list[tuple[str, str, int]] | None
    titles: dict[str, str]
    years: dict[str, float]
    genres: dict[str, list[str]]


def log_of_python(folder: Path, content: bytes, name: str) -> Log | str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    try:
        dataset = recsys.load_dataset(folder / name)
    except DataError as error:
        return str(error)
    finally:
        (folder / name).unlink()
    users = [str(dataset.user_ids[user]) for user in dataset.user]
    items = [str(dataset.item_ids[item]) for item in dataset.item]
    ids = [str(id_) for id_ in dataset.item_ids]
    names = np.array(dataset.genre_names, object)
    genres = [sorted(names[flags]) for flags in dataset.genres] if len(names) else [[] for _ in ids]
    times, years = dataset.timestamp, dataset.years
    return log_of(users, items, dataset.rating.tolist(), times, ids, dataset.titles, years, genres)


def log_of_page(result: dict[str, Any]) -> Log:
    log, ids = result["log"], result["itemIds"]
    users = [result["userIds"][user] for user in log["user"]]
    items = [ids[item] for item in log["item"]]
    ratings = log["rating"] or [1.0] * len(users)
    genres = log["genres"] or {"names": [], "ofItem": [[] for _ in ids]}
    names = [sorted(genres["names"][genre] for genre in of_item) for of_item in genres["ofItem"]]
    years = log["years"] or [np.nan] * len(ids)
    years = [np.nan if year is None else year for year in years]
    return log_of(users, items, ratings, log["time"], ids, result["titles"], years, names)


def log_of(users, items, ratings, times, ids, titles, years, genres) -> Log:
    pairs = list(zip(users, items, strict=True))
    assert len(set(pairs)) == len(pairs)
    ranks = None
    if times is not None:
        rank = np.unique(times, return_inverse=True)[1].tolist()
        ranks = sorted((*pair, position) for pair, position in zip(pairs, rank, strict=True))
    return Log(
        {pair: float(np.float32(rating)) for pair, rating in zip(pairs, ratings, strict=True)},
        ranks,
        dict(zip(ids, titles, strict=True)),
        {id_: float(year) for id_, year in zip(ids, years, strict=True) if year == year},
        dict(zip(ids, genres, strict=True)),
    )


def compare(page: Any, folder: Path, content: bytes, name: str = "log.csv") -> Log | None:
    """What both readers read; None where both refuse the file."""
    expected, result = log_of_python(folder, content, name), read_in_page(page, content, name, 1_000_000)
    if isinstance(expected, str) or isinstance(result, str):
        assert isinstance(expected, str) and isinstance(result, str), (expected, result, content)
        return None
    read = log_of_page(result)
    assert read.ratings == pytest.approx(expected.ratings, rel=1e-6)
    assert read == Log(read.ratings, expected.ranks, expected.titles, expected.years, expected.genres), content
    return read


def table(*rows: str, end: str = "\n") -> str:
    return "".join(row + end for row in rows)


MOVIELENS = [f"{user}\t{item}\t{1 + (user * item) % 5}\t{880000000 + user * 77 + item}" for user in range(1, 9)
             for item in range(10, 19)]  # fmt: skip
PAIRS = [(user, item) for user in ("ann", "bob", "cid", "dan", "eve") for item in ("lamp", "desk", "sofa", "rug")]
LAYOUTS: dict[str, tuple[str, str | bytes]] = {
    "u.data": ("u.data", table(*MOVIELENS)),
    "its content under another name": ("log.tsv", table(*MOVIELENS)),
    "ratings.dat": ("ratings.dat", table(*(row.replace("\t", "::") for row in MOVIELENS))),
    "ratings.csv": (
        "ratings.csv", table("userId,movieId,rating,timestamp", *(r.replace("\t", ",") for r in MOVIELENS))
    ),
    "carriage returns": ("log.csv", table("user,item,rating", *(f"{u},{i},4" for u, i in PAIRS), end="\r\n")),
    "old carriage returns": ("log.csv", table("user,item,rating", *(f"{u},{i},4" for u, i in PAIRS), end="\r")),
    "decimal commas": (
        "log.csv", table("Leser;Buch;Bewertung", *(f"{u};{i};{n % 5},5" for n, (u, i) in enumerate(PAIRS)))
    ),
    "columns in another order": (
        "log.csv", table(
            "when,stars,book,reader",
            *(f"2020-01-{n + 1:02d},{1 + n % 5},{i},{u}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "French": (
        "notes.csv", table(
            "utilisateur|livre|note|jour",
            *(f"{u}|{i}|{n % 6}|{n % 28 + 1:02d}/12/2019" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "Spanish": (
        "log.csv", table("usuario,película,puntuación", *(f"{u},{i},{n % 6}" for n, (u, i) in enumerate(PAIRS)))
    ),
    "pairs alone": ("pairs.csv", table("user,item", *(f"{u},{i}" for u, i in PAIRS))),
    "pairs that repeat": ("pairs.csv", table("user,item", *(f"{u},{i}" for u, i in (*PAIRS, *PAIRS[:3])))),
    "pairs without a header": ("pairs.txt", table(*(f"{u},{i}" for u, i in PAIRS))),
    "spaces": ("log.txt", table(*(f"{n % 7} {100 + n % 11}  {n % 5 + 1}" for n in range(60)))),
    "duplicates": ("log.csv", table("user,item,rating,time", "a,x,1,5", "a,x,2,9", "a,y,3,1", "b,x,4,2", "a,x,5,7")),
    "duplicates without times": ("log.csv", table("user,item,rating", "a,x,1", "a,x,2", "a,y,3", "b,x,4", "a,x,5")),
    "equal times": ("log.csv", table("user,item,rating,time", "a,x,1,5", "a,x,2,5", "a,y,3,1", "b,x,4,5")),
    "quoted titles": (
        "log.csv", table(
            "user,item,title,rating", '1,7,"Matrix, The (1999)",4', '2,7,"Matrix, The (1999)",5',
            '1,8,"He said ""no"" (2001)",3', '2,9,Amélie &amp; Co (2001),2', '3,8,"He said ""no"" (2001)",1',
        ),
    ),
    "genres and years": (
        "log.csv", table(
            "user,movie,rating,title,year,genres", "1,7,4,Heat,1995,Crime|Drama", "2,7,5,Heat,1995,Crime|Drama",
            "1,8,3,Up,2009,Animation", "2,9,2,Alien,1979-05-25,Horror", "3,8,1,Up,2009,Animation",
        ),
    ),
    "titles of numbers": (
        "log.csv", table("user,movie,rating,title", "1,7,4,7.0", "2,7,5,7.0", "1,8,3,8.5", "2,9,2,1984", "3,8,1,8.5"),
    ),
    "orders without items": (
        "orders.csv", table("order,user_id,stage", *(f"{n},{u},prior" for n, (u, _) in enumerate(PAIRS))),
    ),
    "tracks of artists": (
        "log.csv", table(
            "user_id,track_id,artist_name,track_name,plays", "u1,7,Ann,Rain,40", "u2,7,Ann,Rain,5", "u1,8,Ann,Sun,3",
            "u2,9,Bob,Fog,2", "u3,8,Ann,Sun,1",
        ),
    ),
    "artists and titles without ids": (
        "log.csv", table(
            "user_id,artist_name,track_name,plays", "u1,Ann,Rain,40", "u2,Ann,Rain,5", "u1,Ann,Sun,3", "u2,Bob,Fog,2",
        ),
    ),
    "types in names of columns": (
        "log.csv", table(
            "item_id:token,user_id:token,rating:float", *(f"{i},{u},{n % 5}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "genres as objects": (
        "log.csv", table(
            "user;movie;rating;genres", "1;7;4;[{'id': 1, 'name': 'Crime'}]", "2;7;5;[{'id': 1, 'name': 'Crime'}]",
            "1;8;3;[{'id': 2, 'name': 'Sci-Fi'}, {'id': 1, 'name': 'Crime'}]", "2;9;2;[]",
        ),
    ),
    "objects that are no genres": (
        "log.csv", table(
            "user;movie;rating;style", "1;7;4;{'Format': 'DVD'}", "2;7;5;{'Format': 'DVD'}", "1;8;3;{'Format': 'CD'}",
        ),
    ),
    "genres as lists": (
        "log.csv", table(
            "user;movie;rating;genres", "1;7;4;['Crime', 'Drama']", "2;7;5;['Crime', 'Drama']", "1;8;3;['Sci-Fi']",
            "2;9;2;[]", "3;8;1;['Sci-Fi']",
        ),
    ),
    "dates by name": (
        "log.csv", table(
            "user,item,rating,date",
            *(
                f"{u},{i},{n % 5},\"{('Jan', 'Feb', 'March')[n % 3]} {n + 1}, 20{10 + n % 4}\""
                for n, (u, i) in enumerate(PAIRS)
            ),
        ),
    ),
    "German dates": (
        "log.csv", table(
            "Nutzer;Film;Note;Datum",
            *(f"{u};{i};{n % 5};{n + 1}.{n % 12 + 1}.2019 {n % 24}:05" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "American dates": (
        "log.csv", table(
            "user,item,rating,date",
            *(f"{u},{i},{n % 5},{n % 12 + 1}/{n + 8}/2019 {n % 12 + 1}:00 PM" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "dates whose order nothing tells": (
        "log.csv", table(
            "user,item,rating,date",
            *(f"{u},{i},{n % 5},{n % 12 + 1}/{n % 11 + 1}/2019" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "ISO times with zones": (
        "log.csv", table(
            "user,item,rating,date",
            *(f"{u},{i},{n % 5},2020-02-{n + 1:02d}T10:00:00.5+0{n % 3}:00" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "some zones": ("log.csv", table("user,item,rating,date", "a,x,1,2020-02-01T10:00Z", "a,y,1,2020-02-01T10:00")),
    "a day that is none": ("log.csv", table("user,item,rating,date", "a,x,1,2020-02-30", "a,y,1,2020-02-01")),
    "nanoseconds": (
        "log.csv", table(
            "user,item,rating,timestamp",
            *(f"{u},{i},{n % 5},{1600000000000000000 + n // 2}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "times with fractions": (
        "log.csv", table(
            "user,item,rating,timestamp",
            *(f"{u},{i},{n % 5},{1600000000 + n / 4}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "missing times": ("log.csv", table("user,item,rating,timestamp", "a,x,1,", "a,y,2,10", "b,x,3,9", "b,y,3,NA")),
    "missing ratings": ("log.csv", table("user,item,rating", "a,x,1", "a,y,", "b,x,NA", "b,y,3")),
    "no ratings at all": ("log.csv", table("user,item,rating", "a,x,", "a,y,", "b,x,", "b,y,")),
    "zeros for unrated": (
        "log.csv", table(
            "user,item,rating", *(f"{n % 17},{n // 17},{0 if n % 2 else n % 9 + 1}" for n in range(170)),
        ),
    ),
    "ids with zeros": (
        "log.csv", table("user,isbn,rating", "007,0140449132,5", "7,0140449132,4", "007,0140449133,1")
    ),
    "ids as floats": ("log.csv", table("user,item,rating", "1.0,7.0,5", "2.0,7.0,4", "1.0,8.0,1")),
    "large ids": (
        "log.csv", table("user,item,rating", "9007199254740993,1,5", "9007199254740992,1,4", "9007199254740993,2,1")
    ),
    "a missing user": ("log.csv", table("user,item,rating", "a,x,1", ",y,2", "b,x,3")),
    "a missing item": ("log.csv", table("user,item,rating", "a,x,1", "a,null,2", "b,x,3")),
    "fractions": (
        "log.csv", table("user,item,rating", *(f"{u},{i},{n % 5 + 1}/5" for n, (u, i) in enumerate(PAIRS)))
    ),
    "percent": ("log.csv", table("user,item,rating", *(f"{u},{i},{n * 5}%" for n, (u, i) in enumerate(PAIRS)))),
    "stars": (
        "log.csv", table("user,item,rating", *(f"{u},{i},{'★' * (n % 5 + 1)}½" for n, (u, i) in enumerate(PAIRS)))
    ),
    "opinions": (
        "log.csv", table(
            "user,item,rating", *(f"{u},{i},{('like', 'dislike')[n % 2]}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "grades": (
        "log.csv", table(
            "user,item,grade",
            *(f"{u},{i},{'FDCBA'[n % 5]}{('', '+', '-')[n % 3]}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "codes of numbers and letters": (
        "log.csv", table(*(f"{n // 3},2014-04-07T10:51:{n:02}Z,{100 + n % 6},{'0S7'[n % 3]}" for n in range(30)))
    ),
    "a matrix with items as rows": (
        "log.csv", table(
            "film,user1,user2,user3", *(f"Film {n},{n % 5 + 1},{n % 3 + 1},{n % 4 + 1}" for n in range(20))
        ),
    ),
    "times without marks": (
        "log.csv", table("user,item,date", *(f"{u},{i},201201{n + 1:02}T142125Z" for n, (u, i) in enumerate(PAIRS)))
    ),
    "times of a web server": (
        "log.csv", table(
            "user,item,date", *(f"{u},{i},{n + 1:02}/Jan/2012:14:21:25 +0000" for n, (u, i) in enumerate(PAIRS))
        ),
    ),
    "events": (
        "log.csv", table(
            "user,item,event",
            *(f"{u},{i},{('view', 'purchase', 'remove')[n % 3]}" for n, (u, i) in enumerate([*PAIRS, *PAIRS[:7]])),
        ),
    ),
    "a bad rating": ("log.csv", table("user,item,rating", "a,x,1", "a,y,2", "b,x,five", "c,x,2", "c,y,3")),
    "a rating with two readings": ("log.csv", table("user,item,rating", 'a,x,"1,234"', 'a,y,"2,345"', 'b,x,"3,456"')),
    "thousands": ("log.csv", table("user,item,plays", 'a,x,"1,234"', "a,y,12", "b,x,7", "b,y,19")),
    "a huge rating": ("log.csv", table("user,item,rating", "a,x,1e39", "a,y,2", "b,x,3")),
    "a trailing separator": ("log.csv", table("user;item;rating;", "a;x;1;", "a;y;2;", "b;x;3;")),
    "a row that is too short": ("log.csv", table("user,item,rating", "a,x,1", "a,y", "b,x,3", "b,y,2")),
    "a row that is too long": ("log.csv", table("user,item,rating", "a,x,1", "a,y,2,9", "b,x,3", "b,y,2")),
    "a quote that is not closed": ("log.csv", table("user,item,rating", 'a,"x,1', "a,y,2", "b,x,3", "b,y,2")),
    "text behind a quote": ("log.csv", table("user,item,rating", 'a,"x"y,1', "a,y,2", "b,x,3", "b,y,2")),
    "an inch": ("log.tsv", table('user\titem\trating', 'a\t5" disc\t1', "a\ty\t2", "b\tx\t3", "b\ty\t2")),
    "line ends in a quoted text": (
        "log.csv", table("user,item,rating", 'a,"x\ny",1', "a,y,2", 'b,"x\ny",3', "b,y,2")
    ),
    "quotes with backslashes": (
        "log.csv", table('"user";"item";"rating"', r'"a";"x \"y\"; z";"1"', '"a";"y";"2"', '"b";"y";"3"')
    ),
    "a declared separator": ("log.csv", table("sep=;", "user;item;rating", "a;x;1", "a;y;2", "b;x;3")),
    "captions and blank lines": (
        "log.csv", table("Our club", "", "user;item;stars", "ann;lamp;4,5", "", "bob;lamp;3,5")
    ),
    "comments": ("log.csv", table("# made by a program", "% on a day, at noon", "1,2,3", "4,5,2", "1,5,1")),
    "a header that is a comment": ("log.csv", table("# user,item,rating", "1,2,3", "4,5,2", "1,5,1")),
    "numbers of rows": ("log.csv", table(",user,item,rating", *(f"{n},{u},{i},3" for n, (u, i) in enumerate(PAIRS)))),
    "names that say nothing": (
        "log.csv", table("a,b,c,d", *(f"{n},{u},{i},{n % 5}" for n, (u, i) in enumerate(PAIRS)))
    ),
    "names of people and things": (
        "log.csv", table("name,title,score", *(f"{u},{i},{n % 5}" for n, (u, i) in enumerate(PAIRS)))
    ),
    "items before users": (
        "log.csv", table(
            "book_id,member_id,grade,review_id", *(f"{i},{u},{n % 5},{n + 100}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "a mean rating beside": (
        "log.csv", table(
            "user,item,average rating,rating", *(f"{u},{i},{len(i)}.5,{n % 5}" for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "a list of items": ("items.csv", table("id,title,genre", "1,Heat,Crime", "2,Up,Animation", "3,Alien,Horror")),
    "prose": ("text.txt", table("Once upon a time, there was a log.", "It had no rows, no columns", "and no end")),
    "nothing": ("log.csv", ""),
    "blanks": ("log.csv", "  \n \n"),
    "a header alone": ("log.csv", "user,item,rating\n"),
    "Netflix Prize": (
        "log.txt", table("1:", "1488844,3,2005-09-06", "822109,5,2005-05-13", "2:", "2059652,4,2005-09-05")
    ),
    "a poll": (
        "poll.csv", table(
            "name,Heat,Up,Alien,Casablanca,Metropolis", "ann,5,4,3,,1", "bob,1,2,3,4,5", "cid,3,,4,1,2",
        ),
    ),
    "a poll with zeros": (
        "poll.csv", table("mail;Heat;Up;Jaws", *(f"p{n}@x.org;{n % 6};0;{n * 7 % 6}" for n in range(30))),
    ),
    "a form": (
        "form.csv", table(
            "Timestamp,Rate these [Heat],Rate these [Up],Rate these [Alien],Your age", "2020/01/02 10:00:00,5,4,,30",
            "2020/01/03 11:00:00,3,,2,40", "2020/01/04 12:00:00,1,2,3,25",
        ),
    ),
    "marks in a wide table": (
        "poll.csv", table("who,Heat,Up,Alien,Jaws,Psycho", "ann,x,,x,,x", "bob,,x,x,,", "cid,x,x,,x,"),
    ),
    "Latin-1": ("log.csv", table("Leser;Buch;Note", "Jörg;Käfer;3", "Jörg;Mücke;4", "Anna;Käfer;5").encode("cp1252")),
    "UTF-8 with a mark": (
        "log.csv", table("Leser;Buch;Note", "Jörg;Käfer;3", "Jörg;Mücke;4", "Anna;Käfer;5").encode("utf-8-sig")
    ),
    "UTF-16": ("log.csv", table("Leser;Buch;Note", "Jörg;Käfer;3", "Jörg;Mücke;4", "Anna;Käfer;5").encode("utf-16")),
    "UTF-16 without a mark": (
        "log.csv", table("user\titem\trating", "a\tx\t1", "a\ty\t2", "b\tx\t3").encode("utf-16-le")
    ),
    "a broken byte": ("log.csv", table("user,item,rating", "Jörg,Käfer,1", "a,y,2").encode() + b"b\xff,y,2\n"),
    "a NUL": ("log.csv", table("user,item,rating", "a,x,1", "a,y\0,2", "b,x,3")),
    "titles for items": (
        "log.csv", table("userId;title;rating", *(f"{u};{i} (1990);{n % 5}" for n, (u, i) in enumerate(PAIRS)))
    ),
    "titles beside ids": (
        "log.csv", table("userId;title;rating;book", *(f"{u};The {i};{n % 5};{i}" for n, (u, i) in enumerate(PAIRS)))
    ),
    "control characters": (
        "log.csv", table(
            "user,item,rat\x1bing,title,genres",
            *(f"a\x1b[31m{u},i\u202e{i}\x7f,{n % 5},\"T\x07itle\n{i} &#27;\",F\x9barce|{i}"
              for n, (u, i) in enumerate(PAIRS)),
        ),
    ),
    "noise": ("log.csv", bytes(range(256)) * 4),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_page_reads_what_python_reads(page, tmp_path, layout):
    name, content = LAYOUTS[layout]
    compare(page, tmp_path / "folder", content if isinstance(content, bytes) else content.encode(), name)


def long_table(end: str) -> str:
    """Several hundred thousand characters, so that rows, line ends and characters lie across the edges of blocks."""
    rng = np.random.default_rng(0)
    titles = ["Käfer", 'The "Last" Picture, Show', "two\nlines", "Amélie", "plain", "", "日本 (1999)"]
    rows = ["user,item,rating,title,timestamp"]
    for n in range(9000):
        item = int(rng.integers(200))
        title = titles[item % len(titles)].replace('"', '""').replace("\n", end)
        quoted = f'"{title}"' if item % 2 or set(title) & set('",\r\n') else title
        rows.append(f"{rng.integers(300)},{item},{rng.integers(1, 11) / 2},{quoted},{1_500_000_000 + n // 3}")
    return end.join(rows)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_long_files_are_read_alike(page, tmp_path, end, encoding):
    text = long_table(end).replace("日本", "Nippon") if encoding == "cp1252" else long_table(end)
    log = compare(page, tmp_path / "folder", text.encode(encoding))
    assert log is not None and len(log.ratings) > 8000


def test_an_error_far_down_is_on_the_line_that_is_named(page):
    lines = long_table("\n").split("\n")
    lines.insert(7000, "1,2")
    sentence = read_in_page(page, "\n".join(lines).encode())
    assert sentence.startswith("“log.csv”, line 7,001: 2 fields instead of 5")


N_STEPS = """(content) => {
  const steps = readRatings(new TextEncoder().encode(content), "log.csv", rules);
  let n = 1;
  while (!steps.next().done) n++;
  return n;
}"""


def test_long_files_are_read_in_many_slices(page):
    text = long_table("\n")
    assert page.evaluate(N_STEPS, text) > len(text.encode()) / 65_536 * 2  # to decode and to parse


def test_of_a_long_log_whole_users_are_drawn(page):
    rng = np.random.default_rng(1)
    counts = {f"u{user}": int(rng.integers(1, 40)) for user in range(60)}
    rows = [f"{user},i{item},{1 + item % 5}" for user, n in counts.items() for item in rng.permutation(50)[:n]]
    content = "\n".join(["user,item,rating", *rng.permutation(rows)]).encode()
    whole = read_in_page(page, content)
    drawn = read_in_page(page, content, limit=400)
    assert drawn == read_in_page(page, content, limit=400)
    log = log_of_page(drawn)
    users = {user for user, _ in log.ratings}
    assert users == set(drawn["userIds"]) and {item for _, item in log.ratings} == set(drawn["itemIds"])
    assert 400 - max(counts.values()) < len(log.ratings) <= 400
    full = log_of_page(whole).ratings
    assert log.ratings == {pair: rating for pair, rating in full.items() if pair[0] in users}
    first_users = list(counts)[: len(users)]
    assert users != set(first_users)
    n_total, n_users = len(rows), len(counts)
    assert drawn["notes"][0] == (
        f"{len(log.ratings)} of {n_total:,} ratings: all those of {len(users)} of {n_users} users, drawn at random."
    )
    assert "drawn" not in whole["notes"][0]


def test_users_with_more_ratings_than_the_page_takes_are_left_out(page):
    rows = [f"{user},{item},3" for user, n in (("a", 30), ("b", 4), ("c", 5)) for item in range(n)]
    result = read_in_page(page, "\n".join(["user,item,rating", *rows]).encode(), limit=10)
    assert sorted(result["userIds"]) == ["b", "c"]
    refused = read_in_page(page, "\n".join(["user,item,rating", *rows[:30]]).encode(), limit=10)
    assert refused.startswith("“log.csv” has more than 10 ratings of each user")


USERS = st.sampled_from(["ann", "bob", "José", "007", "7", "u 1", "none", "12", "x;y", 'q"q'])
NUMBERED = st.integers(1, 12).map(str)
ITEMS = st.sampled_from(["lamp", "desk", "Käfer", "tt0111161", "0140449132", "a, b", "c|d", "4,5", "B00005N5PF"])
RATINGS = {
    "stars": st.integers(0, 5).map(str),
    "halves": st.integers(1, 10).map(lambda n: f"{n / 2:.1f}"),
    "decimal commas": st.integers(1, 10).map(lambda n: f"{n / 2:.1f}".replace(".", ",")),
    "fractions": st.integers(0, 10).map(lambda n: f"{n}/10"),
    "words": st.sampled_from(["like", "dislike", "neutral", "Love it"]),
    "events": st.sampled_from(["view", "cart", "purchase"]),
    "counts": st.integers(1, 5000).map(lambda n: f"{n:,}"),
    "with blanks": st.sampled_from(["1", "2", "3", "4", "5", "", "NA", "-"]),
    "with errors": st.sampled_from(["1", "2", "3", "4", "5", "4", "3", "bad"]),
}
DAYS = st.datetimes()
TIMES = {
    "seconds": st.integers(800_000_000, 1_700_000_000).map(str),
    "ISO": DAYS.map(lambda time: time.isoformat(" ", "seconds")),
    "days": DAYS.map(lambda time: f"{time:%d}.{time.month}.{time.year:04d}"),
    "months first": DAYS.map(lambda time: f"{time.month}/{time.day}/{time.year:04d} {time:%I:%M %p}"),
    "short": DAYS.map(lambda time: f"{time.day}-{time.month}-{time:%y}"),
    "names": DAYS.map(lambda time: f"{time:%b} {time.day}, {time.year:04d}"),
    "RFC 822": DAYS.map(lambda time: f"{time:%a}, {time.day} {time:%b} {time.year:04d} {time:%H:%M:%S} +0100"),
    "with blanks": st.sampled_from(["10", "20", "30", "", "null"]),
    "some no dates": st.sampled_from(["2020-01-01", "2020-01-02", "12 June 2020", "soon"]),
}
HEADERS = (
    ("user", "item", "rating", "timestamp"), ("userId", "movieId", "rating", "timestamp"),
    ("reader", "ISBN", "Book-Rating", "Date Read"), ("customer_id", "product", "score", "created at"),
    ("Nutzer", "Buch", "Bewertung", "Datum"), ("utilisateur", "livre", "note", "jour"),
    ("who", "what", "how much", "when"), ("User Name", "Title", "Stars", "Day"),
    ("uid", "iid", "r", "t"), ("", "", "", ""), ("session", "track name", "plays", "last played"), (),
)  # fmt: skip


@st.composite
def tables(draw: Any) -> bytes:
    separator = draw(st.sampled_from([",", ";", "\t", "|", "::"]))
    ids = draw(st.sampled_from([(USERS, ITEMS), (NUMBERED, NUMBERED), (NUMBERED, ITEMS)]))
    columns = [*ids, draw(st.sampled_from(list(RATINGS.values()))), draw(st.sampled_from(list(TIMES.values())))]
    order = draw(st.permutations(range(4)))[: draw(st.integers(2, 4))]
    header = draw(st.sampled_from(HEADERS))
    rows = draw(st.lists(st.tuples(*columns), min_size=1, max_size=40))
    rows = [[row[column] for column in order] for row in [*([header] if header else []), *rows]]
    is_quoting = draw(st.booleans())

    def field(cell: str) -> str:
        needs = is_quoting or separator in cell or '"' in cell or not cell.isascii()
        return f'"{cell.replace(chr(34), chr(34) * 2)}"' if needs and separator != "::" else cell

    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(separator.join(map(field, row)) for row in rows) + draw(st.sampled_from(["", end]))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])))


@settings(max_examples=120, deadline=None)
@given(content=tables())
def test_the_page_reads_any_table_as_python_does(page, tmp_path_factory, content):
    compare(page, tmp_path_factory.getbasetemp() / "any", content)


TITLES = st.sampled_from([
    "Heat (1995)", "Matrix, The (1999)", "Good, the Bad, The (Buono, il brutto, Il) (1966)", "Up", "", "\\N",
    "Tom &amp; Jerry (1992)", "Alien &#39;79 (1979)", "AT&T &lt;b&gt; &notit; &hellip", " spaced  out (2001) ",
    "Aviator's Wife, The (a.k.a. X, L') (1981)", "Series (2006-2007)", "1984", "7.0",
])  # fmt: skip
YEARS = st.sampled_from(["1995", "2001.0", "0", "", "12345", "1999-05-25", "2010-01", "soon", "+1980", "1980.5"])
GENRES = st.sampled_from([
    "Drama|War", "Drama", "War", "Action, Adventure & Co", "Comedy; Crime", "Comedy, Crime", "['Drama', 'War']", "[]",
    """["It's", 'War']""", "(no genres listed)", "", "N/A", "R&amp;B", "Rock and Roll, Blues",
])  # fmt: skip


@st.composite
def facts(draw: Any) -> bytes:
    """Tables whose rows say what their items are, not all of them in every row, and not all of them the same."""
    kind = draw(st.sampled_from(["|", "[", ","]))
    genres = GENRES.filter(lambda text: kind != "[" or text.startswith("[") or not text)
    items = draw(st.lists(st.tuples(TITLES, YEARS, genres), min_size=1, max_size=8))
    headers = [("title", "year", "genres"), ("Book Title", "Published", "Shelves"), ("Titel", "Jahr", "Tags")]
    names = draw(st.sampled_from(headers))
    rows = [["user", "item", "rating", *names]]
    pair = st.tuples(st.integers(1, 6), st.integers(0, len(items) - 1))
    for user, item in draw(st.lists(pair, min_size=1, max_size=40)):
        known = list(items[item])
        if draw(st.integers(0, 30)) == 0:
            known[draw(st.integers(0, 2))] = draw(st.sampled_from(["", "2003", "other"]))
        rows.append([str(user), f"i{item}", str(1 + (user + item) % 5), *known])
    order = draw(st.permutations(range(6)))
    lines = (",".join('"' + row[column].replace('"', '""') + '"' for column in order) for row in rows)
    return "\n".join(lines).encode()


@settings(max_examples=30, deadline=None)
@given(content=facts())
def test_the_page_reads_facts_about_items_as_python_does(page, tmp_path_factory, content):
    compare(page, tmp_path_factory.getbasetemp() / "any", content)


CELLS = {
    "stars": st.sampled_from(["1", "2", "3", "4", "5", ""]),
    "zeros": st.sampled_from(["0", "0", "0", "1", "2", "3", "4"]),
    "marks": st.sampled_from(["x", ""]),
    "words": st.sampled_from(["like", "dislike", ""]),
    "anything": st.sampled_from(["1", "5", "10", "soon", "", "2020-01-01", "4,5"]),
}


@st.composite
def polls(draw: Any) -> bytes:
    n_items = draw(st.integers(2, 7))
    is_form = draw(st.booleans())
    items = [f"Rate [film {n}]" if is_form else f"film {n}" for n in range(n_items)]
    firsts = [("name", USERS), ("Timestamp", TIMES["ISO"]), ("age", NUMBERED), ("user", NUMBERED)]
    first = draw(st.sampled_from(firsts))
    cells = draw(st.sampled_from(list(CELLS.values())))
    row = st.tuples(first[1], *[cells] * n_items)
    rows = draw(st.lists(row, min_size=1, max_size=12, unique_by=lambda row: row[0]))
    lines = [(first[0], *items), *rows]
    return "\n".join("|".join(line) for line in lines).encode()


@settings(max_examples=60, deadline=None)
@given(content=polls())
def test_the_page_reads_polls_as_python_does(page, tmp_path_factory, content):
    compare(page, tmp_path_factory.getbasetemp() / "any", content)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet='ab12,;"\n|\t .:-', max_size=80))
def test_any_text_is_read_alike_or_refused(page, tmp_path_factory, text):
    compare(page, tmp_path_factory.getbasetemp() / "any", text.encode())


N_LINES = 20_000
REAL_LOGS = {
    "ml-100k": "u.data", "movietweetings": "ratings.dat", "steam": "game_play.dat", "citeulike": "library.csv",
    "book-crossing": "book_ratings.dat",
}  # fmt: skip


@pytest.mark.parametrize("name", REAL_LOGS)
def test_real_logs_are_read_alike(page, tmp_path, name):
    with (real_log(name) / REAL_LOGS[name]).open("rb") as file:
        content = b"".join(islice(file, N_LINES))
    log = compare(page, tmp_path / "folder", content, REAL_LOGS[name])
    assert log is not None and len(log.ratings) > N_LINES / 2
