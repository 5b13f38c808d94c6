"""Every buildpack's contract, the team's own Dockerfile, and the sample repositories, planned and really built."""

import re
import shlex

import pytest

from sandbox.buildpacks import all_buildpacks, plan_for
from sandbox.faults import TeamFault
from sandbox.gateway import equip
from sandbox.launch.listening import listening, opened
from sandbox.launch.stage import last_stage
from sandbox.plan import Plan
from sandbox.repairs import all_repairs
from sandbox.tree import Tree
from tests.sandbox.sample_repositories import EXAMPLES, REPOSITORIES, expected

PACKS = {pack.id: pack for pack in all_buildpacks()}
MANAGE = (
    "import os\nfrom django.core import management\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
)
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n"


def final_user(dockerfile):
    users = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("USER ")]
    return users[-1] if users else "root"


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
class TestContract:
    def test_own_sample_is_detected_and_chosen(self, pack):
        tree = Tree.of(pack.sample)
        assert pack.detect(tree) is not None
        assert plan_for(tree).buildpack == pack.id

    def test_id_is_the_file_name(self, pack):
        assert pack.detect.__module__ == f"sandbox.buildpacks.{pack.id}"

    def test_plan_runs_as_somebody_and_survives_json(self, pack):
        plan = pack.detect(Tree.of(pack.sample))
        assert final_user(plan.dockerfile) not in ("root", "0")
        assert Plan.from_json(plan.to_json()) == plan
        assert plan.why
        assert plan.runtime

    def test_detection_repeats(self, pack):
        assert pack.detect(Tree.of(pack.sample)) == pack.detect(Tree.of(dict(reversed(pack.sample.items()))))

    def test_empty_repository_is_nothing(self, pack):
        assert pack.detect(Tree.of({})) is None


@pytest.mark.parametrize("name", REPOSITORIES)
def test_sample_repository_is_planned_as_promised(name):
    promised, tree = expected(name), Tree.at(REPOSITORIES[name])
    if promised["buildpack"] is None:
        with pytest.raises(TeamFault) as raised:
            plan_for(tree)
        assert raised.value.id == promised["outcome"]
        return
    plan = equip(plan_for(tree), tree)
    assert plan.buildpack == promised["buildpack"]
    mended = {repair.id for repair in all_repairs()}  # these come when a build or a start has failed
    assert [note.id for note in plan.repairs] == [note for note in promised.get("repairs", []) if note not in mended]
    assert [note.id for note in plan.refused] == promised.get("refused", [])
    if "framework" in promised:
        assert plan.hints["framework"] == promised["framework"]
    if promised.get("health_path") and "framework" in promised:
        assert promised["health_path"] in plan.health


def test_example_of_make_up_is_planned_with_its_health():
    plan = plan_for(Tree.at(EXAMPLES["churn-api"]))
    assert (plan.buildpack, plan.repairs, plan.ports[0]) == ("dockerfile", (), 8000)
    assert plan.health == ("/health", "/ready")
    assert {"method": "POST", "path": "/predict"} in plan.hints["routes"]


class TestDockerfile:
    def plan(self, cmd, **files):
        text = f"FROM python:3.12-slim\nCOPY . .\n{cmd}\n"
        return plan_for(Tree.of({"Dockerfile": text, "main.py": FASTAPI} | files))

    def test_text_is_kept_as_it_is(self):
        plan = self.plan('CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "9000"]')
        assert plan.dockerfile.startswith("FROM python:3.12-slim\nCOPY . .\n")
        assert (plan.start, plan.repairs, plan.ports[0], plan.hints["openapi"]) == ((), (), 9000, "/openapi.json")

    @pytest.mark.parametrize(
        ("cmd", "started"),
        [
            ('CMD ["uvicorn", "main:app", "--host", "127.0.0.1"]', "exec uvicorn main:app --host 0.0.0.0"),
            ('CMD ["uvicorn", "main:app"]', "exec uvicorn main:app --host 0.0.0.0"),
            ("CMD flask --app main run -p 5000", "exec flask --app main run -p 5000 --host 0.0.0.0"),
            ("CMD cd /src && uvicorn main:app --host localhost", "cd /src && uvicorn main:app --host 0.0.0.0"),
            ("CMD python manage.py runserver", "exec python manage.py runserver 0.0.0.0:8000"),
            ("CMD python manage.py runserver 127.0.0.1:8080", "exec python manage.py runserver 0.0.0.0:8080"),
            ("CMD hypercorn main:app --bind 127.0.0.1:5000", "exec hypercorn main:app --bind 0.0.0.0:5000"),
        ],
    )
    def test_loopback_command_is_opened_and_told(self, cmd, started):
        plan = self.plan(cmd)
        assert plan.start == ("sh", "-c", started)
        assert [note.id for note in plan.repairs] == ["start_opened"]
        assert plan.hints["loopback"] == "Dockerfile:3"

    def test_port_variable_in_a_json_list_is_expanded_and_told(self):
        plan = self.plan('CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "$PORT"]')
        assert plan.start == ("sh", "-c", "exec uvicorn main:app --host 0.0.0.0 --port $PORT")
        assert [note.id for note in plan.repairs] == ["start_expanded"]

    @pytest.mark.parametrize(
        "cmd",
        [
            'ENTRYPOINT ["uvicorn", "main:app"]',
            'CMD ["sh", "-c", "uvicorn main:app --host 0.0.0.0 --port $PORT"]',
            "CMD gunicorn main:app",
            "CMD python main.py",
            "ENV UVICORN_HOST=0.0.0.0\nCMD uvicorn main:app",
            "CMD uvicorn main:app & python worker.py",
        ],
    )
    def test_other_commands_are_left_alone(self, cmd):
        assert (self.plan(cmd).start, self.plan(cmd).repairs) == ((), ())

    def test_loopback_in_the_code_is_a_hint_only(self):
        plan = plan_for(Tree.at(REPOSITORIES["loopback-only"]))
        assert (plan.start, plan.repairs, plan.hints["loopback"]) == ((), (), "server.py:12")

    def test_dockerfile_of_the_api_below_is_found_with_its_context(self):
        files = {
            "frontend/Dockerfile": 'FROM node:20\nEXPOSE 3000\nCMD ["npm", "start"]\n',
            "api/Dockerfile": "FROM python:3.12\nCOPY main.py .\nEXPOSE 8000\nCMD uvicorn main:app --host 0.0.0.0\n",
            "load_test/Dockerfile": "FROM python:3.12\nEXPOSE 8089\nCMD python app.py\n",
            "api/main.py": FASTAPI,
        }
        plan = plan_for(Tree.of(files))
        assert (plan.hints["dockerfile"], plan.context) == ("api/Dockerfile", "api")

    def test_context_is_the_root_when_only_it_has_the_copied_files(self):
        text = "FROM python:3.12\nCOPY requirements.txt .\nCOPY app ./app\nCMD uvicorn app.main:app --host 0.0.0.0\n"
        files = {"docker/Dockerfile.api": text, "requirements.txt": "fastapi\n", "app/main.py": FASTAPI}
        assert plan_for(Tree.of(files)).context == ""

    def test_dockerfile_for_tests_only_is_not_the_product(self):
        assert (
            plan_for(Tree.of({"tests/Dockerfile": "FROM x\nCMD pytest app.py\n", "main.py": FASTAPI})).buildpack
            == "python"
        )

    def test_last_stage_counts(self):
        stage = last_stage(
            "FROM node:20 AS build\nEXPOSE 1\nCMD x\nFROM python:3.12\nENV A=1 B='two words'\nENV C three\n"
            'EXPOSE 80/tcp \\\n  443\nENTRYPOINT ["a"]\nCOPY --from=build /x /y\nCOPY a b /\n'
        )
        assert (stage.base, stage.exposed, stage.entrypoint.argv, stage.cmd.argv) == (
            "python:3.12",
            (80, 443),
            ("a",),
            (),
        )
        assert (stage.env, stage.copied) == ({"A": "1", "B": "two words", "C": "three"}, ("a", "b"))

    def test_dockerfile_that_does_not_parse_is_still_the_teams_choice(self):
        plan = plan_for(Tree.at(REPOSITORIES["bad-dockerfile"]))
        assert (plan.buildpack, plan.start) == ("dockerfile", ())

    def test_unreadable_command_has_no_listening(self):
        assert listening("./start", {}) is None
        found = listening("uvicorn x:y", {})
        assert opened("uvicorn x:y; sleep 1", found) is None


class TestPython:
    def test_server_is_added_only_when_nothing_brings_it(self):
        bare = plan_for(Tree.of({"main.py": FASTAPI, "requirements.txt": "fastapi\n"}))
        assert [note.id for note in bare.repairs] == ["server_added"]
        assert "'uvicorn<1'" in bare.dockerfile
        for line in ("fastapi[standard]", "fastapi\nuvicorn[standard]==0.34.0"):
            assert plan_for(Tree.of({"main.py": FASTAPI, "requirements.txt": line + "\n"})).repairs == ()

    def test_manifests_are_copied_before_the_source(self):
        dockerfile = plan_for(
            Tree.of({"main.py": FASTAPI, "requirements.txt": "-r more.txt\n", "more.txt": "fastapi\n"})
        ).dockerfile
        order = [dockerfile.index(part) for part in ('"more.txt"', "RUN pip install", "COPY --chown=app:app . /app")]
        assert order == sorted(order)

    def test_project_that_installs_itself_is_copied_first(self):
        dockerfile = plan_for(Tree.of({"main.py": FASTAPI, "requirements.txt": "-e .\nfastapi\n"})).dockerfile
        assert dockerfile.index("COPY --chown=app:app . /app") < dockerfile.index("RUN pip install")

    def test_files_in_a_folder_run_there(self):
        plan = plan_for(
            Tree.of({"api/main.py": "import db\n" + FASTAPI, "api/db.py": "", "api/requirements.txt": "fastapi\n"})
        )
        assert "WORKDIR /app/api\n" in plan.dockerfile
        assert "pip install -r api/requirements.txt" in plan.dockerfile

    def test_procfile_starts_when_its_target_is_there(self):
        files = {"main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n"}
        started = plan_for(Tree.of(files | {"Procfile": "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n"}))
        assert started.start == ("sh", "-c", "exec uvicorn main:app --host 0.0.0.0 --port $PORT")
        assert "main:app" in plan_for(Tree.of(files | {"Procfile": "web: gunicorn gone:app\n"})).start[2]

    @pytest.mark.parametrize("folder", ["a\nUSER root\nRUN evil", "a$HOME", 'a"b', "a;b", "a`b"])
    def test_file_names_cannot_write_the_dockerfile(self, folder):
        tree = Tree.of({f"{folder}/main.py": FASTAPI, f"{folder}/requirements.txt": "fastapi\n"})
        with pytest.raises(TeamFault, match="nothing_runnable"):
            plan_for(tree)

    def test_example_values_cannot_write_the_dockerfile(self):
        files = {
            "manage.py": MANAGE,
            "shop/settings.py": "import os\nK = os.environ['KEY']\nSTATIC_ROOT = 'static'\n",
            "shop/wsgi.py": "application = None\n",
            "requirements.txt": "django\ngunicorn\n",
            ".env.example": "KEY=x'; id; echo '\n",
        }
        plan = plan_for(Tree.of(files))
        (line,) = [line for line in plan.dockerfile.splitlines() if "collectstatic" in line]
        assert shlex.split(line) == ["RUN", "KEY=x'; id; echo '", "python", "manage.py", "collectstatic", "--noinput"]

    def test_manage_py_is_called_where_it_lies_whatever_the_manifest(self):
        files = {
            "requirements.txt": "django\n",
            "site/manage.py": MANAGE,
            "site/shop/settings.py": "",
            "site/shop/wsgi.py": "application = None\n",
        }
        assert "\nWORKDIR /app/site\n" in plan_for(Tree.of(files)).dockerfile

    def test_gradio_gets_its_address_by_environment(self):
        text = "import gradio as gr\ndemo = gr.Interface(print, 'text', 'text')\ndemo.launch()\n"
        plan = plan_for(Tree.of({"app.py": text, "requirements.txt": "gradio\n"}))
        assert plan.env["GRADIO_SERVER_NAME"] == "0.0.0.0"
        assert (plan.hints["framework"], plan.ports) == ("gradio", (8000, 7860))
        assert plan.start[2] == "GRADIO_SERVER_PORT=${PORT:-7860} exec python app.py"

    def test_generated_images_never_run_as_root(self):
        for name in ("flask-requirements", "streamlit-app", "django-site", "missing-package"):
            dockerfile = plan_for(Tree.at(REPOSITORIES[name])).dockerfile
            assert final_user(dockerfile) == "app"
            assert re.search(r"useradd --uid 10001 ", dockerfile)


def test_dockerfile_of_another_language_knows_the_routes_of_its_code():
    plan = plan_for(
        Tree.of(
            {
                "Dockerfile": 'FROM node:22-slim\nCOPY . .\nRUN npm install\nCMD ["node", "server.js"]\n',
                "package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}',
                "server.js": (
                    "const app = require('express')();\napp.get('/healthz', (_, res) => res.send('ok'));\n"
                    "app.post('/orders', (_, res) => res.json({}));\napp.listen(process.env.PORT || 3000);\n"
                ),
            }
        )
    )
    assert plan.buildpack == "dockerfile"
    assert {"method": "POST", "path": "/orders"} in plan.hints["routes"]
    assert "/healthz" in plan.health
    assert 3000 in plan.ports


def test_dockerfile_that_cannot_be_read_is_called_so():
    plan = plan_for(Tree.of({"Dockerfile": "FROM python:3.12\n<<<<<<< HEAD\nCOPY . .\n=======\n>>>>>>> b\n"}))
    assert plan.runtime == "a Dockerfile that cannot be read"
