"""What the source shows of care: each remark on a file that earns it and none on one that does not."""

import time

import pytest

from sandbox.hygiene import calls, commands, committed, dockerfiles, linters
from sandbox.hygiene.written import written
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


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("# where\nVITE_API_URL=https://example.org\n", [], id="public"),
        pytest.param("NEXT_PUBLIC_URL=/api\nSECRET_KEY=x\n", ["an environment file"], id="not all of it"),
        pytest.param("", ["an environment file"], id="empty"),
    ],
)
def test_settings_that_every_visitor_gets_are_no_litter(text, kinds):
    assert [row["kind"] for row in committed.found(Tree.of({"web/.env.production": text}))["kinds"]] == kinds


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        pytest.param("web/package.json", '{\n  "devDependencies": {\n    "oxlint": "1"\n  }\n}', "oxlint", id="npm"),
        pytest.param("web/eslint.config.js", "", "ESLint", id="a file below"),
        pytest.param("setup.cfg", "[flake8]\nmax-line-length = 99\n", "flake8", id="setup.cfg"),
        pytest.param("pom.xml", "<artifactId>maven-checkstyle-plugin</artifactId>", "checkstyle", id="Maven"),
        pytest.param(".github/workflows/ci.yml", "run: go vet ./...", "go vet", id="a workflow"),
    ],
)
def test_linter_is_found_where_it_is_set_up(path, text, name):
    assert linters.found(Tree.of({path: text}), [path]) == [name]


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


@pytest.mark.parametrize(
    "readme",
    [
        pytest.param("To start it:\n\n    make serve\n", id="indented"),
        pytest.param("Type `make serve` and wait.", id="between ticks"),
        pytest.param("# A\n\npython -m uvicorn main:app\n", id="bare"),
        pytest.param("1. Start\n   ```sh\n   $ make serve\n   ```\n", id="in a list"),
        pytest.param("````\ncd api \\\n  && make serve\n````\n", id="continued"),
    ],
)
def test_commands_are_found_however_a_readme_is_written(readme):
    assert len([one for one in written(readme) if not one.startswith("cd ")]) == 1


@pytest.mark.parametrize(
    "text",
    ["make sure you have Docker.", "    go to the folder", "docker and node are needed", "```\n# make this work\n```"],
)
def test_sentence_is_no_command(text):
    assert written(text) == []


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn -b 0.0.0.0:8000 app:server",
        "uvicorn app:server --host 0.0.0.0",
        "python tools\\seed.py",
        "python path/to/your_script.py",
        "make lint",
        "npm audit fix",
        "yarn vite",
        "docker compose -p x -f deploy/stack.yml up",
        "dvc push -r storage",
    ],
)
def test_command_that_works_misses_nothing(command):
    there = {
        "app.py": "",
        "tools/seed.py": "",
        "Makefile": ".PHONY: lint\ncheck lint: x\n",
        "package.json": '{"dependencies": {"vite": "1"}}',
    }
    assert missing(f"```\n{command}\n```\n", **there) == [""]


def test_each_terminal_begins_at_the_root():
    readme = (
        "```\ncd api\npip install -r requirements.txt\n```\n```\ncd web\nnpm run dev\n```\n```\npython seed.py\n```"
    )
    there = {"api/requirements.txt": "", "web/package.json": '{"scripts": {"dev": "vite"}}', "seed.py": ""}
    assert missing(readme, **there) == ["", "", ""]


def rules(text, **files):
    found = dockerfiles.found(Tree.of({"Dockerfile": text, **files}))
    return {remark["rule"] for row in found for remark in row["remarks"]}


@pytest.mark.parametrize("path", [".devcontainer/Dockerfile", "node_modules/x/Dockerfile"])
def test_dockerfile_that_ships_nothing_of_the_teams_has_no_remark(path):
    assert dockerfiles.found(Tree.of({path: "FROM debian\nCMD sh\n"})) == []


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


@pytest.mark.parametrize(
    "text", ["x " + "-" * 500_000, "\n" * 500_000, "```\n" * 100_000, "`" * 500_000, "python -a" * 60_000]
)
def test_readme_made_to_be_slow_is_read_at_once(text):
    since = time.process_time()
    written(text)
    assert time.process_time() - since < 2.0
