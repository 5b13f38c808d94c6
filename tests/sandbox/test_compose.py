"""Compose files, read without an engine: values, ports, order, roles, mounts, what is refused, what is no stack."""

import time

import pytest

from sandbox import compose
from sandbox.buildpacks import Passed, plan_for
from sandbox.buildpacks.compose import detect
from sandbox.compose.roles import main_of, parts
from sandbox.compose.variables import Variables, pairs
from sandbox.deployment import hosts_of, rooms_of
from sandbox.launch.rooms import Rooms, expected_port
from sandbox.plan import After, Plan
from sandbox.tree import Tree

APP = "FROM python:3.12-slim\nCOPY main.py .\nCMD python main.py\n"
HERE = {"Dockerfile": APP, "main.py": "import http.server\n", "conf/app.ini": "", ".env": "TAG=7\nEMPTY=\n"}


def stack(services, **files):
    """The compose file's services, read as YAML below `services:`."""
    lines = "".join(f"  {line}\n" for line in services.splitlines())
    return compose.read(Tree.of({"compose.yaml": f"services:\n{lines}", **HERE, **files}), "compose.yaml")


def one(text, **files):
    """The one service `web`, which is built here, with these further words."""
    read = stack("web:\n  build: .\n" + "".join(f"  {line}\n" for line in text.splitlines()), **files)
    return read.services[0]


def plan(text, **files):
    return plan_for(Tree.of({"compose.yaml": text, **HERE, **files}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("redis:$TAG", "redis:7"),
        ("redis:${TAG}-alpine", "redis:7-alpine"),
        ("${NONE:-a}", "a"),
        ("${EMPTY:-a}", "a"),
        ("${EMPTY-a}", ""),
        ("${NONE-a}", "a"),
        ("${TAG:-a}", "7"),
        ("${TAG:+b}${NONE:+c}", "b"),
        ("${NONE:?say it}", ""),
        ("${NONE:-${TAG:-x}}", "7"),
        ("cost: $$5 $${TAG}", "cost: $5 ${TAG}"),
        ("${API_KEY}", "assay-placeholder-not-a-secret"),
        ("a$", "a$"),
        ("${broken", "${broken"),
    ],
)
def test_variable_is_replaced_as_the_specification_says(text, value):
    assert Variables({"TAG": "7", "EMPTY": ""}).replaced(text) == value


def test_variables_that_name_each_other_end():
    assert len(Variables({}).replaced("${A:-" * 200 + "x" + "}" * 200)) < 2_000


def test_environment_file_has_quotes_comments_and_exports():
    text = "# all\nA=1\nexport B = 'two words' # why\nC=\"x#y\"\nD=x#y\nE=x # y\nF=\nlower.case=ok\nnot a line\n"
    assert pairs(text) == {"A": "1", "B": "two words", "C": "x#y", "D": "x#y", "E": "x", "F": "", "lower.case": "ok"}


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ("['8080:8000']", (8000,)),
        ("[8000]", (8000,)),
        ("[8022:22]", (22,)),
        ("['127.0.0.1:80:8000/tcp', '[::1]:81:8001']", (8000, 8001)),
        ("['9090-9092:8080-8082']", (8080,)),
        ("['53:53/udp']", ()),
        ("['${PORT:-5000}:${TAG}000']", (7000,)),
        ("[{target: 80, published: 8080}, {target: 53, protocol: udp}]", (80,)),
        ("['99999', 0, -1, null, {}, x]", (1,)),
        ("8000", ()),
    ],
)
def test_port_inside_is_read_of_every_form(ports, found):
    assert one(f"ports: {ports}").ports == found


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("depends_on: [db, cache]", (After("db"), After("cache"))),
        ("depends_on: {db: {condition: service_healthy}}", (After("db", "ready"),)),
        ("depends_on: {job: {condition: service_completed_successfully}}", (After("job", "done"),)),
        ("depends_on: {db: null}", (After("db", "ready"),)),
        ("depends_on: [{db: x}]", ()),
    ],
)
def test_order_is_read_of_every_form(text, after):
    assert one(text).after == after


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("environment: {A: 1, B: yes, C: true, D: 3.10, E: 2024-01-01, F: 1e3, G: '${TAG}'}", {
            "A": "1", "B": "yes", "C": "true", "D": "3.10", "E": "2024-01-01", "F": "1e3", "G": "7"}),
        ("environment: ['A=1', 'B=x=y', 'TAG', 'GONE', 'DB_PASSWORD']", {
            "A": "1", "B": "x=y", "TAG": "7", "GONE": "", "DB_PASSWORD": "assay-placeholder-not-a-secret"}),
        ("environment: {TAG: , X: ''}", {"TAG": "7", "X": ""}),
        ("env_file: .env\nenvironment: {TAG: 8}", {"TAG": "8", "EMPTY": ""}),
        ("env_file: [{path: conf/a.env, required: false}, ./conf/b.env]", {"A": "2", "B": "7"}),
    ],
)  # fmt: skip
def test_environment_is_read_of_every_form(text, env):
    assert one(text, **{"conf/a.env": "A=1\n", "conf/b.env": "A=2\nB=${TAG}\n"}).env == env


def test_missing_environment_file_gets_the_example_and_says_so():
    files = {"Dockerfile": APP, "main.py": "", ".env.example": "A=1\nB=x\n"}
    text = "services:\n  web:\n    build: .\n    env_file: .env\n    environment: {C: '${A}'}\n"
    found = plan_for(Tree.of({"compose.yml": text, **files}))
    assert found.env == {"A": "1", "B": "x", "C": "1"}
    assert [note.id for note in found.repairs] == ["environment_example", "environment_file"]
    bare = plan_for(Tree.of({"compose.yml": text, "Dockerfile": APP, "main.py": ""}))
    assert (bare.env, [note.id for note in bare.repairs]) == ({"C": ""}, ["environment_file"])


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("command: uvicorn a:b --port $TAG", ("uvicorn", "a:b", "--port", "7")),
        ("command: [sh, -c, 'echo $$HOME $TAG']", ("sh", "-c", "echo $HOME 7")),
        ("command: sh -c \"a && b\"", ("sh", "-c", "a && b")),
        ("command: it's broken", ("it's", "broken")),
        ("command:", None),
    ],
)  # fmt: skip
def test_command_is_split_as_compose_does(text, command):
    assert one(text).command == command


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("privileged: true", ["privileged"]),
        ("privileged: false\ncap_add: []", []),
        ("network_mode: host\npid: host\nipc: host", ["network_mode", "pid", "ipc"]),
        ("network_mode: bridge", []),
        ("cap_add: [ALL]\nsecurity_opt: ['seccomp:unconfined']", ["cap_add", "security_opt"]),
        ("devices: ['/dev/kvm']\ngpus: all", ["devices", "gpus"]),
        ("volumes: ['/var/run/docker.sock:/var/run/docker.sock']", ["host_mount"]),
        ("volumes: ['./docker.sock:/x']", ["host_mount"]),
        ("volumes: ['~/.ssh:/x', '../up:/x', './a/../../up:/x', '$HOME/x:/x', '${PWD}/../x:/x']", ["host_mount"] * 5),
        ("volumes: [{type: bind, source: /etc, target: /x}]", ["host_mount"]),
        ("volumes: ['data:/data', '/anonymous', {type: tmpfs, target: /t}, './gone:/x']", []),
        ("build: ../up", ["build_outside"]),
        ("build: https://example.org/x.git", ["build_outside"]),
        ("build: /srv", ["build_outside"]),
    ],
)
def test_what_is_the_hosts_is_refused_and_named(text, refused):
    image = "image: x\n" if text.startswith("build") else "build: .\n"
    read = stack("web:\n" + "".join(f"  {line}\n" for line in (image + text).splitlines()))
    assert [note.id for note in read.refused] == refused
    assert all("web" in note.why for note in read.refused)


def test_mount_of_the_repository_is_copied_and_a_strange_one_is_not():
    mounts = "['./conf:/etc/app:ro', './main.py:/srv/main.py', './conf/app.ini:/x;y']"
    found = plan(f"services:\n  web:\n    build: .\n    volumes: {mounts}\n")
    assert 'COPY ["conf", "/etc/app"]\nCOPY ["main.py", "/srv/main.py"]\n' in found.dockerfile
    assert [note.id for note in found.refused] == ["mount_left_out"]
    whole = plan("services:\n  web:\n    build: .\n    volumes: ['$PWD:/app', '${PWD}/conf:/c']\n")
    assert whole.dockerfile.endswith('COPY [".", "/app"]\nCOPY ["conf", "/c"]\n')
    ignored = plan("services:\n  web:\n    build: .\n    volumes: ['./conf:/c']\n", **{".dockerignore": "conf/\n"})
    assert [note.id for note in ignored.refused] == ["mount_left_out"]


def test_secrets_and_files_beside_the_context_are_brought_into_it():
    text = (
        "services:\n  web:\n    build: api\n    volumes: ['./conf:/conf', './model.bin:/model.bin']\n"
        "    secrets: [password, {source: gone, target: x}]\n"
        "  db: {image: postgres, secrets: [password], environment: {POSTGRES_PASSWORD_FILE: /run/secrets/password}}\n"
        "secrets: {password: {file: ./password.txt}, gone: {file: gone.txt}}\n"
    )
    files = {"api/Dockerfile": APP, "api/main.py": "", "password.txt": "s3cret", "conf/a/b.ini": "x=1"}
    tree = Tree(
        files={path: one.encode() for path, one in (HERE | files | {"compose.yaml": text}).items()}
        | {"model.bin": b"\xff"}
    )
    found = plan_for(tree)
    assert sorted(found.files.values()) == ["", "s3cret", "x=1"]
    (line,) = [line for line in found.dockerfile.splitlines() if "/run/secrets/password" in line]
    assert found.files[line.split('"')[1]] == "s3cret"
    assert sorted(note.id for note in found.refused) == ["file_missing", "mount_left_out"]
    assert 'COPY --chown=postgres ["password.txt", "/run/secrets/password"]' in found.companions[0].dockerfile


def test_target_arguments_and_overrides_change_the_dockerfile():
    text = (
        "ARG PY=3.9\nFROM python:${PY}-slim AS base\nARG MODE\nFROM base AS web\nCOPY main.py .\n"
        "FROM base AS test\nRUN x\n"
    )
    found = plan(
        "services:\n  web:\n    build: {context: ., target: WEB, args: {PY: 3.10, MODE: 'a b'}}\n"
        "    working_dir: /srv\n    user: '1000:1000'\n    entrypoint: python\n    command: [main.py, 'a \"b\"']\n",
        Dockerfile=text,
    )
    assert found.dockerfile.startswith("ARG PY=3.10\nFROM python:${PY}-slim AS base\nARG MODE\n")
    assert "RUN x" not in found.dockerfile
    assert found.dockerfile.endswith(
        'WORKDIR /srv\nUSER 1000:1000\nENTRYPOINT ["python"]\nCMD []\nCMD ["main.py", "a \\"b\\""]\n'
    )


@pytest.mark.parametrize(
    "text", ["working_dir: \"/x\\nRUN evil\"", "user: \"a\\nRUN evil\"", "command: [\"x\\nRUN evil\"]",
             "build: {context: ., args: {PY: \"1\\nRUN evil\"}}", "volumes: [\"./main.py:/x\\nRUN evil\"]"]
)  # fmt: skip
def test_value_cannot_write_the_dockerfile(text):
    found = plan(
        f"services:\n  web:\n    build: .\n    {text}\n" if "build" not in text else f"services: {{web: {{{text}}}}}"
    )
    assert not [line for line in found.dockerfile.splitlines() if line.startswith("RUN evil")]


ROLES = """
web: {build: ., ports: ['80:8000'], command: uvicorn main:app}
frontend: {build: ui, ports: ['3000:3000']}
worker: {build: ., command: celery -A tasks worker}
migrate: {build: ., command: python manage.py migrate}
loader: {build: ., command: python load.py}
celery_beat: {build: ., command: /start-celerybeat}
monitor: {build: ., command: celery -A tasks flower, ports: ['5555:5555']}
cache: {image: 'docker.io/library/redis:7'}
own-db: {build: db}
grafana: {image: 'grafana/grafana:latest'}
admin: {image: adminer}
debug: {build: ., profiles: [debug]}
later: {build: ., command: uvicorn x:y, depends_on: {loader: {condition: service_completed_successfully}}}
"""


def test_each_service_has_its_role_and_the_api_is_judged():
    files = {"ui/Dockerfile": "FROM nginx\nCOPY . .\n", "db/Dockerfile": "FROM postgres:16\nCOPY a.sql /x\n"}
    tree = Tree.of(HERE | files)
    found = parts(stack(ROLES.strip(), **files), tree)
    roles = {part.service.name: part.role for part in found}
    assert roles == {
        "web": "app", "frontend": "app", "worker": "worker", "migrate": "task", "loader": "task", "cache": "data",
        "own-db": "data", "grafana": "aside", "admin": "aside", "later": "app",
        "celery_beat": "worker", "monitor": "aside",
    }  # fmt: skip
    assert main_of(found).service.name == "web"


def test_companions_come_after_what_they_need_and_circles_end():
    text = (
        "services:\n  web: {build: ., depends_on: [a]}\n"
        "  a: {image: 'x/a', command: celery worker, depends_on: [b, gone]}\n"
        "  b: {image: 'x/b', command: celery worker, depends_on: [db, a]}\n  db: {image: 'mysql:8', user: root}\n"
    )
    found = plan(text)
    assert [one.name for one in found.companions] == ["db", "a", "b"]
    assert [need.name for need in found.companions[1].after] == ["b"]
    assert found.companions[0].dockerfile == "FROM mysql:8\nUSER mysql\n"


def test_two_services_on_one_port_get_a_room_each_until_there_are_too_many():
    more = "".join(f"  s{n}: {{image: 'x/y', ports: ['8{n}:8000'], container_name: c{n}}}\n" for n in range(4))
    found = plan("services:\n  web: {build: ., ports: ['80:8000'], hostname: edge}\n" + more)
    assert [(one.name, one.room, one.names) for one in found.companions] == [
        ("s0", 1, ("c0",)),
        ("s1", 2, ("c1",)),
        ("s2", 3, ("c2",)),
    ]
    assert [note.id for note in found.refused] == ["port_taken"]
    assert "listens on port 8000 like web" in found.refused[0].why
    assert (hosts_of(found), rooms_of(found)) == (("web", "c3", "edge"), (("s0", "c0"), ("s1", "c1"), ("s2", "c2")))
    assert Plan.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("command", "image", "declared", "port"),
    [
        ("uvicorn main:app --host 0.0.0.0 --port 9000", "FROM x\nEXPOSE 8000\n", [8000], 9000),
        ("", "FROM x\nEXPOSE 8000\nCMD gunicorn -b 0.0.0.0:5000 app:app\n", [], 5000),
        ("npm run dev", "FROM x\nEXPOSE 8000\n", [3000], 3000),
        ("", "FROM x\nEXPOSE 3000\nCMD npm start\n", [], 3000),
        ("", "FROM x\nCMD npm start\n", [], None),
    ],
)
def test_expected_port_is_what_the_command_says_before_what_the_stack_and_the_image_say(command, image, declared, port):
    assert expected_port(command, image, declared) == port


def test_service_of_an_unknown_port_goes_where_nothing_else_is():
    rooms = Rooms()
    assert [rooms.place("a", [3000], app=True), rooms.place("b", [], app=True)] == [0, 1]
    assert [rooms.place("postgres", [5432]), rooms.place("another", [5432]), rooms.place("chroma", [8000])] == [0, 1, 0]
    assert [rooms.place("more", [8000]), rooms.place("d", [3000], app=True)] == [2, 2]
    assert rooms.place("e", [], app=True) == 3
    assert (rooms.place("f", [], app=True), rooms.holder(3000), rooms.holder(1)) == (None, "a", "")


def test_data_service_may_listen_elsewhere():
    text = "services:\n  web: {build: .}\n  q: {image: redis, command: --port 5370, expose: [5370]}\n"
    assert plan(text).companions[0].ports == (6379, 5370)


def test_password_by_file_is_not_given_twice():
    text = "services:\n  web: {build: .}\n  db: {image: postgres, environment: {POSTGRES_PASSWORD_FILE: /run/x}}\n"
    assert plan(text).companions[0].env == {"POSTGRES_PASSWORD_FILE": "/run/x"}


def test_anchors_merges_and_extended_services_are_followed():
    read = stack(
        "base: &base\n  build: .\n  environment: {A: 1, B: 2}\n  ports: ['1:1']\n"
        "web:\n  <<: *base\n  command: x\n"
        "more:\n  extends: {service: base}\n  environment: {B: 3}\n  ports: ['2:2']\n"
        "loop:\n  extends: loop\n  image: x\n"
    )
    _, web, more, loop = read.services
    assert (web.command, web.env) == (("x",), {"A": "1", "B": "2"})
    assert (more.env, more.ports, loop.image) == ({"A": "1", "B": "3"}, (1, 2), "x")


def test_compose_file_below_builds_from_above_it():
    text = (
        "services:\n  web:\n    build: {context: .., dockerfile: deploy/Dockerfile}\n    env_file: ../app.env\n"
        "    volumes: ['../conf:/conf', './x.ini:/x.ini', '../../up:/up']\n"
    )
    files = {"deploy/docker-compose.yml": text, "deploy/Dockerfile": APP, "deploy/x.ini": "", "app.env": "A=1\n"}
    found = plan_for(Tree.of({"main.py": "", "conf/a": "", **files}))
    assert (found.buildpack, found.context, found.env) == ("compose", "", {"A": "1"})
    assert 'COPY ["conf", "/conf"]\nCOPY ["deploy/x.ini", "/x.ini"]\n' in found.dockerfile
    assert [note.id for note in found.refused] == ["host_mount"]


BOMB = "a: &a {k: v}\n" + "".join(
    f"{b}: &{b}\n  <<: [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("services: [", "is not YAML (line 1)"),
        ("a: b: c", "is not YAML (line 1)"),
        ("services: &a [*a]", "has no services"),
        ("services:\n  - web", "has no services"),
        ("services: {}", "has no services"),
        ("web:\n  image: x\n", "has no services"),
        ("just a text", "has no services"),
        ("", "has no services"),
        ("\0", "is not YAML"),
        ("!!python/object/apply:os.system ['id']", "is not YAML"),
        ("? {a: b}\n: c\n", "is not YAML"),
        ("[" * 5_000, "is not YAML"),
        (BOMB, "is not YAML"),
        ("services: {web: {build: .}}\nservices2: *gone", "is not YAML"),
    ],
)
def test_unreadable_file_is_passed_over_with_its_reason(text, said):
    clock = time.process_time()
    with pytest.raises(Passed) as passed:
        detect(Tree.of({"docker-compose.yml": text, **HERE}))
    assert said in str(passed.value)
    assert time.process_time() - clock < 5


def test_passed_over_file_leaves_the_dockerfile_and_is_told():
    found = plan_for(Tree.of({"docker-compose.yml": "services: [", **HERE}))
    assert found.buildpack == "dockerfile"
    assert any("docker-compose.yml was passed over" in line for line in (*found.why, *found.alternatives))


@pytest.mark.parametrize("value", ["7", "null", "[]", "{}", "x", "{image: {}}", "{build: []}", "{image: ''}"])
def test_what_is_no_service_is_told_and_left_out(value):
    read = stack(f"web: {{build: .}}\nodd: {value}")
    assert [service.name for service in read.services] == ["web"]
    assert [note.id for note in read.refused] == ["compose_service"]


def test_health_check_names_paths():
    assert one("healthcheck: {test: [CMD, curl, -f, 'http://localhost:8000/api/up']}").health == ("/api/up",)
    assert one("healthcheck: {test: wget -q http://127.0.0.1/ready || exit 1}").health == ("/ready",)
