"""How much pages of MovieLens 100K load."""

import gzip
from urllib.parse import unquote, urlsplit

from tests.browser.conftest import served, settled, visits
from tests.requirements import needs_movielens

MAX_BYTES = 700_000


@needs_movielens
def test_the_map_with_all_that_it_loads_for_a_pick_and_a_replay_is_small(movielens, chromium):
    with served(movielens) as web, visits(chromium, web, web) as visit:
        page = visit(web + "map.html", 1280)
        files = set()
        page.context.on("request", lambda request: files.add(unquote(urlsplit(request.url).path)))
        page.reload()
        settled(page)
        page.locator("[data-panel] li button, [data-panel] li a").first.click()
        page.locator("[data-panel] h2").wait_for()
        page.get_by_role("button", name="Replay").click()
        page.get_by_role("slider").first.wait_for()
    prefix = urlsplit(web).path
    sizes = {file: (movielens / file.removeprefix(prefix)).read_bytes() for file in files}
    raw = sum(len(content) for file, content in sizes.items() if "bokeh" not in file)
    compressed = sum(len(gzip.compress(content)) for content in sizes.values())
    assert any("bokeh" in file for file in sizes) and any("map_replay" in file for file in sizes)
    assert raw <= MAX_BYTES
    assert compressed <= MAX_BYTES
