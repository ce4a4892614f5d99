"""What the name of a column says about its contents, in any case and spelling: ``userId``, ``User-ID``, ``USER``.

A name is split into words. Its head, the last word but for "id" and the like, says what the column holds: a "user
rating" is a rating, a "book title" a title. Where the last word says nothing, as in "Date Read", the first may.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from recsys.config import Role
from recsys.data.json_tables import json_words


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


How = Literal["setting", "name", "contents", "layout"]
"""What decided the role of a column; "contents" is a guess, and "layout" a guess that no setting can confirm."""
EXACT = -1
"""The rank of a name that is exactly that of the role, such as "timestamp"."""
WEAK = 30
"""Ranks from here on are last resorts, which count only if the contents of the column agree."""

_ID_WORDS = word_set("id ids mbid uuid guid key code no nr num number index idx hash sha1 pk ident slug")
_NAME_WORDS = word_set("name names")
_FILLERS = word_set(
    "the a an of my your de du des del di da la le les el los las der die das den il lo l d which what how "
    "many much did do does are is you i am on"
)
_AGGREGATES = word_set(
    "average avg mean median min max std total overall global num number n count counts expected predicted"
)
"""A mean rating, or a number of ratings, describes an item; it is not a rating by a user."""

_USES = (
    "plays playcount playcounts listens listencount hours minutes playtime scrobbles play listen hour minute "
    "watchtime streams "
    "stunden minuten spielzeit spielstunden wiedergaben heures horas minutos ecoutes escuchas ascolti"
)
_AMOUNTS = (
    "quantity qty count counts frequency freq views clicks purchases purchase purchased bought orders interactions "
    "visits downloads borrowed loans "
    "menge anzahl aufrufe klicks besuche ausleihen cantidad quantite quantita quantidade"
)
_COUNTS = word_set(f"{_USES} {_AMOUNTS}")
"""Words for ratings that are counts: of uses, such as plays and hours, and of other things."""

# By role: words in order of preference, each tuple one rank. Folded: without accents, in lower case.
_WORDS: dict[Role, tuple[str, ...]] = {
    "user": (
        "user uid",
        "reader listener visitor customer member person viewer player student reviewer client patron account "
        "subscriber rater voter borrower buyer shopper consumer critic participant respondent gamer friend child "
        "pupil people employee fan follower owner login username userid guest household cookie "
        "nutzer benutzer kunde leser mitglied schuler horer zuschauer spieler teilnehmer nutzerin benutzerin kundin "
        "leserin schulerin horerin zuschauerin spielerin teilnehmerin "
        "utilisateur lecteur membre abonne eleve usuario lector cliente miembro alumno utente lettore usuaria",
    ),
    "item": (
        "item iid",
        "track song movie film book isbn asin sku product article game anime manga episode show series recipe "
        "restaurant business businesses podcast video paper document doc hotel beer wine course app application "
        "joke news comic work gtin ean upc barcode poi imdb tmdb tconst content novel story stories poem playlist "
        "channel program programme merchandise goods dish dishes meal drink coffee boardgame museum place venue "
        "attraction activity toy tool plugin package repo repository repositories job ad advert banner page site "
        "website "
        "buch bucher horbuch kochbuch lied lieder spiel spiele brettspiel brettspiele videospiel videospiele "
        "artikel fachartikel produkt produkte ware waren serie serien sendung sendungen rezept rezepte gericht "
        "gerichte kaffee bier biere wein weine museen spielzeug spielzeuge kurs kurse witz witze geschichte "
        "geschichten titelnummer musik "
        "livre produit chanson jeu libro pelicula producto cancion juego articulo livro filme prodotto canzone "
        "gioco",
        "album artist band alben kunstler kunstlerin",
    ),
    "rating": (
        "rating",
        "ratings stars star bewertung bewertungen sterne evaluation valoracion calificacion puntuacion avis",
        "score overall grade mark rate vote points point feedback preference opinion punkte nota note noten liked "
        "like thumbs thumb puntos punteggio voto recommended sentiment",
        _USES,
        f"{_AMOUNTS} weight",
        "event action interaction behavior behaviour ereignis evento",
        "value strength confidence amount",
    ),
    "timestamp": (
        "timestamp",
        "datetime unixtime epoch ts unix",
        "time date when datum zeit zeitpunkt fecha hora dat day dt jour zeitstempel horodatage",
    ),
    "title": ("title", "titel titre titulo titolo name headline bezeichnung nombre nom", "label caption"),
    "year": ("year", "jahr annee ano anno yr published publication released release erscheinungsjahr"),
    "genres": (
        "genres genre",
        "tags tag",
        "categories category kategorie kategorien categorie categoria subjects subject shelves bookshelves keywords",
        "topics topic themes theme styles style generos genero",
    ),
}
_ROLES_OF_WORD: dict[str, list[tuple[Role, int]]] = {}
for _role, _groups in _WORDS.items():
    for _rank, _group in enumerate(_groups):
        for _word in _group.split():
            _ROLES_OF_WORD.setdefault(_word, []).append((_role, _rank))

_LAST_RESORTS: dict[Role, tuple[str, ...]] = {
    "user": ("name", "email", "mail", "nickname", "nick", "who", "session", "device", "ip", "nom", "nombre"),
    "item": ("title", "titel", "titre", "titulo", "titolo", "url", "link", "uri", "name", "domain", "place"),
}
"""Words for users or items that count if no column has a better name."""

_TIME_OF_RATING = word_set(
    "gelesen gesehen gespielt gehort gekauft lu vu leido visto "
    "rated read watched played listened purchased bought visited finished reviewed"
)
_TIME_AT = word_set(
    "created rated read watched played listened purchased bought visited updated added modified reviewed "
    "ordered viewed clicked logged occurred posted submitted"
)
_AFTER_DEED = word_set("at on time date am le el")
_OTHER_TIMES = word_set(
    "release released publication published birth joined signup registration start end air aired premiere"
)
_DURATIONS = word_set("play watch listen listening reading spent viewing playing watching")
_NOT_ITEMS = word_set(
    "session order transaction review row line rating record log request event invoice basket cart parent "
    "tag genre category author publisher image zip postal store shop country city"
)
_NOT_TITLES = word_set(
    "authors writer creator director cast actor actors studio developer brand manufacturer maker company label url "
    "link image cover description overview plot summary synopsis abstract text review comment language address email"
)
_MEASURES = word_set(
    "price cost age gender sex country city state region channel discount tax size length width height weight "
    "duration month hour minute weekday season version page pages total average avg mean useful funny cool helpful "
    "position rank level class group cluster fold split flag alter preis geschlecht ort land prix precio edad"
)
_ID_ENDS = word_set("id ids mbid uuid guid")
_DATE_WORDS = word_set("date year on time datum")
_TIMES_OF_PEOPLE = word_set("birth joined signup registration end")
_LENGTH_WORDS = word_set("time seconds duration")
_EVENT_WORDS = word_set("event action interaction behavior behaviour")
_SUFFIXES = (
    *("id", "ids", "name", "title", "rating", "genre", "date", "time", "year", "count", "nr"),
    *("titel", "bewertung", "datum"),
)
"""What may follow another known word without a space: "bookname", "Buchtitel"."""
_NOT_PLAYS = ("rating", "review", "vote", "user", "item", "page", "word", "book")
"""A count is not one of plays if one of its words begins with one of these."""
_TYPE = re.compile(r":(?:token|float)(?:_seq)?$")
"""The type that RecBole's tables write behind the name of a column."""
_EMPTY_WORDS = word_set("column col unnamed field var spalte feld v c")


@dataclass(frozen=True)
class NameMatch:
    """A role that the name of a column suggests."""

    role: Role
    rank: int
    """A lower rank is a better match; from :data:`WEAK` on it is a last resort."""


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case and without accents: "User-ID", "userId" and "user id" are (user, id)."""
    folded = unicodedata.normalize("NFKD", _TYPE.sub("", name).replace("ß", "ss"))
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    words = re.findall(r"[^\W\d_]+|\d+", plain.lower())
    return tuple(part for word in words for part in _without_suffix(word))


def _without_suffix(word: str) -> tuple[str, ...]:
    """The parts of a compound word: "visitorid" is (visitor, id), "bookname" is (book, name)."""
    if word in _ROLES_OF_WORD or word in _ID_WORDS:
        return (word,)
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and (stem in _ROLES_OF_WORD or stem in _NOT_ITEMS):
            return (stem, suffix)
    return (word,)


def same_name(name: str, names: Sequence[str]) -> str | None:
    """The name in ``names`` that equals ``name``, else one that differs only in case and spelling; None for none."""
    if name in names:
        return name
    return next((other for other in names if words_of(other) and words_of(other) == words_of(name)), None)


@cache
def is_id_name(name: str) -> bool:
    """Whether a name begins or ends with "id", so that the column holds ids of something."""
    words = words_of(name)
    ends = {words[0], words[-1]} if words else set()
    return bool(ends & _ID_ENDS) or name.lower().endswith("id")


@cache
def says_counts(name: str) -> bool:
    """Whether a name says that the ratings in a column are counts: "plays", "Hours played", but not "play score"."""
    words = words_of(name)
    if len(words) > 1 and words[-1] in _LENGTH_WORDS and words[-2] in _DURATIONS:
        return True
    ratings = [word for word in words if "rating" in _first_roles(word)]
    return bool(ratings) and set(ratings) <= _COUNTS


@cache
def says_something(name: str) -> bool:
    """Whether a name says what the column holds, unlike "column 3", "Unnamed: 0", "x" or "4"."""
    words = [word for word in words_of(name) if not word.isdigit()]
    return bool(words) and not set(words) <= _EMPTY_WORDS


@cache
def matches_of_name(name: str) -> tuple[NameMatch, ...]:
    """All roles that a name may mean, each once."""
    words = words_of(name)
    if name in _WORDS:  # titles may identify the items if no better column does
        return (NameMatch(name, EXACT), *(NameMatch(role, rank) for role, rank in _last_resorts(name, 1)))
    if not words:
        return ()
    best: dict[Role, int] = {}
    for role, rank in _candidates(words):
        best[role] = min(rank, best.get(role, rank))
    return tuple(NameMatch(role, rank) for role, rank in best.items())


def _candidates(words: tuple[str, ...]) -> Iterable[tuple[Role, int]]:
    time_rank = _rank_of_time(words)
    if time_rank is not None:
        yield "timestamp", time_rank
        return
    if set(words) & _OTHER_TIMES and set(words) & _DATE_WORDS:
        if not set(words) & _TIMES_OF_PEOPLE:
            yield "year", 5
        return
    if len(words) > 1 and words[-1] in _LENGTH_WORDS and words[-2] in _DURATIONS:
        yield "rating", 12
        return
    has_name = words[-1] in _NAME_WORDS and bool(set(words[:-1]) - _FILLERS)
    has_id = not has_name and bool({words[0], words[-1]} & _ID_WORDS) and len(words) > 1
    heads = [word for word in words if word not in _ID_WORDS and word not in _FILLERS and not word.isdigit()]
    if has_name:
        heads = heads[:-1]
        if not (set(heads) & _NOT_ITEMS or (heads and "user" in _first_roles(heads[-1]))):
            yield "title", 2 + len(heads)
    if not heads:
        return
    extra = len(heads) - 1 + (4 if has_name else 0)
    aggregated = bool(_AGGREGATES & set(words)) and bool(set(words) - _AGGREGATES & set(words))
    for position, word in ((-1, heads[-1]), (0, heads[0])):
        roles = _ROLES_OF_WORD.get(word) or _ROLES_OF_WORD.get(word.removesuffix("s"), [])
        for role, rank in roles:
            if role == "rating" and (has_id or (aggregated and not _is_count_of_plays(words))):
                continue
            if role in ("year", "title", "genres") and has_id:
                continue
            yield role, 2 * rank + extra + (1 if role in ("user", "item") and not has_id else 0)
        if roles or (position == -1 and not (len(heads) > 1 and {"rating", "timestamp"} & _first_roles(heads[0]))):
            break
    if heads[0] in _EVENT_WORDS and words[-1] == "type":
        yield "rating", 10
    if not has_name:
        yield from _last_resorts(heads[-1], len(heads))


def _last_resorts(word: str, n_words: int) -> Iterable[tuple[Role, int]]:
    """The roles that a word may mean if no column has a better name."""
    for role, last_resorts in _LAST_RESORTS.items():
        if word in last_resorts:
            yield role, WEAK + last_resorts.index(word) + n_words


def _first_roles(word: str) -> set[Role]:
    return {role for role, _ in _ROLES_OF_WORD.get(word, [])}


def _is_count_of_plays(words: tuple[str, ...]) -> bool:
    """Whether words name a count of what one user did: "play count", "count", but not "ratings count"."""
    return words[-1] in ("count", "counts") and not any(word.startswith(_NOT_PLAYS) for word in words)


def _rank_of_time(words: tuple[str, ...]) -> int | None:
    """The rank of words as a name of the times of ratings; None if they are not one."""
    if len(words) == 2 and words[0] in _TIME_AT | _TIME_OF_RATING and words[1] in _AFTER_DEED:
        return 2
    if set(words) & _OTHER_TIMES or (len(words) > 1 and words[-1] == "time" and words[-2] in _DURATIONS):
        return None
    for word in (words[-1], words[0]):
        for role, rank in _ROLES_OF_WORD.get(word, []):
            if role == "timestamp":
                better = 0 if len(words) == 1 or set(words) & _TIME_OF_RATING else 1
                return 2 * rank + better
    return 3 if set(words) == {"time", "stamp"} else None


@cache
def may_name_titles(name: str) -> bool:
    """Whether a column of this name may hold titles, unlike a column of ids, authors or addresses."""
    return not is_id_name(name) and not set(words_of(name)) & (_NOT_ITEMS | _NOT_TITLES)


@cache
def may_name_anything(name: str) -> bool:
    """Whether a name leaves open what the column holds, so that its contents decide."""
    words = set(words_of(name))
    return not matches_of_name(name) and not is_id_name(name) and not words & (_NOT_ITEMS | _NOT_TITLES | _MEASURES)


def is_generic_id(name: str) -> bool:
    """Whether a name is one of ids, and none of its words names something else than users or items."""
    return is_id_name(name) and not set(words_of(name)) & _NOT_ITEMS


def name_tables() -> dict[str, Any]:
    """The words of this module as JSON, for the page that reads files by the same rules."""
    return {
        "words": {role: [group.split() for group in groups] for role, groups in _WORDS.items()},
        "last_resorts": {role: list(words) for role, words in _LAST_RESORTS.items()},
        "weak": WEAK,
        **{
            name: json_words(words)
            for name, words in {
                "ids": _ID_WORDS,
                "id_ends": _ID_ENDS,
                "names": _NAME_WORDS,
                "fillers": _FILLERS,
                "aggregates": _AGGREGATES,
                "times_of_rating": _TIME_OF_RATING,
                "times_at": _TIME_AT,
                "after_deed": _AFTER_DEED,
                "other_times": _OTHER_TIMES,
                "dates": _DATE_WORDS,
                "times_of_people": _TIMES_OF_PEOPLE,
                "lengths": _LENGTH_WORDS,
                "durations": _DURATIONS,
                "events": _EVENT_WORDS,
                "not_items": _NOT_ITEMS,
                "not_titles": _NOT_TITLES,
                "measures": _MEASURES,
                "empty": _EMPTY_WORDS,
            }.items()
        },
        "suffixes": list(_SUFFIXES),
        "not_plays": list(_NOT_PLAYS),
    }
