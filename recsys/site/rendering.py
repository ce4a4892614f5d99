"""The pages of a site as what any process needs to make them: the exported JSON, and where everything else lies."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from markupsafe import Markup

from recsys.export.files import read_artefacts
from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue
from recsys.site.context import Site
from recsys.site.control import can_rate, control_of
from recsys.site.language.site_words import title_of
from recsys.site.language.strings import Strings, site_strings
from recsys.site.output.csp import CSP
from recsys.site.output.parallel import Job, Renderer
from recsys.site.output.sitemap import site_root
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.registry import absent_addresses, navigation, pages_of
from recsys.site.shown_lists import with_shown_lists
from recsys.tasks import Run, Send, Task
from recsys.writing import writing

MIN_CHUNK, MAX_CHUNKS = 64, 200
"""Pages that a task renders at least, and tasks at most."""


@dataclass(frozen=True, eq=False)
class Rendering:
    """What a page is made of, but for the exported JSON.

    Attributes:
        templates: their folder.
        folder: of the site, which holds the exported JSON.
        assets: the address of everything that pages load, by name.
        bokeh: the address of BokehJS.
        stamp: of the build.
    """

    templates: Path
    folder: Path
    assets: Mapping[str, str]
    bokeh: str
    stamp: str

    def data(self, artefacts: Artefacts, catalogue: Catalogue, strings: Strings) -> SiteData:
        """What pages read."""
        site = make_site(artefacts, self.assets, self.stamp, strings)
        return SiteData(site, artefacts, catalogue, self.bokeh, self.folder / "data", self.templates, strings)


def jobs_of(data: SiteData) -> list[Job]:
    """All pages of a site, in the order of the registry."""
    return [job for entry in pages_of(data.artefacts).values() for job in entry.jobs(data)]


def render_elsewhere(rendering: Rendering, n_jobs: int, run: Run) -> Generator[int, None, None]:
    """Render pages by tasks that read the exported JSON themselves.

    Args:
        rendering: what the tasks need besides.
        n_jobs: how many pages there are.
        run: how the tasks are run.

    Yields:
        Once for each page that is done.
    """
    size = max(MIN_CHUNK, -(-n_jobs // MAX_CHUNKS))
    chunks = [range(start, min(start + size, n_jobs)) for start in range(0, n_jobs, size)]
    tasks = [
        Task(f"pages {chunk.start + 1} to {chunk.stop}", partial(write_pages, rendering, chunk)) for chunk in chunks
    ]
    for _, written, _ in run(tasks, lambda name, event: None):
        yield from written


def write_pages(rendering: Rendering, indices: range, send: Send) -> range:
    """Render and write some of the pages; returns which.

    Raises:
        OutputError: a file cannot be read, rendered or written; the text names it.
    """
    global _loaded
    key = (rendering.folder, rendering.stamp)
    if _loaded is None or _loaded[0] != key:
        _loaded = key, _load(rendering)
    jobs, renderer = _loaded[1]
    for index in indices:
        # A process that was killed may have written it already, or a part of it.
        with writing(jobs[index].address):
            (rendering.folder / jobs[index].address).unlink(missing_ok=True)
        renderer.write(jobs[index])
    return indices


_loaded: tuple[tuple[Path, str], tuple[list[Job], Renderer]] | None = None
"""The pages of one site: a process renders many parts of it, and to read it takes as long as to render hundreds."""


def _load(rendering: Rendering) -> tuple[list[Job], Renderer]:
    artefacts = with_shown_lists(read_artefacts(rendering.folder / "data"))
    strings = site_strings(rendering.templates, artefacts)
    data = rendering.data(artefacts, Catalogue(artefacts, strings), strings)
    renderer = Renderer(rendering.templates, rendering.folder, strings, absent_addresses(artefacts))
    return jobs_of(data), renderer


def make_site(artefacts: Artefacts, assets: Mapping[str, str], stamp: str, strings: Strings) -> Site:
    """What every page says about the site.

    Args:
        artefacts: the exported JSON.
        assets: the address of everything that pages load, by name.
        stamp: of the build.
        strings: the texts of the interface.
    """
    build = artefacts.build
    return Site(
        csp=Markup(CSP),
        dataset=title_of(build),
        brand=build.presentation.title or "Marquee",
        logo="" if build.presentation.logo is None else f"data/{Path(build.presentation.logo).name}",
        pages=frozenset(page.address for page in pages_of(artefacts).values() if isinstance(page, Page)),
        description=build.presentation.description or "",
        synthetic=build.dataset.synthetic,
        version=build.generator.version,
        nav=navigation(artefacts, strings),
        url=site_root(build.config.get("site_url")),
        repository=build.presentation.repository or "",
        assets=assets,
        stamp=stamp,
        has_values=build.dataset.ratings is None or build.dataset.ratings.kind != "equal",
        has_genres=any(item.genres for item in artefacts.items.items),
        has_years=any(item.year is not None for item in artefacts.items.items),
        rates=control_of(build.dataset.ratings) if can_rate(artefacts) else "",
    )
