"""Two descriptions of one thing made one, as compose merges files and what `extends` names (compose-spec, "Merge")."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from sandbox.compose.text import Replacing, Unreadable

# Lists that may also be written as mappings, and become one: NAME=value, or a name alone.
_PAIRS = frozenset({"environment", "labels", "args", "annotations", "extra_hosts", "sysctls"})
# Texts or lists that are replaced as a whole.
_WHOLE = frozenset({"command", "entrypoint", "test"})
# What a mount or a port is known by: a later one with the same takes its place.
_PLACED = frozenset({"volumes", "secrets", "configs"})
MOST_VALUES = 50_000


def merged(base: Any, own: Any) -> Any:
    """`own` over `base`: mappings member by member, lists one after the other, anything else replaced."""
    return _Merge().merged(base, own, "")


def plain(value: Any) -> Any:
    """The value without the marks of a merge."""
    return _Merge().plain(value)


class _Merge:
    """One merge. What stands in a file once and is named often counts each time: a small file can mean a huge one."""

    def __init__(self) -> None:
        self.left = MOST_VALUES

    def merged(self, base: Any, own: Any, key: str) -> Any:
        self._count()
        if isinstance(own, Replacing):
            return own.value
        base, own = _formed(base, key), _formed(own, key)
        if own is None and base is not None and key not in _WHOLE:
            return base
        if isinstance(base, dict) and isinstance(own, dict):
            joined = dict(base)
            for name, value in own.items():
                joined[name] = self.merged(base.get(name), value, str(name))
            return {name: value for name, value in joined.items() if not _is_reset(own.get(name))}
        if isinstance(base, list) and isinstance(own, list) and key not in _WHOLE:
            if key in _PLACED:
                places = {_target(one) for one in own}
                return [*(one for one in base if _target(one) not in places), *own]
            return [*base, *(one for one in own if one not in base)]
        return self.plain(own)

    def plain(self, value: Any) -> Any:
        self._count()
        if isinstance(value, Replacing):
            return value.value
        if isinstance(value, dict):
            return {name: self.plain(one) for name, one in value.items() if not _is_reset(one)}
        return [self.plain(one) for one in value] if isinstance(value, list) else value

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unreadable("too much is merged in it")


def _is_reset(value: Any) -> bool:
    return isinstance(value, Replacing) and value.value is None


def _formed(value: Any, key: str) -> Any:
    """The long form of what has a short one."""
    if key == "build" and isinstance(value, str):
        return {"context": value}
    if key == "depends_on" and isinstance(value, list):
        return {str(one): {"condition": "service_started"} for one in value if isinstance(one, str)}
    if key == "networks" and isinstance(value, list):
        return {str(one): None for one in value if isinstance(one, str)}
    if key in ("env_file", "profiles", "dns", "tmpfs") and isinstance(value, str):
        return [value]
    if key in _PAIRS and isinstance(value, list):
        split = [str(one).partition("=") for one in value if not isinstance(one, dict | list)]
        return {name: text if equals else None for name, equals, text in split}
    return value


def _target(one: Any) -> str:
    """Where a mount, secret or config lies in the container."""
    if isinstance(one, dict):
        return str(one.get("target") or one.get("source") or "")
    words = str(one).split(":")
    return words[1] if len(words) > 1 and words[1].startswith("/") else words[0]


def rebased(service: Any, way: str) -> Any:
    """A service of a file in another folder with its paths counted from ours; `way` leads from ours to that one."""
    if not isinstance(service, dict) or way in ("", "."):
        return service
    found = dict(service)
    build = _formed(found.get("build"), "build")
    if isinstance(build, dict):
        found["build"] = build | {"context": _moved(build.get("context") or ".", way)}
    files = _formed(found.get("env_file"), "env_file")
    if isinstance(files, list):
        found["env_file"] = [
            one | {"path": _moved(one.get("path"), way)} if isinstance(one, dict) else _moved(one, way) for one in files
        ]
    mounts = found.get("volumes")
    if isinstance(mounts, list):
        found["volumes"] = [_mount(one, way) for one in mounts]
    return found


def _mount(one: Any, way: str) -> Any:
    if isinstance(one, dict):
        return one | {"source": _moved(one.get("source"), way)} if one.get("type") == "bind" else one
    source, colon, rest = str(one).partition(":")
    return f"{_moved(source, way)}{colon}{rest}" if re.match(r"\.{1,2}(?:/|$)", source) else one


def rebased_files(described: Any, way: str) -> Any:
    """The same of a file's secrets or configs."""
    if not isinstance(described, dict):
        return described
    return {
        name: one | {"file": _moved(one["file"], way)} if isinstance(one, dict) and one.get("file") else one
        for name, one in described.items()
    }


def _moved(path: Any, way: str) -> Any:
    if not isinstance(path, str) or path.startswith(("/", "~", "$")) or "://" in path:
        return path
    moved = posixpath.normpath(posixpath.join(way, path))
    return moved if moved.startswith(".") else f"./{moved}"
