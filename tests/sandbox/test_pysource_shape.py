"""Misspelt names, committed environments, LFS pointers, conda lists, and applications of the rarer frameworks."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.diagnosis import diagnose_run
from sandbox.faults import TeamFault
from sandbox.sourcetext.misspelt import misspelt
from sandbox.sourcetext.shape import installed_folders, lfs_pointers
from sandbox.tree import Tree

APP = "from flask import Flask\napp = Flask(__name__)\n"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 132945812\n"


@pytest.mark.parametrize(
    "name",
    [
        "requirement.txt",
        "Requirements.txt",
        "requirements.text",
        "requirements.txt.txt",
        "requirments.txt",
        "requirements",
    ],
)
def test_names_nearly_right_are_recognised(name):
    assert misspelt(Tree.of({name: "flask\n", "README.md": "x"}), "", "requirements.txt") == name
    plan = plan_for(Tree.of({name: "flask\ngunicorn\n", "app.py": APP}))
    assert [note.id for note in plan.repairs] == ["manifest_misspelt"]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements.in", "recipes.txt", "x.txt"]
)
def test_other_names_are_not(name):
    assert misspelt(Tree.of({name: "flask\n"}), "", "requirements.txt") == ""


@pytest.mark.parametrize("name", ["Dokerfile", "Dockerfiel", "Docker file", "Dockerfil"])
def test_dockerfile_that_nobody_finds_is_told_where_nothing_runs(name):
    with pytest.raises(TeamFault) as raised:
        plan_for(Tree.of({name: "FROM ruby:3\n", "main.rb": "puts 1\n"}))
    assert raised.value.id == "nothing_runnable"
    assert f"{name} is probably meant to be Dockerfile" in raised.value.detail


def test_environments_are_found_whatever_their_name():
    files = {
        "myenv/pyvenv.cfg": "",
        "myenv/lib/python3.9/site-packages/flask/app.py": "",
        "old/Lib/site-packages/six.py": "",
        "web/node_modules/left-pad/index.js": "",
        "app.py": APP,
    }
    assert set(installed_folders(Tree.of(files))) == {"myenv", "old", "web/node_modules"}
    plan = plan_for(Tree.of(files))
    assert [note.id for note in plan.repairs] == ["requirements_guessed", "server_added", "environment_committed"]
    assert "flask\n" in dict(plan.files).popitem()[1]


def test_very_many_environments_are_looked_at_in_bounded_time():
    tree = Tree.of({f"env{number}/pyvenv.cfg": "" for number in range(20_000)})
    assert 0 < len(installed_folders(tree)) <= 100


def test_pointer_is_a_note_until_the_app_opens_it():
    files = {"models/net.pt": POINTER, "app.py": APP, "requirements.txt": "flask\ngunicorn\n"}
    assert lfs_pointers(Tree.of(files)) == ("models/net.pt",)
    plan = plan_for(Tree.of(files))
    assert [note.id for note in plan.repairs] == ["lfs_pointer"]
    trace = (
        "Traceback (most recent call last):\n  torch.load('models/net.pt')\nRuntimeError: PytorchStreamReader failed\n"
    )
    fault = diagnose_run(trace, 1, False, "", plan)
    assert (fault.id, fault.title) == ("lfs_pointer", "models/net.pt is a Git LFS pointer, not the file itself")
    assert diagnose_run("RuntimeError: no camera\n", 1, False, "", plan).id == "exited"
    plain = plan_for(Tree.of(files | {"models/net.pt": "weights"}))
    assert diagnose_run(trace, 1, False, "", plain).id == "model_unreadable"


def test_list_of_conda_becomes_pins_without_its_libraries():
    exported = "# platform: win-64\nflask=3.0.3=py311haa95532_0\nopenssl=3.0.15=h827c3e9_0\npython=3.11.9=he1021f5_0\n"
    exported += "humanize=4.10.0=pypi_0\nvc=14.40=h2eaa2aa_1\nsetuptools=75.1.0=py311_0\npywin32=305=py311h2bbff1b_0\n"
    plan = plan_for(Tree.of({"app.py": APP, "requirements.txt": exported}))
    assert list(dict(plan.files).values()) == ["flask==3.0.3\nhumanize==4.10.0\n"]
    assert [note.id for note in plan.repairs] == ["requirements_converted", "requirement_left_out", "server_added"]


def test_requirements_under_a_name_of_the_teams_own_are_found():
    files = {"app.py": APP, "requirements-dev.txt": "pytest\n", "requirements_api.txt": "flask\ngunicorn\n"}
    assert plan_for(Tree.of(files)).why[1] == "requirements_api.txt lists the packages."
    files = {"app.py": APP, "requirements/local.txt": "flask\ngunicorn\n", "requirements/tests.txt": "pytest\n"}
    assert plan_for(Tree.of(files)).why[1] == "requirements/local.txt lists the packages."


def test_debian_packages_of_a_streamlit_host_are_installed():
    files = {"app.py": "import streamlit as st\nst.title('x')\n", "requirements.txt": "streamlit\n"}
    plan = plan_for(Tree.of(files | {"packages.txt": "# for audio\nffmpeg\nlibsndfile1\n"}))
    assert "apt-get install -y --no-install-recommends ffmpeg libsndfile1 " in plan.dockerfile
    assert "apt-get" not in plan_for(Tree.of(files | {"packages.txt": "ffmpeg; rm -rf /\n"})).dockerfile


def test_packages_of_macos_are_left_out():
    plan = plan_for(
        Tree.of({"app.py": APP, "requirements.txt": "flask\ngunicorn\nappnope==0.1.4\npyobjc-core==10.3\n"})
    )
    assert [note.id for note in plan.repairs] == ["requirement_left_out"]
    assert "macOS" in plan.repairs[0].why


def test_builds_that_pypi_does_not_hold_lose_their_variant():
    told = plan_for(Tree.of({"app.py": APP, "requirements.txt": "flask\ngunicorn\ntorch==2.1.0+cu118\n"}))
    assert [note.id for note in told.repairs] == ["requirement_variant_dropped"]
    assert "torch==2.1.0\n" in next(iter(dict(told.files).values()))
    index = "--extra-index-url https://download.example.org/whl\nflask\ngunicorn\ntorch==2.1.0+cu118\n"
    assert plan_for(Tree.of({"app.py": APP, "requirements.txt": index})).repairs == ()


@pytest.mark.parametrize(
    ("source", "framework", "command", "health"),
    [
        (
            "import tornado.web as t\ndef main():\n  a = t.Application([('/healthz', t.H)])\n  a.listen(88)\n",
            "tornado",
            "exec python main.py",
            ("/healthz",),
        ),
        (
            "from aiohttp import web\napp = web.Application()\napp.router.add_get('/ping', print)\nweb.run_app(app)\n",
            "script",
            "exec python main.py",
            ("/ping",),
        ),
        (
            "import chainlit as cl\n@cl.on_message\nasync def m(x): ...\n",
            "chainlit",
            "chainlit run main.py --headless",
            (),
        ),
        ("import panel as pn\npn.Row('x').servable()\n", "panel", "panel serve main.py --address 0.0.0.0", ()),
        ("from nicegui import ui\nui.label('x')\nui.run()\n", "script", "exec python main.py", ()),
        (
            "from sanic import Sanic\napp = Sanic('x')\n@app.get('/health')\nasync def h(r): ...\n",
            "sanic",
            ":app",
            ("/health",),
        ),
        ("from shiny import App, ui\napp = App(ui.page_fluid(), None)\n", "shiny", "uvicorn", ()),
    ],
)
def test_rarer_framework_is_started_its_own_way(source, framework, command, health):
    plan = plan_for(Tree.of({"main.py": source}))
    assert (plan.buildpack, plan.hints["framework"], plan.health) == ("python", framework, health)
    assert command in plan.start[2]
