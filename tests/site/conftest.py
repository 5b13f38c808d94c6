"""A whole site of its own for the tests: database, Redis, workers and pages as `make up` starts them."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import need, up
from deploy.local.supervisor import Supervisor
from tests.containers import SHORT_LOAD

LEASE_SECONDS = "6"


@dataclass
class Site:
    base: str
    env: dict
    supervisor: Supervisor
    port: int
    demo: dict

    def manage(self, *arguments, check=True):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=need.ROOT,
            env=self.env,
            text=True,
            capture_output=True,
            check=check,
        )

    def ask(self, expression):
        """The JSON value of an expression over the site's models, in a process of its own."""
        imports = "import json; from evaluations.models import *; from portfolios.models import *"
        done = self.manage("shell", "--no-imports", "-c", f"{imports}; print(json.dumps({expression}))")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def wait_for(self, expression, seconds):
        ends = time.monotonic() + seconds
        while not (value := self.ask(expression)):
            if time.monotonic() > ends:
                raise AssertionError(f"still not after {seconds} s: {expression}")
            time.sleep(0.5)
        return value


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    var = tmp_path_factory.mktemp("site")
    port = need.free_port()
    with ExitStack() as stack:
        redis_url = stack.enter_context(need.redis()).rsplit("/", 1)[0] + "/5"
        settings = {"ASSAY_VAR": str(var), "ASSAY_LEASE_SECONDS": LEASE_SECONDS}
        settings |= {f"ASSAY_LIMIT_{name.upper()}": str(value) for name, value in SHORT_LOAD.items()}
        kept = {
            name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
        }
        env = up.environment(port, redis_url) | kept | settings | {"ASSAY_BASE_URL": f"http://127.0.0.1:{port}"}
        env |= {"REDIS_URL": redis_url, "PYTHONPATH": f"{need.ROOT}{os.pathsep}{need.ROOT / 'platform'}"}
        supervisor = stack.enter_context(Supervisor(log=var / "site.log"))
        supervisor.quiet = True
        made = Site(f"http://127.0.0.1:{port}", env, supervisor, port, {})
        made.demo = json.loads(made.manage("demo", "--migrate", "--json").stdout)
        made.manage("collectstatic", "--noinput", "--verbosity", "0")
        up.start(supervisor, env, port)
        yield made


@pytest.fixture
def repository(tmp_path):
    """Makes a git repository of a mapping of files."""

    def make(files) -> Path:
        for name, text in files.items():
            path = tmp_path / "repository" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        who = ["-c", "user.name=Sam", "-c", "user.email=sam@example.org"]
        for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "All"]):
            subprocess.run(["git", *who, *command], cwd=tmp_path / "repository", check=True)
        return tmp_path / "repository"

    return make
