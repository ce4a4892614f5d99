"""Names and addresses by id: what a page needs to mention a film or a user. Knows no template."""

from __future__ import annotations

from recsys.artefacts import MODEL_NAMES, Artefacts
from recsys.errors import OutputError
from recsys.pages.contexts import Film, Model, User
from recsys.pages.slugs import slugs

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
        film_slugs, user_slugs = slugs(item.id for item in items), slugs(users)
        self.film_slugs, self.user_slugs = film_slugs, user_slugs
        self.users = {id_: User(id_, f"users/{slug}.html") for id_, slug in user_slugs.items()}
        self.films = {
            item.id: Film(_title(item.title, item.id), item.year, f"films/{film_slugs[item.id]}.html")
            for item in items
        }
        self.genres = {item.id: item.genres for item in items}

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


def models_of(artefacts: Artefacts) -> tuple[Model, ...]:
    """The models that were built, in their usual order."""
    return tuple(model(name) for name in MODEL_NAMES if name in artefacts.build.models)


def model(name: str) -> Model:
    """A model or baseline by its short name; one without a plain name keeps the short one."""
    return Model(name, _LABELS.get(name, name.replace("_", " ")))


def _title(title: str, id_: str) -> str:
    return title if title.strip() else f"Film {id_}"  # a link must have something to click on
