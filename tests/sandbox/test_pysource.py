"""Reading Python repositories: entry points, routes, packages, versions and settings."""

import pytest

from sandbox.pysource.entrypoint import entrypoints
from sandbox.pysource.launches import launches
from sandbox.pysource.placement import import_roots, run_folder
from sandbox.pysource.routes import health_paths, routes_of
from sandbox.pysource.survey import Survey
from sandbox.pysource.syntax import modules, parse
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


class TestModules:
    def test_file_is_parsed_once_whichever_folder_it_is_seen_from(self):
        tree = Tree.of({"api/main.py": FASTAPI, "api/routes.py": FLASK})
        assert modules(tree) is modules(tree)
        again = modules(tree.below("api"))
        assert [module.path for module in again] == ["main.py", "routes.py"]
        assert [module.node for module in again] == [module.node for module in modules(tree)]

    def test_files_are_read_until_they_are_too_many_nodes(self, monkeypatch):
        files = {f"f{number}.py": FASTAPI for number in range(5)}
        size = len(parse("f.py", FASTAPI).nodes)
        monkeypatch.setattr("sandbox.pysource.syntax.MAX_NODES", 3 * size)
        assert len(modules(Tree.of(files))) == 3


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


class TestStarters:
    PAGE = "import gradio as gr\n\nclass Page:\n    def show(self):\n        gr.Blocks().launch()\n"
    RUN = "from {} import {}\n\nif __name__ == '__main__':\n    start()\n"

    @pytest.mark.parametrize(
        ("files", "path"),
        [
            ({"ui/page.py": PAGE, "main.py": RUN.format("ui.page", "Page")}, "main.py"),
            (
                {"ui/page.py": PAGE, "ui/__init__.py": "from .page import Page\n", "run.py": RUN.format("ui", "Page")},
                "run.py",
            ),
            ({"page.py": PAGE + "\nPage().show()\n", "main.py": RUN.format("page", "Page")}, "page.py"),
            ({"ui/page.py": PAGE, "main.py": "import os\n"}, "ui/page.py"),
            ({"ui/page.py": PAGE, "tests/test_page.py": RUN.format("ui.page", "Page")}, "ui/page.py"),
        ],
        ids=["imported", "through-a-package", "by-itself", "by-nobody", "by-a-test"],
    )
    def test_page_is_started_by_the_file_that_runs(self, files, path):
        entry = entrypoints(Tree.of(files))[0]
        assert (entry.framework.id, entry.path) == ("gradio", path)


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
            ({"code/fit.py": "open('../data/made/x.csv')\n", "data/raw.csv": ""}, "code/fit.py", "code"),
            ({"code/fit.py": "open('../../etc/x.csv')\n", "data/raw.csv": ""}, "code/fit.py", ""),
            ({"fastapi/main.py": "from fastapi import FastAPI\n"}, "fastapi/main.py", "fastapi"),
            (
                {"src/flask/app.py": "import flask\nimport rows\n", "src/flask/rows.py": ""},
                "src/flask/app.py",
                "src/flask",
            ),
        ],
    )
    def test_folder_makes_imports_and_data_resolve(self, files, path, folder):
        tree = Tree.of(files)
        module = next(module for module in modules(tree) if module.path == path)
        assert run_folder(tree, module) == folder

    def test_folder_named_like_the_framework_is_not_put_in_its_way(self):
        tree = Tree.of({"src/fastapi/main.py": "from fastapi import FastAPI\n"})
        assert import_roots(tree, modules(tree)[0], "") == []

    def test_package_in_src_is_put_on_the_path(self):
        tree = Tree.of({"main.py": "import shop\n", "src/shop/__init__.py": ""})
        assert import_roots(tree, modules(tree)[0], "") == ["src"]
