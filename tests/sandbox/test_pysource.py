"""Reading Python repositories: entry points, routes, packages, versions and settings."""

import pytest

from sandbox.pysource.distributions import distribution_of, system_packages
from sandbox.pysource.environment import PLACEHOLDER, placeholders
from sandbox.pysource.launches import launches
from sandbox.pysource.manifests import find_manifest
from sandbox.pysource.placement import import_roots, run_folder
from sandbox.pysource.projects import conda_requirements, lock_pins, pep440, poetry_requirement
from sandbox.pysource.requirements import read_requirements
from sandbox.pysource.routes import health_paths, routes_of
from sandbox.pysource.start import start_of
from sandbox.pysource.survey import Survey
from sandbox.pysource.syntax import modules, parse
from sandbox.pysource.version import choose_python
from sandbox.tree import Tree

MANAGE = (
    "import os\nfrom django.core import management\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
)
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
STREAMLIT = "import streamlit as st\nst.title('x')\n"


def best(files):
    return Survey.of(Tree.of(files)).entries[0]


def routes(text, path="main.py", **others):
    files = {path: text} | {name.replace("__", "/") + ".py": body for name, body in others.items()}
    return [(route.method, route.path) for route in routes_of(modules(Tree.of(files)))]


class TestEntrypoint:
    @pytest.mark.parametrize(
        ("text", "framework", "attribute"),
        [
            (FASTAPI, "fastapi", "app"),
            ("import fastapi as f\nservice = f.FastAPI(title='x')\n", "fastapi", "service"),
            ("from fastapi import FastAPI\napi: FastAPI = FastAPI()\n", "fastapi", "api"),
            (
                "from fastapi import FastAPI as F\ntry:\n    app = F()\nexcept ValueError:\n    raise\n",
                "fastapi",
                "app",
            ),
            ("from starlette.applications import Starlette\napp = Starlette()\n", "starlette", "app"),
            ("from litestar import Litestar\napp = Litestar([])\n", "litestar", "app"),
            (FLASK, "flask", "app"),
            ("from dash import Dash\napp = Dash(__name__)\n", "dash", "app.server"),
            ("import quart\nq = quart.Quart('x')\n", "quart", "q"),
        ],
    )
    def test_object_found_however_it_is_imported(self, text, framework, attribute):
        entry = best({"main.py": text})
        assert (entry.framework.id, entry.attribute, entry.factory) == (framework, attribute, False)

    def test_factory_without_required_arguments_found(self):
        text = "from flask import Flask\ndef create_app(config=None):\n    app = Flask('x')\n    return app\n"
        entry = best({"shop/__init__.py": text})
        assert (entry.attribute, entry.factory) == ("create_app", True)

    def test_factory_with_required_arguments_not_offered(self):
        text = "from flask import Flask\ndef create_app(config):\n    app = Flask('x')\n    return app\n"
        assert Survey.of(Tree.of({"shop.py": text})).entries == ()

    def test_object_made_by_a_factory_of_another_file_preferred(self):
        factory = "from flask import Flask\ndef create_app():\n    return Flask('x')\n"
        entry = best({"shop/__init__.py": factory, "wsgi.py": "from shop import create_app\napp = create_app()\n"})
        assert (entry.path, entry.attribute, entry.framework.id) == ("wsgi.py", "app", "flask")

    def test_file_named_in_the_readme_wins_over_a_decoy(self):
        files = {"main.py": FASTAPI, "service/web.py": FASTAPI, "README.md": "run `uvicorn service.web:app --reload`\n"}
        assert best(files).path == "service/web.py"

    def test_tests_and_examples_are_not_the_product(self):
        files = {"tests/app.py": FASTAPI, "examples/app.py": FASTAPI, "deep/down/here/service.py": FASTAPI}
        assert best(files).path == "deep/down/here/service.py"

    def test_api_preferred_to_the_page_beside_it(self):
        assert best({"app.py": STREAMLIT, "api.py": FASTAPI}).path == "api.py"

    def test_streamlit_start_is_the_file_that_nothing_imports(self):
        files = {"charts.py": STREAMLIT, "pages/1_more.py": STREAMLIT, "Home.py": "import charts\n" + STREAMLIT}
        assert best(files).path == "Home.py"

    def test_streamlit_brought_by_a_star_import_is_seen(self):
        files = {"base.py": "import streamlit as st\n", "app.py": "from base import *\nst.set_page_config()\n"}
        assert best(files).path == "app.py"

    def test_gradio_needs_a_launch(self):
        text = "import gradio as gr\ndemo = gr.Interface(print, 'text', 'text')\n"
        assert Survey.of(Tree.of({"app.py": text})).entries == ()
        assert best({"app.py": text + "demo.launch()\n"}).framework.id == "gradio"

    def test_script_that_only_prints_is_no_entry_point(self):
        assert Survey.of(Tree.of({"main.py": "print('hello')\n"})).entries == ()

    def test_broken_and_hostile_files_are_passed_over(self):
        files = {
            "a.py": "def broken(:\n",
            "b.py": "x\x00y",
            "c.py": "(" * 5000,
            "d.py": "x = '\\d'\n",
            "main.py": FASTAPI,
        }
        assert best(files).path == "main.py"

    def test_self_starting_script_leads_to_its_application(self):
        run = "import uvicorn\nuvicorn.run('api.main:app', host='0.0.0.0')\n"
        survey = Survey.of(Tree.of({"run.py": run, "api/main.py": FASTAPI}))
        script = next(entry for entry in survey.entries if entry.path == "run.py")
        assert survey.application(script).path == "api/main.py"


class TestLaunches:
    @pytest.mark.parametrize(
        ("call", "exposed", "loopback", "port"),
        [
            ("app.run()", False, True, None),
            ("app.run(host='0.0.0.0', port=5001)", True, False, 5001),
            ("app.run('0.0.0.0', 80)", True, False, 80),
            ("app.run(host='127.0.0.1')", False, True, None),
            ("app.run(host=os.environ.get('HOST', '127.0.0.1'), port=int(os.getenv('PORT', 5000)))", True, False, 5000),
            ("app.run(host=settings.HOST)", False, False, None),
            ("uvicorn.run(app)", False, True, None),
            ("uvicorn.run('main:app', host='::')", True, False, None),
            ("waitress.serve(app, port=9000)", True, False, 9000),
        ],
    )
    def test_address_read_from_the_call(self, call, exposed, loopback, port):
        text = f"import os, uvicorn, waitress\n{FLASK}if __name__ == '__main__':\n    {call}\n"
        (launch,) = launches(parse("main.py", text))
        assert (launch.exposed, launch.loopback, launch.port.literal) == (exposed, loopback, port)

    def test_constant_of_the_module_is_followed(self):
        (launch,) = launches(parse("m.py", f"PORT = 7000\n{FLASK}app.run(port=PORT)\n"))
        assert launch.port.literal == 7000

    def test_other_runs_are_no_servers(self):
        text = "import asyncio, subprocess\nfrom x import run as go\nasyncio.run(f())\nsubprocess.run(['x'])\ngo()\n"
        assert launches(parse("m.py", text)) == ()

    @pytest.mark.parametrize(("before", "alone"), [("print('hi')", True), ("init_db()", False)])
    def test_preparation_in_the_main_block_is_noticed(self, before, alone):
        text = f"{FLASK}if __name__ == '__main__':\n    {before}\n    app.run()\n"
        assert launches(parse("m.py", text))[0].alone is alone


class TestRoutes:
    def test_decorators_with_methods_and_prefixes(self):
        router = (
            "from fastapi import APIRouter\nrouter = APIRouter(prefix='/users')\n"
            "@router.get('/{id}')\ndef one(id): ...\n"
        )
        main = (
            "from fastapi import FastAPI\nfrom api import users\napp = FastAPI()\n"
            "app.include_router(users.router, prefix='/v1')\n@app.post('/predict')\ndef predict(): ...\n"
        )
        assert set(routes(main, api__users=router)) == {("POST", "/predict"), ("GET", "/v1/users/{id}")}

    def test_flask_methods_and_blueprints(self):
        text = (
            "from flask import Flask, Blueprint\napp = Flask('x')\nbp = Blueprint('b', 'x', url_prefix='/api')\n"
            "@app.route('/', methods=['GET', 'POST'])\ndef index(): ...\n@bp.route('/health')\ndef health(): ...\n"
        )
        assert routes(text) == [("GET", "/"), ("POST", "/"), ("GET", "/api/health")]

    def test_django_url_table(self):
        text = (
            "from django.urls import include, path\n"
            "urlpatterns = [path('', v), path('api/', include('x')), path('up', u)]\n"
        )
        assert routes(text, "site/urls.py") == [("GET", "/"), ("GET", "/up")]

    def test_health_paths_named_health_come_first(self):
        text = FASTAPI + "".join(
            f"@app.{method}('{path}')\ndef f{number}(): ...\n"
            for number, (method, path) in enumerate(
                [("get", "/ping"), ("get", "/api/healthz"), ("post", "/health"), ("get", "/wealth"), ("get", "/ready")]
            )
        )
        found = routes_of(modules(Tree.of({"main.py": text})))
        assert health_paths(found) == ("/api/healthz", "/ping", "/ready")


class TestPlacement:
    @pytest.mark.parametrize(
        ("files", "path", "folder"),
        [
            ({"main.py": "x = 1\n"}, "main.py", ""),
            ({"app/main.py": "from app.db import x\n", "app/db.py": ""}, "app/main.py", ""),
            ({"app/main.py": "from db import x\n", "app/db.py": ""}, "app/main.py", "app"),
            (
                {"backend/app/main.py": "from app import db\n", "backend/app/db.py": ""},
                "backend/app/main.py",
                "backend",
            ),
            ({"src/main.py": "from .db import x\n", "src/db.py": ""}, "src/main.py", ""),
            ({"src/main.py": "open('model.json')\n", "src/model.json": "{}"}, "src/main.py", "src"),
            ({"my-api/main.py": "x = 1\n"}, "my-api/main.py", "my-api"),
            ({"shop/__init__.py": "x = 1\n"}, "shop/__init__.py", ""),
        ],
    )
    def test_folder_makes_imports_and_data_resolve(self, files, path, folder):
        tree = Tree.of(files)
        module = next(module for module in modules(tree) if module.path == path)
        assert run_folder(tree, module) == folder

    def test_package_in_src_is_put_on_the_path(self):
        tree = Tree.of({"main.py": "import shop\n", "src/shop/__init__.py": ""})
        assert import_roots(tree, modules(tree)[0], "") == ["src"]


class TestRequirements:
    def test_utf16_of_a_windows_shell_is_read(self):
        files = {"requirements.txt": "flask==3.1.0\r\n".encode("utf-16")}
        read = read_requirements(Tree(files=files), "requirements.txt")
        assert read.names == {"flask"}
        assert [note.id for note in read.notes] == ["requirements_reencoded"]

    def test_included_files_count(self):
        tree = Tree.of({"req/prod.txt": "-r base.txt\ngunicorn\n", "req/base.txt": "Django>=5  # web\n"})
        read = read_requirements(tree, "req/prod.txt")
        assert (read.names, read.includes) == ({"django", "gunicorn"}, ("req/base.txt",))

    def test_file_that_includes_itself_ends(self):
        read = read_requirements(Tree.of({"requirements.txt": "-r requirements.txt\nflask\n"}), "requirements.txt")
        assert read.names == {"flask"}

    def test_lines_of_one_laptop_are_repaired_and_told(self):
        text = "numpy @ file:///C:/conda/numpy\npywin32==306\ncolorama==0.4\n-e .\n"
        read = read_requirements(Tree.of({"requirements.txt": text}), "requirements.txt")
        assert read.lines == ("numpy", "colorama==0.4", "-e .")
        assert {note.id for note in read.notes} == {"requirement_path_removed", "requirement_left_out"}
        assert read.local

    @pytest.mark.parametrize(
        ("poetry", "pip"),
        [("^1.2.3", ">=1.2.3,<2"), ("^0.3", ">=0.3,<0.4"), ("~2.1", ">=2.1,<2.2"), ("*", ""), ("1.5", "==1.5")],
    )
    def test_poetry_constraints_become_pep440(self, poetry, pip):
        assert pep440(poetry) == pip

    def test_poetry_tables_become_lines(self):
        assert (
            poetry_requirement("uvicorn", {"version": "^0.30", "extras": ["standard"]})
            == "uvicorn[standard]>=0.30,<0.31"
        )
        assert poetry_requirement("python", "^3.11") == ""
        assert poetry_requirement("dev", {"version": "1", "optional": True}) == ""

    def test_lock_pins_skip_forks_and_local_packages(self):
        lock = (
            '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "b"\nversion = "1"\n[[package]]\nname = "b"\n'
            'version = "2"\n[[package]]\nname = "own"\nversion = "0"\nsource = { editable = "." }\n'
        )
        assert lock_pins(Tree.of({"uv.lock": lock}), "uv.lock") == {"a": "1"}

    def test_conda_environment_without_build_strings(self):
        text = (
            "dependencies:\n  - python=3.10\n  - numpy=1.26=py310_0\n  - conda-forge::pytorch\n"
            "  - pip:\n    - flask==3.0.0\n"
        )
        assert conda_requirements(text) == ["numpy==1.26.*", "torch", "flask==3.0.0"]

    def test_import_names_lead_to_distributions(self):
        assert [distribution_of(name) for name in ("sklearn.svm", "PIL", "flask_cors")] == [
            "scikit-learn",
            "pillow",
            "flask-cors",
        ]
        assert system_packages(["OpenCV_Python", "flask"]) == ("libgl1", "libglib2.0-0")


class TestManifest:
    @pytest.mark.parametrize(
        ("files", "path", "names"),
        [
            (
                {"requirements.txt": "flask\n", "pyproject.toml": "[project]\ndependencies = ['django']\n"},
                "requirements.txt",
                {"flask"},
            ),
            ({"pyproject.toml": "[project]\ndependencies = ['django>=5']\n"}, "pyproject.toml", {"django"}),
            ({"Pipfile": "[packages]\nflask = '*'\n"}, "Pipfile", {"flask"}),
            ({"environment.yml": "dependencies: [flask]\n"}, "environment.yml", {"flask"}),
            ({"requirement.txt": "flask\n"}, "requirement.txt", {"flask"}),
            ({"requirments.txt": "flask\n", "notes.txt": "buy milk\n"}, "requirments.txt", {"flask"}),
            (
                {
                    "pyproject.toml": "[project]\nname='x'\ndependencies=['flask']\n",
                    "uv.lock": "[[package]]\nname='flask'\nversion='3.0.0'\n",
                    "requirements.txt": "django\n",
                },
                "pyproject.toml",
                {"flask"},
            ),
        ],
    )
    def test_most_exact_manifest_is_taken(self, files, path, names):
        found = find_manifest(Tree.of(files), "", ())
        assert (found.path, found.names) == (path, names)

    def test_manifest_beside_the_code_beats_the_one_above(self):
        tree = Tree.of({"requirements.txt": "mkdocs\n", "api/requirements.txt": "flask\n"})
        assert find_manifest(tree, "api", ()).path == "api/requirements.txt"

    def test_misspelt_name_is_told(self):
        found = find_manifest(Tree.of({"requirements.text": "flask\n"}), "", ())
        assert [note.id for note in found.notes] == ["manifest_misspelt"]

    def test_packages_are_guessed_from_imports_at_last(self):
        tree = Tree.of(
            {
                "app.py": "import os, sklearn\nfrom flask import Flask\nimport mine\n",
                "mine.py": "",
                "requirements.txt": "\n",
            }
        )
        found = find_manifest(tree, "", modules(tree))
        assert found.names == {"flask", "scikit-learn"}
        assert [note.id for note in found.notes] == ["requirements_guessed"]


class TestPython:
    @pytest.mark.parametrize(
        ("files", "version"),
        [
            ({}, "3.12"),
            ({".python-version": "3.11.7\n"}, "3.11"),
            ({"runtime.txt": "python-3.9.16"}, "3.9"),
            ({"pyproject.toml": "[project]\nrequires-python = '>=3.10'\n"}, "3.12"),
            ({"pyproject.toml": "[project]\nrequires-python = '>=3.8,<3.12'\n"}, "3.11"),
            ({"pyproject.toml": "[project]\nrequires-python = '>=3.13'\n"}, "3.13"),
            ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '~3.10'\n"}, "3.10"),
            ({"Pipfile": "[requires]\npython_version = '3.8'\n"}, "3.8"),
            ({".python-version": "3.5"}, "3.7"),
            ({"requirements.txt": "numpy==1.24.4\nflask\n"}, "3.11"),
            ({"requirements.txt": "numpy==1.19.5\n"}, "3.9"),
            ({"requirements.txt": "numpy==2.1.0\n"}, "3.12"),
        ],
    )
    def test_version_is_what_the_repository_needs(self, files, version):
        tree = Tree.of(files)
        requirements = read_requirements(tree, "requirements.txt").parsed
        choice = choose_python(tree, "", requirements)
        assert choice.version == version
        assert choice.why.endswith(".")


class TestEnvironment:
    def test_secrets_get_placeholders_and_addresses_do_not(self):
        tree = Tree.of({"main.py": "import os\nK = os.environ['API_KEY']\nD = os.environ['DATABASE_URL']\n"})
        values, notes = placeholders(tree, modules(tree))
        assert values == {"API_KEY": PLACEHOLDER}
        assert [note.id for note in notes] == ["environment_placeholder"]

    def test_example_file_gives_the_values(self):
        tree = Tree.of({"s.py": "import os\nD = os.environ['DB']\n", ".env.example": "DB='sqlite:///x.db'\nUNUSED=1\n"})
        assert placeholders(tree, modules(tree))[0] == {"DB": "sqlite:///x.db"}

    def test_settings_read_later_or_with_a_default_need_nothing(self):
        text = (
            "import os\nA = os.getenv('A_KEY')\nos.environ['B_KEY'] = 'x'\ndef f():\n    return os.environ['C_KEY']\n"
        )
        tree = Tree.of({"main.py": text})
        assert placeholders(tree, modules(tree)) == ({}, ())


class TestStart:
    def start(self, files):
        tree = Tree.of(files)
        entry = Survey.of(tree).entries[0]
        return start_of(tree, entry, run_folder(tree, entry.module))

    def test_asgi_and_wsgi_servers_honour_port(self):
        asgi, wsgi = self.start({"main.py": FASTAPI}), self.start({"app.py": FLASK})
        assert (asgi.server, wsgi.server) == ("uvicorn", "gunicorn")
        assert all("0.0.0.0" in start.command and "${PORT:-8000}" in start.command for start in (asgi, wsgi))

    def test_factories_are_called(self):
        text = "def create_app():\n    return F()\n"
        assert self.start({"main.py": "from fastapi import FastAPI as F\n" + text}).command.endswith(
            "main:create_app --factory"
        )
        assert self.start(
            {"main.py": "from flask import Flask as F\n" + text.replace("F()", "F('x')")}
        ).command.endswith("'main:create_app()'")

    def test_file_that_prepares_and_is_reachable_runs_itself(self):
        text = FLASK + "if __name__ == '__main__':\n    init_db()\n    app.run(host='0.0.0.0', port=5050)\n"
        start = self.start({"app.py": text})
        assert (start.command, start.server, start.port) == ("exec python app.py", "", 5050)

    def test_file_on_loopback_is_served_instead(self):
        assert (
            self.start({"app.py": FLASK + "if __name__ == '__main__':\n    app.run(debug=True)\n"}).server == "gunicorn"
        )

    def test_django_migrates_and_collects(self):
        files = {
            "manage.py": MANAGE,
            "shop/settings.py": "STATIC_ROOT = 'static'\n",
            "shop/wsgi.py": "application = None\n",
        }
        start = self.start(files)
        assert start.command.startswith("python manage.py migrate --noinput && exec ")
        assert start.command.endswith("shop.wsgi:application")
        assert start.before == ("python manage.py collectstatic --noinput",)
        channels = files | {
            "shop/settings.py": "INSTALLED_APPS = ['channels']\n",
            "shop/asgi.py": "application = None\n",
        }
        assert self.start(channels).command.endswith("shop.asgi:application")

    def test_streamlit_is_headless_and_reachable(self):
        command = self.start({"app.py": STREAMLIT}).command
        assert "--server.headless true" in command
        assert "--server.address 0.0.0.0" in command
        assert "--server.port ${PORT" in command
