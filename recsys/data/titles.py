"""Convert titles as MovieLens writes them, such as "Matrix, The (1999)", to title and year: "The Matrix", 1999."""

from __future__ import annotations

import re
from typing import Any

from recsys.data.json_tables import json_pattern

# Articles that MovieLens moves to the end, by language; without "As", "Lo" and "En", which are too often other words.
_ARTICLES = (
    *("The", "A", "An"),
    *("Le", "La", "Les", "L'", "L’", "Un", "Une"),
    *("Der", "Die", "Das", "Ein", "Eine"),
    *("Il", "I", "Gli", "Una"),
    *("El", "Los", "Las", "O", "Os"),
    *("Den", "Det", "De", "Het", "Ett"),
)
_ANY_ARTICLE = "|".join(_ARTICLES)
# The article ends the title, or only further titles in parentheses follow it.
_MOVED_ARTICLE = re.compile(
    rf"(?P<lead>a\.k\.a\. )?(?P<rest>.+?), (?P<article>{_ANY_ARTICLE})(?P<more>(?: \(.*)?)", re.DOTALL
)
_PARENTHESIS = re.compile(r"\(([^()]*)\)")
# "(1995)", a series' "(2006-2007)" or "(2007-)", and IMDb's mark for films made for video: "(1995) (V)".
_YEAR = re.compile(r"(?P<title>.*\S)\s*\((?P<year>1[89]\d\d|20\d\d)(?:[-–]\d*)?\)(?:\s*\(V\))?", re.DOTALL)


def split_year(text: str) -> tuple[str, int | None]:
    """The title without its year, and the year; None if the title does not end in one."""
    text = text.strip()
    match = _YEAR.fullmatch(text)
    return (match["title"], int(match["year"])) if match else (text, None)


def natural_order(title: str) -> str:
    """The title with articles in front: "Horseman, The (Hussard, Le)" becomes "The Horseman (Le Hussard)"."""
    return _article_first(_PARENTHESIS.sub(lambda match: f"({_article_first(match[1])})", title))


def _article_first(title: str) -> str:
    match = _MOVED_ARTICLE.fullmatch(title)
    if not match:
        return title
    gap = "" if match["article"].endswith(("'", "’")) else " "
    return f"{match['lead'] or ''}{match['article']}{gap}{match['rest']}{match['more']}"


def title_tables() -> dict[str, Any]:
    """The patterns of this module as JSON."""
    patterns = {"moved_article": _MOVED_ARTICLE, "parenthesis": _PARENTHESIS, "year": _YEAR}
    return {name: json_pattern(pattern) for name, pattern in patterns.items()}
