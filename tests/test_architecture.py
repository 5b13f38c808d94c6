"""The house rules that no linter knows: the `platform/` trap, what the sandbox may load, how large a room may be."""

import ast
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = [
    path
    for folder in ("platform", "judges", "sandbox", "deploy/local", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts and "repos" not in path.parts
]


def test_platform_is_the_standard_library_module():
    assert platform.python_implementation() == "CPython"
    assert not Path(platform.__file__).is_relative_to(ROOT)


def test_platform_folder_holds_no_module_of_its_own():
    assert list((ROOT / "platform").glob("*.py")) == []


def test_sandbox_loads_no_framework_in_a_fresh_interpreter():
    """Every module of the sandbox but the in-container scripts, which are never imported here."""
    script = """
import importlib, pkgutil, sys, sandbox
for module in pkgutil.walk_packages(sandbox.__path__, "sandbox."):
    if not module.name.startswith(("sandbox.inside", "sandbox.loadtest", "sandbox.__main__")):
        importlib.import_module(module.name)
print(sorted({"django", "celery", "rest_framework", "gevent", "locust"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_docker_is_imported_in_one_place():
    importers = {
        str(path.relative_to(ROOT))
        for path in OURS
        if path.parts[-2:] != ("tests", "test_architecture.py") and "docker" in _imports(path)
    }
    assert {path for path in importers if not path.startswith("tests/")} == {"sandbox/engine/sdk.py"}


def _imports(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_modules_are_small():
    lengths = {path: len(path.read_text().splitlines()) for path in OURS}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 400} == {}
    rooms = [n for path, n in lengths.items() if n and "tests" not in path.relative_to(ROOT).parts]
    assert statistics.median(rooms) <= 80


def test_modules_say_what_they_are_for():
    silent = [str(path.relative_to(ROOT)) for path in OURS if path.read_text().strip() and not _doc(path)]
    assert silent == []


def _doc(path):
    return ast.get_docstring(ast.parse(path.read_text()))
