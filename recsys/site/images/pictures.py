"""Which pictures a site has: the map of each model, and the social card."""

from __future__ import annotations

from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue
from recsys.site.images.map_png import between, map_picture
from recsys.site.images.social_card import drawable, social_card
from recsys.site.language.strings import Strings
from recsys.site.output.assets import Assets
from recsys.site.output.writer import building


def write_pictures(artefacts: Artefacts, catalogue: Catalogue, assets: Assets, strings: Strings) -> None:
    """Draw ``assets/map-{name}.png`` for each model, and the social card with the map of the last one."""
    n_ratings = [item.n_ratings for item in artefacts.items.items]
    points, n_placed = [], []
    for model in catalogue.models:
        name = f"map-{model.name}.png"
        with building(f"assets/{name}"):
            positions = catalogue.positions(model)
            if positions:
                placed = [(point, n) for point, n in zip(positions, n_ratings, strict=True) if point is not None]
                points, entry = [point for point, _ in placed], artefacts.build.legend[model.name]
                n_placed = [n for _, n in placed]
                assets.write(name, map_picture(points, n_placed, between(entry.light, entry.dark)))
    dataset = artefacts.build.dataset
    name = drawable(strings.word("dataset")) or strings.text("site.card_untitled")
    facts = strings.text(
        "site.card_facts",
        n_users=strings.text("site.users", n=dataset.n_users),
        n_items=strings.text("site.items", n=dataset.n_items),
        n_ratings=strings.text("site.ratings", n=dataset.n_ratings),
    )
    card = social_card(name, facts, points, n_placed)
    assets.write("card.png", card)
