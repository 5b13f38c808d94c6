"""The hackathon manifest: what it may say, what is said against a bad one, and what it changes about a plan."""

import json
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sandbox.buildpacks import plan_for
from sandbox.faults import TeamFault
from sandbox.manifest import SITE, manifest_of, problems
from sandbox.manifest.validation import SCHEMA, schema
from sandbox.plan import Plan
from sandbox.tree import Tree

DOCS = Path(__file__).parents[2] / "docs"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n"
APP = {"main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n"}
DOCKERFILE = 'FROM python:3.12-slim\nCOPY . .\nENTRYPOINT ["python"]\nCMD ["main.py"]\n'


def plan(text, files=APP, settings=""):
    return plan_for(Tree.of(files | ({"assay.yaml": "version: 1\n" + text} if text is not None else {})), settings)


def refused(text, files=APP, settings=""):
    with pytest.raises(TeamFault) as raised:
        plan(text, files, settings)
    assert raised.value.id == "manifest_invalid"
    assert raised.value.fix
    return raised.value


class TestSchema:
    def test_one_schema_is_documented_and_used(self):
        assert (DOCS / "schemas" / "assay-v1.json").read_bytes() == SCHEMA.read_bytes()
        Draft202012Validator.check_schema(schema())

    def test_every_member_is_documented_with_an_example_that_is_valid(self):
        text = (DOCS / "manifest.md").read_text()
        for name, rule in schema()["properties"].items():
            assert f"| `{name}` |" in text
            example = rule["x-example"]
            assert problems(example if name == "version" else f"version: 1\n{example}\n") == ()

    def test_what_assay_reads_is_what_the_schema_takes(self):
        read = manifest_of(Tree.of({"assay.yml": "version: 1\npython: 3.10\nenv: {A: no, B: 08, C: 1.50, D: ~}\n"}))
        assert read.values == {"python": "3.10", "env": {"A": "no", "B": "08", "C": "1.50", "D": ""}}
        assert (
            list(Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors({"version": 1} | read.values)) == []
        )


@pytest.mark.parametrize(
    ("text", "line", "said", "fix"),
    [
        ("strat: x", 2, "`strat` is not a member", "start"),
        ("\nport: high", 3, '`port` cannot be "high"; allowed: a whole number', "port: 8000"),
        ("port: true", 2, "`port` cannot be true", "8000"),
        ("port: 70000", 2, "`port`", "8000"),
        ("health: health", 2, "a path that starts with /", "/health"),
        ("root: /etc", 2, "`root`", "root: backend"),
        ("root: a/../../b", 2, "`root`", "root: backend"),
        ("env:\n  A: [1]", 3, "`env.A`", "env:"),
        ("env:\n  1A: x", 2, "`env`", "env:"),
        ("services: [oracle:19]", 2, "oracle:19", "postgres"),
        ("buildpack: cobol", 2, "`buildpack` cannot be cobol", "python"),
        ("start: [python, $PORT]", 2, "without a shell", "one text"),
        ("port: 1\nport: 2", 3, "`port` is there twice", "one of the two"),
        ("\tport: 1", 2, "not YAML", "spaces"),
        ("a: &a [1]\nb: *a", 3, "reference", "Write the value"),
        ("start: !!python/object:os.system id", 2, "types are not read", "!"),
        ("? [a]\n: b", 2, "a name is itself", "plain name"),
        ('start: "\\ud800"', 2, "character", "itself"),
        ("start: '  '", 2, "`start`", "start:"),
        ("root: gone", 2, "no such folder", "Leave"),
        ("dockerfile: gone/Dockerfile", 2, "no such file", "Commit"),
        ("compose: gone.yml", 2, "no such file", "Commit"),
        ("buildpack: rust", 2, "finds nothing to run", "root"),
    ],
)
def test_bad_manifest_is_refused_with_its_line_and_a_fix(text, line, said, fix):
    fault = refused(text)
    assert fault.where == f"assay.yaml:{line}"
    assert said in fault.title
    assert fix in fault.fix


def test_all_problems_are_told_at_once():
    assert len(refused("port: x\nstrat: y\nhealth: z").detail.splitlines()) == 3


def test_missing_version_and_empty_file_are_refused():
    for text, said in (
        ("port: 1\n", "`version` is missing"),
        ("", "empty"),
        ("- a\n", "no members"),
        ("version: 2", "2"),
    ):
        with pytest.raises(TeamFault, match="manifest_invalid") as raised:
            plan_for(Tree.of(APP | {"assay.yaml": text}))
        assert said in raised.value.title


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        "[" * 30_000,
        "{a: " * 10_000,
        "x" * 200_000,
        "version: 1\nenv:\n" + "".join(f"  A{number}: x\n" for number in range(3000)),
        "version: 1\nstart: '" + "y" * 33_000 + "'",
        "\x00\x01",
        "- " * 10_000,
        "? " * 10_000,
    ],
    ids=["references", "lists", "mappings", "size", "members", "text", "controls", "dashes", "questions"],
)
def test_bombs_are_refused_at_once(text):
    began = time.monotonic()
    assert problems(text)
    assert time.monotonic() - began < 5


class TestApplied:
    def test_without_members_it_changes_nothing(self):
        assert plan("") == plan(None)

    def test_start_port_health_and_env_win_and_say_so(self):
        found = plan("start: uvicorn main:app --port 9000\nport: 9000\nhealth: /up\nenv: {MODE: demo}\ntrack: ai\n")
        assert found.start == ("sh", "-c", "exec uvicorn main:app --port 9000")
        assert (found.ports[0], found.health[0], found.env) == (9000, "/up", {"MODE": "demo", "PORT": "9000"})
        assert found.hints["track"] == "ai"
        assert sum(why.startswith("assay.yaml sets ") for why in found.why) == 4
        assert Plan.from_json(found.to_json()) == found

    def test_list_starts_without_a_shell_and_clears_an_entrypoint(self):
        found = plan("start: [python, -m, main]", {"Dockerfile": DOCKERFILE, "main.py": FASTAPI})
        assert found.start == ("python", "-m", "main")
        assert found.dockerfile == DOCKERFILE + "ENTRYPOINT []\n"

    def test_root_is_the_context_of_everything(self):
        files = {f"apps/api/{name}": text for name, text in APP.items()} | {"main.py": FASTAPI}
        found = plan("root: ./apps/api/", files)
        assert (found.context, found.hints["app"]) == ("apps/api", "apps/api/main.py:app")
        assert "pip install -r requirements.txt" in found.dockerfile

    def test_root_behind_a_link_is_no_folder(self, tmp_path):
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "main.py").write_text(FASTAPI)
        (tmp_path / "repository").mkdir()
        (tmp_path / "repository" / "api").symlink_to(tmp_path / "outside")
        (tmp_path / "repository" / "assay.yaml").write_text("version: 1\nroot: api\n")
        with pytest.raises(TeamFault, match="manifest_invalid"):
            plan_for(Tree.at(tmp_path / "repository"))

    def test_dockerfile_and_buildpack_decide(self):
        files = APP | {"Dockerfile": DOCKERFILE, "docker/api.Dockerfile": "FROM python:3.12\nCOPY main.py .\nCMD x\n"}
        found = plan("dockerfile: docker/api.Dockerfile", files)
        assert (found.hints["dockerfile"], found.context) == ("docker/api.Dockerfile", "")
        assert plan("buildpack: python", files).buildpack == "python"

    def test_compose_file_is_named_or_left_out(self):
        stack = "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n  cache:\n    image: redis:7\n"
        files = APP | {"Dockerfile": DOCKERFILE, "docker-compose.yml": "services: {}\n", "deploy.prod.yml": stack}
        found = plan("compose: deploy.prod.yml", files)
        assert (found.buildpack, found.name, [one.name for one in found.companions]) == ("compose", "web", ["cache"])
        files["docker-compose.yml"] = stack
        assert plan("compose: false", files).buildpack == "dockerfile"

    def test_data_services_stand_beside_the_app(self):
        found = plan("services: [postgres:16, redis:7]\nenv: {REDIS_URL: redis://redis:6379/5}")
        assert [(one.name, one.role, one.ports) for one in found.companions] == [
            ("postgres", "data", (5432,)),
            ("redis", "data", (6379,)),
        ]
        assert [need.name for need in found.after] == ["postgres", "redis"]
        assert "@postgres:5432/" in found.env["DATABASE_URL"]
        assert plan("services: {db: 'postgres:16'}").env["POSTGRES_HOST"] == "db"

    def test_service_on_the_port_of_the_app_gets_a_room_of_its_own(self):
        assert [one.room for one in plan("services: [chromadb/chroma, redis:7]").companions] == [1, 0]
        assert plan("services: [chromadb/chroma]\nport: 8080").companions[0].room == 0
        assert "services on port 5432" in refused(f"services: [{', '.join(['postgres:16'] * 5)}]").title

    def test_versions_change_a_generated_dockerfile_only(self):
        found = plan("python: 3.10")
        assert found.dockerfile.startswith("FROM python:3.10-slim\n")
        assert found.runtime.startswith("Python 3.10,")
        own = plan("python: 3.10", APP | {"Dockerfile": DOCKERFILE})
        assert own.dockerfile == DOCKERFILE
        assert "own Dockerfile decides" in own.why[-1]

    def test_start_is_enough_where_nothing_is_recognised(self):
        found = plan(
            "start: python serve.py --port $PORT", {"serve.py": "import tornado\n", "requirements.txt": "six\n"}
        )
        assert (found.buildpack, found.start[2]) == ("python", "exec python serve.py --port $PORT")
        assert "pip install -r requirements.txt" in found.dockerfile


class TestSettingsOfTheSite:
    def test_they_count_more_and_say_so(self):
        found = plan("port: 9000\nenv: {A: '1', B: '1'}\n", settings="version: 1\nenv: {A: '2'}\nhealth: /up\n")
        assert (found.ports[0], found.env) == (9000, {"A": "2", "B": "1", "PORT": "9000"})
        assert "The team set on the site health: /up." in found.why

    def test_they_stand_in_for_a_broken_file(self):
        found = plan("port: x", settings="version: 1\nport: 9000\n")
        assert found.ports[0] == 9000
        assert found.why[0].startswith("assay.yaml was passed over: ")

    def test_broken_ones_are_refused_without_a_file(self):
        fault = refused(None, settings="version: 1\nport: x\n")
        assert (fault.where, SITE.capitalize() in fault.title) == (None, True)
