"""Everything that a page loads is addressed by its content, and the manifest lists every file."""

import hashlib
import json
import re
import shutil

import jsonschema
import msgspec
import pytest

from recsys.export.files import write_artefacts
from recsys.export.script import script_of, stamp_in
from recsys.site.output.manifest import MANIFEST, hash_files, read_manifest
from recsys.site.render import render_site
from tests.site.markup import pages
from tests.site.pages.test_any_user import large
from tests.site.tiny import TEMPLATES, render, tiny, with_pages

ADDRESS = re.compile(r"(?:\.\./)*assets/[\w.-]+\?v=([0-9a-f]{8})")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return render(tiny(), tmp_path_factory.mktemp("site"))


def renamed(name="Other"):
    artefacts = tiny()
    dataset = msgspec.structs.replace(artefacts.build.dataset, name=name)
    return msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, dataset=dataset))


def build_of(folder, page="index.html"):
    return re.search(r"<html lang=en data-build=(\w{8})>", (folder / page).read_text("utf-8"))[1]


def test_every_file_that_a_page_loads_has_a_hash_in_its_address(site):
    for address, page in pages(site).items():
        loads = [load for load in page.loads if not load.startswith("data:")]
        assert loads, address
        assert [load for load in loads if not ADDRESS.fullmatch(load)] == [], address


def test_pictures_in_style_sheets_and_files_in_scripts_have_one_too(site):
    sheets = "".join(path.read_text("utf-8") for path in (site / "assets").glob("*.css"))
    pictures = re.findall(r'url\("((?!data:)[^"]+)"\)', sheets)
    assert {picture.partition("?")[0] for picture in pictures} == {"favicon.svg", "map-base.png", "map-deep.png"}
    scripts = "".join(path.read_text("utf-8") for path in (site / "assets").glob("[!bd]*.js"))
    for address in (*pictures, *re.findall(r'"assets/([^"]+)"', scripts)):
        name, _, version = address.partition("?v=")
        content = (site / "assets" / name).read_bytes()
        runs_for_one_version = f'"{version}") === "{version}"'.encode() in content
        assert version and (runs_for_one_version or hashlib.sha256(content).hexdigest().startswith(version))


def test_an_address_changes_with_the_content_and_with_nothing_else(tmp_path):
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    for name, more in (("tables/main.js", "console.log(1);\n"), ("map/map.css", "b { color: red }\n")):
        path = templates / "assets" / name
        path.write_text(path.read_text("utf-8") + more, encoding="utf-8")
    addresses = []
    for n, source in enumerate((TEMPLATES, templates)):
        (tmp_path / str(n)).mkdir()
        artefacts = with_pages(tiny(), "users", "items", "map")
        write_artefacts(artefacts, tmp_path / str(n) / "data")
        render_site(artefacts, source, tmp_path / str(n))
        addresses.append({load for page in pages(tmp_path / str(n)).values() for load in page.loads})
    assert {address.partition("?")[0] for address in addresses[0] ^ addresses[1]} == {
        "assets/map.css",
        "assets/tables.js",
    }


@pytest.mark.parametrize("artefacts", [tiny(), large()], ids=["user pages", "any user"])
def test_every_page_and_every_data_script_of_a_build_has_its_stamp(tmp_path, artefacts):
    folder = render(artefacts, tmp_path)
    stamps = {build_of(folder, page) for page in pages(folder) if page != "404.html"}
    scripts = [path for pattern in ("data-*.js", "data-*/*.js") for path in (folder / "assets").glob(pattern)]
    assert scripts
    assert {stamp_in(path.read_text("utf-8")) for path in scripts} == stamps
    assert len(stamps) == 1


def test_another_export_has_another_stamp_and_the_same_one_the_same(site, tmp_path):
    assert build_of(render(tiny(), tmp_path / "same")) == build_of(site)
    assert build_of(render(renamed(), tmp_path / "other")) != build_of(site)


def test_exported_scripts_carry_a_hash_of_what_they_say_which_their_pages_expect(site):
    for name, page, attribute in (("deep_tower", "rate.html", "tower"), ("map_replay", "map.html", "replay")):
        stamp = stamp_in((site / "data" / f"{name}.js").read_text("utf-8"))
        assert f'data-{attribute}="{stamp}"' in (site / page).read_text("utf-8")
        assert re.fullmatch("[0-9a-f]{8}", stamp)
    assert stamp_in(script_of("a", "1")) != stamp_in(script_of("a", "2"))


def test_an_export_of_an_earlier_version_whose_scripts_have_no_stamp_renders(site, tmp_path):
    shutil.copytree(site / "data", tmp_path / "data", ignore=shutil.ignore_patterns("manifest.*"))
    for name in ("deep_tower", "map_replay"):
        path = tmp_path / "data" / f"{name}.js"
        text = path.read_text("utf-8")
        path.write_text(text[text.index(");((") + 2 :], encoding="utf-8")
        assert stamp_in(path.read_text("utf-8")) == ""
    render_site(tiny(), TEMPLATES, tmp_path)
    assert 'data-tower=""' in (tmp_path / "rate.html").read_text("utf-8")


def test_the_manifest_has_the_sha256_of_every_file_but_itself(site):
    manifest = json.loads((site / MANIFEST).read_text("utf-8"))
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    del files[MANIFEST]
    assert list(manifest["files"]) == sorted(files)
    for address, path in files.items():
        assert manifest["files"][address] == hashlib.sha256(path.read_bytes()).hexdigest(), address
    schema = json.loads((site / "data" / "manifest.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(manifest)
    assert read_manifest((site / MANIFEST).read_bytes()) == manifest["files"]


def test_a_file_called_manifest_elsewhere_is_listed(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "manifest.json").write_text("x")
    assert list(hash_files(tmp_path)) == ["assets/manifest.json"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"files": []}', b'{"files": {"a": 1}}', b"\xff"])
def test_what_is_no_manifest_is_read_as_none(content):
    assert read_manifest(content) is None
