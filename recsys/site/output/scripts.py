"""Join the ES modules of a page into one classic script, since a page opened from disk may not load module scripts.

A module imports by ``import { a, b } from "./other.js";``, on one line, and exports by ``export`` before a
declaration. In the joined script all modules share one scope: no two of them may declare the same top-level name. A
declaration is top-level if it starts its line; whatever is local to a function or block is indented. Lines of comment
are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from recsys.errors import OutputError

_IMPORT = re.compile(r'import \{ ([\w$]+(?:, [\w$]+)*) \} from "(\.\.?/[\w./-]+)";')
_DECLARATION = re.compile(r"(?:const|let|var|class|function|async function) (.+)")
_DESTRUCTURED = re.compile(r"[{\[] ?([\w$]+(?:: [\w$]+)?(?:, [\w$]+(?:: [\w$]+)?)*) ?[}\]] =")
_UNSUPPORTED = re.compile(r"\s*(?:import|export)\b|(?!\s*//).*\bimport\s*[(.]")


@dataclass
class _Module:
    imports: list[tuple[Path, list[str]]] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)


def join_modules(entry: Path) -> str:
    """The module ``entry`` and all that it imports, each once and after its own imports, as one classic script.

    Raises:
        OutputError: an imported file or name does not exist, modules import each other in a circle, two declare the
            same top-level name, or a line has an import, export or declaration of a form that is not supported.
    """
    modules: dict[Path, _Module] = {}
    _collect(entry.resolve(), (), modules)
    declared_in: dict[str, Path] = {}
    for path, module in modules.items():
        for name in module.declared:
            if name in declared_in:
                raise OutputError(f"{path}: declares {name}, as {declared_in[name]} does; rename one of them")
            declared_in[name] = path
    body = "\n".join("\n".join(module.lines).strip() + "\n" for module in modules.values())
    return f'"use strict";\n\n{{\n{body}}}\n'


def for_pages_of(version: str, script: str) -> str:
    """A joined script that runs only on a page whose address of the script names this version.

    Hosts ignore the part of an address after ``?``, so a page that a browser has kept from an earlier build is given
    the script of a later one, which may expect other elements. An address without a version is of no page of ours.
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
    module = _parse(path)
    for target, names in module.imports:
        if not target.is_file():
            raise OutputError(f"{path}: imports {target}, which does not exist")
        _collect(target, (*importers, path), modules)
        missing = [name for name in names if name not in modules[target].exported]
        if missing:
            raise OutputError(f"{path}: imports {', '.join(missing)} from {target}, which does not export it")
    modules[path] = module


def _parse(path: Path) -> _Module:
    module = _Module()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("//"):
            continue  # who reads the source reads the modules; a visitor's browser need not load them
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
    return module


def _declared_names(rest: str) -> list[str]:
    """The names in a declaration without its keyword: ``a = 1``, ``a(b) {``, ``{ a, b: c } = d``, ``[a, b] = d``."""
    if pattern := _DESTRUCTURED.match(rest):
        return [name.rpartition(": ")[2] for name in pattern[1].split(", ")]
    name = re.match(r"[\w$]+", rest)
    return [name[0]] if name else []
