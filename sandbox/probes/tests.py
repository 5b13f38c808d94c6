"""Do the team's own tests run and pass in the sandbox, what do they cover, and do they notice a planted fault?"""

from __future__ import annotations

import shlex
import time
from typing import Any

from sandbox.deployment import app_environment
from sandbox.engine import BuildFailed, Image
from sandbox.faults import HostFault, clean
from sandbox.owntests.outcome import read
from sandbox.owntests.planted import planted_in, planting
from sandbox.owntests.suite import FOLDER, Suite, choose
from sandbox.probes import Probe, Target
from sandbox.tree import Tree

LOG_BYTES = 256 * 1024
SHOWN_LINES = 15
# Tests that take longer are not run a second time with a fault in the code.
REPEATED_S = 60.0
# Test files that the team's ignore file keeps out of images are put back, as text.
FILE_BYTES, MOST_FILES = 200_000, 300


def gather(target: Target) -> dict[str, Any]:
    """{"ran", "why", "runner", "command", "seconds", "exit_code", "passed", "failed", "skipped", "failures",
    "covered_pct", "tail", "planted": {"ran", "why", "functions", "exit_code", "failed"}}; docs/probes.md says more."""
    shop = target.workshop
    if shop is None:
        raise HostFault("source_lost", "the fetched source is no longer on this machine")
    files = [*target.seen.get("practice", {}).get("tests", {}).get("files", [])]
    suite = choose(shop.tree, target.plan, files)
    if isinstance(suite, str):
        return {"ran": False, "why": suite, "planted": _unplanted(suite)}
    target.say("tests: installing what they need", 0.1)
    try:
        image = shop.build("tests", target.image, _instructions(suite, target.image), _files(shop.tree))
    except BuildFailed as failure:
        why = f"What the tests need could not be installed: {clean(failure.message, lines=2)}"
        return {"ran": False, "why": why, "runner": suite.runner, "planted": _unplanted(why)}
    target.say("tests: running", 0.4)
    first = _run(target, image, "tests", suite, "")
    document = first | {"ran": True, "why": "", "runner": suite.runner, "command": suite.command}
    why = _no_plant(suite, first)
    if why:
        return document | {"planted": _unplanted(why)}
    target.say("tests: once more, with a fault planted in the code", 0.7)
    second = _run(target, image, "tests-planted", suite, planting())
    planted = {"ran": second["functions"] > 0, "why": "" if second["functions"] else "No place for a fault was found."}
    return document | {"planted": planted | {name: second[name] for name in ("functions", "exit_code", "failed")}}


def _unplanted(why: str) -> dict[str, Any]:
    return {"ran": False, "why": why, "functions": 0, "exit_code": None, "failed": None}


def _no_plant(suite: Suite, first: dict[str, Any]) -> str:
    if not suite.plants:
        return "A fault is planted in Python code only."
    if first["exit_code"] != 0 or not first["passed"]:
        return "The tests do not pass as they are."
    return f"The tests took more than {REPEATED_S:.0f} s." if first["seconds"] > REPEATED_S else ""


def _instructions(suite: Suite, image: Image) -> str:
    """The repository in a folder of its own, with what the tests need; run by the image's user."""
    lines = [
        "ENTRYPOINT []",
        "USER root",
        f"WORKDIR {FOLDER}",
        f"COPY . {FOLDER}",
        suite.install.rstrip(),
        f"RUN chmod -R a+rwX {FOLDER}",
    ]
    user = image.config.get("user") or ""
    return "\n".join([line for line in lines if line] + ([f"USER {user}"] if user else [])) + "\n"


def _files(tree: Tree) -> dict[str, str]:
    """What an ignore file usually keeps out of images, and tests need."""
    wanted = [
        path
        for path in tree.paths
        if "test" in path.lower() and not path.startswith((".git/", "node_modules/")) and tree.size(path) <= FILE_BYTES
    ]
    texts = {path: tree.read(path) for path in wanted[:MOST_FILES]}
    return {path: text for path, text in texts.items() if "\x00" not in text and "�" not in text}


def _run(target: Target, image: Image, name: str, suite: Suite, before: str) -> dict[str, Any]:
    """One run in a container of its own beside the app, bounded as every service is."""
    folder = f"{FOLDER}/{suite.folder}".rstrip("/")
    command = f"cd {shlex.quote(folder)} && {before}{suite.command}"
    env = app_environment(target.plan) | {"CI": "true", "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}  # noqa: S108
    since = time.monotonic()
    service = target.pod.start(name, image, command=("sh", "-c", command), env=env)
    try:
        state = service.wait(target.limits.tests_s)
        target.cancellation.check()
    finally:
        service.signal("SIGKILL")
    log = clean(service.logs(LOG_BYTES))
    seconds = round(time.monotonic() - since, 2)
    lines = [line for line in log.splitlines() if line.strip()]
    return read(log, None if state.running else state.exit_code) | {
        "seconds": seconds,
        "timed_out": state.running,
        "functions": planted_in(log),
        "tail": lines[-SHOWN_LINES:],
    }


PROBE = Probe("tests", 1, 82, "app", "Do the team's own tests run, pass and notice a fault?", gather)
