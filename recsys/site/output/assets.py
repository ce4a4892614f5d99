"""What pages load: style sheets, scripts, pictures and BokehJS, each addressed by its content.

A browser or a cache may keep a file for as long as it likes: a file that has changed has another address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from recsys.errors import OutputError
from recsys.export.script import short_hash
from recsys.schema import VERSION
from recsys.site.language.strings import Strings
from recsys.site.output.manifest import hash_files
from recsys.site.output.scripts import for_pages_of, join_modules
from recsys.site.output.writer import Writer

_ON_ANY_PAGE = ("learner", "lost", "site", "theme", "tower")
"""Scripts that do not depend on what is on a page; a worker, which may run one, has no page at all."""
_TEXT = re.compile(r'"assets/([\w.-]+)"')
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_URL = re.compile(r'url\("([\w.-]+)"\)')


class Assets:
    """Writes files of ``assets/`` and remembers the address of each: its path and a hash of its content."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.addresses: dict[str, str] = {}
        """By name: ``{"style.css": "assets/style.css?v=0123abcd"}``."""

    def write(self, name: str, content: bytes, version: str | None = None) -> str:
        """Write one file.

        Args:
            name: of the file.
            content: of the file.
            version: what its address names; None for a hash of the content.

        Returns:
            Its address, relative to the top of the site.
        """
        self._writer.bytes(f"assets/{name}", content)
        self.addresses[name] = f"assets/{name}?v={version or short_hash(content)}"
        return self.addresses[name]


def write_assets(templates: Path, last_styles: str, assets: Assets, strings: Strings) -> None:
    """Copy the files of ``templates/assets``, and join those of each folder; ``last_styles`` ends ``style.css``.

    A folder's style sheets become ``{folder}.css``, in the order of their names and without comments, and its
    ``main.js`` with what that imports becomes ``{folder}.js``. A folder without ``main.js`` has modules that others
    import. Pictures that a style sheet or a script names have to be written before. Scripts get the texts that they
    use.
    """
    for path in sorted((templates / "assets").iterdir(), key=lambda path: (path.is_dir(), path.name)):  # files first
        if path.is_file():
            assets.write(path.name, path.read_bytes())
            continue
        styles = sorted(path.glob("*.css"))
        if styles:
            text = "".join(_COMMENT.sub("", style.read_text(encoding="utf-8")) for style in styles)
            text += last_styles if path.name == "style" else ""
            assets.write(f"{path.name}.css", _address_urls(text, assets.addresses).encode())
        if (path / "main.js").is_file():
            script = _address_texts(join_modules(path / "main.js", strings), assets.addresses)
            version = short_hash(script.encode())
            if path.name not in _ON_ANY_PAGE:
                script = for_pages_of(version, script)
            assets.write(f"{path.name}.js", script.encode(), version)


def _address_urls(css: str, addresses: Mapping[str, str]) -> str:
    """A style sheet of ``assets/`` whose pictures are addressed by their content."""

    def address(match: re.Match[str]) -> str:
        return f'url("{addresses.get(match[1], match[1]).removeprefix("assets/")}")'

    return _URL.sub(address, css)


def _address_texts(script: str, addresses: Mapping[str, str]) -> str:
    """A script whose texts that name a file of ``assets/`` name it by its content."""
    return _TEXT.sub(lambda match: f'"{addresses.get(match[1], match[0][1:-1])}"', script)


def write_bokeh(assets: Assets) -> str:
    """Copy BokehJS and its licence.

    Returns:
        Its address.
    """
    import bokeh
    from bokeh.util.paths import static_path

    try:
        code = (Path(static_path()) / "js" / "bokeh.min.js").read_bytes()
        licence = (Path(bokeh.__file__).parent / "LICENSE.txt").read_bytes()
    except OSError as problem:
        raise OutputError(f"{problem.filename}: not found; install bokeh again, with its static files") from None
    assets.write(f"bokeh-{bokeh.__version__}.LICENSE.txt", licence)
    return assets.write(f"bokeh-{bokeh.__version__}.min.js", code)


def build_stamp(data_folder: Path, addresses: Iterable[str]) -> str:
    """What names a build: a page refuses data that has another stamp.

    It follows from the exported files, from this version and from the scripts, which read the data. It does not
    follow from the time, so that the same export gives the same pages.

    Args:
        data_folder: the exported files.
        addresses: of all assets, which name their content.
    """
    lines = [f"{name} {digest}" for name, digest in hash_files(data_folder).items()]
    scripts = [address for address in sorted(addresses) if ".js?" in address]
    return short_hash("\n".join([VERSION, *lines, *scripts]).encode())
