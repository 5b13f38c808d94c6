"""Compose files that start no application of their own: databases and tools beside what the repository itself does."""

from sandbox.buildpacks import plan_for
from sandbox.tree import Tree

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
