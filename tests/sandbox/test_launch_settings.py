"""Settings that the code of a Dockerfile demands, by its language: placeholders for secrets, and nothing else."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.tree import Tree

SECRET = "assay-placeholder-not-a-secret"
NODE = "FROM node:20-slim\nCOPY . .\nCMD node server.js\n"
GO = 'FROM golang:1.22\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n'
STAGES = "FROM golang:1.22 AS build\nRUN go build -o /app .\nFROM alpine\nCOPY --from=build /app /app\nCMD /app\n"
JAVA = 'FROM eclipse-temurin:17\nCOPY target/a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n'
RUST = 'FROM rust:1\nCOPY . .\nRUN cargo build\nCMD ["target/debug/x"]\n'
SERVER = "if (!process.env.API_KEY) { throw new Error('API_KEY') }\nrequire('http').createServer().listen(3000);\n"


def given(dockerfile, **files):
    found = plan_for(
        Tree.of({"Dockerfile": dockerfile} | {name.replace("__", "/"): text for name, text in files.items()})
    )
    return found.env, [note.id for note in found.repairs if note.id == "environment_placeholder"]


@pytest.mark.parametrize(
    ("dockerfile", "files"),
    [
        (NODE, {"server.js": SERVER, "package.json": "{}"}),
        (
            GO,
            {"main.go": 'package main\nfunc main() { k := os.Getenv("API_KEY"); if k == "" { log.Fatal("no") } }\n'},
        ),
        (STAGES, {"main.go": 'package main\nvar k = mustGetenv("API_KEY")\n'}),
        (GO, {"main.go": 'package main\nvar k, ok = os.LookupEnv("API_KEY")\nif !ok {\n\tpanic("x")\n}\n'}),
        (RUST, {"src/main.rs": 'fn main() { let k = std::env::var("API_KEY").expect("API_KEY"); }\n'}),
        (JAVA, {"src/main/java/A.java": 'class A { @Value("${API_KEY}") String key; }\n'}),
        (JAVA, {"src/main/resources/application.properties": "app.key=${API_KEY}\napp.port=${PORT:8080}\n"}),
        (
            "FROM ruby:3\nCOPY . .\nCMD ruby a.rb\n",
            {"a.rb": "key = ENV.fetch('API_KEY')\nurl = ENV.fetch('TOKEN') { 'x' }\n"},
        ),
        (
            "FROM python:3.12-slim\nCOPY . .\nCMD python app.py\n",
            {"app.py": "import os\nKEY = os.environ['API_KEY']\n"},
        ),
    ],
)
def test_demanded_secret_gets_a_placeholder_in_every_language(dockerfile, files):
    assert given(dockerfile, **files) == ({"API_KEY": SECRET}, ["environment_placeholder"])


@pytest.mark.parametrize(
    ("dockerfile", "files"),
    [
        (GO, {"main.go": 'package main\nvar k = os.Getenv("API_KEY")\n'}),
        (GO, {"main.go": 'package main\nvar k = mustGetenv("DATABASE_URL")\n'}),
        (GO, {"main_test.go": 'package main\nvar k = mustGetenv("API_KEY")\n', "main.go": "package main\n"}),
        (RUST, {"src/main.rs": 'fn main() { let k = std::env::var("API_KEY").unwrap_or_default(); }\n'}),
        (GO + "ENV API_KEY=x\n", {"main.go": 'package main\nvar k = mustGetenv("API_KEY")\n'}),
        (GO, {"main.go": 'package main\nvar k = mustGetenv("API_KEY")\n', ".env": "API_KEY=x\n"}),
        (NODE, {"server.js": SERVER, "package.json": "{}", "tool.py": "import os\nos.environ['PY_KEY']\n", ".env": ""}),
    ],
)
def test_what_is_not_demanded_or_given_already_gets_nothing(dockerfile, files):
    assert given(dockerfile, **files) == ({}, [])


def test_value_of_the_example_file_is_given():
    files = {"main.go": 'package main\nvar k = mustGetenv("DATABASE_URL")\n', ".env.example": "DATABASE_URL=file.db\n"}
    assert given(GO, **files)[0] == {"DATABASE_URL": "file.db"}


def test_script_of_python_beside_a_node_server_is_not_what_runs():
    files = {"server.js": SERVER, "package.json": "{}", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
    assert plan_for(Tree.of({"Dockerfile": NODE} | files)).hints.get("framework") != "flask"
