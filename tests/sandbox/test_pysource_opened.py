"""Files that prepare things and then listen on loopback only: they are started as they are, on every interface."""

import subprocess
import sys

import pytest

from sandbox.buildpacks import plan_for
from sandbox.pysource.opened import STARTER, STARTER_TEXT
from sandbox.tree import Tree

HEAD = (
    "from flask import Flask\n\napp = Flask(__name__)\nready = []\n\n\n"
    '@app.get("/")\ndef home():\n    return "ok"\n\n\n'
)
PREPARED = (
    HEAD + 'if __name__ == "__main__":\n    ready.append("table")\n    print(ready)\n    app.run(port=0, debug=True)\n'
)
REQUIREMENTS = {"requirements.txt": "flask==3.1.0\n"}


def planned(**files):
    return plan_for(Tree.of(REQUIREMENTS | {path.replace("__", "/") + ".py": text for path, text in files.items()}))


def test_preparation_before_loopback_is_kept():
    plan = planned(app=PREPARED)
    assert plan.start == ("sh", "-c", f"exec python {STARTER} app.py")
    assert plan.files[STARTER] == STARTER_TEXT
    assert "loopback" not in plan.hints
    assert [(note.id, "app.py:15" in note.why) for note in plan.repairs] == [("start_opened", True)]


def test_file_below_is_started_from_its_folder():
    prepared = PREPARED.replace("ready = []", "ready = []\nrows = open('rows.csv')")
    plan = plan_for(Tree.of(REQUIREMENTS | {"web/app.py": prepared, "web/rows.csv": "1\n"}))
    assert f"web/{STARTER}" in plan.files
    assert "WORKDIR /app/web" in plan.dockerfile


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'if __name__ == "__main__":\n    print("here")\n    app.run(debug=True)\n',
        HEAD,
    ],
    ids=["nothing-of-substance", "no-start"],
)
def test_server_starts_what_prepares_nothing(text):
    assert "gunicorn" in planned(app=text).start[-1]


def test_procfile_that_starts_the_same_file_changes_nothing():
    files = REQUIREMENTS | {"app.py": PREPARED, "Procfile": "web: python app.py\n"}
    plan = plan_for(Tree.of(files))
    assert STARTER in plan.start[-1]
    assert [note.id for note in plan.repairs] == ["start_opened"]


def test_procfile_with_a_server_counts_more():
    files = {"requirements.txt": "flask\ngunicorn\n", "app.py": PREPARED, "Procfile": "web: gunicorn app:app\n"}
    plan = plan_for(Tree.of(files))
    assert "gunicorn app:app" in plan.start[-1]
    assert plan.repairs == ()


def test_script_runs_whole_and_listens_on_every_interface(tmp_path):
    (tmp_path / STARTER).write_text(STARTER_TEXT)
    (tmp_path / "app.py").write_text(PREPARED)
    run = subprocess.Popen(
        [sys.executable, STARTER, "app.py"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said = []
    for line in run.stdout:  # ends with the process at the latest
        said.append(line)
        if "Running on" in line:
            break
    run.kill()
    run.communicate()
    assert "['table']\n" in said
    assert "0.0.0.0" in said[-1] or "all addresses" in said[-1]
