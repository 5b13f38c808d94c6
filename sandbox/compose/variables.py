"""Variables of a compose file: where their values come from, and their replacement in texts (`${NAME:-default}`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.sourcetext.placeholders import PLACEHOLDER, example_values
from sandbox.tree import Tree

_SECRET = re.compile(r"(?:KEY|SECRET|TOKEN|PASSWORD|PASS|SALT)$")
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-?+])(?P<other>[^{}]*(?:\$\{[^{}]*\}[^{}]*)*))?\})"
)
_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
DEEPEST = 4
# What the shell of whoever types `docker compose up` has: they are where the file is.
SHELL = {"PWD": "."}


@dataclass
class Variables:
    """Values by name. `source` is the file that they come from, `note` what to say when it is not the team's `.env`."""

    values: dict[str, str] = field(default_factory=dict)
    note: str = ""
    used: set[str] = field(default_factory=set)

    def replaced(self, text: str, depth: int = 0) -> str:
        """The text with its variables replaced, as the Compose Specification's interpolation says."""
        if "$" not in text or depth > DEEPEST:
            return text
        return _VARIABLE.sub(lambda found: self._value(found, depth), text)

    def _value(self, found: re.Match[str], depth: int) -> str:
        if found["escaped"]:
            return "$"
        name, how = found["plain"] or found["name"], found["how"] or ""
        other = self.replaced(found["other"] or "", depth + 1)
        value = self.values.get(name, SHELL.get(name))
        present = bool(value) if how.startswith(":") else value is not None
        if name in self.values:
            self.used.add(name)
        if how.endswith("+"):
            return other if present else ""
        if present:
            return value or ""
        return other if how.endswith("-") else self.missing(name)

    def missing(self, name: str) -> str:
        """What stands for a value that nobody gave: nothing, or a placeholder for a secret."""
        if _SECRET.search(name.upper()):
            self.used.add(name)
            return PLACEHOLDER
        return ""


def read_variables(tree: Tree) -> Variables:
    """Those of `.env` beside the compose file, else of the team's example file, else none."""
    if ".env" in tree:
        return Variables(pairs(tree.read(".env")))
    path, values = example_values(tree)
    if path:
        return Variables(values, f"The stack reads .env, which is not committed; the values of {path} were taken.")
    return Variables({}, "The stack reads .env, which is not committed; secrets got placeholders, the rest is empty.")


def pairs(text: str) -> dict[str, str]:
    """Names and values of an environment file."""
    found = {}
    for name, value in _LINE.findall(text):
        quoted = re.fullmatch(r"([\"'])(.*)\1(?:[ \t]+#.*)?", value)
        found[name] = quoted[2] if quoted else re.sub(r"(?:^|[ \t]+)#.*$", "", value)
    return found
