"""A JSON Schema as the rows of a table: the path of each value, its type, and what it means.

Covers as much of JSON Schema as our files use: objects, maps, lists, pairs, alternatives and references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

_TYPES = {  # singular, plural
    "string": ("text", "texts"),
    "integer": ("integer", "integers"),
    "number": ("number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "null": ("null", "nulls"),
    "object": ("object", "objects"),
}


@dataclass(frozen=True)
class Field:
    """One value in a file: its path, its type in words, and what it means."""

    path: str
    kind: str
    description: str


def fields(schema: Node) -> tuple[Field, ...]:
    """Every value that a file of this schema may hold; the fields of each kind of object are listed once.

    In a path ``[]`` is any position of a list, ``*`` any key of a map.
    """
    return tuple(_Fields(schema.get("$defs", {})).below(schema, ""))


class _Fields:
    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self._definitions = definitions
        self._first_path: dict[str, str] = {}
        """Where each kind of object was listed, by its name."""

    def below(self, node: Node, path: str) -> Iterator[Field]:
        """The fields of a value that itself has a row already."""
        for alternative in node.get("anyOf", [node]):
            if (name := _reference(alternative)) and name not in self._first_path:
                self._first_path[name] = path
                for key, value in self._definitions[name].get("properties", {}).items():
                    key_path = f"{path}.{key}" if path else key
                    yield Field(key_path, self._kind(value), _meaning(key, value))
                    yield from self.below(value, key_path)
            elif inner := _inner(alternative):
                yield from self.below(inner, f"{path}[]" if "items" in alternative else f"{path}.*")

    def _kind(self, node: Node, plural: int = 0) -> str:
        if "anyOf" in node:
            return " or ".join(self._kind(alternative, plural) for alternative in node["anyOf"])
        if "enum" in node:
            return " or ".join(map(str, node["enum"]))
        if "prefixItems" in node:
            return f"[{', '.join(map(self._kind, node['prefixItems']))}]"
        if inner := _inner(node):
            kinds = self._kind(inner, 1)
            return f"{('list', 'lists')[plural]} of {kinds}" if "items" in node else f"{kinds} by key"
        if name := _reference(node):
            like = f" like {self._first_path[name]}" if name in self._first_path else ""
            return _TYPES["object"][plural] + like
        bounds = f" from {node['minimum']} to {node['maximum']}" if {"minimum", "maximum"} <= node.keys() else ""
        return _TYPES.get(node.get("type", ""), ("anything", "anything"))[plural] + bounds.replace("-", "−")


def _meaning(key: str, node: Node) -> str:
    """The description of a field."""
    if key == "schema":
        return "version of this layout"
    return str(node.get("description", "")).replace("`", "").strip()


def _inner(node: Node) -> Node | None:
    """What a list or a map holds; None for anything else."""
    inner = node.get("items") or node.get("additionalProperties")
    return inner if isinstance(inner, Mapping) else None


def _reference(node: Node) -> str:
    """The name of the definition that a node refers to; empty where it refers to none."""
    return str(node.get("$ref", "")).rpartition("/")[2]
