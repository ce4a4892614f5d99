"""From the exported JSON to pages: what is written, in which order.

Must not know how a number was made, nor where the finished site will stand. Equal artefacts, templates and packages
give equal bytes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue, models_of
from recsys.site.context import NavLink, NotFoundContext, Page, Site
from recsys.site.output.assets import (
    script_data,
    write_assets,
    write_bokeh,
    write_map_data,
    write_pictures,
    write_rate_data,
    write_script_data,
)
from recsys.site.output.csp import CSP
from recsys.site.output.limits import limits_of
from recsys.site.output.parallel import Job, Renderer, page_job, render_all, worker_count
from recsys.site.output.sitemap import root_of, write_standing
from recsys.site.output.size import Size, expected, refuse_too_large
from recsys.site.output.writer import Writer
from recsys.site.pages.any_user import any_user_context, numbers, shard, shelf
from recsys.site.pages.compare import compare_context
from recsys.site.pages.data import data_context
from recsys.site.pages.film import film_context, shared
from recsys.site.pages.films import films_context, listed_items
from recsys.site.pages.map import map_context
from recsys.site.pages.models import about_context, home_context, training_context
from recsys.site.pages.people import user_context, users_context
from recsys.site.pages.rate import rate_context

NAV = (
    NavLink("Rate", "rate.html"),
    NavLink("Users", "users.html"),
    NavLink("Films", "films.html"),
    NavLink("Map", "map.html"),
    NavLink("Training", "training.html"),
    NavLink("Compare", "compare.html"),
    NavLink("Data", "data.html"),
    NavLink("About", "about.html"),
)


def render_site(
    artefacts: Artefacts,
    templates: Path,
    out: Path,
    on_page: Callable[[int, int], None] | None = None,
    n_workers: int | None = None,
    on_size: Callable[[Size], None] | None = None,
) -> None:
    """Write every page and everything that pages load.

    Args:
        artefacts: the exported JSON.
        templates: the folder of templates, with ``assets/`` in it.
        out: a folder that holds ``data/`` and nothing else.
        on_page: called after each page with the number of pages done and their total.
        n_workers: processes that render pages, 0 for this one alone; None for as many as pay here.
        on_size: called before the first page with about how large the site will be.

    Raises:
        OutputError: files do not belong together or cannot be written, and then the text names the page; or the site
            would be larger than its settings allow.
    """
    with _out_of_sight():
        renderer, writer = Renderer(templates, out), Writer(out)
        catalogue = Catalogue(artefacts)
        write_assets(templates, writer)
        write_script_data(catalogue, writer)
        write_map_data(artefacts, writer)
        site = make_site(artefacts)
        jobs = [
            *_top_pages(site, artefacts, catalogue, templates, out),
            *_chart_pages(site, artefacts, catalogue, write_bokeh(writer), out / "data"),
            *_users(site, artefacts, catalogue),
            *_film_pages(site, artefacts, catalogue),
        ]
        for job in jobs:
            writer.take(job.address)
        pages = [job.address for job in jobs if job.address.endswith(".html") and job.address != "404.html"]
        write_standing(site.url, pages, writer)
        write_rate_data(artefacts, catalogue, writer)
        write_pictures(artefacts, writer)
        size = expected(jobs, renderer, out, len(listed_items(artefacts)))
        if on_size is not None:
            on_size(size)
        refuse_too_large(size, limits_of(artefacts.build))
        if n_workers is None:
            # Each worker gets its own copy of the memory pages it touches: too much, with very many users.
            n_workers = 0 if catalogue.one_user_page else worker_count(len(jobs))
        with closing(render_all(jobs, renderer, n_workers)) as finished:
            for done, _ in enumerate(finished, start=1):
                if on_page is not None:
                    on_page(done, len(jobs))


@contextmanager
def _out_of_sight() -> Iterator[None]:
    """Keep what is there from the search for cycles: a tree of JSON has none, and to walk it often takes seconds."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def make_site(artefacts: Artefacts) -> Site:
    """What every page says about the site."""
    build = artefacts.build
    return Site(
        csp=Markup(CSP),
        dataset=build.dataset.name,
        synthetic=build.dataset.synthetic,
        version=build.generator.version,
        nav=NAV,
        url=root_of(build.config.get("site_url")),
    )


def _top_pages(site: Site, artefacts: Artefacts, catalogue: Catalogue, templates: Path, out: Path) -> Iterator[Job]:
    data = site.dataset
    page = _page("index.html", data, f"Films recommended from {data} by two small neural networks, and how well.")
    yield page_job(page.address, "index.html", partial(home_context, site, page, artefacts, catalogue))
    if catalogue.one_user_page:
        page = _page("users.html", "Users", f"Every user of {data}, with what is recommended to them.")
        yield page_job(page.address, "any_user.html", partial(any_user_context, site, page, artefacts, catalogue))
    else:
        page = _page("users.html", "Users", f"Every user of {data}, each with a page of recommendations.")
        yield page_job(page.address, "users.html", partial(users_context, site, page, artefacts, catalogue))
    page = _page("films.html", "Films", f"Every film of {data}: year, genres, ratings.")
    yield page_job(page.address, "films.html", partial(films_context, site, page, artefacts, catalogue))
    page = _page("rate.html", "Rate", f"Rate a few films of {data}, and a neural network answers in the page.")
    yield page_job(page.address, "rate.html", partial(rate_context, site, page, artefacts, catalogue))
    page = _page("data.html", "Data", "The files this site is made from, to take away.")
    yield page_job(page.address, "data.html", partial(data_context, site, page, out / "data", models_of(artefacts)))
    page = _page("about.html", "About", "How the recommendations are made, measured and published.")
    yield page_job(page.address, "about.html", partial(about_context, site, page, artefacts))
    page = _page("404.html", "Not found", "There is no such page here.")
    yield page_job(page.address, "404.html", partial(_not_found, site, page, templates))


def _chart_pages(site: Site, artefacts: Artefacts, catalogue: Catalogue, bokeh: str, data: Path) -> Iterator[Job]:
    page = _page("map.html", "Map", f"The films of {site.dataset} where the models put them, in two dimensions.")
    yield page_job(page.address, "map.html", partial(map_context, site, page, artefacts, catalogue, bokeh, data))
    page = _page("training.html", "Training", "Loss and validation curves of both models, epoch by epoch.")
    yield page_job(page.address, "training.html", partial(training_context, site, page, artefacts, bokeh))
    page = _page("compare.html", "Compare", "Both models against simple ones, on ratings that none of them saw.")
    yield page_job(page.address, "compare.html", partial(compare_context, site, page, artefacts, catalogue, bokeh))


def _users(site: Site, artefacts: Artefacts, catalogue: Catalogue) -> Iterator[Job]:
    """A page for each user, or all of them in shards."""
    return (_user_shards if catalogue.one_user_page else _user_pages)(site, artefacts, catalogue)


def _user_shards(site: Site, artefacts: Artefacts, catalogue: Catalogue) -> Iterator[Job]:
    known = numbers(artefacts, catalogue)
    for n, ids in enumerate(shelf(catalogue.users).shards()):
        data = partial(shard, site, artefacts, catalogue, known, ids)
        yield Job(f"assets/data-users/{n}.js", partial(_script, f"users/{n}", data))


def _script(name: str, data: Callable[[], Any], _: Environment) -> str:
    return script_data(name, data())


def _user_pages(site: Site, artefacts: Artefacts, catalogue: Catalogue) -> Iterator[Job]:
    users = list(catalogue.users.values())
    for user, previous, next_ in zip(users, [None, *users][:-1], [*users, None][1:], strict=True):
        context = partial(user_context, site, artefacts, catalogue, user, previous, next_)
        yield page_job(user.href, "user.html", context)


def _film_pages(site: Site, artefacts: Artefacts, catalogue: Catalogue) -> Iterator[Job]:
    common = shared(site, artefacts, catalogue)
    for item in artefacts.items.items:
        yield page_job(catalogue.film(item.id).href, "film.html", partial(film_context, common, item))


def _page(address: str, title: str, description: str) -> Page:
    return Page(address=address, title=title, description=description, section=address, root="")


def _not_found(site: Site, page: Page, templates: Path) -> NotFoundContext:
    # Served at any depth, where a relative link means something else each time: only an absolute one is sure.
    css = (templates / "assets" / "style" / "base.css").read_text(encoding="utf-8")
    return NotFoundContext(site, page, Markup(css.replace("</", "<\\/")), site.url or "index.html")
