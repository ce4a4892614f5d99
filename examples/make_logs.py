"""Invent the logs of the three examples: ``python examples/make_logs.py``.

Books and dishes exist; tracks, users and all ratings are made up. Every user has a taste for each genre, and rates or
plays what fits it more often and more highly, so that there is something to learn.
"""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
BOOKS = """
Pride and Prejudice|Jane Austen|1813|Romance,Classic
Emma|Jane Austen|1815|Romance,Classic
Jane Eyre|Charlotte Brontë|1847|Romance,Classic
Wuthering Heights|Emily Brontë|1847|Romance,Classic
Anna Karenina|Leo Tolstoy|1878|Romance,Classic
War and Peace|Leo Tolstoy|1869|History,Classic
Middlemarch|George Eliot|1871|Classic
Great Expectations|Charles Dickens|1861|Classic
Crime and Punishment|Fyodor Dostoevsky|1866|Crime,Classic
Moby-Dick|Herman Melville|1851|Adventure,Classic
Effi Briest|Theodor Fontane|1895|Romance,Classic
Buddenbrooks|Thomas Mann|1901|History,Classic
The Trial|Franz Kafka|1925|Classic
Mrs Dalloway|Virginia Woolf|1925|Classic
The Great Gatsby|F. Scott Fitzgerald|1925|Romance,Classic
Rebecca|Daphne du Maurier|1938|Romance,Crime
Frankenstein|Mary Shelley|1818|Horror,Science fiction
Dracula|Bram Stoker|1897|Horror
The Turn of the Screw|Henry James|1898|Horror
The Haunting of Hill House|Shirley Jackson|1959|Horror
The Shining|Stephen King|1977|Horror
It|Stephen King|1986|Horror
Interview with the Vampire|Anne Rice|1976|Horror
The Time Machine|H. G. Wells|1895|Science fiction
The War of the Worlds|H. G. Wells|1898|Science fiction
Brave New World|Aldous Huxley|1932|Science fiction
Nineteen Eighty-Four|George Orwell|1949|Science fiction
I, Robot|Isaac Asimov|1950|Science fiction
Foundation|Isaac Asimov|1951|Science fiction
Fahrenheit 451|Ray Bradbury|1953|Science fiction
Solaris|Stanisław Lem|1961|Science fiction
Dune|Frank Herbert|1965|Science fiction,Adventure
The Left Hand of Darkness|Ursula K. Le Guin|1969|Science fiction
The Dispossessed|Ursula K. Le Guin|1974|Science fiction
Neuromancer|William Gibson|1984|Science fiction
Kindred|Octavia E. Butler|1979|Science fiction,History
The Hobbit|J. R. R. Tolkien|1937|Fantasy,Adventure
The Lord of the Rings|J. R. R. Tolkien|1954|Fantasy,Adventure
A Wizard of Earthsea|Ursula K. Le Guin|1968|Fantasy
The Last Unicorn|Peter S. Beagle|1968|Fantasy
The Neverending Story|Michael Ende|1979|Fantasy,Children
The Colour of Magic|Terry Pratchett|1983|Fantasy
Alice's Adventures in Wonderland|Lewis Carroll|1865|Fantasy,Children
The Wonderful Wizard of Oz|L. Frank Baum|1900|Fantasy,Children
Peter and Wendy|J. M. Barrie|1911|Fantasy,Children
Pippi Longstocking|Astrid Lindgren|1945|Children
Momo|Michael Ende|1973|Fantasy,Children
The Secret Garden|Frances Hodgson Burnett|1911|Children
The Wind in the Willows|Kenneth Grahame|1908|Children
The Hound of the Baskervilles|Arthur Conan Doyle|1902|Crime
The Moonstone|Wilkie Collins|1868|Crime,Classic
The Murder of Roger Ackroyd|Agatha Christie|1926|Crime
Murder on the Orient Express|Agatha Christie|1934|Crime
Gaudy Night|Dorothy L. Sayers|1935|Crime
The Big Sleep|Raymond Chandler|1939|Crime
The Talented Mr. Ripley|Patricia Highsmith|1955|Crime
The Name of the Rose|Umberto Eco|1980|Crime,History
Treasure Island|Robert Louis Stevenson|1883|Adventure,Children
Around the World in Eighty Days|Jules Verne|1872|Adventure
Twenty Thousand Leagues Under the Seas|Jules Verne|1870|Adventure,Science fiction
The Count of Monte Cristo|Alexandre Dumas|1846|Adventure,History
The Three Musketeers|Alexandre Dumas|1844|Adventure,History
I, Claudius|Robert Graves|1934|History
The Leopard|Giuseppe Tomasi di Lampedusa|1958|History,Classic
"""
ARTISTS = {
    "Paper Lanterns": "folk", "Hazel & the Weirs": "folk", "Old Ferry Road": "folk",
    "Neon Orchard": "electronic", "Circuit Garden": "electronic", "Low Orbit": "electronic",
    "The Brass Monkeys' Uncle": "jazz", "Quartet Nine": "jazz", "Blue Tram": "jazz",
    "Granite Choir": "metal", "Iron Weather": "metal", "Black Quarry": "metal",
    "Sugar Static": "pop", "Mia Moreau": "pop", "Sunday Drivers": "pop",
}  # fmt: skip
FIRST = ("Slow", "Northern", "Paper", "Golden", "Last", "Hidden", "Winter", "Electric", "Second", "Quiet")
SECOND = ("Harbour", "Letters", "Morning", "Engine", "Bridges", "Fever", "Garden", "Signal", "Island", "Light")
DISHES = """
Pizza Margherita|vegetarian,Italian
Spaghetti Bolognese|Italian
Vegetable lasagne|vegetarian,Italian
Gnocchi with sage|vegetarian,Italian
Fish and chips|fish,fried
Fish fingers|fish,fried
Salmon with rice|fish
Chicken nuggets|fried
Schnitzel|fried
Cheeseburger|fried
Bean burger|vegetarian
Chilli con carne|spicy
Chilli sin carne|vegetarian,spicy
Chicken curry|spicy
Lentil dal|vegetarian,spicy
Falafel wrap|vegetarian,fried
Pad thai|spicy
Tomato soup|vegetarian,soup
Pea soup|soup
Goulash soup|soup,spicy
Pancakes|vegetarian,sweet
Rice pudding|vegetarian,sweet
Apple strudel|vegetarian,sweet
"""


def tastes(genres: list[set[str]], n_users: int, rng: np.random.Generator) -> np.ndarray:
    """How much each user likes each item, about standard normal: (n_users, n_items)."""
    names = sorted(set().union(*genres))
    member = np.array([[name in item for name in names] for item in genres], float)
    liking = rng.normal(0, 1, (n_users, len(names))) @ member.T / np.sqrt(member.sum(axis=1))
    quality = rng.normal(0, 0.6, len(genres))
    return np.asarray(liking + quality + rng.normal(0, 0.5, liking.shape))


def chosen(liking: np.ndarray, least: int, most: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Which items each user has met: more often those they like, in a random order."""
    weights = np.exp(1.5 * liking)
    numbers = rng.integers(least, most + 1, len(liking))
    return [
        rng.choice(liking.shape[1], number, replace=False, p=row / row.sum())
        for row, number in zip(weights, numbers, strict=True)
    ]


def write(path: Path, rows: list[list[object]], separator: str = ",") -> None:
    """Write a table, the header first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)


def books(rng: np.random.Generator) -> None:
    """A book club: stars with dates, and a table of books."""
    items = [line.split("|") for line in BOOKS.strip().splitlines()]
    write(
        HERE / "books" / "items.csv",
        [["id", "title", "author", "year", "genres"]]
        + [[f"B{k:02}", title, author, year, genres.replace(",", "|")]
           for k, (title, author, year, genres) in enumerate(items, 1)],
    )  # fmt: skip
    liking = tastes([set(item[3].split(",")) for item in items], 160, rng)
    rows: list[list[object]] = []
    for user, read in enumerate(chosen(liking, 8, 30, rng), 1):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(days=int(rng.integers(0, 300)))
        for k in read:
            day += datetime.timedelta(days=int(rng.integers(4, 35)))
            stars = int(np.clip(round(3.2 + 0.9 * liking[user - 1, k]), 1, 5))
            rows.append([user, f"B{k + 1:02}", stars, day.isoformat()])
    write(HERE / "books" / "ratings.csv", [["reader", "book", "stars", "date read"], *rows])


def music(rng: np.random.Generator) -> None:
    """A radio station: how often listeners played tracks, without times, in one table with semicolons."""
    titles = [f"{a} {b}" for a in FIRST for b in SECOND]
    order = rng.permutation(len(titles))
    tracks = [(titles[order[k]], list(ARTISTS)[k % len(ARTISTS)]) for k in range(90)]
    liking = tastes([{ARTISTS[artist], artist} for _, artist in tracks], 140, rng)
    rows: list[list[object]] = [
        [user + 1, f"{artist} – {title}", ARTISTS[artist],
         int(np.ceil(np.exp(1.2 + liking[user, k] + rng.normal(0, 0.4))))]
        for user, heard in enumerate(chosen(liking, 10, 40, rng))
        for k in heard
        for title, artist in [tracks[k]]
    ]  # fmt: skip
    write(HERE / "music" / "plays.csv", [["listener", "track", "genre", "plays"], *rows], ";")


def poll(rng: np.random.Generator) -> None:
    """A poll about school meals: a row for each pupil, a column for each dish, from 1 to 5 or blank."""
    dishes = [line.split("|") for line in DISHES.strip().splitlines()]
    liking = tastes([set(genres.split(",")) for _, genres in dishes], 96, rng)
    rows: list[list[object]] = []
    for pupil, tried in enumerate(chosen(liking, 9, 18, rng)):
        marks = np.clip(np.round(3 + liking[pupil]), 1, 5).astype(int)
        row = [marks[k] if k in tried else "" for k in range(len(dishes))]
        rows.append([f"{'ABCD'[pupil // 24]}{pupil % 24 + 1:02}", *row])
    write(HERE / "poll" / "poll.csv", [["pupil", *(name for name, _ in dishes)], *rows])


def main() -> None:
    """Write all logs."""
    for seed, make in enumerate((books, music, poll)):
        make(np.random.default_rng(seed))


if __name__ == "__main__":
    main()
