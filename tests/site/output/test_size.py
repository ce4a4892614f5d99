from __future__ import annotations

from functools import partial

import msgspec
import pytest

from recsys.errors import OutputError
from recsys.export.files import write_artefacts
from recsys.site.output import size as module
from recsys.site.output.limits import Limits, check_page_count
from recsys.site.output.manifest import ENTRY_BYTES
from recsys.site.output.size import Size, check_size
from recsys.site.render import render_site
from tests.site.pages.test_any_user import large
from tests.site.tiny import STRINGS, TEMPLATES, tiny


def rendered(artefacts, out):
    """The estimated sizes, and the actual one."""
    estimates = []
    out.mkdir(exist_ok=True)
    write_artefacts(artefacts, out / "data")
    render_site(artefacts, TEMPLATES, out, on_size=estimates.append)
    sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return estimates, Size(len(sizes), sum(sizes))


@pytest.mark.parametrize("kind", ["pages", "shards"])
def test_the_estimated_size_is_about_right(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(module, "_TOP_PAGE_BYTES", 12_000)  # smaller on a site of 5 items, and most of it
    (estimate,), actual = rendered(large() if kind == "shards" else tiny(), tmp_path)
    assert estimate.n_bytes == pytest.approx(actual.n_bytes, rel=0.15)
    assert estimate.files == actual.files


def test_the_size_is_estimated_from_a_sample_of_each_kind_and_the_manifest(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_N_SAMPLES", 1)
    rendered_jobs = []
    renderer = module.Renderer(TEMPLATES, tmp_path, STRINGS)

    def text(environment, n):
        rendered_jobs.append(n)
        return "x" * 1000

    jobs = [module.Job(f"items/{n}.html", partial(text, n=n)) for n in range(9)]
    assert module.estimate_size(jobs, renderer, tmp_path, 0) == Size(9 + 2, 9 * 1000 + 11 * ENTRY_BYTES)
    assert rendered_jobs == [4]


@pytest.mark.parametrize("setting", [{"max_files": 20}, {"max_megabytes": 1}])
def test_a_site_that_would_be_too_large_is_refused_before_any_page_is_written(tmp_path, setting):
    artefacts = tiny()
    build = msgspec.structs.replace(artefacts.build, config={**artefacts.build.config, **setting})
    write_artefacts(artefacts, tmp_path / "data")
    with pytest.raises(OutputError) as caught:
        render_site(msgspec.structs.replace(artefacts, build=build), TEMPLATES, tmp_path)
    sentence = str(caught.value)
    for part in ("files, about", "MB", "GitHub Pages", "user_pages", *setting):
        assert part in sentence
    assert list(tmp_path.rglob("*.html")) == []


def test_the_limits_themselves_are_allowed():
    check_size(Size(5, 2_000_000), Limits(max_files=5, max_megabytes=2))
    with pytest.raises(OutputError, match="6 files"):
        check_size(Size(6, 2_000_000), Limits(max_files=5, max_megabytes=2))
    with pytest.raises(OutputError, match=r"about 2\.0 MB; expected 5 files and 2 MB"):
        check_size(Size(5, 2_000_001), Limits(max_files=5, max_megabytes=2))


def test_sizes_are_formatted():
    assert Size(12_345, 123_456_789).in_words() == "12,345 files, about 123 MB"
    assert Size(7, 1_234_000).in_words() == "7 files, about 1.2 MB"


def test_too_many_pages_are_refused_before_anything_is_computed():
    check_page_count(6, 4, Limits(user_pages=6, max_files=10))
    check_page_count(1_000_000, 10, Limits(user_pages=6, max_files=10))
    with pytest.raises(OutputError, match="4 items and 6 users would have 10 pages of their own; expected 9 files"):
        check_page_count(6, 4, Limits(user_pages=6, max_files=9))
    with pytest.raises(OutputError, match=r"11 pages of their own.+raise max_files"):
        check_page_count(7, 11, Limits(user_pages=6, max_files=10))
