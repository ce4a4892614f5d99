"""What pages load and what does not depend on the data: style sheets, scripts, BokehJS."""

from __future__ import annotations

from pathlib import Path

from recsys.errors import OutputError
from recsys.site.output.scripts import join_modules
from recsys.site.output.writer import Writer


def write_assets(templates: Path, legend: str, writer: Writer) -> None:
    """Copy the files of ``templates/assets``, and join those of each folder in it; ``legend`` ends ``style.css``.

    A folder's style sheets become ``{folder}.css``, in the order of their names, and its ``main.js`` with what that
    imports becomes ``{folder}.js``. A folder without ``main.js`` has modules that others import.
    """
    for path in sorted((templates / "assets").iterdir()):
        if path.is_file():
            writer.bytes(f"assets/{path.name}", path.read_bytes())
            continue
        styles = sorted(path.glob("*.css"))
        if styles:
            content = b"".join(style.read_bytes() for style in styles)
            writer.bytes(f"assets/{path.name}.css", content + (legend.encode() if path.name == "style" else b""))
        if (path / "main.js").is_file():
            writer.text(f"assets/{path.name}.js", join_modules(path / "main.js"))


def write_bokeh(writer: Writer) -> str:
    """Copy BokehJS and its licence.

    Returns:
        Its address, which has the version in it, so that browsers do not use a cached older one.
    """
    import bokeh
    from bokeh.util.paths import static_path

    address = f"assets/bokeh-{bokeh.__version__}.min.js"
    try:
        code = (Path(static_path()) / "js" / "bokeh.min.js").read_bytes()
        licence = (Path(bokeh.__file__).parent / "LICENSE.txt").read_bytes()
    except OSError as problem:
        raise OutputError(f"{problem.filename}: not found; install bokeh again, with its static files") from None
    writer.bytes(address, code)
    writer.bytes(f"assets/bokeh-{bokeh.__version__}.LICENSE.txt", licence)
    return address
