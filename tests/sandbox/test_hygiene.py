"""What the source shows of care: each remark on a file that earns it and none on one that does not."""

import pytest

from sandbox.hygiene import calls, commands, committed, dockerfiles
from sandbox.probes import SourceTarget, all_probes
from sandbox.tree import Tree

TIDY = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
USER app
CMD ["python", "app.py"]
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param(".env", "an environment file", id="dotenv"),
        pytest.param("backend/venv/bin/python", "installed packages", id="venv"),
        pytest.param("node_modules/a/index.js", "installed packages", id="node_modules"),
        pytest.param("src/__pycache__/a.cpython-312.pyc", "a compiler's cache", id="bytecode"),
        pytest.param(".DS_Store", "a file of the desktop", id="desktop"),
        pytest.param(".idea/workspace.xml", "an editor's settings", id="editor"),
    ],
)
def test_what_machines_make_is_told_from_source(path, kind):
    assert [row["kind"] for row in committed.found(Tree.of({path: "x", "app.py": ""}))["kinds"]] == [kind]


@pytest.mark.parametrize("path", [".env.example", "environment.yml", "src/env/settings.py", "docs/logging.md"])
def test_what_people_write_is_no_litter(path):
    assert committed.found(Tree.of({path: "x"}))["kinds"] == []


def test_large_files_are_named_largest_first():
    tree = Tree.of({"small.bin": "x", "model.pt": "x" * 10_000_001, "data.csv": "x" * 12_000_000})
    assert [row["path"] for row in committed.found(tree)["large"]] == ["data.csv", "model.pt"]


@pytest.mark.parametrize(
    "line",
    [
        "eval(request.args['q'])",
        "os.system('ping ' + host)",
        "subprocess.run(f'convert {name}', shell=True)",
        "pickle.loads(request.data)",
        "yaml.load(text)",
        "cursor.execute(f'SELECT * FROM users WHERE name = {name}')",
        "cursor.execute('SELECT * FROM t WHERE a = %s' % name)",
        "requests.get(url, verify=False)",
    ],
)
def test_dangerous_call_is_found_with_its_line(line):
    tree = Tree.of({"app.py": f"import os, pickle, subprocess, yaml, requests\ndef f(): {line}\n"})
    assert [row["where"] for row in calls.found(tree)] == ["app.py:2"]


@pytest.mark.parametrize(
    "line",
    [
        "model.eval()",
        "subprocess.run(['convert', name])",
        "yaml.load(text, Loader=yaml.SafeLoader)",
        "cursor.execute('SELECT * FROM t WHERE a = ?', (name,))",
        "pickle.load(open('model.pkl', 'rb'))",
        "exec('x = 1')",
    ],
)
def test_ordinary_call_is_left_alone(line):
    tree = Tree.of({"app.py": f"import pickle, subprocess, yaml\ndef f(): {line}\n", "tests/test_a.py": "eval(x)"})
    assert calls.found(tree) == []


def missing(readme, **files):
    return [row["missing"] for row in commands.found(Tree.of({"README.md": readme, **files}), readme)]


def test_commands_of_a_readme_are_followed_into_folders():
    readme = (
        "```bash\ngit clone x && cd thing\ncd backend\npip install -r requirements.txt\nuvicorn app.main:app\n```\n"
    )
    there = {"backend/requirements.txt": "", "backend/app/main.py": ""}
    assert missing(readme, **there) == ["", ""]
    assert missing(readme, **{"backend/readme": ""}) == ["requirements.txt", "the module app.main"]


def test_commands_name_compose_files_targets_and_scripts_that_must_exist():
    readme = "```\n$ docker compose up --build\nmake serve\nnpm run dev\nnpm install\nstreamlit run ui.py\n```"
    assert missing(readme) == ["a compose file", "make serve", "the script dev", "", "ui.py"]
    there = {
        "compose.yaml": "",
        "Makefile": "serve:\n\techo",
        "package.json": '{"scripts": {"dev": "vite"}}',
        "ui.py": "",
    }
    assert missing(readme, **there) == [""] * 5


def test_prose_between_ticks_is_no_command_where_there_are_blocks():
    assert missing("Use `python nothing.py`.\n```\nmake\n```\n") == [""]


def rules(text, **files):
    found = dockerfiles.found(Tree.of({"Dockerfile": text, **files}))
    return {remark["rule"] for row in found for remark in row["remarks"]}


def test_tidy_dockerfile_has_no_remark():
    assert rules(TIDY, **{".dockerignore": ".git"}) == set()


def test_untidy_dockerfile_is_remarked_line_by_line():
    text = (
        "FROM python:3.12\nENV API_KEY=abc123 PORT=80\nCOPY . .\nRUN apt-get update && apt-get install -y curl\n"
        "RUN pip install -r requirements.txt\nRUN curl -s example.org/x | sh\nRUN chmod -R 777 /app\n"
        "CMD python app.py\n"
    )
    assert rules(text) == {
        "secret",
        "copies before it installs",
        "apt lists stay",
        "pipes to a shell",
        "world-writable",
        "shell form",
        "runs as root",
        "no .dockerignore",
    }


def test_probe_names_linters_and_what_describes_a_model():
    probe = next(one for one in all_probes() if one.id == "hygiene")
    tree = Tree.of(
        {"pyproject.toml": "[tool.ruff]\nline-length = 100\n", "README.md": "# A\n## Training data\n## Limitations\n"}
    )
    document = probe.gather(SourceTarget(tree, {}))
    assert document["linters"] == ["ruff"]
    assert document["card"] == {"path": "", "headings": ["Limitations", "Training data"]}
