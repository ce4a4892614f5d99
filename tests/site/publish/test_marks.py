"""A site is known by its marks, whole or torn; a folder that holds a file of somebody else's is none."""

import pytest

from recsys.site.publish.marks import is_marquee_site
from tests.site.publish.small_sites import build, make_site, names_in


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", '{"generator": {"name": "hugo"}}', '{"generator": "marquee"}', '{"generator": ' + 9999 * "["],
)
def test_a_folder_whose_build_json_names_another_generator_is_no_site(parent, content):
    site = make_site(parent / "site")
    (site / "data" / "build.json").write_text(content)
    (site / "data" / "manifest.json").unlink()
    assert not is_marquee_site(site)


@pytest.mark.parametrize("manifest", ["gone", "cut off", "none"])
def test_a_site_without_a_manifest_is_replaced(parent, manifest):
    path = make_site(parent / "site") / "data" / "manifest.json"
    if manifest == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40] if manifest == "cut off" else b"")
    build(parent / "site")
    assert (parent / "site" / "index.html").read_text() == "new"


@pytest.mark.parametrize("content", [None, b"", b'{"sche', b"\0" * 100])
def test_a_site_that_has_lost_build_json_is_replaced_by_the_next_build(parent, content):
    site = make_site(parent / "site")
    (site / "data" / "build.json").unlink()
    (site / "index.html").unlink()
    if content is not None:
        (site / "data" / "build.json").write_bytes(content)
    build(site)
    assert (site / "index.html").read_text() == "new"
    assert names_in(parent) == ["site"]


def test_a_build_json_that_was_cut_off_after_its_generator_is_known_though_there_is_no_manifest(parent):
    site = make_site(parent / "site")
    (site / "data" / "manifest.json").unlink()
    (site / "data" / "build.json").write_text('{"schema":2,"generator":{"name":"marquee","vers')
    assert is_marquee_site(site)
    (site / "data" / "build.json").write_text('{"schema":2,"generator":{"name":"marqueer","vers')
    assert not is_marquee_site(site)


def test_a_torn_site_with_a_file_that_its_manifest_does_not_list_is_left_alone(parent):
    site = make_site(parent / "site")
    (site / "data" / "build.json").unlink()
    (site / "thesis.tex").write_text("years of work")
    assert not is_marquee_site(site)


def test_a_torn_site_with_a_link_in_it_is_left_alone(parent):
    site = make_site(parent / "site")
    (site / "data" / "build.json").unlink()
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(parent)
    assert not is_marquee_site(site)


@pytest.mark.parametrize(
    "content", ["{}", '{"files": {}}', '{"files": {"thesis.tex": "' + 64 * "0" + '"}}', 9999 * "["]
)
def test_a_manifest_of_another_program_is_no_mark(parent, content):
    (parent / "mine" / "data").mkdir(parents=True)
    (parent / "mine" / "data" / "manifest.json").write_text(content)
    (parent / "mine" / "thesis.tex").write_text("years of work")
    assert not is_marquee_site(parent / "mine")
