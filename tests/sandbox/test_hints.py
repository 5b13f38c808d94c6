"""Start hints of other platforms: each file's reading, and what they change about a plan."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.hints import all_hint_kinds, hints_of
from sandbox.launch.command import missing, shell
from sandbox.tree import Tree

KINDS = {kind.id: kind for kind in all_hint_kinds()}
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n"
APP = {"main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n"}
START = "exec uvicorn main:app --host 0.0.0.0 --port $PORT"
GRADIO = "import gradio as gr\ndemo = gr.Interface(print, 'text', 'text')\ndemo.launch()\n"


def plan(**files):
    return plan_for(Tree.of(APP | {name.replace("__", "."): text for name, text in files.items()}))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
class TestContract:
    def test_sample_is_read_and_changes_a_plan(self, kind):
        hint = kind.read(Tree.of(kind.sample))
        assert hint.path in kind.sample
        found = plan_for(Tree.of(APP | dict(kind.sample)))
        assert any(hint.path in why or "Procfile" in why for why in found.why) or hint.port in found.ports
        if hint.start:
            assert found.start == ("sh", "-c", START)

    def test_nothing_and_nonsense_are_no_hint(self, kind):
        assert kind.read(Tree.of({})) is None
        for text in ("", "\x00", "[" * 5000, "{", "---\n- a\n---\n", "a: &a [*a]", "[deploy]\nx", "null", '{"env": 3}'):
            hint = kind.read(Tree.of(dict.fromkeys(kind.sample, text)))
            assert hint is None or not (hint.start or hint.env or hint.health)


class TestStart:
    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("gunicorn gone:app", "gone is not there"),
            ("hypercorn main:app", "hypercorn is not among the packages"),
            ("./run", "cannot be told"),
        ],
    )
    def test_target_that_is_not_there_is_told_and_not_followed(self, line, why):
        found = plan(Procfile=f"web: {line}\n")
        assert "main:app" in found.start[2]
        assert any(why in said for said in found.why)

    def test_loopback_is_opened_and_told(self):
        found = plan(Procfile="web: uvicorn main:app\n")
        assert found.start[2] == "exec uvicorn main:app --host 0.0.0.0"
        assert "start_opened" in [note.id for note in found.repairs]

    def test_first_one_wins_and_the_second_is_told(self):
        found = plan(
            Procfile="web: uvicorn main:app --host 0.0.0.0\n", app__yaml=KINDS["app_engine"].sample["app.yaml"]
        )
        assert found.start[2] == "exec uvicorn main:app --host 0.0.0.0"
        assert any(why.startswith("app.yaml names a start, too") for why in found.why)

    def test_django_keeps_its_migration(self):
        files = {
            "manage.py": "import os\nfrom django.core import management\n"
            "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/settings.py": "",
            "shop/wsgi.py": "application = None\n",
            "requirements.txt": "django\ngunicorn\n",
            "Procfile": "web: gunicorn shop.wsgi --log-file -\n",
        }
        start = plan_for(Tree.of(files)).start[2]
        assert start == "python manage.py migrate --noinput && exec gunicorn shop.wsgi --log-file -"

    def test_folder_of_the_service_is_entered(self):
        files = {f"api/{name}": text for name, text in APP.items()}
        files["render.yaml"] = KINDS["render"].sample["render.yaml"].replace("    plan: free\n", "    rootDir: api\n")
        found = plan_for(Tree.of(files))
        assert found.start == ("sh", "-c", START)
        assert "WORKDIR /app/api\n" in found.dockerfile
        assert found.env["SECRET_KEY"]

    def test_dockerfile_that_binds_loopback_gives_way(self):
        dockerfile = 'FROM python:3.12-slim\nCOPY . .\nRUN pip install uvicorn\nCMD ["uvicorn", "main:app"]\n'
        found = plan(Dockerfile=dockerfile, Procfile=KINDS["procfile"].sample["Procfile"])
        assert (found.buildpack, found.start, found.repairs) == ("dockerfile", ("sh", "-c", START), ())
        assert "loopback" not in found.hints
        open_one = dockerfile.replace('"main:app"', '"main:app", "--host", "0.0.0.0"')
        assert plan(Dockerfile=open_one, Procfile=KINDS["procfile"].sample["Procfile"]).start == ()

    def test_start_alone_is_enough_for_a_kind_that_nobody_knows(self):
        files = {
            "serve.py": "import tornado.web\n",
            "requirements.txt": "tornado\n",
            "Procfile": "web: python serve.py\n",
        }
        found = plan_for(Tree.of(files))
        assert (found.buildpack, found.start[2]) == ("python", "exec python serve.py")

    def test_compose_says_it_all_itself(self):
        stack = "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n"
        assert plan(compose__yaml=stack, Dockerfile="FROM x\nCMD y\n", Procfile="web: python main.py\n").start == ()


class TestSpace:
    FRONT = "---\ntitle: x\nsdk: gradio\nsdk_version: 4.44.1\npython_version: 3.10\napp_file: space.py\n---\n"

    def test_names_its_file_and_brings_its_packages(self):
        files = {"README.md": self.FRONT, "space.py": GRADIO, "requirements.txt": "pillow\n"}
        found = plan_for(Tree.of(files))
        assert found.start[2].endswith("exec python space.py")
        assert found.dockerfile.startswith("FROM python:3.10-slim\n")
        assert "RUN pip install gradio==4.44.1\nUSER app\n" in found.dockerfile

    def test_other_file_than_the_likeliest_is_started(self):
        files = {"README.md": self.FRONT, "space.py": GRADIO, "app.py": GRADIO, "requirements.txt": "gradio\n"}
        found = plan_for(Tree.of(files))
        assert found.start[2] == ("GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=${PORT:-7860} exec python space.py")
        assert "gradio==" not in found.dockerfile

    def test_file_name_cannot_write_the_command(self):
        front = self.FRONT.replace("space.py", "'a;id .py'")
        found = hints_of(Tree.of({"README.md": front, "a;id .py": GRADIO}))[0]
        assert found.start.endswith("exec python 'a;id .py'")


class TestCommand:
    @pytest.mark.parametrize(
        ("text", "run"),
        [
            ("python a.py", "exec python a.py"),
            ("A=1 B=2 python a.py", "A=1 B=2 exec python a.py"),
            ("exec python a.py", "exec python a.py"),
            ("a && b", "a && b"),
            ("cd x\npython a.py", "cd x\npython a.py"),
        ],
    )
    def test_single_command_takes_the_place_of_the_shell(self, text, run):
        assert shell(text) == ("sh", "-c", run)

    @pytest.mark.parametrize(
        ("text", "gone"),
        [
            ("gunicorn --chdir api main:app", ""),
            ("cd api && python main.py", ""),
            ("uvicorn --app-dir=api main:app", ""),
            ("gunicorn main:app", "main"),
            ("python gone.py", "gone.py"),
            ("gunicorn -b http://x:80 api.main:app", ""),
            ("npm start", "?"),
        ],
    )
    def test_what_it_starts_is_looked_up(self, text, gone):
        assert missing(Tree.of({"api/main.py": ""}), text) == gone
