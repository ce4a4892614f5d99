"""Names and addresses by id: what a page needs to mention a film or a user. Knows no template."""

from __future__ import annotations

from urllib.parse import quote

from recsys.errors import OutputError
from recsys.schema import Artefacts
from recsys.site.context import Film, Model, User
from recsys.site.output.limits import limits_of
from recsys.site.slugs import slugs

_LABELS = {
    "base": "Base",
    "deep": "Deep",
    "deep_liked": "Deep, films alone",
    "popularity": "Popularity",
    "item_knn": "Item k-NN",
    "ease": "EASE",
    "als": "ALS",
}


class Catalogue:
    """Every film and user of a site, by id."""

    def __init__(self, artefacts: Artefacts) -> None:
        items, users = artefacts.items.items, artefacts.recommendations.users
        self.film_slugs = film_slugs = slugs(item.id for item in items)
        self.one_user_page = len(users) > limits_of(artefacts.build).user_pages
        self.user_slugs = {} if self.one_user_page else slugs(users)
        self.users = {id_: User(id_, self._address(id_)) for id_ in users}
        self.films = {
            item.id: Film(_title(item.title, item.id), item.year, f"films/{film_slugs[item.id]}.html")
            for item in items
        }
        self.genres = {item.id: item.genres for item in items}

    def _address(self, id_: str) -> str:
        """Where a user is shown: on a page of their own, or on the one for all."""
        return f"users.html#{fragment(id_)}" if self.one_user_page else f"users/{self.user_slugs[id_]}.html"

    def film(self, id_: str) -> Film:
        """The film with this id.

        Raises:
            OutputError: there is none, so the exported files do not belong together.
        """
        try:
            return self.films[id_]
        except KeyError:
            raise OutputError(
                f"film {id_!r} is mentioned but not in items.json; build the site again without --render-only"
            ) from None


def fragment(id_: str) -> str:
    """What follows ``#`` where one page shows all users, unquoted in HTML too: the id, percent-encoded.

    An empty one is a bare ``=``, which no other id leaves bare. And ``#content`` leads past the head of a page, so
    the id of that name is not told by these letters. ``shared/users.js`` writes and reads the same.
    """
    if not id_:
        return "="
    return "%63ontent" if id_ == "content" else quote(id_, safe="")


def models_of(artefacts: Artefacts) -> tuple[Model, ...]:
    """The models that were built, in their usual order."""
    return tuple(model(name) for name in artefacts.build.models)


def model(name: str) -> Model:
    """A model or baseline by its short name; one without a plain name keeps the short one."""
    return Model(name, _LABELS.get(name, name.replace("_", " ")))


def _title(title: str, id_: str) -> str:
    return title if title.strip() else f"Film {id_}"  # a link must have something to click on
