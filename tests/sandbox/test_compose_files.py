"""Stacks of several files, other images of the same services, mounts and commands, read without an engine."""

import pytest

from sandbox import compose
from sandbox.buildpacks import Passed, plan_for
from sandbox.buildpacks.compose import MOST_COMPANIONS, detect
from sandbox.compose.bitnami import as_official
from sandbox.compose.installing import split
from sandbox.compose.merging import merged, plain
from sandbox.tree import Tree

APP = "FROM python:3.12-slim\nCOPY main.py .\nCMD python main.py\n"


def read(files, path="compose.yaml"):
    return compose.read(Tree.of({"Dockerfile": APP, "main.py": "import http.server\n", **files}), path)


def services(files, path="compose.yaml"):
    return {one.name: one for one in read(files, path).services}


def plan(files):
    return plan_for(Tree.of({"Dockerfile": APP, "main.py": "import http.server\n", **files}))


# several files


@pytest.mark.parametrize(
    ("name", "over"),
    [("compose.yaml", "compose.override.yaml"), ("docker-compose.yml", "docker-compose.override.yml")],
)
def test_override_beside_the_file_is_merged_and_others_are_not(name, over):
    files = {
        name: "services:\n  web: {build: ., command: a b, ports: ['1:1'], environment: [A=1, B=2],"
        " volumes: ['./x:/v']}\n",
        over: "services:\n  web: {command: [c], ports: ['2:2'], environment: {B: 3}, volumes: ['y:/v']}\n"
        "  db: {image: redis}\n",
        "docker-compose.prod.yml": "services: {web: {command: prod}}",
        "compose.dev.yaml": "services: {web: {command: dev}}",
    }
    found = services(files, name)
    web = found["web"]
    assert (web.command, web.ports, web.env, web.copies, web.volumes) == (
        ("c",),
        (1, 2),
        {"A": "1", "B": "3"},
        (),
        ("y",),
    )
    assert sorted(found) == ["db", "web"]
    assert read(files, name).why[0] == f"{over} was merged over {name}, as docker compose does by itself."


def test_values_are_reset_and_replaced_where_the_override_says_so():
    files = {
        "compose.yaml": "services:\n  web: {build: ., ports: ['1:1'], expose: [5], environment: {A: 1, B: 2}}\n",
        "compose.override.yml": "services:\n  web: {ports: !override ['2:2'], expose: !reset [],"
        " environment: {A: !reset null}}\n",
    }
    web = services(files)["web"]
    assert (web.ports, web.env) == ((2,), {"B": "2"})


def test_included_files_bring_services_whose_paths_count_from_their_own_folder():
    files = {
        "compose.yaml": "include:\n  - infra/db.yml\n  - path: [infra/b.yml, infra/c.yml]\n    project_directory: .\n"
        "services: {web: {build: ., depends_on: [db]}}\n",
        "infra/db.yml": "include: [more/cache.yml]\nservices:\n"
        "  db: {build: ./pg, env_file: db.env, volumes: ['./sql:/sql']}\n",
        "infra/db.env": "A=1\n",
        "infra/sql/a.sql": "",
        "infra/more/cache.yml": "services: {cache: {image: redis, secrets: [pw]}}\nsecrets: {pw: {file: pw.txt}}\n",
        "infra/more/pw.txt": "x",
        "infra/b.yml": "services: {mail: {image: mail, volumes: ['./conf:/conf']}}\n",
        "infra/c.yml": "services: {mail: {environment: {B: 2}}}\n",
        "conf/a": "",
    }
    found = services(files)
    assert sorted(found) == ["cache", "db", "mail", "web"]
    assert (found["db"].build.context, found["db"].env) == ("infra/pg", {"A": "1"})
    assert [(one.source, one.target) for one in found["db"].copies] == [("infra/sql", "/sql")]
    assert [one.source for one in found["cache"].copies] == ["infra/more/pw.txt"]
    assert ([one.source for one in found["mail"].copies], found["mail"].env) == (["conf"], {"B": "2"})


def test_service_extends_one_of_another_file_and_keeps_its_own_order():
    files = {
        "deploy/compose.yaml": "services:\n  web:\n    extends: {file: ../common/base.yml, service: py}\n"
        "    ports: ['80:8000']\n",
        "common/base.yml": "services:\n  py: {extends: bare, build: ../api, depends_on: [gone], environment: [A=1]}\n"
        "  bare: {env_file: x.env, command: run}\n",
        "common/x.env": "X=1\n",
    }
    web = services(files, "deploy/compose.yaml")["web"]
    assert (web.build.context, web.env, web.after, web.ports) == ("../api", {"A": "1", "X": "1"}, (), (8000,))
    assert web.command == ("run",)


@pytest.mark.parametrize(
    "text",
    [
        "include: [gone.yml]\nservices: {web: {build: .}}",
        "services: {web: {build: ., extends: {file: ../../etc/passwd, service: x}}}",
        "include: [/etc/passwd]\nservices: {web: {build: .}}",
        "services: {web: {build: ., extends: {file: gone.yml, service: x}}}",
    ],
)
def test_file_that_is_not_in_the_repository_is_left_out_and_said(text):
    stack = read({"compose.yaml": text})
    assert ([one.name for one in stack.services], [note.id for note in stack.refused]) == (["web"], ["file_missing"])


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": "include: [compose.yaml]\nservices: {web: {build: .}}"},
        {"compose.yaml": "services: {web: {build: ., extends: {service: web}}}"},
        {"compose.yaml": "include: [a.yml]\nservices: {web: {build: .}}", "a.yml": "include: [compose.yaml]"},
        {
            "compose.yaml": "services: {web: {build: ., extends: {file: a.yml, service: a}}}",
            "a.yml": "services: {a: {extends: {file: compose.yaml, service: web}}}",
        },
    ],
)
def test_files_that_name_each_other_end(files):
    assert [one.name for one in read(files).services] == ["web"]


def test_stack_of_too_many_files_or_values_is_passed_over():
    many = {f"{n}.yml": "services: {}" for n in range(40)}
    files = {
        "compose.yaml": f"include: [{', '.join(many)}]\nservices: {{web: {{build: .}}}}",
        **many,
        "Dockerfile": APP,
    }
    with pytest.raises(Passed, match="more than 16 files"):
        detect(Tree.of(files))
    levels = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9))
    bomb = f"x0: &x0 [a]\n{levels}services: {{web: {{build: ., labels: *x8}}}}"
    with pytest.raises(Passed, match="too much is merged"):
        detect(Tree.of({"compose.yaml": bomb, "Dockerfile": APP}))


def test_merge_of_what_is_no_stack_gives_something_plain():
    assert merged({"a": [1], "b": {"c": 1}}, {"a": None, "b": [2], "d": {}}) == {"a": [1], "b": [2], "d": {}}
    assert plain([{"a": (1,)}]) == [{"a": (1,)}]


# which services


def test_services_that_are_not_wanted_are_not_started_and_said():
    text = (
        "services:\n  web: {build: ., develop: {watch: []}, deploy: {resources: {limits: {memory: 1G}}}}\n"
        "  tools: {image: x, profiles: [debug]}\n  none: {image: y, scale: 0}\n"
        "  never: {image: z, deploy: {replicas: 0}}\n"
    )
    found = plan({"compose.yaml": text})
    assert found.companions == ()
    told = " ".join(found.why)
    assert "Not started by default (profiles): tools." in told
    assert "the stack wants none of it: none, never." in told
    assert "web asks for limits of its own" in told
    assert "develop, watch" in told


def test_stack_of_many_services_starts_what_the_app_needs_first():
    many = "".join(f"  s{n}: {{image: x, command: celery worker}}\n" for n in range(20))
    last = (
        "  a: {image: y, command: celery worker, depends_on: [b]}\n  b: {image: 'redis:7'}\n  c: {image: 'mysql:8'}\n"
    )
    found = plan({"compose.yaml": f"services:\n  web: {{build: ., depends_on: [a]}}\n{many}{last}"})
    assert len(found.companions) == MOST_COMPANIONS
    assert {"a", "b", "c"} <= {one.name for one in found.companions}
    (left,) = [note for note in found.refused if note.id == "services_left_out"]
    assert "s7" not in left.why
    assert "s8, s9, s10" in left.why


def test_services_beyond_the_bound_are_named():
    text = "services:\n  web: {build: .}\n" + "".join(
        f"  s{n}: {{image: x, command: celery worker}}\n" for n in range(40)
    )
    found = plan({"compose.yaml": text})
    assert len(found.companions) == MOST_COMPANIONS
    assert any(note.id == "services_left_out" and "s39" in note.why for note in found.refused)


def test_volume_of_two_services_is_said_to_be_shared_by_nobody():
    text = (
        "services:\n  web: {build: ., volumes: ['m:/models']}\n"
        "  train: {build: ., volumes: ['m:/out', 'own:/x']}\nvolumes: {m: }\n"
    )
    assert "The volume m is shared by web, train; here each of them has its own." in plan({"compose.yaml": text}).why


def test_configs_and_secrets_may_hold_their_own_text():
    text = (
        "services:\n  web: {build: ., configs: [{source: motto, target: /etc/motto}], secrets: [token, api_key]}\n"
        "configs: {motto: {content: 'hi ${WHO:-you}'}}\n"
        "secrets: {token: {environment: TOKEN}, api_key: {environment: API_KEY}}\n"
    )
    found = plan({"compose.yaml": text, ".env": "TOKEN=t\n"})
    assert sorted(found.files.values()) == ["assay-placeholder-not-a-secret", "hi you", "t"]
    assert found.refused == ()


# Bitnami


@pytest.mark.parametrize(
    ("image", "env", "official", "told"),
    [
        (
            "bitnami/postgresql:16.2.0-debian-12-r5",
            {"POSTGRESQL_USERNAME": "u", "POSTGRESQL_PASSWORD": "p", "POSTGRESQL_DATABASE": "d"},
            "postgres:16",
            {"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "p", "POSTGRES_DB": "d"},
        ),
        (
            "docker.io/bitnami/postgresql",
            {"POSTGRESQL_POSTGRES_PASSWORD": "root", "POSTGRESQL_PASSWORD": "own"},
            "postgres",
            {"POSTGRES_PASSWORD": "own"},
        ),
        ("bitnamilegacy/postgresql:15", {"ALLOW_EMPTY_PASSWORD": "yes"}, "postgres:15", {
            "ALLOW_EMPTY_PASSWORD": "yes", "POSTGRES_HOST_AUTH_METHOD": "trust"}),
        ("bitnami/mongodb:7.0.4", {"MONGODB_ROOT_USER": "a", "MONGODB_ROOT_PASSWORD": "b"}, "mongo:7.0", {
            "MONGO_INITDB_ROOT_USERNAME": "a", "MONGO_INITDB_ROOT_PASSWORD": "b"}),
        ("bitnami/rabbitmq:latest", {"RABBITMQ_USERNAME": "a"}, "rabbitmq", {"RABBITMQ_DEFAULT_USER": "a"}),
        ("bitnami/mariadb:11.4", {"MARIADB_USER": "a"}, "mariadb:11.4", {"MARIADB_USER": "a"}),
    ],
)  # fmt: skip
def test_bitnami_image_becomes_the_official_one_told_the_same(image, env, official, told):
    found = as_official(image, env, None)
    assert (found.image, found.env, found.command) == (official, told, None)


def test_bitnami_redis_gets_its_password_on_the_command_line():
    assert as_official("bitnami/redis:7.2", {"REDIS_PASSWORD": "x"}, None).command == (
        "redis-server",
        "--requirepass",
        "x",
    )
    assert as_official("bitnami/redis", {"ALLOW_EMPTY_PASSWORD": "yes"}, None).command is None
    assert as_official("bitnami/redis", {"REDIS_PASSWORD": "x"}, ("a",)).command == ("a",)


@pytest.mark.parametrize("image", ["redis:7", "bitnami/kafka:3", "other/bitnami/redis", "bitnami/redis exec"])
def test_other_images_stay_what_they_are(image):
    assert as_official(image, {}, None) is None


# commands and mounts


@pytest.mark.parametrize(
    ("script", "installs", "rest"),
    [
        ("npm install && npm run dev", ("npm install",), "npm run dev"),
        ("npm ci; npm run build && npm start", ("npm ci", "npm run build"), "npm start"),
        ("pip install -r requirements.txt && uvicorn a:b", ("pip install -r requirements.txt",), "uvicorn a:b"),
        ("yarn && yarn start", ("yarn",), "yarn start"),
        ("python -m pip install .\n", None, None),
        ("python manage.py migrate && npm install", None, None),
        ("npm install $(curl evil) && x", ("npm install $(curl evil)",), "x"),
        ("npm run builder && x", None, None),
    ],
)
def test_installing_at_the_start_is_told_from_starting(script, installs, rest):
    found = split(("sh", "-c", script))
    assert (found and found.installs, found and found.command[2]) == (installs, rest)


def test_command_without_a_shell_is_not_split():
    assert split(("npm", "install", "&&", "npm", "start")) is None
    assert split(None) is None


def test_mounted_source_is_copied_unless_the_image_has_it_already():
    text = "services:\n  web: {build: ., volumes: ['.:/app', './conf:/conf']}\n"
    whole = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nUSER app\nCMD python main.py\n"
    found = plan({"compose.yaml": text, "Dockerfile": whole, "conf/a.ini": ""})
    assert 'COPY [".", "/app"]' not in found.dockerfile
    assert 'COPY --chown=app ["conf", "/conf"]' in found.dockerfile
    assert any("the image has its own copy" in sentence for sentence in found.why)
    part = "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nCMD python main.py\n"
    found = plan({"compose.yaml": text, "Dockerfile": part, "requirements.txt": "", "conf/a.ini": ""})
    assert 'COPY [".", "/app"]' in found.dockerfile
    assert "web mounts . at /app; it was copied into the image." in found.why


def test_image_of_a_language_with_a_mounted_folder_is_an_application():
    text = (
        "services:\n  web:\n    image: node:20-alpine\n    working_dir: /app\n    volumes: ['.:/app']\n"
        "    command: sh -c \"npm install && node server.js\"\n    ports: ['3000:3000']\n"
    )
    files = {"compose.yaml": text, "package.json": "{}", "server.js": "require('http').createServer().listen(3000)"}
    found = plan_for(Tree.of(files))
    assert (found.buildpack, found.name, found.ports[0]) == ("compose", "web", 3000)
    assert found.dockerfile == (
        'FROM node:20-alpine\nCOPY [".", "/app"]\nWORKDIR /app\nRUN npm install\nCMD ["sh", "-c", "node server.js"]\n'
    )


def test_packages_are_installed_as_root_and_the_service_runs_as_its_user():
    text = "services:\n  web: {build: ., command: sh -c 'pip install -r requirements.txt && python main.py'}\n"
    found = plan({"compose.yaml": text, "Dockerfile": APP.replace("CMD", "USER app\nCMD"), "requirements.txt": ""})
    assert found.dockerfile.endswith(
        'USER root\nRUN pip install -r requirements.txt\nUSER app\nCMD ["sh", "-c", "python main.py"]\n'
    )


def test_file_of_tests_is_no_stack_and_the_nearest_one_is_taken():
    text = "services: {web: {build: .}}\n"
    assert compose.find(Tree.of({"tests/compose.yaml": text, ".devcontainer/compose.yaml": text})) == ""
    assert compose.find(Tree.of({"a/docker-compose.yml": text, "b/compose.yaml": text})) == "a/docker-compose.yml"
