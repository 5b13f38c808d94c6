"""Repositories with several applications: which one is judged, which stand beside it, and what stays alone."""

import json

import pytest

from sandbox.buildpacks import plan_for
from sandbox.plan import Plan
from sandbox.tree import Tree

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n@app.get('/ping')\ndef ping(): return 'x'\n"
VITE = json.dumps({"name": "ui", "scripts": {"build": "vite build", "dev": "vite"}, "devDependencies": {"vite": "5"}})
NEXT = json.dumps({"name": "ui", "scripts": {"start": "next start"}, "dependencies": {"next": "14", "react": "18"}})
API = {"main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n"}
UI = {"package.json": VITE, "index.html": "<div id=app></div><script type=module src=/src/main.js></script>"}


def at(folder, files):
    return {f"{folder}/{name}": text for name, text in files.items()}


def plan(*parts):
    return plan_for(Tree.of({name: text for part in parts for name, text in part.items()}))


def test_api_is_judged_and_pages_stand_beside_it_on_a_port_of_their_own():
    found = plan(at("backend", API), at("frontend", UI))
    (beside,) = found.companions
    assert (found.name, found.buildpack, found.ports[0]) == ("backend", "python", 8000)
    assert (beside.name, beside.role, beside.context, beside.ports) == ("frontend", "app", "frontend", (8101,))
    assert "listen 8101;" in beside.dockerfile
    assert "root: frontend" in found.why[1]
    assert Plan.from_json(found.to_json()) == found


def test_pages_at_the_root_stand_beside_the_api_of_a_folder():
    found = plan(at("backend", API), {"package.json": NEXT})
    assert (found.name, found.context, [one.name for one in found.companions]) == ("backend", "backend", ["web"])


def test_two_servers_get_ports_of_their_own_and_at_most_three_are_built():
    found = plan(*(at(f"services/{name}", {"app.py": FLASK, "requirements.txt": "flask\n"}) for name in "abcde"))
    assert found.context in ("", "services/a")
    assert [one.ports[0] for one in found.companions] == [8101, 8102]


def test_dockerfile_on_the_same_port_gets_a_room_of_its_own():
    docker = {"Dockerfile": "FROM python:3.12-slim\nCOPY . .\nEXPOSE 8000\nCMD uvicorn main:app --host 0.0.0.0\n"}
    found = plan(at("api", API | docker), at("worker-ui", API | docker))
    assert [(one.name, one.room) for one in found.companions] == [("worker-ui", 1)]
    assert found.refused == ()


@pytest.mark.parametrize("folder", ["docs", "tests", "examples", "notebooks", "node_modules", ".github", "train"])
def test_folders_aside_are_no_applications(folder):
    assert plan(at("api", API), at(folder, UI)).companions == ()


@pytest.mark.parametrize(
    "root",
    [
        {"package.json": json.dumps({"workspaces": ["backend", "frontend"]})},
        {"docker-compose.yml": "services:\n  web:\n    build: backend\n    ports: ['8000:8000']\n"},
    ],
    ids=["workspace", "compose"],
)
def test_what_belongs_together_stays_alone(root):
    docker = {"Dockerfile": "FROM python:3.12-slim\nCOPY . .\nCMD uvicorn main:app --host 0.0.0.0\n"}
    assert plan(at("backend", API | docker), at("frontend", UI), root).companions == ()


def test_server_at_the_root_stays_alone():
    assert plan(API, at("frontend", UI)).companions == ()


def test_data_services_of_a_compose_file_stay_with_the_app():
    stack = {"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n"}
    dashboard = at("dashboard", {"app.py": FLASK, "requirements.txt": "flask\n"})
    found = plan(at("backend", API), dashboard, stack)
    assert [one.name for one in found.companions] == ["db", "dashboard"]
