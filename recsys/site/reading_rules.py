"""What the words in ratings files mean, as a data script: the page that reads a file has no tables of its own.

The words and patterns are those by which :mod:`recsys.data` reads files, so that both understand the same.
"""

from __future__ import annotations

from typing import Any

from recsys.data.cleaning import cleaning_tables
from recsys.data.column_contents import content_tables
from recsys.data.column_names import name_tables
from recsys.data.dates import date_tables
from recsys.data.rating_values import rating_tables
from recsys.data.readers.formats import format_tables
from recsys.data.readers.movielens import known_tables
from recsys.data.titles import title_tables
from recsys.site.pages.page import SiteData


def reading_rules(data: SiteData) -> dict[str, Any]:
    """What ``assets/data-reading-rules.js`` holds, the same on every site."""
    return all_tables()


def all_tables() -> dict[str, Any]:
    """The tables of each module by what they are about."""
    return {
        "names": name_tables(),
        "contents": content_tables(),
        "ratings": rating_tables(),
        "dates": date_tables(),
        "titles": title_tables(),
        "cells": cleaning_tables(),
        "files": known_tables(),
        "formats": format_tables(),
    }
