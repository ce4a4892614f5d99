"""The data page: every file is there, its fields are documented, and its examples work."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import msgspec
import pytest

from recsys.export.tables import write_tables
from recsys.schema import SCHEMA, Items, Metrics, Recommendations
from recsys.site.context import PageHead
from recsys.site.pages.data import DataContext, data_context
from recsys.site.pages.data_fields import Field, fields
from tests.site.tiny import TITLES, render_html, render_pages, site_data, tiny

NODE = shutil.which("node")
FETCH = """
import { readFile } from "node:fs/promises";
globalThis.fetch = async (name) => {
  const text = await readFile(name, "utf-8");
  return { text: async () => text, json: async () => JSON.parse(text) };
};
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with all the files that a build exports."""
    folder = tmp_path_factory.mktemp("site")
    write_tables(tiny(), folder_of(folder))
    return render_pages(tiny(), folder, "data")


def folder_of(site):
    (site / "data").mkdir(exist_ok=True)
    return site / "data"


@pytest.mark.parametrize(("licence", "text"), [
    ("CC BY 4.0", 'under the licence of the <a href="about.html#data">data set</a>.'), (None, "states no licence"),
])  # fmt: skip
def test_the_page_speaks_of_a_licence_only_where_it_is_known(tmp_path, licence, text):
    artefacts = tiny()
    dataset = msgspec.structs.replace(artefacts.build.dataset, licence=licence)
    artefacts = msgspec.structs.replace(artefacts, build=msgspec.structs.replace(artefacts.build, dataset=dataset))
    page = (render_html(artefacts, tmp_path, "data", "about") / "data.html").read_text("utf-8")
    assert [sentence in page for sentence in ("under the licence of", "states no licence", text)] == [
        licence is not None, licence is None, True
    ]  # fmt: skip


def context(site) -> DataContext:
    return data_context(site_data(tiny(), site), PageHead("data.html", "Data", "", "data.html", ""))


def shown(site) -> dict[str, tuple[str, str]]:
    """The examples as they stand on the page, in Python and in JavaScript, by file."""
    text = (site / "data.html").read_text("utf-8")
    result = {}
    for article in re.findall(r'<article class="panel file".*?</article>', text, re.DOTALL):
        name = re.search(r'id="([^"]+)"', article)[1]
        codes = re.findall(r"<pre><code>(.*?)</code></pre>", article, re.DOTALL)
        result[name] = tuple(html.unescape(re.sub(r"</?span>", "", code)) for code in codes)
    return result


NAMES = [
    *("recommendations.json", "items.json", "metrics.json", "item_embeddings.json", "loss_history.json"),
    *("build.json", "deep_tower.js", "map_replay.js", "recommendations.csv", "items.csv"),
    "vectors_deep.tsv",
]


def test_every_exported_file_is_linked_once_with_its_size(site):
    text = (site / "data.html").read_text("utf-8")
    names = sorted(path.name for path in (site / "data").iterdir())
    assert sorted(re.findall(r'href="data/([^"]+)"', text)) == names
    sources = [name for name in names if not name.startswith("manifest.")]  # which is written after the pages
    assert f"comes from {len(sources)} files" in text
    assert f"{(site / 'data' / 'build.json').stat().st_size / 1000:.1f} kB</small>" in text


def test_every_example_can_be_copied(site):
    text = (site / "data.html").read_text("utf-8")
    assert text.count("<button type=\"button\" class=\"quiet needs-js\" data-copy-code>") == text.count("<pre>") > 0


def test_every_file_has_an_example_of_three_lines_in_both_languages(site):
    examples = shown(site)
    assert list(examples) == NAMES
    assert all(len(code.splitlines()) == 3 for codes in examples.values() for code in codes)
    assert {len(codes) for codes in examples.values()} == {2}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # three lines leave no room to close it
@pytest.mark.parametrize("name", NAMES)
def test_the_examples_in_python_work(site, name, monkeypatch, capsys):
    monkeypatch.chdir(site)
    variables: dict[str, object] = {}
    exec(shown(site)[name][0], variables)
    if name.startswith("vectors"):
        assert len(variables["vectors"]) == len(variables["items"]) == 5
        assert list(variables["items"].title) == [" ".join(title.split()) for title in TITLES]
    else:
        assert SAID_IN_PYTHON[name] in capsys.readouterr().out


SAID_IN_PYTHON = {
    "recommendations.json": "'constructor': [{'item': '__proto__', 'score': -0.5",
    "items.json": "p1001",
    "metrics.json": "'popularity': 0.1",
    "item_embeddings.json": "1 [0.0, 0.0]",
    "loss_history.json": "[2.0, 1.5]",
    "map_replay.js": "[32768 32768 65535 49151     0 40959 49151 16384 24576 65535]",
    "build.json": "Tiny & <b>Co</b> 6 None",
    "deep_tower.js": "[0.  0.  0.  0.  0.5]",
    "recommendations.csv": "deep    0.0",
    "items.csv": "base     2   Cléo de 5 à 7",
}


def without_rounding_errors(text: str) -> str:
    """Numbers of many digits to six; then lists of them fit a line, as Node would have printed them."""
    rounded, n = re.subn(r"\d+\.\d{8,}", lambda number: f"{float(number[0]):.6g}", text)
    return " ".join(rounded.split()) if n else text


SAID_IN_JAVASCRIPT = {
    "recommendations.json": "constructor {\n  item: '__proto__'",
    "items.json": "p1001",
    "metrics.json": "popularity { mean: 0.1",
    "item_embeddings.json": "1 [ 0, 0 ]",
    "loss_history.json": "[ 2, 1.5 ]",
    "map_replay.js": "49151,     0, 40959",
    "build.json": "Tiny & <b>Co</b> 6 null",
    "deep_tower.js": "[ [ 4, 0.95 ], [ 1, 0.225 ], [ 2, 0.1125 ], [ 3, -0.225 ] ]",
    "recommendations.csv": "'f/2',\n  '2.5', 'true',\n  '',    ''\n]",
    "items.csv": "alert(1)",
    "vectors_deep.tsv": "[ '0\\t0', '1\\t.5'",
}


@pytest.mark.skipif(NODE is None, reason="no node to run the examples in JavaScript")
@pytest.mark.parametrize("name", NAMES)
def test_the_examples_in_javascript_work(site, name):
    code = FETCH + shown(site)[name][1] + ("\nconsole.log(vectors);" if name.endswith(".tsv") else "")
    done = subprocess.run(
        [NODE, "--input-type=module", "-"], input=code, cwd=site, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stderr == ""
    assert SAID_IN_JAVASCRIPT[name] in without_rounding_errors(done.stdout)


@pytest.mark.skipif(NODE is None, reason="no node to run the examples in JavaScript")
def test_the_table_is_cut_at_commas_and_quotes_as_it_was_written(site, tmp_path):
    row = 'x,"A ""quoted"", title",1999,Drama,7,6,2.5'
    (tmp_path / "data").mkdir()
    header = "item,title,year,genres,n_ratings,n_train,mean_rating"
    (tmp_path / "data" / "items.csv").write_text(f"{header}\n{row}\n")
    done = subprocess.run(
        [NODE, "--input-type=module", "-"], input=FETCH + shown(site)["items.csv"][1], cwd=tmp_path,
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert " ".join(done.stdout.split()) == "[ 'x', 'A \"quoted\", title', '1999', 'Drama', '7', '6', '2.5' ]"


def rows(kind) -> dict[str, Field]:
    return {field.path: field for field in fields(msgspec.json.schema(kind))}


def test_fields_have_the_path_the_type_and_the_meaning_of_a_value():
    by_path = rows(Items)
    assert list(by_path)[:3] == ["schema", "items", "items[].id"]
    assert (by_path["schema"].kind, by_path["schema"].description) == (str(SCHEMA), "version of this layout")
    assert by_path["items"].kind == "list of objects"
    assert by_path["items"].description == "the catalogue, in the order of all files"
    assert by_path["items[].year"].kind == "integer or null"
    assert by_path["items[].similar"].kind == "lists of objects by key"
    assert by_path["items[].similar.*[].similarity"].kind == "number from −1 to 1"
    assert by_path["bins[].high"].kind == "number"


def test_the_fields_of_each_kind_of_object_are_listed_once():
    by_path = rows(Metrics)
    assert by_path["groups.activity[].high"].kind == "number"
    assert by_path["models.*.by_activity"].kind == "list of objects like models.*.accuracy.*"
    assert not any(path.startswith("models.*.by_activity[]") for path in by_path)
    assert by_path["agreement.models"].kind == "[text, text]"
    assert rows(Recommendations)["users.*.models"].kind == "lists of objects by key"


def test_the_page_has_the_fields_of_the_schema_next_to_the_file(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "items.json").write_text("{}")
    schema = {"$ref": "#/$defs/A", "$defs": {"A": {"properties": {"x": {"type": "integer", "description": "``y``"}}}}}
    (tmp_path / "data" / "items.schema.json").write_text(json.dumps(schema))
    ((entry,),) = (group.entries for group in context(tmp_path).groups)
    assert entry.fields == (Field("x", "integer", "y"),)
    assert entry.schema.name == "items.schema.json"


def test_the_tower_is_described_by_its_schema_and_absent_where_deep_was_not_built(site, tmp_path):
    ((entry, _),) = (group.entries for group in context(site).groups if group.name == "scripts")
    assert entry.schema.name == "deep_tower.schema.json"
    by_path = {field.path: field for field in entry.fields}
    assert by_path["item_ids"].kind == "list of texts"
    assert by_path["map.axes"].kind == "list of lists of numbers"
    assert all(field.description for field in entry.fields)
    base = render_html(tiny(("base",)), tmp_path, "data")
    assert "deep_tower" not in (base / "data.html").read_text("utf-8")


def test_a_file_without_a_description_is_listed_last(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "new.bin").write_bytes(b"123")
    (tmp_path / "data" / "vectors_deep.tsv").write_text("1")  # without its metadata
    (group,) = context(tmp_path).groups
    assert group.name == "other"
    assert [(file.name, file.size) for entry in group.entries for file in entry.files] == [
        ("new.bin", 3), ("vectors_deep.tsv", 1)
    ]  # fmt: skip


def test_vectors_come_with_advice_on_the_projector(site, tmp_path):
    text = (site / "data.html").read_text("utf-8")
    assert '<a href="https://projector.tensorflow.org" rel="noreferrer">' in text
    assert "<code>vectors_deep.tsv</code> in step 1" in text
    assert "projector.tensorflow" not in (render_html(tiny(), tmp_path, "data") / "data.html").read_text("utf-8")


def test_without_files_the_page_says_so(tmp_path):
    page = context(tmp_path)
    assert (page.groups, page.n_files, page.size) == ((), 0, 0)
