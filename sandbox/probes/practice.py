"""What the source itself shows of engineering practice: tests, workflow, licence, README, pinning, secrets.

Reads text only; nothing of the repository is imported or run. Document:
{tests: {files, functions}, ci: [{path, runs_tests}], licence: path|None, readme: {path, words, commands}|None,
 dependencies: {lock_files, manifests, declared, pinned}, secrets: [{where: "file:line", kind}]}
"""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath
from typing import Any

from sandbox.probes import Probe, SourceTarget
from sandbox.tree import Tree

LOCK_FILES = frozenset(
    [
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
        "Pipfile.lock",
        "package-lock.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "Cargo.lock",
        "go.sum",
    ]
)
WORKFLOWS = re.compile(
    r"\A(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml|azure-pipelines\.yml)\Z"
)
RUNS_TESTS = re.compile(
    r"\b(pytest|unittest|tox|nox|(?:npm|pnpm|yarn)(?: run)? test|go test|cargo test"
    r"|mvn [^\n]{0,200}(?:test|verify)|make test)\b"
)
TEST_FUNCTION = re.compile(
    r"^[ \t]*(?:async +)?def test\w*[ \t]*\(|^[ \t]*(?:it|test)[ \t]*\(\s{0,100}['\"`]"
    r"|^func Test\w+\(|@Test\b|#\[test\]",
    re.MULTILINE,
)
LICENCE = re.compile(r"\A(licen[cs]e|copying|unlicense)([.-].*)?\Z", re.IGNORECASE)
# Patterns of credentials whose form alone gives them away; a mere word "password" would accuse too many.
SECRETS = (
    ("private key", re.compile(r"-----BEGIN (?:RSA |EC |OPENSSH |DSA |)PRIVATE KEY-----")),
    ("AWS key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b")),
    ("API key", re.compile(r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}\b")),
    ("Slack token", re.compile(r"\bxox[baprs]-[A-Za-z0-9-]{20,}\b")),
    ("Google key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
)
MAX_SECRETS = 20
SCANNED_BYTES = 256 * 1024
VENDORED = frozenset(
    {"node_modules", "vendor", "venv", ".venv", "env", "site-packages", "dist", "build", "__pycache__"}
)
# Words that a reader would count, and a fenced or indented block that looks like something to type.
COMMAND = re.compile(
    r"^[ \t]*(?:\$ )?(?:(?:docker|pip3?|python3?|uvicorn|npm|pnpm|yarn|make|uv|poetry|flask|streamlit|go) +\S|\./\w)",
    re.MULTILINE,
)


def own(tree: Tree) -> list[str]:
    """Paths that the team wrote itself."""
    return [path for path in tree.paths if VENDORED.isdisjoint(PurePosixPath(path).parts)]


def gather(target: SourceTarget) -> dict[str, Any]:
    """Read the tree once for each question."""
    tree, paths = target.tree, own(target.tree)
    return {
        "tests": _tests(tree, paths),
        "ci": [
            {"path": path, "runs_tests": bool(RUNS_TESTS.search(tree.read(path)))}
            for path in paths
            if WORKFLOWS.match(path)
        ],
        "licence": next((path for path in paths if "/" not in path and LICENCE.match(path)), None),
        "readme": _readme(tree, paths),
        "dependencies": _dependencies(tree, paths),
        "secrets": _secrets(tree, paths),
    }


def _tests(tree: Tree, paths: list[str]) -> dict[str, Any]:
    """Files by the usual names; functions by what a test runner would collect."""
    files = [path for path in paths if _is_test(PurePosixPath(path))]
    return {"files": files[:50], "functions": sum(len(TEST_FUNCTION.findall(tree.read(path))) for path in files)}


def _is_test(path: PurePosixPath) -> bool:
    stem, suffix = path.stem.lower(), path.suffix.lower()
    if suffix == ".py":
        return stem.startswith("test_") or stem.endswith("_test") or stem in ("test", "tests")
    if suffix in (".js", ".ts", ".jsx", ".tsx"):
        return stem.endswith((".test", ".spec")) or "__tests__" in path.parts
    return (suffix == ".go" and stem.endswith("_test")) or (suffix in (".java", ".rs") and "test" in str(path).lower())


def _readme(tree: Tree, paths: list[str]) -> dict[str, Any] | None:
    path = next((path for path in paths if "/" not in path and PurePosixPath(path).stem.lower() == "readme"), None)
    if path is None:
        return None
    text = tree.read(path)
    return {"path": path, "words": len(text.split()), "commands": len(COMMAND.findall(text))}


def _dependencies(tree: Tree, paths: list[str]) -> dict[str, Any]:
    """Lock files, and how many Python requirements name one exact version."""
    declared: list[str] = []
    manifests = [path for path in paths if _is_manifest(PurePosixPath(path))]
    for path in manifests:
        declared += _requirements(tree, path)
    return {
        "lock_files": [path for path in paths if PurePosixPath(path).name in LOCK_FILES],
        "manifests": manifests,
        "declared": len(declared),
        "pinned": sum("==" in line or "@" in line for line in declared),
    }


def _is_manifest(path: PurePosixPath) -> bool:
    return path.name == "pyproject.toml" or bool(re.fullmatch(r"requirements[\w.-]*\.txt", path.name))


def _requirements(tree: Tree, path: str) -> list[str]:
    text = tree.read(path)
    if path.endswith(".toml"):
        try:
            project = tomllib.loads(text).get("project", {})
        except (ValueError, RecursionError):
            return []
        listed = project.get("dependencies", []) if isinstance(project, dict) else []
        return [str(entry) for entry in listed] if isinstance(listed, list) else []
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def _secrets(tree: Tree, paths: list[str]) -> list[dict[str, str]]:
    """Where a credential stands and of which kind it is; never the credential itself."""
    found: list[dict[str, str]] = []
    for path in paths:
        text = tree.read(path, SCANNED_BYTES)
        if "\x00" in text[:1024]:
            continue
        for kind, pattern in SECRETS:
            for match in pattern.finditer(text):
                found.append({"where": f"{path}:{text.count(chr(10), 0, match.start()) + 1}", "kind": kind})
                if len(found) >= MAX_SECRETS:
                    return found
    return found


PROBE = Probe("practice", 1, 0, "source", "What does the source show of engineering practice?", gather)
