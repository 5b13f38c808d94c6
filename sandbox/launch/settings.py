"""Settings without which an image's code stops, whatever its language, and placeholders for the secrets among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sandbox.launch.stage import Stage
from sandbox.nodesource.listening import placeholders_of
from sandbox.nodesource.packages import packages_of
from sandbox.nodesource.sources import sources_of
from sandbox.plan import Note
from sandbox.pysource.environment import placeholders
from sandbox.pysource.survey import Survey
from sandbox.sourcetext.files import sources
from sandbox.sourcetext.placeholders import placeholders_for
from sandbox.tree import Tree

_NAME = r"([A-Z][A-Z0-9_]{1,60})"
# What reads a variable and ends the program without it. Within braces nothing but the ending may come first.
_GO = (
    rf'(\w+)\s*:?=\s*os\.Getenv\("{_NAME}"\)\s*;?\s*if\s+(?:\1\s*==\s*""|len\(\1\)\s*==\s*0)\s*\{{\s*(?:log\.Fatal|panic\()',
    rf'(\w+),\s*(\w+)\s*:?=\s*os\.LookupEnv\("{_NAME}"\)\s*;?\s*if\s+!\s*\2\s*\{{\s*(?:log\.Fatal|panic\()',
    rf'if\s+os\.Getenv\("{_NAME}"\)\s*==\s*""\s*\{{\s*(?:log\.Fatal|panic\()',
    rf'\b(?:must|Must|require|mustGet|MustGet|mustGetenv)\w*\("{_NAME}"\)',
    rf'env:"{_NAME},(?:required|notEmpty)',
    rf'envconfig:"{_NAME}"\s+required:"true"',
)
_RUST = (rf'env::var(?:_os)?\(\s*"{_NAME}"\s*\)\s*\.(?:unwrap|expect)\(',)
_JVM = (
    rf'@Value\(\s*"\$\{{{_NAME}\}}"\s*\)',
    rf'requireNonNull\(\s*System\.getenv\("{_NAME}"\)',
    rf'System\.getenv\("{_NAME}"\)\s*(?:\?:|\.orElseThrow)\s*(?:throw|error\()',
)
_RUBY = (rf"ENV\.fetch\(\s*[\"']{_NAME}[\"']\s*\)(?!\s*(?:\{{|do\b))",)
_CODE = ((".go", _GO), (".rs", _RUST), (".java", _JVM), (".kt", _JVM), (".rb", _RUBY))
_TESTS = re.compile(r"_test\.go$|(?:^|/)(?:tests?|spec)/|(?:Test|Tests|IT)\.(?:java|kt)$")
# Spring reads these when it starts, and ends with "Could not resolve placeholder" for one without a value.
_SPRING = re.compile(r"(?:^|/)src/main/resources/application[\w-]*\.(?:properties|ya?ml)$")
_SPRING_VALUE = re.compile(rf"\$\{{{_NAME}\}}")


def demanded(tree: Tree, stage: Stage, survey: Survey, *, is_python: bool) -> tuple[dict[str, str], tuple[Note, ...]]:
    """(values, the note that owns up to them) of what an image's last stage starts, by the language that it is in."""
    if is_python:
        return placeholders(tree, survey.parsed)
    if re.search(r"\b(?:node|bun|deno)\b", f"{stage.base} {stage.entrypoint.text} {stage.cmd.text}"):
        packages = packages_of(tree)
        return placeholders_of(tree, sources_of(tree, packages[0], packages)) if packages else ({}, ())
    values, notes = _compiled(tree)
    return (values, notes) if values else placeholders(tree, survey.parsed)


def _compiled(tree: Tree) -> tuple[dict[str, str], tuple[Note, ...]]:
    """The same of languages that are read as text."""
    return placeholders_for(tree, _names(tree))


def _names(tree: Tree) -> Iterable[str]:
    for suffix, patterns in _CODE:
        found = sources(tree, suffix, tests=_TESTS)
        for pattern in (re.compile(one) for one in patterns):
            for source in found:
                yield from (match[pattern.groups] for match in pattern.finditer(source.text))
    for path in tree.paths:
        if _SPRING.search(path):
            yield from _SPRING_VALUE.findall(tree.read(path))
