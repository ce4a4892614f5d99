"""A look at the finished site through HTTP, for this machine alone; the site itself never needs it.

The site stands under a path, as a project page does on the web: a link that would break there breaks here too.
Whatever is not a file of the site is answered with its 404 page, inside and outside of that path. Must not know what
a page is.
"""

from __future__ import annotations

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

PORT = 8000
BASE = "/marquee/"
"""The path of a site whose address on the web is not known."""
_KINDS = {
    "": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
}
"""Written out, because what Python takes from the system for .js is not the same, or not right, on every machine."""


def base_of(site_url: str | None) -> str:
    """The path of an address on the web, with a slash on both ends; without an address ``/marquee/``."""
    if site_url is None:
        return BASE
    inner = unquote(urlsplit(site_url).path).strip("/")
    return f"/{inner}/" if inner else "/"


def server(folder: Path, base: str = BASE) -> ThreadingHTTPServer:
    """A server of ``folder`` on the loopback interface, on port 8000 or, if that is taken, any free one.

    Args:
        folder: the finished site.
        base: the path it stands under, with a slash on both ends.
    """
    handler = partial(_UnderPath, base=base, directory=str(folder))
    try:
        return _Server(("127.0.0.1", PORT), handler)
    except OSError:
        return _Server(("127.0.0.1", 0), handler)


def address(http: ThreadingHTTPServer, base: str = BASE) -> str:
    """Where a browser finds the site."""
    return f"http://127.0.0.1:{http.server_port}{quote(base)}"


class _Server(ThreadingHTTPServer):
    # Two servers on one port would take each other's requests: Windows allows that with the first, others with the
    # second, which newer Pythons set.
    allow_reuse_address = sys.platform != "win32"
    allow_reuse_port = False


class _UnderPath(SimpleHTTPRequestHandler):
    extensions_map = _KINDS

    def __init__(self, *args: object, base: str, directory: str) -> None:
        self._base = base
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def send_head(self) -> BytesIO | BinaryIO | None:
        path = unquote(urlsplit(self.path).path)
        if path != self._base and path in ("/", self._base.rstrip("/")):
            self._redirect(quote(self._base))
            return None
        if not path.startswith(self._base):
            return self._not_found()
        return super().send_head()

    def translate_path(self, path: str) -> str:
        inside = unquote(urlsplit(path).path).removeprefix(self._base)
        return super().translate_path(quote(f"/{inside}"))

    def list_directory(self, path: object) -> BytesIO:
        return self._not_found()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code != HTTPStatus.NOT_FOUND:
            return super().send_error(code, message, explain)
        body = self._not_found()
        if self.command != "HEAD":
            self.wfile.write(body.read())
        return None

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")  # the next build may stand here any moment
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """A line for each file would bury what matters."""

    def _redirect(self, where: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _not_found(self) -> BytesIO:
        page = Path(self.directory) / "404.html"
        body = page.read_bytes() if page.is_file() else b"404: not found"
        self.send_response(HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", _KINDS[".html"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)
