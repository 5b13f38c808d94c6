"""Tools that check the style or the types of the code: set up by a file, in a manifest, or in a workflow."""

from __future__ import annotations

import re

from sandbox.tree import Tree

FILES = (
    ("pre-commit", re.compile(r"^\.pre-commit-config\.ya?ml$")),
    ("ruff", re.compile(r"^(?:.*/)?\.?ruff\.toml$")),
    ("flake8", re.compile(r"^(?:.*/)?\.flake8$")),
    ("pylint", re.compile(r"^(?:.*/)?\.?pylintrc$")),
    ("mypy", re.compile(r"^(?:.*/)?\.?mypy\.ini$")),
    ("ESLint", re.compile(r"^(?:.*/)?(?:\.eslintrc(?:\.\w+)?|eslint\.config\.\w+)$")),
    ("TSLint", re.compile(r"^(?:.*/)?tslint\.json$")),
    ("Oxlint", re.compile(r"^(?:.*/)?\.?oxlintrc\.json$")),
    ("Prettier", re.compile(r"^(?:.*/)?\.prettierrc(?:\.\w+)?$")),
    ("Biome", re.compile(r"^(?:.*/)?biome\.jsonc?$")),
    ("golangci-lint", re.compile(r"^(?:.*/)?\.golangci\.ya?ml$")),
    ("Clippy", re.compile(r"^(?:.*/)?\.?(?:clippy|rustfmt)\.toml$")),
    ("RuboCop", re.compile(r"^(?:.*/)?\.rubocop\.yml$")),
)
# Manifests, and what of them is the name of a tool that is set up there.
SECTIONS = (
    ("pyproject.toml", re.compile(r"^\[tool\.(ruff|black|mypy|pylint|flake8|isort|pyright)[\].]", re.MULTILINE)),
    ("setup.cfg", re.compile(r"^\[(flake8|mypy|pylint|isort)[\]:-]", re.MULTILINE)),
    ("tox.ini", re.compile(r"^\[(flake8|mypy|pylint|isort)[\]:-]", re.MULTILINE)),
    (
        "package.json",
        re.compile(r"^\s{0,20}\"(eslint|oxlint|@biomejs/biome|tslint|prettier|standard|xo)(?:Config)?\"", re.MULTILINE),
    ),
    ("pom.xml", re.compile(r"(?:maven-)?(checkstyle|spotless|spring-javaformat|pmd|spotbugs)-(?:maven-)?plugin")),
    ("build.gradle", re.compile(r"\b(checkstyle|spotless|pmd|spotbugs|ktlint|detekt)\b")),
    ("build.gradle.kts", re.compile(r"\b(checkstyle|spotless|pmd|spotbugs|ktlint|detekt)\b")),
)
RUN = re.compile(
    r"\b(ruff|black --check|flake8|pylint|mypy|pyright|golangci-lint|go vet|gofmt|staticcheck|cargo clippy|cargo fmt)\b"
)
RUNNERS = re.compile(r"^(?:Makefile|justfile|\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml)$")


def found(tree: Tree, paths: list[str]) -> list[str]:
    """Their names, in the order of the alphabet."""
    names = {name for name, pattern in FILES if any(pattern.match(path) for path in paths)}
    for path in paths:
        name = path.rpartition("/")[2]
        for manifest, pattern in SECTIONS:
            if name == manifest:
                names |= set(pattern.findall(tree.read(path)))
        if RUNNERS.match(path):
            names |= set(RUN.findall(tree.read(path)))
    return sorted(names)
