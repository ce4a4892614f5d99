"""The search index of the scripts, run by node: what is found, and in which order."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")
SHARED = Path(__file__).parents[2] / "templates" / "assets" / "shared"
ENTRIES = [  # label, keywords, popularity, id
    ("Mother", 1996, 5, None),
    ("The Godfather", 1972, 900, None),
    ("The Godfather: Part II", 1974, 500, None),
    ("Star Wars", 1977, 1000, None),
    ("Stargate", 1994, 200, None),
    ("Lone Star", 1996, 300, None),
    ("Mustard", 1999, 950, None),
    ("E.T. the Extra-Terrestrial", 1982, 600, None),
    ("Eternal Sunshine", 2004, 700, None),
    ("L.A. Confidential", 1997, 400, None),
    ("M*A*S*H", 1970, 250, None),
    ("Spider-Man", 2002, 350, None),
    ("Amélie", 2001, 450, None),
    ("Terminator 2: Judgment Day", 1991, 800, None),
    ("Terminal 3", 1992, 850, None),
    ("La Haine", 1995, 100, None),
    ("千と千尋の神隠し", 2001, 150, None),
    ("User 17", "", 0, "17"),
    ("User 170", "", 0, "170"),
    ("Catch 17", 1985, 20, None),
]
CALL = """
import { readFileSync } from "node:fs";
import { createSearchIndex } from "./shared/search_index.js";
const { entries, queries } = JSON.parse(readFileSync(0, "utf8"));
const find = createSearchIndex(
  entries.map(([label, keywords, popularity, id]) => ({ label, keywords, popularity, id: id ?? undefined })),
);
console.log(JSON.stringify(queries.map((query) => find(query).map(({ label }) => label))));
"""


@pytest.fixture(scope="module")
def find(tmp_path_factory):
    """A function: the labels that each query finds, searched one after another in one index."""
    if NODE is None:
        pytest.skip("no node to run the scripts")
    folder = tmp_path_factory.mktemp("search")
    shutil.copytree(SHARED, folder / "shared")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "call.js").write_text(CALL)

    def labels(*queries, entries=ENTRIES):
        text = json.dumps({"entries": entries, "queries": queries})
        run = subprocess.run(
            [NODE, folder / "call.js"], input=text, capture_output=True, check=True, text=True, encoding="utf-8"
        )
        return json.loads(run.stdout)

    return labels


@pytest.mark.parametrize(
    ("query", "label"),
    [
        *((query, "The Godfather") for query in ("godfather", "godfater", "gofdather", "god father", "thegodfather")),
        *((query, "The Godfather") for query in ("godfathre", "goodfather", "1972 godfather", "father")),
        *((query, "Star Wars") for query in ("starwars", "star-wars", "STAR  WARS", "starwrs", "wars star")),
        *((query, "E.T. the Extra-Terrestrial") for query in ("et", "e.t.", "e t", "extraterrestrial", "et 1982")),
        *((query, "L.A. Confidential") for query in ("la confidential", "l.a. conf", "confidental", "la conf")),
        *((query, "M*A*S*H") for query in ("mash", "m*a*s*h", "m a s h", "MASH 1970")),
        *((query, "Spider-Man") for query in ("spiderman", "spider man", "spidrman", "spiderman 2002")),
        *((query, "Amélie") for query in ("amelie", "Amélie", "ameile", "amlie")),
        *((query, "千と千尋の神隠し") for query in ("千と千尋", "神隠し")),
    ],
)
def test_a_title_is_the_first_result_however_it_is_typed(find, query, label):
    [labels] = find(query)
    assert labels[0] == label


def test_every_beginning_of_a_title_with_a_typing_error_finds_it(find):
    query = "terminatro 2"
    lists = find(*(query[:n] for n in range(1, len(query) + 1)))
    assert all("Terminator 2: Judgment Day" in labels for labels in lists)


def test_names_that_begin_with_the_query_come_first_then_words_then_parts_of_words_each_by_popularity(find):
    assert find("star") == [["Star Wars", "Stargate", "Lone Star", "Mustard"]]


def test_a_name_that_begins_with_the_whole_word_comes_before_more_popular_ones_that_go_on(find):
    assert find("et", "e.t.", "ete") == [
        ["E.T. the Extra-Terrestrial", "Eternal Sunshine"],
        ["E.T. the Extra-Terrestrial", "Eternal Sunshine"],
        ["Eternal Sunshine", "E.T. the Extra-Terrestrial"],
    ]


def test_the_very_name_comes_before_a_more_popular_one_that_begins_with_it(find):
    entries = [("Aliens", 1986, 9, None), ("Alien", 1979, 1, None)]
    assert find("alien", entries=entries) == [["Alien", "Aliens"]]


def test_equally_popular_entries_keep_their_order(find):
    entries = [(f"Part {letter}", "", 3, None) for letter in "dcb"]
    assert find("part", entries=entries) == [["Part d", "Part c", "Part b"]]


def test_the_user_of_the_typed_id_comes_first(find):
    assert find("17") == [["User 17", "Catch 17", "User 170"]]


def test_typing_errors_are_forgiven_only_where_nothing_begins_like_the_query(find):
    assert find("termina", "mother") == [["Terminal 3", "Terminator 2: Judgment Day"], ["Mother"]]


def test_the_fewest_errors_win(find):
    entries = [("Terminaxyr", "", 9, None), ("Terminator", "", 1, None)]
    assert find("terminatxr", entries=entries) == [["Terminator"]]


@pytest.mark.parametrize("query", ["eq", "mqs", "1971", "godfaxxxer", "zzzqqq", "godfather 1999", "...", ""])
def test_short_words_numbers_and_words_with_many_errors_find_nothing_else(find, query):
    assert find(query) == [[]]


def test_a_query_finds_the_same_whatever_was_searched_before(find):
    queries = ["godfater part", "godfater", "star wars", "godfater part", "part", "star", "godfater"]
    assert find(*queries) == [labels for query in queries for labels in find(query)]


@pytest.mark.parametrize(
    "query", ["word " * 100, "x" * 10_000, "*" * 10_000, "A." * 5_000, "x" * 31 + " " + "y" * 33]
)
def test_an_endless_query_is_answered(find, query):
    assert find(query) == [[]]


def test_words_beyond_any_length_are_found_by_their_beginning(find):
    entries = [("Of ten thousand characters " * 400, "", 1, None), ("x" * 300, "", 1, None)]
    first, second = find("ten thousand", "xxx" * 20, entries=entries)
    assert (len(first), len(second)) == (1, 1)
