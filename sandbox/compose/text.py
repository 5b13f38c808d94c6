"""YAML as compose reads it: `yes` is a text, `8022:22` and `3.10` are no numbers, merges end, own tags are known."""

from __future__ import annotations

import re
from typing import Any

import yaml

from sandbox.tree import Tree

FILE_BYTES = 256 * 1024
MOST_MERGED = 2_000


class Unreadable(Exception):
    """The file is no compose file; the text says why, in words for the team."""


class Replacing:
    """A value under `!override` or `!reset`: it takes the place of the one that it would be merged with."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Loader(yaml.SafeLoader):
    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > MOST_MERGED:  # each level of merges of merges can multiply the one before
            raise yaml.MarkedYAMLError(problem="too much is merged", problem_mark=node.start_mark)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL", "~nN"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])


def _override(loader: yaml.SafeLoader, node: yaml.Node) -> Replacing:
    if isinstance(node, yaml.MappingNode):
        return Replacing(loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return Replacing(loader.construct_sequence(node, deep=True))
    return Replacing(loader.construct_object(node))


def _reset(_loader: yaml.SafeLoader, _node: yaml.Node) -> Replacing:
    return Replacing(None)


_Loader.add_constructor("!override", _override)
_Loader.add_constructor("!reset", _reset)


def document_of(tree: Tree, path: str) -> dict[Any, Any]:
    """The mapping that a file holds; Unreadable when it holds none."""
    name = path.rpartition("/")[2]
    try:
        document = yaml.load(tree.read(path, FILE_BYTES), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise Unreadable(f"{name} is not YAML" + (f" (line {line + 1})" if line is not None else "")) from None
    if not isinstance(document, dict):
        raise Unreadable(f"{name} has no services")
    return document
