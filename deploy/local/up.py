"""`make up`: the site, its workers and one evaluated repository, until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from deploy.local import need
from deploy.local.supervisor import Supervisor

PID_FILE = need.VAR / "up.pid"
START_S = 60.0


def main() -> int:
    """1. what the machine must have; 2. database, images, files; 3. processes; 4. one evaluation; 5. serve."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `make down` stops us as Ctrl-C does
    try:
        with ExitStack() as stack:
            return _up(stack)
    except need.NotMet as problem:
        print(f"\nmake up: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0


def _up(stack: ExitStack) -> int:
    number = int(os.environ.get("PORT") or 8000)
    base = f"http://127.0.0.1:{number}"
    need.port(number)
    need.disk()
    need.stand_in_tools()
    stack.enter_context(need.engine())
    redis_url = stack.enter_context(need.redis())
    env = environment(number, redis_url)
    with ThreadPoolExecutor(2) as pool:
        # Images are the engine's work, the rest ours: side by side a second start is a matter of seconds.
        images = pool.submit(_images, env)
        demo = json.loads(_manage(env, "demo", "--migrate", "--json"))
        _static_files(env)
        images.result()
    PID_FILE.write_text(str(os.getpid()))
    stack.callback(PID_FILE.unlink, missing_ok=True)
    need.LOGS.mkdir(parents=True, exist_ok=True)
    supervisor = stack.enter_context(Supervisor(log=need.LOGS / "up.log"))
    start(supervisor, env, number)
    print(f"\nThe site is at {base}\n", flush=True)
    _evaluate(env, supervisor, demo)
    print("\nSign in as:")
    for account in demo["accounts"]:
        print(f"  {account['role']:<10} {account['handle']:<8} password {account['password']}   {base}/login/")
    print(f"  judge      without an account: {demo['judge']}")
    print("\nScorecards that were recorded elsewhere, for the student and the organiser:")
    for address in demo["recorded"]:
        print(f"  {address}")
    print(f"\n{base}   Ctrl-C stops everything.\n", flush=True)
    while (dead := supervisor.dead()) is None:
        time.sleep(1)
    print(f"make up: the process {dead} ended; its last lines are in {need.LOGS / 'up.log'}", file=sys.stderr)
    return 1


def _manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=need.ROOT, env=env, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise need.NotMet(f"manage.py {arguments[0]} failed:\n{done.stderr.strip()[-1500:]}")
    return done.stdout


def _static_files(env: dict[str, str]) -> None:
    """Collect and compress the pages' files, unless nothing changed since the last time."""
    stamp = need.VAR / "static" / "collected"
    files = [need.ROOT / "constraints.txt", *sorted((need.ROOT / "platform" / "static").rglob("*"))]
    state = repr([(str(path.relative_to(need.ROOT)), path.stat().st_size, path.stat().st_mtime_ns) for path in files])
    if not stamp.exists() or stamp.read_text() != state:
        _manage(env, "collectstatic", "--noinput", "--verbosity", "0")
        stamp.write_text(state)


def _images(env: dict[str, str]) -> None:
    """The tools image and the base of the bundled examples, so that the first evaluation need not wait for them."""
    command = [sys.executable, "-m", "sandbox", "images", "--build", "tools", "python:3.12-slim", "--json"]
    print("Base images (two minutes the first time)", flush=True)
    done = subprocess.run(command, cwd=need.ROOT, env=env, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise need.NotMet("The base images could not be had; the lines above say why.")


def commands(number: int) -> dict[str, list[str]]:
    """The site's processes by name: `sandbox` alone reaches the engine, `web` alone holds the issuer key."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--concurrency", "1"]
    site = [python, "-m", "uvicorn", "config.asgi:application", "--port", str(number)]
    return {
        "site": [*site, "--no-access-log", "--lifespan", "off", "--timeout-graceful-shutdown", "3"],
        "sandbox": [*worker, "-Q", "sandbox", "-n", "sandbox@%h"],
        "web": [*worker, "-Q", "web", "-n", "web@%h"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule"],
    }


def environment(number: int, redis_url: str) -> dict[str, str]:
    """What every process gets; on one's own machine folders may be evaluated, a public site leaves that off.

    There a load waits for a quiet moment for two minutes, not ten: somebody looks on, and their browser never rests.
    """
    defaults = {"ASSAY_BASE_URL": f"http://127.0.0.1:{number}", "ASSAY_ALLOW_LOCAL_SOURCES": "1"}
    defaults["ASSAY_LIMIT_LOAD_GATE_S"] = "120"
    # The path that manage.py sets up for itself, for the programs that are not manage.py.
    path = os.pathsep.join([str(need.ROOT), str(need.ROOT / "platform")])
    return defaults | dict(os.environ) | {"REDIS_URL": redis_url, "PYTHONUNBUFFERED": "1", "PYTHONPATH": path}


def start(supervisor: Supervisor, env: dict[str, str], number: int) -> None:
    """All four, and wait until the site is ready."""
    var = Path(env.get("ASSAY_VAR", need.VAR))
    for name, command in commands(number).items():
        supervisor.run(name, [*command, str(var / "beat")] if name == "beat" else command, env)
    _wait(f"http://127.0.0.1:{number}", supervisor)


def _wait(base: str, supervisor: Supervisor) -> None:
    ends = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):  # noqa: S310 - our own http address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        if (dead := supervisor.dead()) or time.monotonic() > ends:
            raise need.NotMet(f"the {dead or 'site'} process did not come up; see {need.LOGS / 'up.log'}.")
        time.sleep(0.2)


def _evaluate(env: dict[str, str], supervisor: Supervisor, demo: dict) -> None:
    """REPO, else the bundled example unless it has a scorecard already; its output without the workers' prefix."""
    repo = os.environ.get("REPO")
    if not repo and demo["scorecard"]:
        print(f"The bundled example has been evaluated already: {demo['scorecard']}")
        return
    arguments = ["evaluate", repo or demo["example"], "--wait"]
    if repo:
        if os.environ.get("REF"):
            arguments += ["--ref", os.environ["REF"]]
        arguments += ["--track", os.environ.get("TRACK") or "general"]
    else:
        arguments += ["--project", demo["project"]]
    supervisor.quiet = True
    try:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=need.ROOT, env=env, check=False)
    finally:
        supervisor.quiet = False


if __name__ == "__main__":
    sys.exit(main())
