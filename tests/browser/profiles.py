"""Profiles of a browser with a page each, which tests use in turn: a new one costs more than most pages do.

A profile is as good as new for the next test once its storage is empty and its page blank. Where a test changes what
lasts longer than the document (routes, listeners, further pages, another origin), its profile is closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60
"""Seconds until a page is taken to do nothing more: many, as the machine may be busy."""
MAX_IDLE = 8
"""How many idle profiles stay open: each has a process."""
LASTING_IN_PAGE = (
    "add_init_script",
    "add_locator_handler",
    "close",
    "expose_binding",
    "expose_function",
    "on",
    "once",
    "route",
    "route_from_har",
    "route_web_socket",
    "set_default_navigation_timeout",
    "set_default_timeout",
    "set_extra_http_headers",
)
LASTING_IN_PROFILE = (
    "add_cookies",
    "add_init_script",
    "expose_binding",
    "expose_function",
    "grant_permissions",
    "new_cdp_session",
    "new_page",
    "on",
    "once",
    "route",
    "route_from_har",
    "route_web_socket",
    "set_extra_http_headers",
    "set_geolocation",
    "set_offline",
    "set_storage_state",
)
"""Methods whose effect lasts longer than the document that a page shows."""
# What the document does until it is gone stores nothing again.
CLEAR = """() => {
  localStorage.clear();
  sessionStorage.clear();
  Storage.prototype.setItem = () => {};
  for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { value: {} });
}"""


def origin_of(address: str) -> str:
    """The scheme and host of an address, by which browsers keep storage apart."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def kind_of(origin: str, settings: dict[str, Any]) -> str:
    """What the profiles for an origin with some settings have in common."""
    return f"{origin} {sorted(settings.items())}"


class Profile:
    """A profile with one page for addresses of one origin.

    Attributes:
        engine: the running browser.
        kind: profiles of a browser that are of equal kinds can replace each other.
        page: of Playwright.
        watcher: called with each request, message and error of the pages; None while no test uses the profile.
    """

    def __init__(self, engine: Any, origin: str, settings: dict[str, Any]) -> None:
        self.engine = engine
        self.kind = kind_of(origin, settings)
        self.watcher: Callable[[str, Any, Any], None] | None = None
        self._origin = origin
        self._settings = settings
        self._is_reusable = True
        self._context = engine.new_context(**settings)
        self._context.on("page", self._watch)
        self._context.on("request", lambda request: self._report("request", None, request))
        self._context.set_default_timeout(1000 * PATIENCE)
        self.page = self._context.new_page()
        self.page.on("framenavigated", self._check_origin)
        for target, names in ((self.page, LASTING_IN_PAGE), (self._context, LASTING_IN_PROFILE)):
            for name in names:
                setattr(target, name, self._noting(getattr(target, name)))

    def prepare(self, width: int, theme: str) -> None:
        """Give the page the width of a window and the preferences of a visitor."""
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(
            media="null",
            color_scheme=theme,
            reduced_motion=self._settings["reduced_motion"],
            forced_colors=self._settings.get("forced_colors", "none"),
        )

    def is_reset(self) -> bool:
        """Empty the storage and the page; whether the profile can be used again."""
        from playwright.sync_api import Error

        # Of several windows of Firefox, one without the focus may be given a key: it has a window at a time.
        if not self._is_reusable or self.engine.browser_type.name == "firefox":
            return False
        try:
            self.page.evaluate("0")  # what was reported before the answer comes is the watcher's
            self.watcher = None
            self.page.evaluate(CLEAR)
            self.page.mouse.move(-1, -1)
            self.page.goto("about:blank")
        except Error:
            return False
        return self._is_reusable and self._context.pages == [self.page]

    def close(self) -> None:
        """Close the page and the profile."""
        self._context.close()
        self.watcher = None

    def _watch(self, page: Any) -> None:
        page.on("console", lambda message: self._report("console", page, message))
        page.on("pageerror", lambda error: self._report("pageerror", page, error))

    def _report(self, kind: str, page: Any, what: Any) -> None:
        if self.watcher is not None:
            self.watcher(kind, page, what)

    def _check_origin(self, frame: Any) -> None:
        if frame.url != "about:blank" and origin_of(frame.url) != self._origin:
            self._is_reusable = False

    def _noting(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **options: Any) -> Any:
            self._is_reusable = False
            return method(*args, **options)

        return noted


class Profiles:
    """The idle profiles of all browsers that run."""

    def __init__(self) -> None:
        self._idle: defaultdict[Any, list[Profile]] = defaultdict(list)

    def take(self, engine: Any, origin: str, settings: dict[str, Any]) -> Profile:
        """An idle profile of a browser for an origin with these settings, or a new one."""
        idle, kind = self._idle[engine], kind_of(origin, settings)
        for position, profile in enumerate(idle):
            if profile.kind == kind:
                return idle.pop(position)
        return Profile(engine, origin, settings)

    def give_back(self, profile: Profile) -> None:
        """Let others use a profile, or close it if it cannot be reset. Of too many the one idle longest is closed."""
        if not profile.is_reset():
            profile.close()
            return
        idle = self._idle[profile.engine]
        idle.append(profile)
        if len(idle) > MAX_IDLE:
            idle.pop(0).close()

    def close(self) -> None:
        """Close all idle profiles."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()
