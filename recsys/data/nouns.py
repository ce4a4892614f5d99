"""Find out from the names of columns and files what pages call items, genres and counts: films, tags, hours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from recsys.data.column_names import words_of
from recsys.schema import Label, Noun

ITEM = Noun()
"""The noun if nothing says what the items are."""
GENRE = Label()
"""The label if nothing says that genres are called something else."""

NOUNS: dict[str, Noun] = {
    "film": Noun("film", "films", "watch", "watched"),
    "book": Noun("book", "books", "read", "read"),
    "track": Noun("track", "tracks", "listen to", "listened to"),
    "song": Noun("song", "songs", "listen to", "listened to"),
    "artist": Noun("artist", "artists", "listen to", "listened to"),
    "album": Noun("album", "albums", "listen to", "listened to"),
    "podcast": Noun("podcast", "podcasts", "listen to", "listened to"),
    "game": Noun("game", "games", "play", "played"),
    "article": Noun("article", "articles", "read", "read"),
    "paper": Noun("paper", "papers", "read", "read"),
    "comic": Noun("comic", "comics", "read", "read"),
    "manga": Noun("manga", "manga", "read", "read"),
    "anime": Noun("anime", "anime", "watch", "watched"),
    "show": Noun("show", "shows", "watch", "watched"),
    "series": Noun("series", "series", "watch", "watched"),
    "episode": Noun("episode", "episodes", "watch", "watched"),
    "video": Noun("video", "videos", "watch", "watched"),
    "channel": Noun("channel", "channels", "watch", "watched"),
    "recipe": Noun("recipe", "recipes", "cook", "cooked"),
    "dish": Noun("dish", "dishes", "try", "tried"),
    "beer": Noun("beer", "beers", "try", "tried"),
    "wine": Noun("wine", "wines", "try", "tried"),
    "coffee": Noun("coffee", "coffees", "try", "tried"),
    "restaurant": Noun("restaurant", "restaurants", "visit", "visited"),
    "business": Noun("business", "businesses", "visit", "visited"),
    "hotel": Noun("hotel", "hotels", "visit", "visited"),
    "place": Noun("place", "places", "visit", "visited"),
    "museum": Noun("museum", "museums", "visit", "visited"),
    "product": Noun("product", "products", "buy", "bought"),
    "toy": Noun("toy", "toys", "buy", "bought"),
    "app": Noun("app", "apps", "use", "used"),
    "course": Noun("course", "courses", "take", "taken"),
    "joke": Noun("joke", "jokes", "read", "read"),
    "story": Noun("story", "stories", "read", "read"),
    "page": Noun("page", "pages", "visit", "visited"),
    "repository": Noun("repository", "repositories", "use", "used"),
    "item": ITEM,
}
"""The nouns that are known, by their singular."""

_SYNONYMS = {
    "movie": "film", "imdb": "film", "tmdb": "film", "tconst": "film", "pelicula": "film", "filme": "film",
    "buch": "book", "bucher": "book", "libro": "book", "livre": "book", "isbn": "book", "novel": "book",
    "livro": "book", "lied": "song", "chanson": "song", "cancion": "song", "canzone": "song", "music": "track",
    "musik": "track", "band": "artist", "spiel": "game", "jeu": "game", "juego": "game", "gioco": "game",
    "boardgame": "game", "produkt": "product", "produit": "product", "producto": "product", "prodotto": "product",
    "artikel": "product", "asin": "product", "sku": "product", "ware": "product", "ean": "product", "upc": "product",
    "gtin": "product", "merchandise": "product", "document": "paper", "doc": "paper", "rezept": "recipe",
    "serie": "series", "program": "show", "programme": "show", "meal": "dish", "application": "app",
    "venue": "place", "poi": "place", "attraction": "place", "repo": "repository", "news": "article",
    "url": "page", "website": "page",
    **dict.fromkeys(("horbuch", "kochbuch"), "book"),
    **dict.fromkeys(("spiele", "brettspiel", "brettspiele", "videospiel", "videospiele"), "game"),
    **dict.fromkeys(("kunstler", "kunstlerin"), "artist"),
    **dict.fromkeys(("sendung", "sendungen"), "show"),
    **dict.fromkeys(("gericht", "gerichte"), "dish"),
    **dict.fromkeys(("geschichte", "geschichten"), "story"),
    **dict.fromkeys(("produkte", "waren"), "product"),
    "lieder": "song", "alben": "album", "fachartikel": "paper", "serien": "series", "rezepte": "recipe",
    "kaffee": "coffee", "bier": "beer", "biere": "beer", "wein": "wine", "weine": "wine", "museen": "museum",
    "spielzeug": "toy", "spielzeuge": "toy", "kurs": "course", "kurse": "course", "witz": "joke", "witze": "joke",
}  # fmt: skip


_OF_PEOPLE = {
    **dict.fromkeys(("reader", "leser", "leserin", "lecteur", "lector", "lettore"), "book"),
    **dict.fromkeys(("listener", "horer"), "track"),
    **dict.fromkeys(("player", "gamer", "spieler"), "game"),
    **dict.fromkeys(("diner",), "restaurant"),
}
"""The item by the word for a user, which counts if no other name says what the items are."""


def noun_of_names(columns: Iterable[str], files: Iterable[str] = (), people: Iterable[str] = ()) -> Noun:
    """The noun for the items of a data set.

    Args:
        columns: names of columns that hold items or their titles, the most informative first.
        files: names of files, looked at next: ``books.csv``, ``steam_games.json``.
        people: names of columns that hold users, looked at last: ``reader``.
    """
    for name in (*columns, *(PurePath(file).name.split(".")[0] for file in files)):
        for word in words_of(name):
            noun = noun_of_word(word)
            if noun is not None and noun != ITEM:
                return noun
    known = (NOUNS[_OF_PEOPLE[word]] for name in people for word in words_of(name) if word in _OF_PEOPLE)
    return next(known, ITEM)


def noun_of_word(word: str) -> Noun | None:
    """The noun for a word in English or a few other languages, singular or plural; None if it is not known."""
    lower = word.casefold()
    for form in (lower, lower.removesuffix("s"), lower.removesuffix("es"), lower.removesuffix("ies") + "y"):
        known = NOUNS.get(_SYNONYMS.get(form, form))
        if known is not None:
            return known
    return next((noun for noun in NOUNS.values() if lower == noun.many), None)


def noun_named(text: str, language: str = "en") -> Noun:
    """The forms of a noun from the settings: the word itself, a regular plural, and the verbs of a known synonym.

    Args:
        text: a noun in the singular, or a known noun in the plural, in upper or lower case: "movies", "board game".
        language: the language of the noun; in other languages than English the plural is the word itself, for the
            texts of that language to replace.
    """
    known = noun_of_word(text)
    if known is not None and text.casefold() in (known.one, known.many):
        return known
    verbs = known or noun_of_word(text.split()[-1]) or ITEM  # a board game is played, too
    if language != "en":
        return Noun(text, text, verbs.do, verbs.did)
    singular = text.removesuffix("s") if known is not None and text != "series" else text
    return Noun(singular, _plural(singular), verbs.do, verbs.did)


def _plural(one: str) -> str:
    """A regular English plural: zines, boxes, ferries."""
    if re.search("[^aeiou]y$", one, re.IGNORECASE):
        return f"{one[:-1]}ies"
    return f"{one}es" if re.search("(s|x|z|ch|sh)$", one, re.IGNORECASE) else f"{one}s"


def name_of_counts(column: str | None, noun: Noun) -> str:
    """What a rating that is a count is called, after its column, else after what users do with items."""
    for word in words_of(column or ""):
        if word in _COUNT_NAMES:
            return _COUNT_NAMES[word]
    return _COUNTS_BY_DEED.get(noun.do, "times")


def label_of_genres(column: str | None) -> Label:
    """What a genre is called, after its column."""
    return next((_LABELS[word] for word in reversed(words_of(column or "")) if word in _LABELS), Label())


_LABELS = {
    word: Label(*label.split("/"))
    for label, words in {
        "tag/tags": "tag tags",
        "category/categories": "category categories kategorie kategorien categorie categoria",
        "subject/subjects": "subject subjects",
        "shelf/shelves": "shelves bookshelves",
        "keyword/keywords": "keywords",
        "topic/topics": "topic topics",
        "theme/themes": "theme themes",
        "style/styles": "style styles",
    }.items()
    for word in words.split()
}
_COUNT_NAMES = {
    word: name
    for name, words in {
        "plays": "play plays playcount playcounts scrobbles streams wiedergaben",
        "listens": "listen listens listencount ecoutes escuchas ascolti",
        "hours": "hours hour stunden spielstunden heures horas",
        "minutes": "minutes minute minuten minutos",
        "views": "views view watches aufrufe",
        "clicks": "clicks click klicks",
        "purchases": "purchases purchase purchased bought orders quantity qty",
        "downloads": "downloads download",
        "visits": "visits visit checkins besuche",
        "loans": "loans borrowed loan ausleihen",
        "events": "event events action interaction interactions behavior behaviour",
    }.items()
    for word in words.split()
}
_COUNTS_BY_DEED = {"listen to": "plays", "buy": "purchases", "visit": "visits"}
