"""A disk that is full while any kind of file is written: its address is said, and the old site stays."""

from __future__ import annotations

import errno
import os

import msgspec
import pytest

from recsys import pipeline
from recsys.config import PresentationConfig
from recsys.errors import OutputError
from recsys.export.script import short_hash
from recsys.site.publish.staging import staging_folder
from recsys.site.render import render_site
from tests.faults.shim import watched
from tests.site.publish.small_sites import make_site, snapshot
from tests.site.tiny import TEMPLATES, tiny

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def out(parent):
    return make_site(parent / "site")


def build_with_a_disk_that_fails_at(out, address, error, n_workers=0):
    """Export and render a small site, and let every write to one of its files fail."""

    def fail(operation):
        if operation.name in ("open", "write") and operation.path.endswith(f"/{address}"):
            raise OSError(error, os.strerror(error))

    artefacts = tiny()
    presentation = msgspec.structs.replace(artefacts.build.presentation, pages=[])
    build = msgspec.structs.replace(artefacts.build, presentation=presentation)
    artefacts = msgspec.structs.replace(artefacts, build=build)
    logo = out.parent / "logo.svg"
    logo.write_bytes(LOGO)
    with watched([out.parent], fail), staging_folder(out) as staging:
        pipeline.export(artefacts, staging / "data", presentation=PresentationConfig(logo=str(logo)))
        render_site(artefacts, TEMPLATES, staging, n_workers=n_workers)


ADDRESSES = [
    "data/build.json",
    "data/metrics.schema.json",
    "data/recommendations.csv",
    "data/vectors_base.tsv",
    f"data/logo-{short_hash(LOGO)}.svg",
    "assets/style.css",
    "assets/data-search.js",
    "index.html",
    "items/4.html",
    "data/manifest.schema.json",
    "data/manifest.json",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_full_disk_is_reported_with_the_address_of_the_file(parent, out, address):
    before = snapshot(out)
    sentence = rf"^{address}: cannot be written \(No space left on device\); free some space and build again$"
    with pytest.raises(OutputError, match=sentence):
        build_with_a_disk_that_fails_at(out, address, errno.ENOSPC)
    assert snapshot(out) == before
    assert sorted(path.name for path in parent.iterdir()) == ["logo.svg", "site"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_disk_that_is_full_in_a_process_that_renders_is_reported_as_well(parent, out):
    before = snapshot(out)
    with pytest.raises(OutputError, match=r"^items/5\.html: cannot be written \(No space left on device\)"):
        build_with_a_disk_that_fails_at(out, "items/5.html", errno.ENOSPC, n_workers=1)
    assert snapshot(out) == before
    assert sorted(path.name for path in parent.iterdir()) == ["logo.svg", "site"]


def test_a_disk_that_refuses_for_another_reason_is_not_said_to_be_full(out):
    with pytest.raises(OutputError, match=r"\(Read-only file system\); check the permissions of its folder"):
        build_with_a_disk_that_fails_at(out, "data/build.json", errno.EROFS)


def test_a_folder_beside_the_site_that_cannot_be_made_for_want_of_space_is_reported(parent, out):
    def fail(operation):
        if operation.name == "mkdir":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = snapshot(parent)
    with (
        pytest.raises(OutputError, match=r"a folder beside the site cannot be made \(No space left on device\)"),
        watched([parent], fail),
        staging_folder(out),
    ):
        pass
    assert snapshot(parent) == before
