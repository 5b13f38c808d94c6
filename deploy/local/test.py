"""`make test`: everything that checks a landing, on an engine, a Redis and a PostgreSQL of our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.local import need

# Only what the database could change is run again on PostgreSQL.
ON_POSTGRES = [
    "tests/accounts",
    "tests/hackathons",
    "tests/evaluations",
    "tests/judges",
    "tests/portfolios",
    "tests/site",
]
BIN = Path(sys.executable).parent
# Most of a test's time is waiting for containers: more of them at a time than there are cores.
WORKERS = str(max(2, os.cpu_count() or 1) + 1)
# A test may fail because others, or another guest of the host, crowded it out; more of them than this are no accident.
MOST_CROWDED = 10


def main() -> int:
    """Every step runs, also after a failed one; the exit status and the last lines say which failed."""
    try:
        with ExitStack() as stack:
            return _test(stack)
    except need.NotMet as problem:
        print(f"make test: {problem}", file=sys.stderr)
        return 1


def _test(stack: ExitStack) -> int:
    need.disk()
    stack.enter_context(need.engine())
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-test-")))
    env = os.environ | {
        "REDIS_URL": stack.enter_context(need.redis()),
        "ASSAY_VAR": str(scratch / "var"),
        "SECRET_KEY": "only for the tests, which make no secret worth keeping",
    }
    strict = env | {"ASSAY_BASE_URL": "https://assay.example.org", "ALLOWED_HOSTS": "assay.example.org"}
    python = sys.executable
    beside, alone, postgres = (scratch / name for name in ("beside", "alone", "on-postgres"))
    pytest = [python, "-m", "pytest", "-q"]
    steps: list[tuple[str, list[str], dict[str, str]]] = [
        ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], env),
        ("lint", [str(BIN / "ruff"), "check", "--quiet", "."], env),
        ("types", [str(BIN / "mypy")], env),
        ("layers", [str(BIN / "lint-imports"), "--no-cache"], env),
        ("audit", [python, "-m", "deploy.local.audit"], env),
        ("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"], env),
        ("deployment", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], strict),
        (
            "schema",
            [python, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(scratch / "api")],
            env,
        ),
        ("images", [python, "-m", "sandbox", "images", "--build", "tools", "python:3.12-slim", "--json"], env),
        (
            "tests",
            [*pytest, *_kept(beside), "-m", "not alone", "--durations", "25", "-n", WORKERS, "--dist", "worksteal"],
            env,
        ),
        ("tests of load", [*pytest, *_kept(alone), "-m", "alone"], env),
    ]
    failed = [name for name, command, environment in steps if not _step(name, command, environment)]
    crowded = []
    for name, cache in (("tests", beside), ("tests of load", alone)):
        red = _red(cache)
        if name in failed and 0 < len(red) <= MOST_CROWDED:
            crowded += red
            if _step(f"{name} that failed, once more", [*pytest, *_kept(cache), "--last-failed"], env):
                failed.remove(name)
    with _postgres(scratch) as url:
        command = [*pytest, *_kept(postgres), "-m", "not docker and not browser", *ON_POSTGRES]
        if not _step("tests on PostgreSQL", command, env | {"DATABASE_URL": url}):
            failed.append("tests on PostgreSQL")
    # Last, because a log is often shown by its end.
    for test in sorted(set(crowded) - set(_red(beside)) - set(_red(alone))):
        print(f"passed only at the second time: {test}")
    for test in [test for folder in (beside, alone, postgres) for test in _red(folder)]:
        print(f"failed: {test}")
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nEverything passed.")
    return 1 if failed else 0


def _step(name: str, command: list[str], env: dict[str, str]) -> bool:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(command, cwd=need.ROOT, env=env, check=False)
    print(
        f"== {name}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True
    )
    return done.returncode == 0


def _kept(cache: Path) -> list[str]:
    """The options of a pytest that keeps in that folder which tests failed."""
    return ["-o", f"cache_dir={cache}"]


def _red(cache: Path) -> list[str]:
    """Ids of the tests that failed when they last ran."""
    try:
        return sorted(json.loads((cache / "v" / "cache" / "lastfailed").read_text()))
    except (OSError, ValueError):
        return []


def _server_programs() -> Path:
    """The folder of a whole PostgreSQL server: Debian's newest, else what PATH names (it may hold clients alone)."""
    needed = ("initdb", "postgres", "pg_isready")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    named = [Path(name).resolve().parent for name in [shutil.which("initdb")] if name]
    for folder in (*debian, *named):
        if all((folder / program).is_file() for program in needed):
            return folder
    raise need.NotMet("PostgreSQL is not installed; install the package postgresql.")


@contextmanager
def _postgres(scratch: Path) -> Iterator[str]:
    """The URL of a throw-away PostgreSQL; DATABASE_URL in the environment is used instead when it names one."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        yield os.environ["DATABASE_URL"]
        return
    programs = _server_programs()
    data, port = scratch / "postgres", need.free_port()
    data.mkdir()
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    become: list[str] = []
    if os.geteuid() == 0:
        become = ["runuser", "-u", "postgres", "--"]
        scratch.chmod(0o755)
        shutil.chown(data, "postgres")
    initdb = [*become, str(programs / "initdb"), "-D", str(data), "-U", "assay", "-A", "trust", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/")
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}", "-c", "fsync=off"]
    ready = [*become, str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    with need.started(
        "postgres",
        [*become, str(programs / "postgres"), "-D", str(data), "-p", str(port), *options],
        lambda: subprocess.run(ready, check=False, cwd="/").returncode == 0,
    ):
        yield f"postgres://assay@127.0.0.1:{port}/postgres"


if __name__ == "__main__":
    sys.exit(main())
