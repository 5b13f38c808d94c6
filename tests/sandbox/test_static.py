"""Committed pages: which folder is served, and what only looks like pages."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.buildpacks.static import detect
from sandbox.tree import Tree

PAGE = "<!doctype html><title>Hi</title>"


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["index.html", "docs/index.html"], "."),
        (["docs/index.html", "dist/index.html"], "dist"),
        (["public/index.html", "docs/index.html"], "public"),
        (["my-page/index.html"], "my-page"),
        (["a/b/index.html", "README.md"], "a/b"),
    ],
)
def test_folder_of_the_likeliest_front_page_is_served(paths, folder):
    plan = detect(Tree.of(dict.fromkeys(paths, PAGE)))
    assert f'COPY ["{folder}", "/usr/share/nginx/html"]' in plan.dockerfile
    assert (plan.ports, plan.repairs, plan.start) == ((8000,), (), ())


def test_only_page_at_the_root_is_the_front_page():
    plan = detect(Tree.of({"resume.html": PAGE}))
    assert "index resume.html index.html" in plan.dockerfile
    assert detect(Tree.of({"a.html": PAGE, "b.html": PAGE})) is None


@pytest.mark.parametrize(
    "files",
    [
        {"templates/index.html": PAGE},
        {"htmlcov/index.html": PAGE},
        {"node_modules/x/index.html": PAGE},
        {"index.html": "{% extends 'base.html' %}<p>"},
        {"index.html": '<script type="module" src="/src/main.tsx"></script>'},
        {"public/index.html": "<link href='%PUBLIC_URL%/favicon.ico'>"},
        {"index.html": ""},
        {"a\nUSER root/index.html": PAGE},
        {"README.md": "# pages"},
    ],
)
def test_what_no_browser_can_show_is_not_served(files):
    assert detect(Tree.of(files)) is None


def test_pages_lose_to_anything_that_runs():
    app = "from flask import Flask\napp = Flask(__name__)\n"
    plan = plan_for(Tree.of({"index.html": PAGE, "app.py": app, "requirements.txt": "flask\n"}))
    assert plan.buildpack == "python"
    assert any(other.startswith("static: ") for other in plan.alternatives)


def test_hidden_files_are_not_served():
    assert "location ~ /\\.(?!well-known) { return 404; }" in detect(Tree.of({"index.html": PAGE})).dockerfile
