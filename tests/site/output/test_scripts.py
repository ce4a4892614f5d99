"""The joiner of scripts: tiny modules in, one classic script out, or a sentence that names the file."""

import json
import shutil
import subprocess

import pytest

from recsys.errors import OutputError
from recsys.site.language.strings import Strings
from recsys.site.output.scripts import join_modules
from tests.site.tiny import STRINGS, TEMPLATES

NODE = shutil.which("node")
MAIN = """\
// Say hello.
import { greet, WORDS } from "./greet.js";
import { print } from "../shared/print.js";

print(greet(WORDS[0]));
"""
GREET = """\
import { print } from "../shared/print.js";

export const WORDS = ["world"];

const prefix = "hello ";

export function greet(word) {
  const print = prefix; // local, so it may have any name
  return print + word;
}
print("loaded");
"""
PRINT = """\
export async function unused() {}
export const print = (text) => console.log(text);
"""
JOINED = """\
"use strict";

{
async function unused() {}
const print = (text) => console.log(text);

const WORDS = ["world"];

const prefix = "hello ";

function greet(word) {
const print = prefix; // local, so it may have any name
return print + word;
}
print("loaded");

print(greet(WORDS[0]));
}
"""


@pytest.fixture
def write(tmp_path):
    """Writes modules, by address, and returns the first one's path."""

    def write_modules(**modules):
        paths = [tmp_path / name.replace("__", "/").replace("_js", ".js") for name in modules]
        for path, text in zip(paths, modules.values(), strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return paths[0]

    return write_modules


def test_a_template_of_several_lines_stays_as_it_is(write):
    lines = "const rows = `\n  <a>\n`;"
    assert lines in join_modules(write(page__main_js=lines))


def refusal(entry) -> str:
    with pytest.raises(OutputError) as caught:
        join_modules(entry)
    return str(caught.value)


def test_each_module_comes_once_after_its_imports_in_one_scope(write):
    entry = write(page__main_js=MAIN, page__greet_js=GREET, shared__print_js=PRINT)
    assert join_modules(entry) == JOINED


@pytest.mark.skipif(NODE is None, reason="no node to run the joined script")
def test_the_joined_script_does_what_the_modules_do(write, tmp_path):
    entry = write(page__main_js=MAIN, page__greet_js=GREET, shared__print_js=PRINT)
    (tmp_path / "joined.cjs").write_text(join_modules(entry, STRINGS), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    joined, modules = (
        subprocess.run([NODE, path], capture_output=True, check=True, text=True).stdout
        for path in (tmp_path / "joined.cjs", entry)
    )
    assert joined == modules == "loaded\nhello world\n"


def test_an_imported_file_that_does_not_exist_is_named(write, tmp_path):
    entry = write(main_js='import { a } from "./gone.js";\n')
    assert refusal(entry) == f"{entry}: imports {tmp_path / 'gone.js'}, which does not exist"


def test_an_imported_name_that_is_not_exported_is_named(write):
    entry = write(main_js='import { a, b, c } from "./other.js";\n', other_js="export const a = 1;\nconst b = 2;\n")
    assert refusal(entry) == f"{entry}: imports b, c from {entry.with_name('other.js')}, which does not export it"


def test_modules_that_import_each_other_in_a_circle_are_refused(write):
    entry = write(
        main_js='import { a } from "./a.js";\n',
        a_js='import { b } from "./b.js";\nexport const a = 1;\n',
        b_js='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    assert refusal(entry) == f"{entry.with_name('a.js')}: imports itself: a.js -> b.js -> a.js"


@pytest.mark.parametrize(
    "declaration",
    [
        *("const a = 2;", "let a;", "var a;", "class a {}"),
        *("function a() {}", "function* a() {}", "async function a() {}"),
        *("const { b, a } = {};", "const { b: a } = {};", "const [b, a] = [];", "export const a = 2;"),
    ],
)
def test_two_modules_that_declare_the_same_top_level_name_are_refused(write, declaration):
    entry = write(main_js=f'import {{ a }} from "./other.js";\n{declaration}\n', other_js="export const a = 1;\n")
    assert refusal(entry) == f"{entry}: declares a, as {entry.with_name('other.js')} does; rename one of them"


def test_a_name_that_is_renamed_when_taken_apart_is_no_declaration(write):
    entry = write(main_js='import { a } from "./b.js";\nconst { a: c } = { a };\n', b_js="export const a = 1;\n")
    assert "const { a: c } = { a };" in join_modules(entry)


@pytest.mark.parametrize(
    "line",
    [
        *('import a from "./b.js";', 'import "./b.js";', 'import * as b from "./b.js";', "import {"),
        "import { a } from './b.js';",
        *('import { a as b } from "./b.js";', 'import { a } from "b";', 'const b = import("./b.js");'),
        *("export default 1;", "export { a };", 'export * from "./b.js";', "  const url = import.meta.url;"),
    ],
)
def test_a_form_that_is_not_supported_is_refused_with_its_line(write, line):
    entry = write(main_js=f"// First line.\n{line}\n", b_js="export const a = 1;\n")
    assert refusal(entry).startswith(f"{entry}:2: unsupported form: {line.strip()}; expected import ")


@pytest.mark.parametrize(
    "line", ["const {", "const { a = 1 } = {};", "const { a: { b } } = {};", "let [a, ...b] = [];"]
)
def test_a_declaration_whose_names_cannot_be_read_is_refused(write, line):
    entry = write(main_js=f"{line}\n")
    assert refusal(entry) == f"{entry}:1: cannot read which names this line declares: {line}"


def test_comments_and_texts_may_speak_of_imports(write):
    text = "// An import (of data). We export nothing.\nconst text = 'important, exported';\n"
    assert "const text = 'important, exported';\n" in join_modules(write(main_js=text))


@pytest.mark.skipif(NODE is None, reason="no node to check the joined script")
@pytest.mark.parametrize("entry", sorted((TEMPLATES / "assets").glob("*/main.js")), ids=lambda path: path.parent.name)
def test_every_script_of_the_site_is_one_that_a_browser_can_read(entry, tmp_path):
    (tmp_path / "joined.cjs").write_text(join_modules(entry, STRINGS), encoding="utf-8")
    done = subprocess.run([NODE, "--check", tmp_path / "joined.cjs"], capture_output=True, check=False, text=True)
    assert done.stderr == ""


TEXTS = """\
[map]
title = "The map of {items}"
films = {one = "{n} {item}", other = "{n} {items}"}
unused = "Never"
"""
USES = 'import { t } from "./strings.js";\n'


@pytest.fixture
def texts(tmp_path):
    shutil.copy(TEMPLATES / "assets" / "shared" / "strings.js", tmp_path / "strings.js")
    (tmp_path / "en.toml").write_text(TEXTS, encoding="utf-8")
    return Strings(tmp_path / "en.toml", {"item": "book", "items": "books"}, (), "book")


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ('show(t("map.title"));', {"map.title"}),
        ('show(t(f(x, 1) ? "map.title" : "map.films", { n: 1 }), "map.unused");', {"map.title", "map.films"}),
        ('show(t(\n  "map.title",\n));', {"map.title"}),
        ('at("map.none"); o.t("map.none"); t("map.title");', {"map.title"}),
    ],
)
def test_a_script_has_just_the_texts_that_its_modules_use(write, texts, code, keys):
    joined = join_modules(write(main_js=USES + code), texts)
    line = next(line for line in joined.splitlines() if line.startswith("const TEXTS = "))
    assert set(json.loads(line.removeprefix("const TEXTS = ").removesuffix(";"))) == keys
    assert "The map of books" in line or "map.title" not in keys


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('t("map.none");', r"there is no text 'map\.none'; add it"),
        ("t(key);", r"main\.js: t\(key\) names no text; expected a key"),
        ("t(`map.${x}`);", "names no text; expected a key"),
    ],
)
def test_a_text_that_cannot_be_put_in_is_an_error(write, texts, code, message):
    with pytest.raises(OutputError, match=message):
        join_modules(write(main_js=USES + code), texts)


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_a_script_chooses_plural_forms_and_writes_numbers(write, texts, tmp_path):
    code = 'for (const n of [0, 1, 1234]) console.log(t("map.films", { n }));\nconsole.log(t("map.title"));'
    page = 'globalThis.document = { documentElement: { lang: "en" } };\n'
    (tmp_path / "joined.cjs").write_text(page + join_modules(write(main_js=USES + code), texts), encoding="utf-8")
    run = subprocess.run([NODE, tmp_path / "joined.cjs"], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["0 books", "1 book", "1,234 books", "The map of books"]
