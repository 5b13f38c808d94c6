"""A target of a Makefile that trains: the Python commands of its recipe and of those that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.jobs import Job
from sandbox.jobs.commands import FETCH, Started, started
from sandbox.jobs.learning import TRAINING_NAME, is_learning, reached, stem, stems, trains
from sandbox.pysource.syntax import Module, modules
from sandbox.tree import Tree

CHARACTERS = 64 * 1024
MOST_STEPS = 20
MOST_TARGETS = 40
_TARGETS = ("train", "pipeline", "reproduce", "repro", "run", "all")
_DEEP = 5
_RULE = re.compile(r"^([\w./-]+(?:[ \t]+[\w./-]+)*)[ \t]*:(?!=)([^\n=]*)\n((?:\t[^\n]*\n?|[ \t]*\n)*)", re.MULTILINE)


def makefile_job(tree: Tree) -> Job | None:
    """The first target that trains a model, those of a usual name first; else one that works with a model's data."""
    path = next((name for name in ("Makefile", "makefile") if name in tree), "")
    rules = _rules(tree.read(path, CHARACTERS).replace("\\\n", " ")) if path else {}
    parsed = modules(tree) if rules else ()
    known, by_stem = {module.path: module for module in parsed}, stems(parsed)
    other: Job | None = None
    for target in _likely(rules):
        commands = _commands(tree, rules, target)
        if not commands or any("$" in one.text for one in commands):
            continue
        own = tuple(known[name] for name in dict.fromkeys(one.path for one in commands) if name in known)
        whole = [one for module in own for one in reached(module, by_stem)]
        if trains(whole) or any(TRAINING_NAME.search(stem(module.path)) for module in own):
            return _job(path, target, commands, own)
        if other is None and target in _TARGETS and is_learning(whole):
            other = _job(path, target, commands, own)
    return other


def _likely(rules: dict[str, tuple[list[str], list[str]]]) -> list[str]:
    """Targets by usual names, then those whose names say that they train."""
    named = [name for name in rules if re.fullmatch(r"(?:train|ml|model|fit)(?:[_-][\w-]*)?", name)]
    return [*(name for name in _TARGETS if name in rules), *named][:MOST_TARGETS]


def _rules(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """Target -> (what it needs, the lines of its recipe), variables filled in where the file gives them a value."""
    given = dict(re.findall(r"^([A-Za-z_]\w*)\s*[:?]?=[ \t]*([^\n#]{0,200})", text, re.MULTILINE))
    text = re.sub(r"\$[({](\w+)[)}]", lambda found: given.get(found[1], "").strip() or found[0], text)
    rules: dict[str, tuple[list[str], list[str]]] = {}
    for match in _RULE.finditer(text + "\n"):
        for name in match[1].split():
            rules.setdefault(name, (match[2].partition("#")[0].split(), match[3].splitlines()))
    return rules


def _commands(tree: Tree, rules: dict[str, tuple[list[str], list[str]]], target: str) -> list[Started]:
    """The commands of a target in the order in which make runs them, each once."""

    def lines(name: str, depth: int) -> Iterator[str]:
        needs, recipe = rules.get(name, ([], []))
        for need in needs if depth < _DEEP else ():
            yield from lines(need, depth + 1)
        yield from recipe

    found = [one for line in lines(target, 0) if (one := started(tree, line)) is not None]
    return list(dict.fromkeys(found))[:MOST_STEPS]


def _job(path: str, target: str, commands: list[Started], own: tuple[Module, ...]) -> Job:
    left = [one.path for one in commands if FETCH.search(stem(one.path))]
    kept = [one for one in commands if one.path not in left] or commands
    why = [f"The target {target} of the {path} starts {', '.join(dict.fromkeys(one.path for one in kept))}."]
    if left and kept is not commands:
        why.append(f"{', '.join(left)} is left out, because a run has no network.")
    texts = tuple(one.text for one in kept)
    return Job("pipeline", f"make {target}", texts, kept[0].folder, own, tuple(why))
