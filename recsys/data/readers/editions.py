"""Recognise an edition of MovieLens by its files, so that the site shows its licence and citation.

The names of columns and the number of ratings are not enough, since any log may have these. What identifies MovieLens
is its README, the file names of an edition, or items with its ids and titles.
"""

from __future__ import annotations

import re

import pandas as pd

from recsys.data.dataset import Source
from recsys.data.ids import written_ids
from recsys.data.readers.files import Files
from recsys.errors import DataError

LICENCE = (
    "GroupLens Research, University of Minnesota: for research; cite the paper; no redistribution of the ratings and "
    "no commercial use without permission."
)
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on "
    "Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
)
PAGE = "https://grouplens.org/datasets/movielens/"

MIN_KNOWN = 5
"""How many known ids the items must have before their titles are compared."""
MIN_SHARE = 0.8
"""The share of the known ids that must have the known titles, some of which may have been corrected."""
_MAX_README = 1 << 17
"""How many bytes of a README are read."""

# Sentences of the licence in the README of every edition. Any README may mention MovieLens, its university and a
# licence.
_SENTENCES = (
    "movielens",
    "neither the university of minnesota nor any of the researchers involved can guarantee the correctness of the",
    "may not state or imply any endorsement from the university of minnesota or the grouplens research group",
)

# Name, page, ratings, users who rate, and items in the table, rated or not.
EDITIONS = (
    ("MovieLens 100K", "100k", 100_000, 943, 1_682),
    ("MovieLens 1M", "1m", 1_000_209, 6_040, 3_883),
    ("MovieLens 10M", "10m", 10_000_054, 69_878, 10_681),
    ("MovieLens 20M", "20m", 20_000_263, 138_493, 27_278),
    ("MovieLens 25M", "25m", 25_000_095, 162_541, 62_423),
    ("MovieLens 32M", "32m", 32_000_204, 200_948, 87_585),
    ("MovieLens Latest Small", "latest", 100_836, 610, 9_742),
)
_PAGES = tuple(page for _, page, *_ in EDITIONS)
_FILES_OF_100K = {"u.data", "u.item", "u.user"}
_FURTHER_FILES_OF_100K = {"u.occupation", "u.info", "ua.base", "ub.base", "u1.base", "mku.sh", "allbut.pl"}

# Well-known films by their ids, in 100K and in all later editions.
_ITEMS_OF_100K = {
    "1": ("Toy Story", 1995), "50": ("Star Wars", 1977), "56": ("Pulp Fiction", 1994),
    "64": ("The Shawshank Redemption", 1994), "98": ("The Silence of the Lambs", 1991), "100": ("Fargo", 1996),
    "127": ("The Godfather", 1972), "172": ("The Empire Strikes Back", 1980),
    "174": ("Raiders of the Lost Ark", 1981), "181": ("Return of the Jedi", 1983),
    "258": ("Contact", 1997), "286": ("The English Patient", 1996), "288": ("Scream", 1996),
    "294": ("Liar Liar", 1997), "300": ("Air Force One", 1997),
}  # fmt: skip
_ITEMS = {
    "1": ("Toy Story", 1995), "2": ("Jumanji", 1995), "10": ("GoldenEye", 1995), "50": ("The Usual Suspects", 1995),
    "110": ("Braveheart", 1995), "150": ("Apollo 13", 1995), "296": ("Pulp Fiction", 1994),
    "318": ("The Shawshank Redemption", 1994), "356": ("Forrest Gump", 1994), "457": ("The Fugitive", 1993),
    "480": ("Jurassic Park", 1993), "527": ("Schindler's List", 1993), "588": ("Aladdin", 1992),
    "589": ("Terminator 2: Judgment Day", 1991), "590": ("Dances with Wolves", 1990),
    "593": ("The Silence of the Lambs", 1991), "608": ("Fargo", 1996), "858": ("The Godfather", 1972),
    "2571": ("The Matrix", 1999), "2858": ("American Beauty", 1999),
}  # fmt: skip


def edition(files: Files, ratings: pd.DataFrame, items: pd.DataFrame) -> tuple[str, Source] | None:
    """The name of the data set and its source if the files are MovieLens's; None if they are not.

    The name is that of a published edition only if the data is complete; for a part or a later version it is that of
    the folder.

    Args:
        files: all files of the folder.
        ratings: columns user and item.
        items: columns item, title and year.
    """
    readme = _readme(files)
    matches = _known_items_match(items)
    if matches is False or not (matches or _is_licence(readme) or _has_names_of_100k(files)):
        return None
    size = (len(ratings), ratings["user"].nunique(), len(items))
    for name, page, *published in EDITIONS:
        if size == tuple(published):
            return name, _source(page)
    return files.name, _source(_page(files, readme))


def _source(page: str) -> Source:
    return Source(licence=LICENCE, citation=CITATION, url=f"{PAGE}{page}/" if page else PAGE)


def _page(files: Files, readme: str) -> str:
    """The page of the edition, by its files and its README; empty if these do not say which it is."""
    if "u.data" in files.names:
        return "100k"
    if "ratings.dat" in files.names:
        return "1m" if "users.dat" in files.names else "10m"
    mentioned = re.search(r"\bml-(\w+)", readme)
    return mentioned[1] if mentioned and mentioned[1] in _PAGES else ""


def _known_items_match(items: pd.DataFrame) -> bool | None:
    """Whether well-known ids have the titles of MovieLens; None if there are too few of these ids."""
    facts = zip(written_ids(items["item"].to_numpy()), items["title"], items["year"], strict=True)
    catalogue = {id_: (title, year) for id_, title, year in facts}
    comparisons = [
        [catalogue[id_] == fact for id_, fact in known.items() if id_ in catalogue]
        for known in (_ITEMS_OF_100K, _ITEMS)
    ]
    matches = [sum(same) >= MIN_SHARE * len(same) for same in comparisons if len(same) >= MIN_KNOWN]
    return any(matches) if matches else None


def _has_names_of_100k(files: Files) -> bool:
    return files.names >= _FILES_OF_100K and not files.names.isdisjoint(_FURTHER_FILES_OF_100K)


def _is_licence(readme: str) -> bool:
    return all(sentence in readme for sentence in _SENTENCES)


def _readme(files: Files) -> str:
    """The words of the README in lower case, with single spaces; empty if there is none, or it cannot be read."""
    name = next((name for name in sorted(files.names) if re.fullmatch(r"readme(\.\w+)?", name.lower())), None)
    if name is None:
        return ""
    try:
        with files.open(name) as file:
            text = file.read(_MAX_README).decode("utf-8", "replace")
    except DataError:
        return ""
    text = re.sub(r"<[^<>]*>", " ", text.lower())  # tags of README.html
    return " ".join(re.findall(r"[a-z0-9-]+", text))  # without punctuation, marks of lists and Markdown's emphasis
