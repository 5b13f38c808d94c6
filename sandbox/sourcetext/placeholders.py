"""Values for settings without which a team's code stops: from its example file, else placeholders for secrets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from sandbox.plan import Note
from sandbox.tree import Tree

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", ".env_example")
_SECRET = re.compile(r"(?:KEY|SECRET|TOKEN|PASSWORD|SALT)$")
PLACEHOLDER = "assay-placeholder-not-a-secret"
NOTE = "environment_placeholder"
_STOPS = "The code stops without "


def example_values(tree: Tree) -> tuple[str, dict[str, str]]:
    """The example environment file nearest to the root and what it holds; ("", {}) when there is none."""
    for path in tree.paths:
        if path.rpartition("/")[2] in _EXAMPLES:
            pairs = re.findall(
                r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*([^\n#]*)", tree.read(path), re.MULTILINE
            )
            return path, {name: re.sub(r"^([\"'])(.*)\1$", r"\2", value.strip()) for name, value in pairs}
    return "", {}


def placeholders_for(tree: Tree, names: Iterable[str]) -> tuple[dict[str, str], tuple[Note, ...]]:
    """Values for the settings that the code demands, and the notes that own up to them; none with a committed .env.

    A value comes from the team's example file; a secret without one gets a placeholder. An address without one gets
    nothing: pretending that a database is there would only move the error.
    """
    wanted = tuple(dict.fromkeys(names))
    if not wanted or any(path.rpartition("/")[2] == ".env" for path in tree.paths):
        return {}, ()
    path, examples = example_values(tree)
    given = {name: examples.get(name) or (PLACEHOLDER if _SECRET.search(name.upper()) else "") for name in wanted}
    values = {name: value for name, value in given.items() if value}
    if not values:
        return {}, ()
    source = f"values of {path} and placeholders" if path else "placeholders"
    why = f"{_STOPS}{', '.join(values)}; {source} were given. Give each setting a default for local runs."
    return values, (Note(NOTE, why),)


def without_given(notes: Iterable[Note], given: Collection[str]) -> tuple[Note, ...]:
    """The notes, where the settings in `given` have got a true value from something else: they are no placeholders.

    A note whose settings all have is gone; one of other settings, too, names only those.
    """
    kept: list[Note] = []
    for note in notes:
        if note.id != NOTE or not note.why.startswith(_STOPS):
            kept.append(note)
            continue
        names, _, rest = note.why.removeprefix(_STOPS).partition("; ")
        left = [name for name in names.split(", ") if name not in given]
        kept += [replace(note, why=f"{_STOPS}{', '.join(left)}; {rest}")] if left else []
    return tuple(kept)
