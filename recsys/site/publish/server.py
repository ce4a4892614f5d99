"""Serve the finished site over HTTP on this machine, as a preview; the site itself never needs a server.

The site is served under a path, as a project page is on the web: a link that would break there breaks here too.
Every other request is answered with the site's 404 page, inside and outside that path. Must not know what a page is.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

logger = logging.getLogger(__name__)

PORT = 8000
BASE = "/marquee/"
"""The path of a site whose public address is not known."""
_CONTENT_TYPES = {
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
"""Written out because Python takes its table from the system, where the type of .js may differ or be wrong."""


def base_path(site_url: str | None) -> str:
    """The path of a public address, with a slash at both ends; ``/marquee/`` without an address."""
    if site_url is None:
        return BASE
    inner = unquote(urlsplit(site_url).path).strip("/")
    return f"/{inner}/" if inner else "/"


def server(
    folder: Path, base: str = BASE, make_handler: Callable[..., SiteHandler] | None = None
) -> ThreadingHTTPServer:
    """A server of ``folder`` on the loopback interface, on port 8000 or, if that is taken, on any free port.

    Args:
        folder: the finished site.
        base: the path it is served under, with a slash at both ends.
        make_handler: makes what answers a request; None for what serves the site as it is.
    """
    handler = partial(make_handler or SiteHandler, base=base, directory=str(folder))
    try:
        return _Server(("127.0.0.1", PORT), handler)
    except OSError:
        return _Server(("127.0.0.1", 0), handler)


def address(http: ThreadingHTTPServer, base: str = BASE) -> str:
    """The address of the site for a browser."""
    return f"http://127.0.0.1:{http.server_port}{quote(base)}"


def serve(folder: Path, site_url: str | None) -> None:
    """Show the site until Ctrl-C, under the path it has on the web."""
    base = base_path(site_url)
    with server(folder, base) as http, suppress(KeyboardInterrupt):
        logger.warning("serving %s until Ctrl-C", address(http, base))
        http.serve_forever()


class _Server(ThreadingHTTPServer):
    # Two servers on one port would receive each other's requests. On Windows the first option allows that; elsewhere
    # the second one, which newer Pythons set.
    allow_reuse_address = sys.platform != "win32"
    allow_reuse_port = False


class SiteHandler(SimpleHTTPRequestHandler):
    """Answers a request with a file of the site, or with its 404 page."""

    extensions_map = _CONTENT_TYPES

    def __init__(self, *args: object, base: str, directory: str) -> None:
        self._base = base
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def page(self, content: bytes) -> bytes:
        """What is sent for the content of a page."""
        return content

    def send_content(self, status: HTTPStatus, ending: str, content: bytes) -> BytesIO:
        """Send the head of an answer; returns its body.

        Args:
            status: of the answer.
            ending: of the name of such a file, which tells its type.
            content: of the answer.
        """
        self.send_response(status)
        self.send_header("Content-Type", _CONTENT_TYPES[ending])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return BytesIO(content)

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Send the head of an answer; returns its body, None for none."""
        path = unquote(urlsplit(self.path).path)
        if path != self._base and path in ("/", self._base.rstrip("/")):
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", quote(self._base))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        if not path.startswith(self._base):
            return self._not_found()
        file = self.translate_path(self.path)
        if file.endswith("/"):
            file += "index.html"
        if file.endswith(".html") and Path(file).is_file():
            return self.send_content(HTTPStatus.OK, ".html", self.page(Path(file).read_bytes()))
        return super().send_head()

    def translate_path(self, path: str) -> str:
        """The file that an address stands for."""
        inside = unquote(urlsplit(path).path).removeprefix(self._base)
        return super().translate_path(quote(f"/{inside}"))

    def list_directory(self, path: object) -> BytesIO:
        """A folder without a page is not found."""
        return self._not_found()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the 404 page where nothing is found."""
        if code != HTTPStatus.NOT_FOUND:
            return super().send_error(code, message, explain)
        body = self._not_found()
        if self.command != "HEAD":
            self.wfile.write(body.read())
        return None

    def end_headers(self) -> None:
        """Forbid the browser to keep the answer."""
        self.send_header("Cache-Control", "no-cache")  # the next build may replace the site at any moment
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: a line for each file would bury everything else."""

    def _not_found(self) -> BytesIO:
        page = Path(self.directory) / "404.html"
        content = page.read_bytes() if page.is_file() else b"404: not found"
        return self.send_content(HTTPStatus.NOT_FOUND, ".html", self.page(content))
