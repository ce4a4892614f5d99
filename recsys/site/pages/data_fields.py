"""A JSON Schema as the rows of a table for people: where a value stands, what it is, what it means.

Knows as much of JSON Schema as our files use: objects, maps, lists, pairs, alternatives and references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recsys.site.pages.data_contexts import Field

Node = Mapping[str, Any]

_WORDS = {  # one, many
    "string": ("text", "texts"),
    "integer": ("integer", "integers"),
    "number": ("number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "null": ("null", "nulls"),
    "object": ("object", "objects"),
}


def fields(schema: Node) -> tuple[Field, ...]:
    """Every value that a file of this schema may hold, each kind of object told once.

    In a path ``[]`` is any place of a list, ``*`` any key of a map.
    """
    return tuple(_Fields(schema.get("$defs", {})).of(schema, ""))


class _Fields:
    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self._definitions = definitions
        self._told: dict[str, str] = {}
        """Where each kind of object was told first, by its name."""

    def of(self, node: Node, path: str) -> Iterator[Field]:
        """The rows below a node, which itself has been told."""
        for one in node.get("anyOf", [node]):
            if "$ref" in one:
                yield from self._object(one["$ref"].rpartition("/")[2], path)
            elif isinstance(one.get("items"), Mapping):
                yield from self.of(one["items"], f"{path}[]")
            elif isinstance(one.get("additionalProperties"), Mapping):
                yield from self.of(one["additionalProperties"], f"{path}.*")

    def _object(self, name: str, path: str) -> Iterator[Field]:
        if name in self._told:
            return
        self._told[name] = path
        for key, node in self._definitions[name].get("properties", {}).items():
            here = f"{path}.{key}" if path else key
            yield Field(here, self._kind(node, here), _plain(node.get("description") or self._about(node, key)))
            yield from self.of(node, here)

    def _about(self, node: Node, key: str) -> str:
        """What is said of the kind of object that stands here, alone or many of it."""
        if key == "schema":
            return "version of this layout"
        while inside := node.get("items") or node.get("additionalProperties"):
            node = inside
        name = node.get("$ref", "").rpartition("/")[2]
        return str(self._definitions[name].get("description", "")) if name else ""

    def _kind(self, node: Node, path: str, many: int = 0) -> str:
        if "anyOf" in node:
            return " or ".join(self._kind(one, path, many) for one in node["anyOf"])
        if "enum" in node:
            return " or ".join(map(str, node["enum"]))
        if "prefixItems" in node:
            return f"[{', '.join(self._kind(one, path) for one in node['prefixItems'])}]"
        if isinstance(node.get("items"), Mapping):
            return f"{('list', 'lists')[many]} of {self._kind(node['items'], f'{path}[]', 1)}"
        if isinstance(node.get("additionalProperties"), Mapping):
            return f"{self._kind(node['additionalProperties'], f'{path}.*', 1)} by key"
        if "$ref" in node:
            told = self._told.get(node["$ref"].rpartition("/")[2])
            return _WORDS["object"][many] + (f" like {told}" if told else "")
        return _WORDS.get(node.get("type", ""), ("anything", "anything"))[many] + _bounds(node)


def _bounds(node: Node) -> str:
    if "minimum" not in node or "maximum" not in node:
        return ""
    return f" from {node['minimum']} to {node['maximum']}".replace("-", "−")


def _plain(text: str) -> str:
    return text.replace("`", "").strip()
