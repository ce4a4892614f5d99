"""Serve a site as a preview whose pages reload in the browser when the site has changed.

A script is added to each page as it is sent; the files of the site stay as they are. It asks for the version of the
site twice a second, which the policy of the pages allows, as the request goes to the origin that they come from.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlsplit

from recsys.site.publish.server import SiteHandler

SCRIPT = "/.marquee/reload.js"
"""Its address, outside of the site, which has no name with a dot in front."""
VERSION = "/.marquee/version"
_CODE = f"""\
"use strict";
{{
  const {{ version }} = document.currentScript.dataset;
  const ask = async () => {{
    try {{
      const response = await fetch("{VERSION}", {{ cache: "no-store" }});
      if (response.ok && (await response.text()) !== version) location.reload();
    }} catch {{
      // Nobody answers: the server has ended, and may begin again.
    }}
    setTimeout(ask, 500);
  }};
  setTimeout(ask, 500);
}}
"""


class SiteVersion:
    """Names what is served; another name after each change, and in each process."""

    def __init__(self) -> None:
        self.change()

    def change(self) -> None:
        """From now on the site is another one."""
        self.name = secrets.token_hex(8)


class ReloadingHandler(SiteHandler):
    """Serves a site with the script in each page, the script, and the version."""

    def __init__(self, *args: object, version: SiteVersion, base: str, directory: str) -> None:
        self._version = version
        super().__init__(*args, base=base, directory=directory)

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer for the script and the version; the rest is the site's."""
        path = urlsplit(self.path).path
        if path == SCRIPT:
            return self.send_content(HTTPStatus.OK, ".js", _CODE.encode())
        if path == VERSION:
            return self.send_content(HTTPStatus.OK, ".txt", self._version.name.encode())
        return super().send_head()

    def page(self, content: bytes) -> bytes:
        """The page with the script at its end."""
        return content + f'<script src="{SCRIPT}" data-version={self._version.name}></script>\n'.encode()
