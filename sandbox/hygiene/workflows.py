"""Workflows that run at every push, and whether one of them runs tests."""

from __future__ import annotations

import re
from typing import Any

from sandbox.tree import Tree

PLACES = re.compile(
    r"\A(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml|\.?azure-pipelines\.ya?ml|\.travis\.yml"
    r"|Jenkinsfile|bitbucket-pipelines\.yml|\.drone\.yml|\.woodpecker\.ya?ml|\.woodpecker/[^/]+\.ya?ml)\Z"
)
# Between a program's name and its target may stand options, and a wrapper may stand for the program.
RUNS_TESTS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|nosetests|manage\.py test|coverage run|jest|vitest|mocha"
    r"|(?:npm|pnpm|yarn|bun)(?: [\w-]+){0,3}? (?:test|t)\b|go (?:test|vet)|cargo (?:\S+ )?test|dotnet test"
    r"|mvnw? [^\n]{0,200}(?:test|verify|package|install)|gradlew? [^\n]{0,200}(?:test|check|build)"
    r"|(?:make|just|docker[- ]compose|invoke|hatch|bundle exec|rake|mix|sbt|swift|deno|bun)"
    r" [^\n]{0,100}?(?:test|spec|check(?!out)))"
)


def found(tree: Tree, paths: list[str]) -> list[dict[str, Any]]:
    """[{"path", "runs_tests"}]"""
    return [
        {"path": path, "runs_tests": bool(RUNS_TESTS.search(tree.read(path)))} for path in paths if PLACES.match(path)
    ]
