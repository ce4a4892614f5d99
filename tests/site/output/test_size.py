from __future__ import annotations

import msgspec
import pytest

from recsys.errors import OutputError
from recsys.export.files import write_artefacts
from recsys.site.output import size as module
from recsys.site.output.limits import Limits, check_page_count
from recsys.site.output.size import Size, check_size
from recsys.site.render import render_site
from tests.site.pages.test_any_user import large
from tests.site.tiny import TEMPLATES, tiny


def rendered(artefacts, out):
    """The size that was told, and the one that came out."""
    told = []
    write_artefacts(artefacts, out / "data")
    render_site(artefacts, TEMPLATES, out, on_size=told.append)
    sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return told, Size(len(sizes), sum(sizes))


@pytest.mark.parametrize("kind", ["pages", "shards"])
def test_the_size_is_told_before_and_is_about_right(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(module, "_TOP_PAGE_BYTES", 12_000)  # smaller on a site of 5 items, and most of it
    (told,), found = rendered(large() if kind == "shards" else tiny(), tmp_path)
    assert told.n_bytes == pytest.approx(found.n_bytes, rel=0.15)
    assert told.files == found.files


def test_a_few_of_each_kind_stand_for_all_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_N_SAMPLES", 1)
    made = []
    renderer = module.Renderer(TEMPLATES, tmp_path)
    jobs = [module.Job(f"films/{n}.html", lambda environment, n=n: made.append(n) or "x" * 1000) for n in range(9)]
    assert module.estimate_size(jobs, renderer, tmp_path, 0) == Size(9, 9000)
    assert made == [4]


@pytest.mark.parametrize("setting", [{"max_files": 20}, {"max_megabytes": 1}])
def test_too_large_a_site_is_a_sentence_before_any_page_is_written(tmp_path, setting):
    found = tiny()
    build = msgspec.structs.replace(found.build, config={**found.build.config, **setting})
    write_artefacts(found, tmp_path / "data")
    with pytest.raises(OutputError) as caught:
        render_site(msgspec.structs.replace(found, build=build), TEMPLATES, tmp_path)
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


def test_sizes_are_written_for_people():
    assert Size(12_345, 123_456_789).in_words() == "12,345 files, about 123 MB"
    assert Size(7, 1_234_000).in_words() == "7 files, about 1.2 MB"


def test_more_pages_than_files_are_allowed_is_a_sentence_at_once():
    check_page_count(6, 4, Limits(user_pages=6, max_files=10))
    check_page_count(1_000_000, 10, Limits(user_pages=6, max_files=10))
    with pytest.raises(OutputError, match="4 films and 6 users would have 10 pages of their own; expected 9 files"):
        check_page_count(6, 4, Limits(user_pages=6, max_files=9))
    with pytest.raises(OutputError, match=r"11 pages of their own.+raise max_files"):
        check_page_count(7, 11, Limits(user_pages=6, max_files=10))
