"""The settings of a build as ``build.json`` has them, and which of them another file of settings changes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from recsys.config import BuildConfig
from recsys.schema import Build

RENDERED = ("site_url", "user_pages", "max_files", "max_megabytes")
"""Settings in ``build.json`` that concern the pages alone."""


def exported_settings(config: BuildConfig) -> dict[str, Any]:
    """Every setting by name; the presentation has a field of its own, and of a salt only that there is one."""
    values: dict[str, Any] = msgspec.to_builtins(config)
    train, privacy = values.pop("train"), values.pop("privacy")
    del values["presentation"]
    hashed = {"hash_users": privacy["hash_users"] is not None}
    return {**values, "models": list(config.models), **train, **privacy, **hashed}


def settings_that_need_a_build(
    config: BuildConfig, names: Collection[str], build: Build
) -> list[tuple[str, Any, Any]]:
    """Settings that differ from those of an earlier build and that rendering its pages again does not apply.

    Args:
        config: the settings now.
        names: those that count.
        build: the earlier build.

    Returns:
        The name, the value now and the value then of each.
    """
    return [
        (name, value, build.config[name])
        for name, value in exported_settings(config).items()
        if name in names and name not in RENDERED and name in build.config and build.config[name] != value
    ]
