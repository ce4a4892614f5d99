"""A look at the finished site through HTTP, for this machine alone; the site itself never needs it."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = 8000


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """A line for each file would bury what matters."""


def server(folder: Path) -> ThreadingHTTPServer:
    """A server of ``folder`` on the loopback interface, on port 8000 or, if that is taken, any free one."""
    handler = partial(_Quiet, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", PORT), handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)
