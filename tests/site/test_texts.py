"""The file of texts and what uses it: every key is used and exists, and no text is left elsewhere."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from recsys.site.language.strings import Strings
from tests.site.tiny import STRINGS, TEMPLATES

ROOT = TEMPLATES.parent
SITE = ROOT / "recsys" / "site"
MODULES = [*sorted((SITE / "pages").glob("*.py")), *sorted((SITE / "charts").glob("*.py"))]
MODULES += [*sorted((SITE / "images").glob("*.py")), SITE / "catalogue.py", SITE / "render.py", SITE / "outside.py"]
PAGES = sorted(TEMPLATES.glob("*.html"))
SCRIPTS = [path for path in sorted((TEMPLATES / "assets").rglob("*.js")) if path.parent.name != "imports"]
"""Those of imports have names of the columns of other sites."""
SOURCES = [SITE / "output" / "legend.py", *MODULES, *PAGES, *sorted((TEMPLATES / "assets").rglob("*.js"))]

NOT_TEXTS = {"data_examples.py", "data_fields.py"}
"""Code that people read, and a schema in words of its own."""
NAMES = {
    *("Marquee", "marquee --evaluate-new-users"),
    *("button primary", "stars halves"),  # classes
    *("marquee ratings \0", "marquee rated \0", "marquee discovery \0"),  # keys of the store
    "input:not([type=radio], [type=checkbox]), textarea, select", "body > header nav a[aria-current]",
    *("\0: the script holds no data", "\0 did not load"),  # causes of errors whose text is another
}
"""What is not for people, or not translated."""
KEY = re.compile(r"""(["'])([a-z_]+(?:\.\w+)+)\1""")
FILE_ENDINGS = {"html", "js", "css", "json", "csv", "tsv", "svg", "png", "txt", "toml", "py"}
WORDS = re.compile(r"[A-Za-z’]{2,},? [a-z’]{2,}")
SENTENCE = re.compile(r"(?:^|[ >])(?:[A-Z][a-z’]+|[a-z]{2,}),? [a-z’]{2,}(?: |[.…:?!,]|$)")
KINDS = [Strings(TEMPLATES / "strings" / "en.toml", {**dict.fromkeys(
    ("item", "items", "do", "did", "genre", "genres", "value", "dataset", "discovery"), "x")}, conditions, "film")
    for conditions in (
        ("scale", "temporal", "genres", "years"), ("counts",), ("equal", "temporal"), ("discovery",),
        ("unmeasured", "hide_rated", "name_all"), ("unvalidated", "name_none"), (),
    )]  # fmt: skip


def used_keys(path: Path) -> set[str]:
    """What looks like a key of a text among the quoted texts of a file."""
    sections = {key.partition(".")[0] for key in STRINGS.keys}
    code = re.sub(r"(?m)^\s*//.*$", "", path.read_text(encoding="utf-8"))
    keys = {match[2] for match in KEY.finditer(code)}
    return {key for key in keys if key.partition(".")[0] in sections and key.rpartition(".")[2] not in FILE_ENDINGS}


def test_every_text_is_used_and_every_text_that_is_used_exists():
    used = {key: path.name for path in SOURCES for key in used_keys(path)}
    assert {key: name for key, name in used.items() if key not in STRINGS.keys} == {}
    assert STRINGS.keys - used.keys() == set()


def test_texts_have_one_kind_of_apostrophe_and_no_space_before_a_percent_sign():
    text = tomllib.loads((TEMPLATES / "strings" / "en.toml").read_text(encoding="utf-8"))
    del text["language"]
    assert re.findall(r"[^\"]*(?:'|[\s\u202f]%)[^\"]*", json.dumps(text, ensure_ascii=False)) == []


def calls_in_template(path: Path) -> Iterator[tuple[str, set[str]]]:
    """The keys that a template gives to ``t``, each with the names of the parameters."""
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8").replace("endif +%", "endif %"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            for key in call.args[0].find_all(nodes.Const) if not isinstance(call.args[0], nodes.Const) else call.args:
                if isinstance(key.value, str) and key.value in STRINGS.keys:
                    yield key.value, {keyword.key for keyword in call.kwargs}


def calls_in_module(path: Path) -> Iterator[tuple[str, set[str]]]:
    """The same for a Python module, but for calls whose parameters come from a mapping."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and call.args and all(keyword.arg for keyword in call.keywords):
            for key in ast.walk(call.args[0]):
                if isinstance(key, ast.Constant) and key.value in STRINGS.keys and isinstance(key.value, str):
                    yield key.value, {str(keyword.arg) for keyword in call.keywords}


@pytest.mark.parametrize("path", [*PAGES, *MODULES], ids=lambda path: path.name)
def test_texts_are_given_their_parameters_whatever_the_data(path):
    calls = calls_in_template(path) if path.suffix == ".html" else calls_in_module(path)
    for key, names in calls:
        for strings in KINDS:
            assert names == strings.parameters(key), key


def visible(template: str) -> Iterator[str]:
    """The texts of a template outside of expressions, and those of attributes that people read or hear."""
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "\0", template, flags=re.DOTALL)
    yield from re.findall(r'(?:aria-label|placeholder|alt|title|data-placeholder)="([^"]*)"', markup)
    yield from re.split(r"<[^>]*>", re.sub(r"<style.*?</style>", "", markup, flags=re.DOTALL))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_text_is_left_in_a_template(path):
    template = path.read_text(encoding="utf-8")
    literals = [
        node.value
        for node in Environment().parse(template).find_all(nodes.Const)
        if isinstance(node.value, str) and WORDS.search(node.value)
    ]
    left = [text.strip("\0 ·\n") for text in visible(template) if re.search(r"[A-Za-z]{2}", text)]
    assert [text for text in (*literals, *left) if text not in NAMES] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name not in NOT_TEXTS], ids=lambda path: path.name)
def test_no_text_is_left_in_a_module_of_pages(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            skipped.update(id(part) for part in ast.walk(node))  # messages of the build, docstrings
    left = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
    ]
    assert [text for text in left if WORDS.search(text) and text not in NAMES] == []


def literals(script: str) -> Iterator[str]:
    """The string literals of a script; in templates without what they insert."""
    code = re.sub(r"(?m)^\s*//.*$|(?<=[;,{)\]]) // .*$", "", script)
    for match in re.finditer(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`', code):
        yield match[1] if match[1] is not None else re.sub(r"\$\{[^}]*\}", "\0", match[2])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_text_is_left_in_a_script(path):
    script = path.read_text(encoding="utf-8")
    assert [text for text in literals(script) if SENTENCE.search(text) and text not in NAMES] == []
