"""What the map of films shows. Knows no template and writes nothing."""

from __future__ import annotations

from recsys.artefacts import Artefacts, Embedding, Item
from recsys.errors import OutputError
from recsys.pages.catalogue import Catalogue, models_of
from recsys.pages.contexts import Model, Page, Site
from recsys.pages.map_chart import map_chart
from recsys.pages.map_contexts import MapAxis, MapContext, MapRow


def map_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue, bokeh: str) -> MapContext:
    """The map of films in every model that has one."""
    found = artefacts.item_embeddings.models
    models = tuple(model for model in models_of(artefacts) if model.name in found)
    embeddings = [_in_order(found[model.name], artefacts.items.items, model) for model in models]
    items = artefacts.items.items
    return MapContext(
        site=site,
        page=page,
        bokeh=bokeh,
        chart=map_chart(models, embeddings, items, [catalogue.film(item.id).href for item in items]),
        axes=tuple(
            MapAxis(model, embedding.explained_variance, embedding.dim)
            for model, embedding in zip(models, embeddings, strict=True)
        ),
        rows=tuple(
            MapRow(catalogue.film(item.id), tuple(embedding.projection[row] for embedding in embeddings))
            for row, item in enumerate(items)
        ),
    )


def _in_order(embedding: Embedding, items: list[Item], model: Model) -> Embedding:
    """The embedding itself, once it is sure that its rows are the films of ``items``, in their order."""
    if embedding.item_ids != [item.id for item in items] or len(embedding.projection) != len(items):
        raise OutputError(
            f"item_embeddings.json lists other films for {model.name} than items.json, or in another order; "
            "build the site again without --render-only"
        )
    return embedding
