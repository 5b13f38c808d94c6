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


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("OPENAI_API_KEY=sk-" + "x" * 40, id="crosses"),
        pytest.param("sk-your-openai-api-key-goes-here-and-nowhere-else", id="words"),
        pytest.param("AKIAIOSFODNN7" + "EXAMPLE", id="of a manual"),
        pytest.param("-----BEGIN PRIVATE KEY-----\n...\n", id="a key left out"),
        pytest.param('startswith("-----BEGIN PRIVATE KEY-----")', id="code that reads one"),
        pytest.param("mongodb+srv://sam:<password>@cluster0.abcde.mongodb.net/app", id="an address of a manual"),
        pytest.param("desk-" + "a1b2c3d4" * 5, id="the end of a word"),
    ],
)
def test_placeholder_is_no_secret(text):
    assert gathered({"README.md": text})["secrets"] == []


@pytest.mark.parametrize("end", ["\n", "\\n", '"\n    "'])
def test_private_key_is_found_however_its_lines_end(end):
    text = f"KEY = -----BEGIN PRIVATE KEY-----{end}MIIEvQIBADANBgkqhkiG9w0BAQ\n"
    assert [row["kind"] for row in gathered({"a.py": text})["secrets"]] == ["private key"]


def test_package_that_one_manifest_pins_is_pinned():
    files = {
        "pyproject.toml": '[project]\ndependencies = ["Flask>=3", "x"]\n',
        "requirements.txt": "flask==3.1\nx==1\n",
    }
    found = gathered(files)["dependencies"]
    assert (found["declared"], found["pinned"]) == (2, 2)


@pytest.mark.parametrize(
    ("path", "text", "counted"),
    [
        pytest.param("package.json", '{"dependencies": {"a": "^1.0.0", "b": "1.2.3"}}', (2, 1), id="npm"),
        pytest.param("Pipfile", '[packages]\na = "*"\nb = "==1.0"\nc = {version = "==2"}\n', (3, 2), id="Pipfile"),
        pytest.param(
            "pyproject.toml",
            '[tool.poetry.dependencies]\npython = "^3.12"\na = "^1"\nb = "1.4.2"\n',
            (2, 1),
            id="poetry",
        ),
        pytest.param(
            "environment.yml",
            "name: x\ndependencies:\n  - python=3.12\n  - numpy=1.26\n  - pip\n  - pip:\n    - flask\n",
            (2, 1),
            id="conda",
        ),
        pytest.param("requirements/prod.txt", "-r base.txt\na==1\n", (1, 1), id="a folder of requirements"),
        pytest.param("package.json", "[1]", (0, 0), id="no package.json"),
    ],
)
def test_manifest_of_each_kind_is_read(path, text, counted):
    found = gathered({path: text})["dependencies"]
    assert (found["declared"], found["pinned"]) == counted


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        pytest.param(
            "src/lib.rs",
            "#[cfg(test)]\nmod tests {\n#[test]\nfn a() {}\n#[tokio::test]\nasync fn b() {}\n}",
            2,
            id="Rust",
        ),
        pytest.param("test/api.js", "it('answers', () => {})\n", 1, id="mocha"),
        pytest.param("src/a.rs", "fn test() {}\n", 0, id="Rust without tests"),
    ],
)
def test_tests_beside_the_code_and_in_folders_are_counted(path, text, count):
    assert gathered({path: text})["tests"]["functions"] == count


@pytest.mark.parametrize(
    "line",
    [
        "npm run test:ci",
        "./mvnw -B verify",
        "cargo test --all",
        "docker-compose -f compose.test.yaml up",
        "pnpm -r test",
        "npx vitest",
    ],
)
def test_workflow_that_tests_is_told(line):
    assert gathered({".github/workflows/ci.yml": f"run: {line}"})["ci"][0]["runs_tests"]


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        pytest.param("gsk_" + "aB3" * 16, "Groq key", id="Groq"),
        pytest.param("hf_" + "abCD" * 9, "Hugging Face token", id="Hugging Face"),
        pytest.param("mongodb+srv://sam:q7Lmw2pQ@cluster0.abcde.mongodb.net/app", "database in the cloud", id="Atlas"),
    ],
)
def test_key_of_each_kind_is_found(secret, kind):
    (row,) = gathered({"config.js": f'const KEY = "{secret}"\n'})["secrets"]
    assert row["kind"].endswith(kind)
