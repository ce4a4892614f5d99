"""Join the ES modules of a page into one classic script, since a page opened from disk may not load module scripts.

A module imports by ``import { a, b } from "./other.js";``, on one line, and exports by ``export`` before a
declaration. In the joined script all modules share one scope: no two of them may declare the same top-level name. A
declaration is top-level if it starts its line; whatever is local to a function or block is indented. Lines of comment
and indentation are left out: who reads the source reads the modules.

A module that imports ``t`` from ``shared/strings.js`` names texts of the interface by their keys, ``t("map.title")``;
the joined script contains just those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from recsys.errors import OutputError
from recsys.site.language.strings import Strings

_IMPORT = re.compile(r'import \{ ([\w$]+(?:, [\w$]+)*) \} from "(\.\.?/[\w./-]+)";')
_DECLARATION = re.compile(r"(?:const|let|var|class|function\*?|async function) (.+)")
_DESTRUCTURED = re.compile(r"[{\[] ?([\w$]+(?:: [\w$]+)?(?:, [\w$]+(?:: [\w$]+)?)*) ?[}\]] =")
_CALL = re.compile(r"(?<![\w$.])t\(")
_STRING = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `(?:[^`\\]|\\.)*` """, re.VERBOSE)
_KEY = re.compile(r'"([a-z]\w*(?:\.\w+)+)"')
_MAX_MODULES = 256
"""That are remembered, since pages share most of theirs, and a site may be rendered again and again."""
_TEXTS, _NO_TEXTS = "strings.js", "const TEXTS = {};"
_UNSUPPORTED = re.compile(r"\s*(?:import|export)\b|(?!\s*//).*\bimport\s*[(.]")


@dataclass
class _Module:
    imports: list[tuple[Path, list[str]]] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)


def join_modules(entry: Path, strings: Strings | None = None) -> str:
    """The module ``entry`` and all that it imports, each once and after its own imports, as one classic script.

    Args:
        entry: the module that runs last.
        strings: the texts of the interface; not needed where no module uses any.

    Raises:
        OutputError: an imported file or name does not exist, modules import each other in a circle, two declare the
            same top-level name, a line has an import, export or declaration of a form that is not supported, or there
            is no text with a key that a module uses.
    """
    modules: dict[Path, _Module] = {}
    _collect(entry.resolve(), (), modules)
    declared_in: dict[str, Path] = {}
    for path, module in modules.items():
        for name in module.declared:
            if name in declared_in:
                raise OutputError(f"{path}: declares {name}, as {declared_in[name]} does; rename one of them")
            declared_in[name] = path
    codes = {path: "\n".join(module.lines) for path, module in modules.items()}
    keys = {key for path, module in modules.items() if _uses_texts(module) for key in text_keys(path, codes[path])}
    if keys and strings is None:
        raise OutputError(f"{entry}: uses {min(keys)}; expected the texts of the interface")
    texts = {} if strings is None else strings.for_script(keys)
    for path, code in codes.items():
        if path.name == _TEXTS:
            codes[path] = "\n".join(_with_texts(line, texts) for line in code.split("\n"))
    body = "\n".join(code.strip() + "\n" for code in codes.values())
    return f'"use strict";\n\n{{\n{body}}}\n'


def _uses_texts(module: _Module) -> bool:
    return any(path.name == _TEXTS and "t" in names for path, names in module.imports)


def _with_texts(line: str, texts: Mapping[str, object]) -> str:
    if line != _NO_TEXTS:
        return line
    return f"const TEXTS = {json.dumps(texts, ensure_ascii=False, separators=(',', ':'))};"


@lru_cache(maxsize=_MAX_MODULES)
def text_keys(path: Path, code: str) -> frozenset[str]:
    """The keys of texts that a module uses.

    Raises:
        OutputError: the first argument of ``t`` is not a key, nor a choice between keys that are written there.
    """
    keys: set[str] = set()
    for call in _CALL.finditer(code):
        argument = _first_argument(code, call.end())
        named = _KEY.findall(argument)
        if not named or "`" in argument:
            raise OutputError(f'{path}: t({argument.strip()}) names no text; expected a key such as t("map.title")')
        keys.update(named)
    return frozenset(keys)


def _first_argument(code: str, start: int) -> str:
    """The code from ``start`` to the comma or bracket that ends an argument."""
    depth, end = 0, start
    while end < len(code):
        if string := _STRING.match(code, end):
            end = string.end()
            continue
        depth += (code[end] in "([{") - (code[end] in ")]}")
        if depth < 0 or (depth == 0 and code[end] == ","):
            break
        end += 1
    return code[start:end]


def for_pages_of(version: str, script: str) -> str:
    """A joined script that runs only on a page whose address of the script names this version.

    Hosts ignore the part of an address after ``?``, so a page that a browser has kept from an earlier build is given
    the script of a later one, which may expect other elements. Every address in a page has a version.
    """
    asked = 'new URL(document.currentScript?.src ?? location).searchParams.get("v")'
    condition = f'if (({asked} ?? "{version}") === "{version}")'
    announce = 'document.dispatchEvent(new Event("marquee:outdated"));'
    head = '"use strict";\n\n'
    return f"{head}{condition} {script.removeprefix(head).rstrip()} else {announce}\n"


def _collect(path: Path, importers: tuple[Path, ...], modules: dict[Path, _Module]) -> None:
    """Add a module to ``modules``, which keeps the order of the joined script, after the modules that it imports."""
    if path in importers:
        circle = " -> ".join(step.name for step in (*importers[importers.index(path) :], path))
        raise OutputError(f"{path}: imports itself: {circle}")
    if path in modules:
        return
    module = _parse(path, path.read_text(encoding="utf-8"))
    for target, names in module.imports:
        if not target.is_file():
            raise OutputError(f"{path}: imports {target}, which does not exist")
        _collect(target, (*importers, path), modules)
        missing = [name for name in names if name not in modules[target].exported]
        if missing:
            raise OutputError(f"{path}: imports {', '.join(missing)} from {target}, which does not export it")
    modules[path] = module


@lru_cache(maxsize=_MAX_MODULES)
def _parse(path: Path, text: str) -> _Module:
    """What a module says; nobody changes it, for it is remembered."""
    module = _Module()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("//"):
            continue
        code = line.removeprefix("export ")
        if imported := _IMPORT.fullmatch(line):
            module.imports.append(((path.parent / imported[2]).resolve(), imported[1].split(", ")))
            continue
        declaration = _DECLARATION.match(code)
        if _UNSUPPORTED.match(code if declaration else line):
            raise OutputError(
                f'{path}:{number}: unsupported form: {line.strip()}; expected import {{ a, b }} from "./file.js"; '
                "on one line, or export before a const, let, class or function"
            )
        if declaration:
            names = _declared_names(declaration[1])
            if not names:
                raise OutputError(f"{path}:{number}: cannot read which names this line declares: {line}")
            module.declared += names
            if code != line:
                module.exported.update(names)
        module.lines.append(code)
    if all(line.count("`") % 2 == 0 for line in module.lines):  # no template of several lines
        module.lines = [line.lstrip() for line in module.lines]
    return module


def _declared_names(rest: str) -> list[str]:
    """The names in a declaration without its keyword: ``a = 1``, ``a(b) {``, ``{ a, b: c } = d``, ``[a, b] = d``."""
    if pattern := _DESTRUCTURED.match(rest):
        return [name.rpartition(": ")[2] for name in pattern[1].split(", ")]
    name = re.match(r"[\w$]+", rest)
    return [name[0]] if name else []
