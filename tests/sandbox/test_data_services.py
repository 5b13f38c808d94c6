"""Data services: every kind that can be had here, named by a stack, started as one, and spoken to in its protocol."""

import json
import textwrap
from pathlib import Path

import pytest

from sandbox import images
from sandbox.buildpacks import plan_for
from sandbox.dataservices import all_data_services, kind_of
from sandbox.deployment import Deployment
from sandbox.images.reference import parse
from sandbox.images.standins import offer_for
from sandbox.limits import Limits
from sandbox.tree import Tree
from tests.containers import build, run

HERE = Path(__file__).parent
CLIENTS = (HERE / "data_clients.py").read_text()
# Their own drivers, which the images of our servers for them bring along: what to run, and its words.
DRIVERS = {
    "mongo": ((HERE / "mongo_driver.py").read_text(), ["mongodb://root:example@localhost:27017/"]),
    "qdrant": ((HERE / "qdrant_driver.py").read_text(), ["http://localhost:6333", "s3cret"]),
}
MONGO = (
    "image: mongo:7\ncommand: mongod --auth --bind_ip_all\n"
    "environment: {MONGO_INITDB_ROOT_USERNAME: root, MONGO_INITDB_ROOT_PASSWORD: example}\n"
)
POSTGRES = (
    "environment: {POSTGRES_USER: sam, POSTGRES_PASSWORD: s3cret, POSTGRES_DB: shop}\n"
    "volumes: ['./init.sql:/docker-entrypoint-initdb.d/1.sql', 'data:/var/lib/postgresql/data']\n"
)
MYSQL = (
    "image: mysql:8.0\ncommand: --default-authentication-plugin=mysql_native_password --max-connections=42\n"
    "environment: {MYSQL_DATABASE: shop, MYSQL_USER: sam, MYSQL_PASSWORD: s3cret, MYSQL_ROOT_PASSWORD: root}\n"
    "volumes: ['./init.sql:/docker-entrypoint-initdb.d/1.sql', 'data:/var/lib/mysql']\n"
)
INSERTED = ["INSERT INTO item VALUES ('tea')", "SELECT string_agg(name, ' ' ORDER BY name) FROM item"]
# A compose file's words for the service `db`, the client's function and its words, what it prints.
CASES = {
    "redis": (
        "image: redis:7-alpine\ncommand: redis-server --requirepass x --appendonly yes\n",
        ("redis", [["PING"], ["SET", "a", "1"], ["GET", "a"], ["SAVE"]], {"password": "x"}),
        ["AUTH OK", "PING PONG", "SET OK", "GET 1", "SAVE OK"],
    ),
    "valkey": (
        "image: valkey/valkey:8\ncommand: valkey-server --save 60 1\n",
        ("redis", [["PING"], ["SAVE"]], {}),
        ["PING PONG", "SAVE OK"],
    ),
    "redis-stack": (
        "image: redis/redis-stack-server:latest\nenvironment:\n  REDIS_ARGS: --requirepass x\n",
        (
            "redis",
            [["JSON.SET", "a", "$", "[1,2]"], ["JSON.GET", "a", "$[1]"], ["FT._LIST"], ["SAVE"]],
            {"password": "x"},
        ),
        ["AUTH OK", "JSON.SET OK", "JSON.GET [2]", "FT._LIST []", "SAVE OK"],
    ),
    "postgres": (
        "image: postgres:16-alpine\ncommand: postgres -c max_connections=42\n" + POSTGRES,
        ("postgres", ["SHOW max_connections", "CREATE EXTENSION pgcrypto", *INSERTED], {}),
        ["42", "coffee tea"],
    ),
    "postgres-18": (
        "image: postgres:18\n" + POSTGRES.replace("/var/lib/postgresql/data", "/var/lib/postgresql"),
        ("postgres", ["SHOW server_version_num", *INSERTED], {}),
        ["180004", "coffee tea"],
    ),
    "pgvector": (
        "image: pgvector/pgvector:pg16\n" + POSTGRES,
        ("postgres", ["CREATE EXTENSION vector", "SELECT '[1,2]'::vector <-> '[1,5]'", *INSERTED], {}),
        ["3", "coffee tea"],
    ),
    "mysql": (
        MYSQL,
        ("mysql", ["SELECT @@max_connections", INSERTED[0], "SELECT GROUP_CONCAT(name ORDER BY name) FROM item"], {}),
        ["5.5.5-10.11", "42", "coffee,tea"],
    ),
    "memcached": (
        "image: memcached:1.6-alpine\ncommand: -m 64\n",
        ("memcached", [], {}),
        ["VERSION 1.6", "STORED", "VALUE a 0 5", "hello"],
    ),
    "rabbitmq": (
        "image: rabbitmq:3-management\nenvironment:\n  RABBITMQ_DEFAULT_USER: sam\n  RABBITMQ_DEFAULT_PASS: s3cret\n",
        ("rabbitmq", [], {}),
        ["(10, 10)", "(10, 30)"],
    ),
    "chroma": ("image: chromadb/chroma:latest\n", ("chroma", [], {}), ["second"]),
    "mongo": (MONGO, ("mongo", [], {}), ["conforms"]),
    "qdrant": (
        "image: qdrant/qdrant:latest\nenvironment: {QDRANT__SERVICE__API_KEY: s3cret}\n",
        ("qdrant", [], {}),
        ["conforms"],
    ),
}


def stack(folder, service):
    """A repository whose compose file has an app and the service `db`, planned."""
    described = textwrap.indent(service, "    ")
    (folder / "compose.yaml").write_text(
        f"services:\n  web:\n    build: .\n    ports: ['8080:8080']\n    depends_on: [db]\n  db:\n{described}"
    )
    (folder / "Dockerfile").write_text('FROM python:3.12-slim\nCOPY . .\nCMD ["python", "-m", "http.server", "8080"]\n')
    (folder / "init.sql").write_text("CREATE TABLE item (name VARCHAR(20));\nINSERT INTO item VALUES ('coffee');\n")
    return plan_for(Tree.at(folder))


@pytest.mark.docker
@pytest.mark.parametrize("case", CASES)
def test_service_of_a_stack_listens_and_answers_in_its_own_protocol(case, engine, evaluation, python, tmp_path):
    service, (client, words, options), told = CASES[case]
    plan = stack(tmp_path, service)
    (companion,) = plan.companions
    assert companion.role == "data"
    dockerfile = images.resolve(companion.dockerfile, engine).dockerfile
    image, _ = build(engine, evaluation, tmp_path, dockerfile)
    lines = []
    with engine.pod(evaluation, Limits(), hosts=("web", "db")) as pod:
        deployment = Deployment(
            pod=pod,
            plan=plan,
            images={"db": image},
            build={},
            limits=Limits(),
            output=lambda _name: lines.append,
            say=lambda _text: None,
        )
        deployment.start_first()
        (row,) = deployment.rows
        assert row["state"] == "healthy", lines[-20:]
        assert row["port"] == companion.ports[0] or row["port"] in companion.ports
        if client in DRIVERS:
            code, arguments = DRIVERS[client]
            asked = pod.start("client", image, command=[*run(code), *arguments])
        else:
            command = [*run(CLIENTS), client, json.dumps(words), json.dumps(options)]
            asked = pod.start("client", python, command=command)
        asked.wait(30)
        answers = asked.logs().decode().splitlines()
    assert [answer[: len(want)] for answer, want in zip(answers, told, strict=False)] == told, (answers, lines[-20:])


def test_every_kind_is_tried_here():
    tried = {kind_of(CASES[case][0].split()[1]).id for case in CASES}
    assert tried == {kind.id for kind in all_data_services()}


@pytest.mark.parametrize("kind", all_data_services(), ids=lambda kind: kind.id)
def test_catalogue_names_a_dockerfile_and_ports_for_each_image(kind):
    for image in kind.images:
        assert kind_of(f"{image}:1") is kind
        assert kind.dockerfile(f"{image}:1").splitlines()[0] == f"FROM {image}:1"
    assert kind.ports
    assert all(kind_of(name) is None for name in ("python:3.12", "my-postgres", "team/redis"))


@pytest.mark.parametrize(
    ("wanted", "name", "note"),
    [
        ("postgres:16.2-alpine", "postgres-16", "Alpine tag served by Debian"),
        ("postgres:13-bullseye", "postgres-13", ""),
        ("postgres", "postgres-18", ""),
        ("postgres:9.6", "postgres-12", "major version differs: PostgreSQL 9 wanted, 12 served"),
        (
            "pgvector/pgvector:0.8.0-pg17",
            "pgvector-18",
            "major version differs: PostgreSQL 17 wanted, 18 served; patch",
        ),
        ("ankane/pgvector:latest", "pgvector-18", ""),
        ("redis", "redis-7.0", ""),
        ("redis:7.2-alpine", "redis-7.0", "minor version differs: Redis 7.2-alpine wanted, 7.0 served; Alpine"),
        ("redis:6", "redis-7.0", "major version differs: Redis 6 wanted, 7.0 served"),
        ("valkey/valkey:8-alpine", "redis-7.0", "Valkey served by Redis 7.0"),
        ("redis/redis-stack:latest", "redis-stack-7.4", "without RedisInsight"),
        ("mysql:8.0", "mariadb-10.11", "MySQL 8.0 served by MariaDB 10.11"),
        ("mariadb:11", "mariadb-10.11", "version differs: MariaDB 11 wanted, 10.11 served"),
        ("mariadb:10.11", "mariadb-10.11", ""),
        ("mariadb", "mariadb-10.11", ""),
        ("memcached:1.6-alpine", "memcached-1.6", "Alpine tag served by Debian"),
        ("rabbitmq:3-management-alpine", "rabbitmq-3.10-management", "Alpine tag served by Debian"),
        ("rabbitmq:4", "rabbitmq-3.10", "version differs: RabbitMQ 4 wanted, 3.10 served"),
        ("chromadb/chroma:1.0.20", "chroma-1.0.20", ""),
        ("mongo:7", "mongo-stand-in", "MongoDB 7 served by a small server of this platform (queries by mongomock"),
        ("qdrant/qdrant:v1.12.0", "qdrant-stand-in", "Qdrant v1.12.0 served by a small server of this platform"),
    ],
)
def test_offer_says_how_the_stand_in_differs(wanted, name, note):
    offer = offer_for(parse(wanted))
    assert offer.recipe.name == name
    assert offer.note.startswith(note)
    assert bool(offer.note) is bool(note)


@pytest.mark.parametrize(
    "wanted", ["postgres:windows", "chromadb/chroma:0.4.24", "mongo:windowsservercore", "couchdb:3"]
)
def test_what_cannot_be_served_honestly_is_not_offered(wanted):
    assert offer_for(parse(wanted)) is None
