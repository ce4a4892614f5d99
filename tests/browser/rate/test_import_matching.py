"""Which item of the site an entry of an export is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import expose

MATCH = """([catalogue, twins, entries]) => {
  const first = new Map(twins.flatMap((group) => group.map((row) => [row, group[0]])));
  const items = {
    n: catalogue.length,
    row: (id) => { const row = catalogue.findIndex(([own]) => own === id); return row < 0 ? undefined : row; },
    id: (row) => catalogue[row][0],
    title: (row) => catalogue[row][1],
    year: (row) => catalogue[row][2] ?? "",
    firstTwin: (row) => first.get(row) ?? row,
  };
  const { matched, ambiguous, unmatched } = matchEntries(entries, items);
  return {
    matched: matched.map(({ row, entry }) => [items.id(row), entry.stars]),
    ambiguous: ambiguous.map(({ title }) => title),
    unmatched: unmatched.map(({ title }) => title),
  };
}"""
FILMS = [
    ("1", "Matrix, The", 1999),
    ("2", "Amélie (Fabuleux destin d'Amélie Poulain, Le)", 2001),
    ("3", "Fast & Furious", 2009),
    ("4", "Spider-Man", 2002),
    ("5", "Heat", 1995),
    ("6", "Heat", 1986),
    ("7", "WALL·E", 2008),
    ("8", "Shichinin no samurai (a.k.a. Seven Samurai)", 1954),
    ("9", "Avventura, L'", 1960),
    ("10", "I, Robot", 2004),
    ("11", "Solaris (1972)", None),
    ("12", "Se7en", 1995),
    ("13", "千と千尋の神隠し", 2001),
    ("14", "1984", 1984),
    ("15", "!!!", 2007),
]
BOOKS = [
    ("0439023513", "Mockingjay", 2010),
    ("0743273567", "The Great Gatsby", 2004),
    ("0140283331", "Lord of the Flies", 1999),
    ("0399501487", "Lord of the Flies", 1959),
    ("0062316095", "Sapiens: A Brief History of Humankind", 2015),
]


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><html lang=en><title>Tests</title>")
    expose(page, "rate/imports/merge.js", "matchEntries")
    yield page
    page.close()


def match(page: Any, catalogue: list[Any], *entries: dict[str, Any], twins: list[list[int]] | None = None) -> Any:
    complete = [{"title": "", "year": None, "stars": None, "time": None, **entry} for entry in entries]
    return page.evaluate(MATCH, [catalogue, twins or [], complete])


@pytest.mark.parametrize(
    ("title", "year", "id_"),
    [
        ("The Matrix", 1999, "1"),
        ("matrix", 1999, "1"),
        ("THE MATRIX", 2000, "1"),  # a year off
        ("The Matrix", 2003, None),
        ("The Matrix", None, "1"),
        ("The Matrix (1999)", None, "1"),
        ("The Matrix (2003)", None, None),
        ("Amelie", 2001, "2"),
        ("Le Fabuleux Destin d’Amélie Poulain", 2001, "2"),
        ("Fast and Furious", 2009, "3"),
        ("Spiderman", 2002, "4"),
        ("Spider Man", 2002, "4"),
        ("Heat", 1995, "5"),
        ("Heat", 1986, "6"),
        ("WALL-E", 2008, "7"),
        ("Seven Samurai", 1954, "8"),
        ("L'Avventura", 1960, "9"),
        ("Robot", None, None),
        ("Solaris", 1972, "11"),
        ("Solaris", 2002, None),
        ("千と千尋の神隠し", 2001, "13"),
        ("1984", 1984, "14"),
        ("!!!", 2007, "15"),
        ("???", 2007, None),
        ("__proto__", None, None),
    ],
)
def test_titles_match_whatever_their_spelling_if_the_year_does(page, title, year, id_):
    result = match(page, FILMS, {"title": title, "year": year})
    assert result["matched"] == ([] if id_ is None else [[id_, None]])
    assert result["unmatched"] == ([title] if id_ is None else [])


def test_where_two_items_fit_neither_is_taken(page):
    assert match(page, FILMS, {"title": "Heat"})["ambiguous"] == ["Heat"]
    remakes = [("1", "Dune", 2020), ("2", "Dune", 2022)]
    assert match(page, remakes, {"title": "Dune", "year": 2021})["ambiguous"] == ["Dune"]
    assert match(page, remakes, {"title": "Dune", "year": 2021}, twins=[[0, 1]])["matched"] == [["1", None]]


@pytest.mark.parametrize("id_", ["tt0111161", "0111161", "111161"])
def test_imdb_ids_match_however_the_site_writes_them(page, id_):
    other = {"tt0111161": "tt0068646", "0111161": "0068646", "111161": "68646"}[id_]
    catalogue = [(id_, "The Shawshank Redemption", 1994), (other, "The Godfather", 1972)]
    entry = {"title": "The Shawshank Redemption", "year": 1994, "imdbId": "tt0111161", "isPart": True}
    assert match(page, catalogue, entry)["matched"] == [[id_, None]]


def test_imdb_ids_match_where_the_site_has_no_titles_but_a_count_is_no_id(page):
    untitled = [("tt0111161", "tt0111161", None), ("tt0068646", "tt0068646", None)]
    entry = {"title": "The Godfather", "year": 1972, "imdbId": "tt0068646"}
    assert match(page, untitled, entry)["matched"] == [["tt0068646", None]]
    counted = [(str(n), str(n), None) for n in range(1, 50)]
    assert match(page, counted, {"title": "Old", "year": 1899, "imdbId": "tt0000012"})["unmatched"] == ["Old"]
    assert match(page, FILMS, {"title": "Carmencita", "year": 1894, "imdbId": "tt0000001"})["matched"] == []


@pytest.mark.parametrize(
    ("entry", "id_"),
    [
        ({"title": "Other", "isbns": ["9780439023511"]}, "0439023513"),
        ({"title": "Other", "isbns": ["", '="0439023513"']}, "0439023513"),
        ({"title": "Mockingjay", "isbns": ["0439023514"]}, "0439023513"),  # a wrong check digit: by title
        ({"title": "The great Gatsby", "year": 1925}, "0743273567"),  # another edition
        ({"title": "Sapiens", "year": 2011}, "0062316095"),
        ({"title": "Lord of the Flies", "year": 1959}, "0399501487"),
        ({"title": "Lord of the Flies", "year": 1954}, None),
    ],
)
def test_books_match_by_isbn_else_by_title_whatever_the_edition(page, entry, id_):
    result = match(page, BOOKS, {"isEdition": True, **entry})
    assert result["matched"] == ([] if id_ is None else [[id_, None]])
    assert len(result["ambiguous"]) == (id_ is None)


def test_of_an_item_met_twice_the_newest_rating_counts_and_any_rating_before_none(page):
    first, second = {"title": "The Matrix", "year": 1999}, {"title": "Matrix, The", "year": 1999}
    for one, two, stars in [
        ({"stars": 2, "time": 1}, {"stars": 4, "time": 2}, 4),
        ({"stars": 2, "time": 2}, {"stars": 4, "time": 1}, 2),
        ({"stars": 2, "time": 1}, {"time": 2}, 2),
        ({"stars": 2}, {"stars": 3}, 3),
    ]:
        assert match(page, FILMS, first | one, second | two)["matched"] == [["1", stars]]
        assert match(page, FILMS, first | one, first | two)["matched"] == [["1", stars]]


def test_matches_come_oldest_first(page):
    times = {"Amélie": 3, "Se7en": 1, "I, Robot": None}
    entries = [{"title": title, "time": time} for title, time in times.items()]
    assert [id_ for id_, _ in match(page, FILMS, *entries)["matched"]] == ["10", "12", "2"]


def test_a_title_or_an_id_alone_is_enough_where_it_is_the_sites(page):
    papers = [("42", "42", None), ("43", "43", None)]
    assert match(page, papers, {"id": "42", "stars": 4})["matched"] == [["42", 4]]
    assert match(page, papers, {"title": "43"})["matched"] == [["43", None]]
    assert match(page, FILMS, {"id": "5", "title": "Another film"})["unmatched"] == ["Another film"]
