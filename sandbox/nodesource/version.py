"""Which Node.js a package wants: version files, Volta, engines, and what its build tools can still run on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.nodesource.packages import Package
from sandbox.tree import Tree

DEFAULT = 22
# Majors worth choosing for a range, best first: the default, then what is maintained, then the rest.
_CHOICES = (DEFAULT, 24, 20, 18, 16, 14, 12, 23, 21, 19, 17, 15, 13)
OLDEST = 12
_CODE_NAMES = {"fermium": 14, "gallium": 16, "hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}
# Their webpack hashes with MD4, which OpenSSL 3, in Node.js 17 and later, refuses.
_OLD_TOOLS = {"react-scripts": 5, "webpack": 5, "@vue/cli-service": 5, "@angular/cli": 12, "next": 11, "gatsby": 3}
BEFORE_OPENSSL_3 = 16
_PART = re.compile(r"(?P<operator>>=|<=|>|<|=|\^|~)?\s*v?(?P<version>\d+(?:\.(?:\d+|[xX*]))*)")
Version = tuple[int, int, int]


@dataclass(frozen=True)
class Node:
    """`version` is the tag to ask for: a major ("22"), or all of it where the package manager insists."""

    version: str
    why: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def choose_node(tree: Tree, package: Package, folders: tuple[str, ...], *, insists: bool = False) -> Node:
    """The version for a package; `folders` are where version files count, nearest first.

    `insists`: the manager refuses another version than the exact one that `engines` names.
    """
    exact = package.member("engines", "node").lstrip("=v ")
    if insists and re.fullmatch(r"\d+\.\d+\.\d+", exact):
        return Node(exact, f"Node.js {exact}, exactly as engines in {package.path} demands.")
    for where, said in _sayings(tree, package, folders):
        major = satisfying(said)
        if major is not None:
            return Node(str(major), f"Node.js {major}: {where} says {said[:40]}.")
    for tool, first in _OLD_TOOLS.items():
        wanted = package.major(tool)
        if wanted is not None and wanted < first:
            why = f"Node.js {BEFORE_OPENSSL_3}: {tool} {wanted} does not build on a later one, and no version is said."
            return Node(str(BEFORE_OPENSSL_3), why)
    return Node(str(DEFAULT), f"Node.js {DEFAULT}, as no version is said.")


def _sayings(tree: Tree, package: Package, folders: tuple[str, ...]) -> list[tuple[str, str]]:
    """(place, text) of everything that names a version, the most deliberate first."""
    found = []
    for folder in folders:
        for name in (".nvmrc", ".node-version"):
            path = f"{folder}/{name}" if folder else name
            line = next(iter(tree.read(path, 200).split()), "")
            if line:
                found.append((path, line))
        path = f"{folder}/.tool-versions" if folder else ".tool-versions"
        matched = re.search(r"^nodejs\s+(\S{1,40})", tree.read(path, 2000), re.MULTILINE)
        if matched:
            found.append((path, matched[1]))
    said = [(f"{key}.node in {package.path}", package.member(key, "node")) for key in ("volta", "engines")]
    return found + [(where, text) for where, text in said if text]


def satisfying(said: str) -> int | None:
    """The best major for "v20.11.0", "lts/iron", "18.x", ">=14 <17", "^18 || ^20"; None when nothing fits."""
    text = said.strip().lower()
    if text.startswith("lts/"):
        return _CODE_NAMES.get(text[4:], DEFAULT)
    if text in ("node", "stable", "current", "latest", "*", "x", "lts"):
        return DEFAULT
    return next((major for major in _CHOICES if _fits(major, text)), None)


def _fits(major: int, text: str) -> bool:
    # A hyphen range is two comparisons; a version of a major counts as its newest.
    text = re.sub(r"(\d[\w.]*)\s+-\s+v?(\d[\w.]*)", r">=\1 <=\2", text[:200])
    return any(_all_hold(major, [*_PART.finditer(one)]) for one in text.split("||"))


def _all_hold(major: int, parts: list[re.Match[str]]) -> bool:
    return bool(parts) and all(_holds(major, part["operator"] or "", part["version"]) for part in parts)


def _holds(major: int, operator: str, version: str) -> bool:
    digits = [int(part) for part in version.split(".") if part.isdigit()]
    wanted = digits[0]
    if operator == ">=":
        return major >= wanted
    if operator == ">":
        # Above 18.1 is 18 as well; above 18 is not.
        return major > wanted or (major == wanted and len(digits) > 1)
    if operator == "<=":
        return major <= wanted
    if operator == "<":
        return major < wanted or (major == wanted and any(digits[1:]))
    return major == wanted
