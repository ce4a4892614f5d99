"""From the exported JSON to a site: which files are written, in which order.

Equal artefacts, templates and packages give equal bytes. Must not name a page: those are in
:mod:`recsys.site.pages.registry`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue
from recsys.site.images.pictures import write_pictures
from recsys.site.language.strings import Strings, site_strings
from recsys.site.output.accent import accent_css
from recsys.site.output.assets import Assets, build_stamp, write_assets, write_bokeh
from recsys.site.output.legend import legend_css, words_css
from recsys.site.output.limits import limits_of
from recsys.site.output.manifest import check_complete, list_folder, write_manifest
from recsys.site.output.parallel import Renderer, render_all, worker_count
from recsys.site.output.projector import write_projector
from recsys.site.output.script_data import script_data
from recsys.site.output.sitemap import write_sitemap
from recsys.site.output.size import Size, check_size, estimate_size
from recsys.site.output.writer import Writer, building
from recsys.site.pages.items import item_addresses
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.registry import absent_addresses, pages_of
from recsys.site.pages.users import no_users
from recsys.site.rendering import Rendering, jobs_of, render_elsewhere
from recsys.site.search import search_facts
from recsys.site.shown_lists import with_shown_lists
from recsys.tasks import Run


def render_site(
    artefacts: Artefacts,
    templates: Path,
    out: Path,
    on_page: Callable[[int, int], None] | None = None,
    n_workers: int | None = None,
    on_size: Callable[[Size], None] | None = None,
    run: Run | None = None,
) -> None:
    """Write every page and everything that pages load.

    Args:
        artefacts: the exported JSON.
        templates: the folder of templates, with ``assets/`` in it.
        out: a folder that holds ``data/`` and nothing else.
        on_page: called after each page with the number of pages done and their total.
        n_workers: processes that render pages, 0 for this one alone; None for as many as pay here.
        on_size: called before the first page with the estimated size of the site.
        run: how pages are rendered by processes that see ``out`` but nothing of this one's memory; None for processes
            that share it.

    Raises:
        OutputError: files do not belong together or cannot be written, and then the text names the page; or the site
            would be larger than its settings allow.
    """
    with _frozen_heap():
        exported = [f"data/{name}" for name in list_folder(out / "data").files]
        artefacts = with_shown_lists(artefacts)
        strings = site_strings(templates, artefacts)
        renderer, writer = Renderer(templates, out, strings, absent_addresses(artefacts)), Writer(out)
        catalogue, assets = Catalogue(artefacts, strings), Assets(writer)
        _write_assets(artefacts, templates, catalogue, assets, strings)
        bokeh = write_bokeh(assets)
        stamp = build_stamp(out / "data", assets.addresses.values())
        rendering = Rendering(templates, out, assets.addresses, bokeh, stamp)
        data = rendering.data(artefacts, catalogue, strings)
        jobs = jobs_of(data)
        for job in jobs:
            writer.take(job.address)
        pages = [entry for entry in pages_of(artefacts).values() if isinstance(entry, Page)]
        _write_data_scripts(data, pages, stamp, writer)
        unlisted = {page.address for page in pages if not page.in_sitemap}
        addresses = [job.address for job in jobs if job.address.endswith(".html") and job.address not in unlisted]
        write_sitemap(data.site.url, addresses, writer)
        write_projector(data.site.url, catalogue, data.data_folder, writer)
        size = estimate_size(jobs, renderer, out, len(artefacts.items.items))
        if on_size is not None:
            on_size(size)
        check_size(size, limits_of(artefacts.build))
        finished: Generator[object, None, None]
        if run is not None:
            finished = render_elsewhere(rendering, len(jobs), run)
        else:
            finished = render_all(jobs, renderer, worker_count(len(jobs)) if n_workers is None else n_workers)
        with closing(finished):
            for done, _ in enumerate(finished, start=1):
                if on_page is not None:
                    on_page(done, len(jobs))
        check_complete(out, {*exported, *writer.addresses})
        write_manifest(out)


def _write_assets(
    artefacts: Artefacts, templates: Path, catalogue: Catalogue, assets: Assets, strings: Strings
) -> None:
    """Write the pictures, style sheets and scripts of pages: style sheets contain the addresses of pictures."""
    write_pictures(artefacts, catalogue, assets, strings)
    styles = legend_css(artefacts.build.legend, artefacts.build.models)
    styles += words_css(strings)
    styles += accent_css(artefacts.build.presentation.accent)
    write_assets(templates, styles, assets, strings)


def _write_data_scripts(data: SiteData, pages: Sequence[Page], stamp: str, writer: Writer) -> None:
    """Write the data that scripts of pages load: of each of ``pages``, and for the search, which every page has."""
    facts_by_name: dict[str, Callable[[SiteData], Any]] = {
        "users": no_users,  # unless the page of all users replaces it
        "items": item_addresses,
        "search": search_facts,
    }
    facts_by_name |= {name: facts for page in pages for name, facts in page.scripts.items()}
    for name, facts in facts_by_name.items():
        address = f"assets/data-{name}.js"
        with building(address):
            if (value := facts(data)) is not None:
                writer.text(address, script_data(name, value, stamp))


@contextmanager
def _frozen_heap() -> Iterator[None]:
    """Exempt existing objects from garbage collection: a tree of JSON has no cycles, and to walk it takes seconds."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def templates_folder() -> Path:
    """Where the templates are: inside the installed package, or in the repository."""
    here = Path(__file__).resolve().parent
    installed = here / "templates"
    return installed if installed.is_dir() else here.parents[1] / "templates"
