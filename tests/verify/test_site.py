"""A whole site: what is read, and what is not."""

import json

import pytest

from recsys.errors import OutputError
from recsys.site.output.manifest import write_manifest
from recsys.verify import verify_site
from tests.verify.example import ROWS, write_site


@pytest.fixture
def site(tmp_path):
    return write_site(tmp_path / "site")


def test_a_site_as_it_was_built_is_verified(site):
    verification = verify_site(site)
    assert verification.differences == ()
    assert verification.n_files == sum(1 for path in site.rglob("*") if path.is_file())
    assert verification.n_rows == ROWS
    assert verification.n_figures > 100


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_is_no_site_is_refused_in_one_sentence(tmp_path, exists):
    folder = tmp_path if exists else tmp_path / "absent"
    with pytest.raises(OutputError, match="has no folder data" if exists else "is no folder"):
        verify_site(folder)


def test_a_figure_that_was_changed_together_with_the_manifest_is_named(site):
    path = site / "data" / "metrics.json"
    metrics = json.loads(path.read_text("utf-8"))
    metrics["models"]["deep"]["accuracy"]["recall"]["mean"] = 0.5
    path.write_text(json.dumps(metrics), encoding="utf-8")
    write_manifest(site)
    [difference] = verify_site(site).differences
    assert difference.startswith("data/metrics.json: deep recall mean is 0.5, the lists give 0.")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "data/metrics.json: Input data was truncated"),
        ('{"schema": 2, "k": "ten"}', "data/metrics.json: "),
        ('{"schema": 1}', "data/metrics.json: written in schema 1, this version reads 2"),
        ('{"schema": 2, "a": ' + 99_999 * "[", "data/metrics.json: its JSON is nested too deep"),
    ],
)
def test_an_exported_file_that_is_not_of_its_type_is_named(site, content, reason):
    (site / "data" / "metrics.json").write_text(content)
    write_manifest(site)
    [difference] = verify_site(site).differences
    assert difference.startswith(reason)


def test_an_exported_file_that_is_a_link_is_not_read(site):
    (site / "data" / "items.json").rename(site.parent / "items.json")
    (site / "data" / "items.json").symlink_to(site.parent / "items.json")
    differences = verify_site(site).differences
    assert "data/items.json: is missing, so that no figure can be computed again" in differences
    assert "data/items.json: is a link or a device; expected files alone" in differences
