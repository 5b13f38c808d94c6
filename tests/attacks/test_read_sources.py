"""Attacks by the text of files and logs: made to keep whoever reads it busy, or to end the worker by an odd error."""

import time
from contextlib import suppress

import pytest

from sandbox.buildpacks import plan_for
from sandbox.diagnosis import diagnose, diagnose_run
from sandbox.engine import BuildFailed
from sandbox.faults import TeamFault
from sandbox.probes import SourceTarget, practice
from sandbox.tree import Tree

SIZE = 1024 * 1024
# What reading one file may cost the worker; where reading goes up with the square of the size it is an hour.
CPU_S = 30.0
BUSY = {
    "empty lines": "\n",
    "indented lines": "\n ",
    "spaces": " ",
    "one word": "mvn ",
    "definitions": "def test ",
    "calls": "it(\n",
    "brackets": "[",
    "braces": '{"a":',
    "digits": "9",
    "escapes": "\x1b]",
    "frames": '  File "a", line 1\n',
    "commands": "The command '\n",
    "steps": "Step 1/2 : RUN pip\n",
    "decorators": "@a\n",
}
FILES = ("test_a.py", "README.md", ".github/workflows/ci.yml", "environment.yml", "pyproject.toml", "Dockerfile")
APP = {"app.py": "import flask\napp = flask.Flask(__name__)\n", "requirements.txt": "flask\n"}


@pytest.mark.parametrize("piece", BUSY.values(), ids=BUSY)
def test_reading_of_any_text_ends(piece):
    text = piece * (SIZE // len(piece))
    began = time.process_time()
    for file in FILES:
        tree = Tree.of({"app.py": APP["app.py"], file: text})
        practice.gather(SourceTarget(tree, {}))
        with suppress(TeamFault):
            plan_for(tree)
    plan = plan_for(Tree.of(APP))
    diagnose_run(text, 1, False, "", plan)
    diagnose(BuildFailed(text, log=text, step=text), Tree.of(APP), plan)
    assert time.process_time() - began < CPU_S


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", "[project]\nname = " + "9" * 5000),
        ("pyproject.toml", "a = " + "[" * 50_000),
        ("environment.yml", "dependencies: " + "9" * 5000),
        ("environment.yml", "a: &a [*a]\ndependencies: *a\n"),
        ("environment.yml", "dependencies: !!python/object/apply:os.system ['true']\n"),
        ("package.json", '{"scripts": ' + "[" * 50_000),
        ("Pipfile.lock", '{"default": ' + "9" * 5000 + "}"),
        ("Dockerfile", "FROM python:3.12-slim\nCMD " + "[" * 50_000 + "\n"),
        ("app.py", "x = " + "(" * 50_000),
        ("app.py", "x = " + "9" * 5000),
        ("requirements.txt", "a" + " " * 900_000 + "--b\n"),
        ("requirements.txt", "-r requirements.txt\n" * 50),
        ("README.md", "\x00\x1b[2J\u202e" * 1000),
    ],
)
def test_file_that_breaks_its_reader_is_read_as_none(file, text):
    tree = Tree.of({**APP, file: text})
    practice.gather(SourceTarget(tree, {}))
    with suppress(TeamFault):
        plan_for(tree)
