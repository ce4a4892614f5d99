"""Serve a site, and render its pages again whenever its templates or settings change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from recsys import pipeline
from recsys.config import Settings
from recsys.data.names import NAMES
from recsys.errors import ConfigError, RecsysError
from recsys.export.settings import exported_settings, settings_that_need_a_build
from recsys.reporter import Reporter
from recsys.site.publish.reload import ReloadingHandler, SiteVersion
from recsys.site.publish.server import address, base_path, server
from recsys.site.publish.staging import staging_folder
from recsys.site.render import templates_folder

logger = logging.getLogger(__name__)


def check_watchable() -> None:
    """Make sure that changes can be watched for, before the work of building a site.

    Raises:
        ConfigError: the package for it is not installed.
    """
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        raise ConfigError(
            "--watch needs the package watchfiles; install it with: python -m pip install watchfiles"
        ) from None


def serve_and_watch(out: Path, settings: Settings, read_settings: Callable[[], Settings], reporter: Reporter) -> None:
    """Serve a site until Ctrl-C, and render its pages again when something they follow from changes.

    Args:
        out: the finished site.
        settings: those it was built with.
        read_settings: reads them again.
        reporter: follows the work.
    """
    from watchfiles import watch

    with _serving(out, settings.build.site_url) as version, suppress(KeyboardInterrupt):
        while True:  # another file of settings, or another logo, is another thing to watch
            watched = _watched_files(settings)
            folders = _folders(watched)
            for changes in watch(*folders, recursive=False, raise_interrupt=True):
                changed = {Path(path) for _, path in changes}
                if changed & watched["data"]:
                    logger.warning("the data has changed: end this with Ctrl-C and build the site again to see it")
                if not changed & (watched["settings"] | watched["logo"]) and not _are_templates(changed):
                    continue
                settings = render_changes(out, settings, read_settings, reporter)
                version.change()
                break


def render_changes(
    out: Path, settings: Settings, read_settings: Callable[[], Settings], reporter: Reporter
) -> Settings:
    """Render the pages of a site again; where that fails it stays as it is, and the reason is printed.

    Args:
        out: the finished site.
        settings: those of the last time.
        read_settings: reads them again.
        reporter: follows the work.

    Returns:
        The settings that the pages have now.
    """
    try:
        new = read_settings()
        with staging_folder(out) as staging:
            artefacts = pipeline.copy_export(out, staging)
            before, after = exported_settings(settings.build), exported_settings(new.build)
            names = [name for name in after if after[name] != before[name]]
            for name, value, old in settings_that_need_a_build(new.build, names, artefacts.build):
                logger.warning(
                    "%s is %r now and was %r: build the site again to see what that changes", name, value, old
                )
            pipeline.render(pipeline.present(artefacts, new.build, staging / "data"), staging, reporter)
    except (RecsysError, OSError) as problem:
        logger.error("the pages stay as they are: %s", problem)
        return settings
    except Exception:  # a mistake in a template that is being written
        logger.exception("the pages stay as they are, because of a template or its script")
        return settings
    return new


@contextmanager
def _serving(out: Path, site_url: str | None) -> Iterator[SiteVersion]:
    version, base = SiteVersion(), base_path(site_url)
    with server(out, base, partial(ReloadingHandler, version=version)) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        logger.warning("serving %s until Ctrl-C; the browser follows templates and settings", address(http, base))
        try:
            yield version
        finally:
            http.shutdown()
            thread.join()


def _watched_files(settings: Settings) -> dict[str, set[Path]]:
    """The files whose changes count, by what they are; templates count wherever in their folder they are."""
    data = [settings.input.data, settings.input.items, settings.input.users]
    paths = [Path(path).resolve() for path in data if path is not None and path not in NAMES]
    logo = settings.build.presentation.logo
    return {
        "data": {file for path in paths for file in ([path] if path.is_file() else path.glob("*"))},
        "settings": set() if settings.file is None else {settings.file.resolve()},
        "logo": set() if logo is None else {Path(logo).resolve()},
    }


def _folders(watched: dict[str, set[Path]]) -> set[Path]:
    templates = templates_folder().resolve()
    folders = {templates, *(path for path in templates.rglob("*") if path.is_dir())}
    return folders | {file.parent for files in watched.values() for file in files if file.parent.is_dir()}


def _are_templates(changed: Iterable[Path]) -> bool:
    return any(path.is_relative_to(templates_folder().resolve()) for path in changed)
