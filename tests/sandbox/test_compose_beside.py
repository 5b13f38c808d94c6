"""Compose files that start no application of their own: databases and tools beside what the repository itself does."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.compose.roles import main_of, parts
from sandbox.tree import Tree
from tests.sandbox.test_compose import stack

APP = "FROM python:3.12-slim\nCOPY main.py .\nCMD python main.py\n"
HERE = {"Dockerfile": APP, "main.py": "import http.server\n", "conf/app.ini": "", ".env": "TAG=7\nEMPTY=\n"}
TOOL = {"tracking/Dockerfile": "FROM ghcr.io/mlflow/mlflow:v2.9.2\nRUN pip install psycopg2-binary\n"}
TRACKING = "services:\n  mlflow:\n    build: .\n    ports: ['5000:5000']\n    command: mlflow server --host 0.0.0.0\n"
DATABASE = "  db:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: x}\n"
TRAINED = {
    "train.py": "from sklearn.svm import SVC\nSVC().fit([[0], [1]], [0, 1])\n",
    "requirements.txt": "scikit-learn\n",
}


def test_stack_of_tools_only_is_passed_over_for_what_the_repository_itself_does():
    found = plan_for(Tree.of({"tracking/docker-compose.yaml": TRACKING, **TOOL, **TRAINED}))
    assert found.buildpack == "job"
    assert any("from the repository's own files" in one for one in found.why)


def test_tools_with_a_database_run_beside_what_the_repository_itself_does():
    found = plan_for(Tree.of({"tracking/docker-compose.yaml": TRACKING + DATABASE, **TOOL, **TRAINED}))
    assert found.buildpack == "job"
    assert {one.name for one in found.companions} == {"db", "mlflow"}


def test_database_in_a_projects_folder_belongs_to_the_project_of_that_folder():
    files = {"b/compose.yaml": f"services:\n{DATABASE}", "b/Dockerfile": APP, "b/main.py": "import http.server\n"}
    found = plan_for(Tree.of({**files, "a/x/Dockerfile": APP, "a/x/main.py": "import http.server\n"}))
    assert (found.context, [one.name for one in found.companions]) == ("b", ["db"])


def test_database_in_a_folder_of_its_own_belongs_to_the_whole_repository():
    found = plan_for(Tree.of({"docker/compose.yaml": f"services:\n{DATABASE}", **HERE}))
    assert (found.context, [one.name for one in found.companions]) == ("", ["db"])


def test_data_services_alone_stand_beside_the_app_that_needs_them():
    found = plan_for(Tree.of({**HERE, "compose.yaml": f"services:\n{DATABASE}"}))
    assert (found.buildpack, [one.name for one in found.companions]) == ("dockerfile", ["db"])


@pytest.mark.parametrize(
    ("services", "judged"),
    [
        (
            "lab: {build: ., ports: ['8:8'], command: start-notebook.sh}\nmodel: {build: ., command: python a.py}",
            "model",
        ),
        ("tracking: {build: ., ports: ['5000:5000'], command: mlflow server}\nmodel: {build: .}\n", "model"),
        ("app: {build: ., ports: ['1:1'], command: streamlit run a.py}\napi: {build: ., ports: ['2:2']}", "api"),
        ("webserver: {build: ., ports: ['8080:8080'], command: airflow webserver}\n", "webserver"),
    ],
    ids=["notebook", "tracking", "pages", "alone"],
)
def test_what_the_team_has_made_is_judged_before_the_tools_beside_it(services, judged):
    assert main_of(parts(stack(services.strip()), Tree.of(HERE))).service.name == judged
