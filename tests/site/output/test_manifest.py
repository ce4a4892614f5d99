"""The manifest lists what was written, and a site is complete if it has that and nothing else."""

import pytest

from recsys.errors import OutputError
from recsys.site.output import writer as writer_module
from recsys.site.output.manifest import check_complete, compare_with_manifest, hash_files, write_manifest
from recsys.site.render import render_site
from tests.site.tiny import TEMPLATES, render_pages, tiny


@pytest.fixture
def site(tmp_path):
    (tmp_path / "data").mkdir()
    for address in ("index.html", "data/items.json"):
        (tmp_path / address).write_text(address)
    return tmp_path


def test_a_site_that_lacks_a_file_that_was_written_is_not_complete(site):
    check_complete(site, ["index.html", "data/items.json"])
    with pytest.raises(OutputError, match=r"^map\.html and 1 more: was written and is gone, so another"):
        check_complete(site, ["index.html", "data/items.json", "map.html", "users.html"])


def test_a_site_with_a_file_that_nobody_wrote_is_not_complete(site):
    with pytest.raises(OutputError, match=r"^data/items\.json: is not of the site, so another program has changed"):
        check_complete(site, ["index.html"])


def test_a_page_that_is_deleted_while_others_are_written_is_noticed(tmp_path, monkeypatch):
    out = render_pages(tiny(), tmp_path / "first")
    text = writer_module.Writer.text

    def write_and_delete(self, address, content):
        text(self, address, content)
        if address == "assets/data-search.js":
            (tmp_path / "second" / address).unlink()

    (tmp_path / "second").mkdir()
    (out / "data").rename(tmp_path / "second" / "data")
    for name in ("manifest.json", "manifest.schema.json"):
        (tmp_path / "second" / "data" / name).unlink()
    monkeypatch.setattr(writer_module.Writer, "text", write_and_delete)
    with pytest.raises(OutputError, match=r"^assets/data-search\.js: was written and is gone"):
        render_site(tiny(), TEMPLATES, tmp_path / "second")


def test_a_folder_is_compared_with_a_manifest_by_names_and_contents(site):
    write_manifest(site)
    digests = hash_files(site)
    assert not compare_with_manifest(site, digests)
    (site / "index.html").write_text("index.HTML")
    (site / "more.html").write_text("")
    differences = compare_with_manifest(site, {**digests, "gone.html": 64 * "0"})
    assert (differences.missing, differences.changed) == (("gone.html",), ("index.html",))
    assert (differences.added, differences.others) == (("more.html",), ())
