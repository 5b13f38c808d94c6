"""The team's own tests: which command is chosen, and what its output is read as. Samples of tests/repos run them."""

import pytest

from sandbox.owntests.outcome import read
from sandbox.owntests.suite import Suite, choose
from sandbox.plan import Plan
from sandbox.tree import Tree

PLAN = Plan("python", 1, "FROM python:3.12-slim\n")


@pytest.mark.parametrize(
    ("said", "passed", "failed", "skipped"),
    [
        pytest.param("..\n5 passed, 1 warning in 0.72s\n", 5, 0, 0, id="pytest"),
        pytest.param("===== 2 failed, 3 passed, 1 skipped in 1.02s =====\n", 3, 2, 1, id="pytest with bars"),
        pytest.param("1 error in 0.19s\nassay-coverage 4\n", 0, 1, 0, id="pytest that cannot collect"),
        pytest.param("Ran 4 tests in 0.01s\n\nFAILED (failures=1, errors=1)\n", 2, 2, 0, id="unittest"),
        pytest.param("Ran 1 test in 0.010s\n\nOK (skipped=1)\n", 0, 0, 1, id="django"),
        pytest.param("Tests:       1 failed, 2 skipped, 4 passed, 7 total\n", 4, 1, 2, id="jest"),
        pytest.param("      Tests  3 passed (3)\n", 3, 0, 0, id="vitest"),
        pytest.param("  6 passing (20ms)\n  1 failing\n", 6, 1, 0, id="mocha"),
        pytest.param("# tests 3\n# pass 2\n# fail 1\n# skipped 0\n", 2, 1, 0, id="node:test"),
        pytest.param("99 passed in 1s, I say\n1 failed in 0.10s\n", 0, 1, 0, id="a boast before the summary"),
    ],
)
def test_summary_of_a_runner_is_counted(said, passed, failed, skipped):
    outcome = read(said, 0)
    assert (outcome["passed"], outcome["failed"], outcome["skipped"]) == (passed, failed, skipped)


def test_output_without_a_summary_counts_nothing():
    assert read("all good, trust me\n", 0)["passed"] is None
    assert read("assay-coverage 300\n", 0)["covered_pct"] is None


def test_python_tests_bring_what_they_import_and_what_is_declared_for_development():
    tree = Tree.of(
        {
            "app.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "tests/test_app.py": "import freezegun\nfrom app import app\ndef test_a(): pass\n",
            "requirements-dev.txt": "pytest-mock\n",
            "pyproject.toml": '[dependency-groups]\ntest = ["responses>=0.25", "--index-url=x"]\n',
        }
    )
    suite = choose(tree, PLAN, ["tests/test_app.py"])
    assert isinstance(suite, Suite)
    assert "freezegun" in suite.install
    assert "httpx" in suite.install
    assert "-r requirements-dev.txt" in suite.install
    assert "responses>=0.25" in suite.install
    assert "--index-url" not in suite.install


def test_suite_is_the_declared_one_first_and_npm_only_with_a_script():
    tree = Tree.of({"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'})
    assert isinstance(choose(tree, PLAN, []), str)
    assert "no script named test" in str(
        choose(Tree.of({"a.test.js": ""} | {"package.json": "{}"}), PLAN, ["a.test.js"])
    )
    declared = Plan("go", 1, "FROM golang\n", hints={"tests": {"run": "go test ./..."}})
    suite = choose(tree, declared, [])
    assert isinstance(suite, Suite)
    assert (suite.runner, suite.command) == ("declared", "go test ./...")
