"""What pip took once and refuses today: told as that, and mended once."""

from sandbox.buildpacks import plan_for
from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed
from sandbox.repairs import Broken, mend
from sandbox.tree import Tree

LOG = """Step 5/6 : RUN pip3 install -r requirements.txt
error: externally-managed-environment

x This environment is externally managed
╰─> To install Python packages system-wide, try apt install
    python3-xyz, where xyz is the package you are trying to
    install.

hint: See PEP 668 for the detailed specification.
The command '/bin/sh -c pip3 install -r requirements.txt' returned a non-zero code: 1
"""
FILES = {
    "app.py": "from flask import Flask\napp = Flask(__name__)\napp.run(host='0.0.0.0')\n",
    "requirements.txt": "flask\n",
    "Dockerfile": "FROM ubuntu:latest\nRUN apt-get update && apt-get install -y python3-pip\nCOPY . .\n\n"
    'RUN pip3 install -r requirements.txt\nCMD ["python3", "app.py"]\n',
}


def test_refusal_is_named_with_its_line_and_mended():
    tree = Tree.of(FILES)
    plan = plan_for(tree)
    failure = BuildFailed("exit 1", LOG, step="RUN pip3 install -r requirements.txt")
    fault = diagnose(failure, tree, plan)
    assert (fault.owner, fault.id, fault.where) == ("team", "externally_managed", "Dockerfile:5")
    assert "python:3.12-slim" in fault.fix
    assert [note.id for note in mend(Broken(plan, fault, tree, {})).repairs] == ["system_python_opened"]


def test_description_that_pip_refuses_is_told_of_its_package():
    log = (
        "WARNING: Ignoring version 5.1.2 of celery since it has invalid metadata:\n"
        "    pytz (>dev)\nPlease use pip<24.1 if you need to use this version.\n"
        "ERROR: No matching distribution found for celery==5.1.2\n"
    )
    tree = Tree.of(FILES | {"requirements.txt": "flask\ncelery==5.1.2\n"})
    fault = diagnose(BuildFailed("exit 1", log, step="RUN pip3 install -r requirements.txt"), tree, plan_for(tree))
    assert (fault.id, fault.where) == ("metadata_refused", "requirements.txt:2")
    assert fault.facts["package"] == "celery"
    assert [note.id for note in mend(Broken(plan_for(tree), fault, tree, {})).repairs] == ["older_pip"]
