"""Placeholder."""
from dataclasses import dataclass


@dataclass(frozen=True)
class S:
    """Placeholder."""

    label: str
    colour: tuple[str, str]
MODELS: dict[str, S] = {"base": S("Base", ("#2563b8", "#74aef5")), "deep": S("Deep", ("#bf4a12", "#f79560"))}
