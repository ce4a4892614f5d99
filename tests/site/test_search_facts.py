"""What the search of every page looks up: popularity, and genres where a page shows them."""

import pytest

from tests.site.markup import script_value
from tests.site.tiny import render_pages, tiny


@pytest.mark.parametrize(("pages", "has_map"), [(["map", "items"], True), (["items"], False)])
def test_ratings_follow_the_items_and_genres_are_there_only_with_a_map(tmp_path, pages, has_map):
    artefacts = tiny()
    assets = render_pages(artefacts, tmp_path, *pages) / "assets"
    facts = script_value(assets / "data-search.js")
    titles = [title for title, _, _ in script_value(assets / "data-items.js")]
    items = artefacts.items.items
    assert dict(zip(titles, facts["ratings"], strict=True)) == {item.title: item.n_ratings for item in items}
    n_items = sum("Drama" in item.genres for item in items)
    assert facts["genres"] == ([["Drama", n_items], ["<i>Sci-Fi</i>", n_items]] if has_map else [])
