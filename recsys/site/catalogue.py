"""Titles, labels and addresses by id: what a page needs to mention an item, a user or a model."""

from __future__ import annotations

from urllib.parse import quote

from recsys.errors import OutputError
from recsys.schema import Artefacts, Embedding, Item
from recsys.site.context import ItemLink, Model, UserLink
from recsys.site.images.square import Point
from recsys.site.language.strings import Strings
from recsys.site.output.limits import limits_of
from recsys.site.shortening import MAX_HEADING, MAX_TITLE, shortened
from recsys.site.slugs import slugs


def has_user_pages(artefacts: Artefacts) -> bool:
    """Whether users have a page each, if they have any; on a larger site one page shows any of them."""
    return len(artefacts.recommendations.users) <= limits_of(artefacts.build).user_pages


class Catalogue:
    """Every item, user and model of a site.

    Attributes:
        items: links by id, in the order of the export.
        item_slugs: file names of their pages, by id.
        genres: of each item, by id.
        first_twins: the first id of its group of twins, by the id of each item that has some.
        users: links by id, in the order of the export.
        user_slugs: file names of their pages, by id; empty where users have no pages.
        has_user_pages: whether each user has a page.
        models: those that were built, in the order of the export.
    """

    def __init__(self, artefacts: Artefacts, strings: Strings) -> None:
        self._artefacts, self._strings = artefacts, strings
        items, users = artefacts.items.items, artefacts.recommendations.users
        self.has_user_pages = has_user_pages(artefacts)
        self.item_slugs = item_slugs = slugs(item.id for item in items)
        self.user_slugs = slugs(users) if self.has_user_pages else {}
        self.items = {}
        for item in items:
            title = shortened(_title(item, strings), MAX_TITLE)
            self.items[item.id] = ItemLink(title, item.year, f"items/{item_slugs[item.id]}.html")
        self.genres = {item.id: item.genres for item in items}
        self.first_twins = {id_: group[0] for group in artefacts.items.twins for id_ in group}
        self.users = {}
        for id_ in users:
            href = f"users/{self.user_slugs[id_]}.html" if self.has_user_pages else f"users.html#{user_fragment(id_)}"
            self.users[id_] = UserLink(id_, href)
        self.models = tuple(self.model(name) for name in artefacts.build.models)

    def heading(self, item: Item) -> str:
        """The title on the page of the item, where there is room for more of a long one."""
        if is_titled_by_number(item):
            return self._strings.text("site.untitled", id=item.id)
        return shortened(_title(item, self._strings), MAX_HEADING)

    def item(self, id_: str) -> ItemLink:
        """The item with this id.

        Raises:
            OutputError: there is none, so the exported files do not belong together.
        """
        try:
            return self.items[id_]
        except KeyError:
            raise OutputError(
                f"item {id_!r} is mentioned but not in items.json; build the site again without --render-only"
            ) from None

    def model(self, name: str) -> Model:
        """A model or baseline by its name; one that the legend lacks is shown by its name."""
        entry = self._artefacts.build.legend.get(name)
        summary = self._artefacts.build.models.get(name)
        label = name.replace("_", " ") if entry is None else self._strings.exported(entry.label)
        return Model(name, label, None if summary is None else summary.reasons)

    def embedding(self, model: Model) -> Embedding | None:
        """The item vectors of a model, if it has any; their rows follow the items.

        Raises:
            OutputError: they are of other items than items.json has, or in another order.
        """
        embedding, ids = self._artefacts.item_embeddings.models.get(model.name), list(self.items)
        if embedding is not None and (embedding.item_ids != ids or not _as_long(embedding, len(ids))):
            raise OutputError(
                f"item_embeddings.json lists other items for {model.name} than items.json, or in another order; "
                "build the site again without --render-only"
            )
        return embedding

    def positions(self, model: Model) -> list[Point | None]:
        """Where each item lies in the layout that the map opens with; None where it has no place in it.

        Follows the items; empty where the model has no vectors.

        Raises:
            OutputError: as :meth:`embedding`.
        """
        embedding = self.embedding(model)
        return [] if embedding is None else [*(embedding.neighbour_layout or embedding.projection)]

    def embeddings(self) -> dict[Model, Embedding]:
        """The item vectors of every model that has any."""
        pairs = ((model, self.embedding(model)) for model in self.models)
        return {model: embedding for model, embedding in pairs if embedding is not None}


def _as_long(embedding: Embedding, n_items: int) -> bool:
    """Whether every item has coordinates; exports of earlier versions have none by neighbours."""
    return len(embedding.projection) == n_items and len(embedding.neighbour_layout) in (0, n_items)


def is_titled_by_number(item: Item) -> bool:
    """Whether the id of an item stands for its title and is a number, which alone does not say what it names."""
    return item.title == item.id and item.id.isdecimal()


def _title(item: Item, strings: Strings) -> str:
    """The title of an item; a link needs some text to click on, so one without any gets a title from its id."""
    return item.title if any(map(_is_visible, item.title)) else strings.text("site.untitled", id=item.id)


def _is_visible(character: str) -> bool:
    return character.isprintable() and not character.isspace()


def user_fragment(id_: str) -> str:
    """The fragment of an address with which one page shows this user; needs no quotes in HTML.

    This is the percent-encoded id. An empty id is a bare ``=``, which no other id encodes to. The id ``content`` is
    encoded differently, because ``#content`` is the link that skips the head of a page. ``shared/users.js`` writes
    and reads the same.
    """
    if not id_:
        return "="
    return "%63ontent" if id_ == "content" else quote(id_, safe="")
