"""The practice probe on small trees: what it counts, what it does not fall for, and that a secret is never repeated."""

import pytest

from sandbox.probes import SourceTarget
from sandbox.probes.practice import gather
from sandbox.tree import Tree


def gathered(files):
    return gather(SourceTarget(Tree.of(files), {}))


def test_tests_are_counted_by_what_a_runner_collects():
    document = gathered(
        {"tests/test_api.py": "def test_a(): ...\nasync def test_b(): ...\ndef helper(): ...", "app.py": ""}
    )
    assert document["tests"] == {"files": ["tests/test_api.py"], "functions": 2}


def test_tests_of_vendored_code_are_not_the_teams():
    assert (
        gathered({"venv/lib/test_x.py": "def test_a(): ...", "node_modules/a/b.test.js": "test('x')"})["tests"]["files"]
        == []
    )


def test_ci_tells_a_workflow_that_tests_from_one_that_deploys():
    document = gathered(
        {".github/workflows/ci.yml": "run: pytest -q", ".github/workflows/ship.yml": "run: ./deploy.sh"}
    )
    assert document["ci"] == [
        {"path": ".github/workflows/ci.yml", "runs_tests": True},
        {"path": ".github/workflows/ship.yml", "runs_tests": False},
    ]


def test_ci_is_not_a_file_with_backslashes_in_its_name():
    assert gathered({".github\\workflows\\ci.yml": "run: pytest"})["ci"] == []


@pytest.mark.parametrize("name", ["LICENSE", "LICENCE.md", "COPYING", "license.txt"])
def test_licence_is_found_by_its_usual_names(name):
    assert gathered({name: "MIT"})["licence"] == name


def test_readme_counts_words_and_commands():
    document = gathered(
        {"README.md": "# Churn\n\nIt predicts.\n\n```\ndocker build -t churn .\npip install -r requirements.txt\n```\n"}
    )
    assert (document["readme"]["path"], document["readme"]["commands"]) == ("README.md", 2)


def test_dependencies_tell_pinned_from_loose():
    document = gathered({"requirements.txt": "flask==3.1\nrequests>=2 # http\n-r other.txt\n\n# comment\n"})
    assert (document["dependencies"]["declared"], document["dependencies"]["pinned"]) == (2, 1)


def test_dependencies_survive_a_broken_pyproject():
    assert gathered({"pyproject.toml": "[project\n"})["dependencies"]["declared"] == 0


def test_secrets_are_named_by_place_and_never_repeated():
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    document = gathered({"settings.py": f"import os\nKEY = '{key}'\n"})
    assert document["secrets"] == [{"where": "settings.py:2", "kind": "AWS key"}]
    assert key not in str(document)


def test_secrets_are_not_seen_in_ordinary_words():
    assert (
        gathered({"app.py": "password = os.environ['PASSWORD']\napi_key = 'your-key-here'\nsk-learn\n"})["secrets"]
        == []
    )
