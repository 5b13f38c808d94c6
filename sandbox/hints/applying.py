"""What other platforms' files change about a plan: its start, where the target is really there, ports and health."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from sandbox.faults import one_line
from sandbox.hints import Hint, hints_of
from sandbox.launch.bare import bare_plan
from sandbox.launch.command import absent_server, missing, names_package, shell
from sandbox.launch.listening import listening, opened
from sandbox.launch.stage import last_stage
from sandbox.plan import Note, Plan
from sandbox.pysource.opened import same_script
from sandbox.tree import Tree

_BY_SCRIPT = re.compile(r"^(?:npm|yarn|pnpm|bun)(?:\s+run)?\s+(?:start|serve|dev|prod\w*)\b|^heroku-php|^next start")
_FOLLOWS = ("python", "node")
_MIGRATES = "python manage.py migrate --noinput && "
_STREAMLIT = {"STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}


def hinted(tree: Tree, plan: Plan) -> Plan:
    """The plan with what the hints of its tree say. A compose file says it all itself."""
    if plan.buildpack == "compose":
        return plan
    found = hints_of(tree)
    for hint in reversed(found):
        plan = _facts(plan, hint)
    started = False
    for hint in found:
        if not hint.start or _BY_SCRIPT.match(hint.start):
            continue
        if started:
            plan = _because(plan, f"{hint.path} names a start, too: {hint.start[:120]}")
            continue
        plan, started = _started(tree, plan, hint)
    return plan


def from_hints(tree: Tree) -> Plan | None:
    """A plan made of nothing but a hint's start, for a tree that no buildpack recognises."""
    for hint in hints_of(tree):
        if hint.start and not missing(tree.below(hint.root), hint.start):
            plan = bare_plan(tree, _placed(hint), f"{hint.path} starts it: {hint.start[:200]}")
            if plan is not None:
                return hinted(tree, plan)
    return None


def _facts(plan: Plan, hint: Hint) -> Plan:
    """Ports, health and values; what the plan has of them already stays."""
    env = {name: value for name, value in hint.env.items() if name not in plan.env}
    said = [
        *([f"the port {hint.port}"] if hint.port else []),
        *([f"the health path {', '.join(hint.health)}"] if hint.health else []),
        *([f"values for {', '.join(env)}"] if env else []),
    ]
    ports = (hint.port, *plan.ports) if hint.port and plan.buildpack == "dockerfile" else (*plan.ports, hint.port)
    plan = replace(
        plan,
        env=dict(plan.env) | env,
        health=tuple(dict.fromkeys((*hint.health, *plan.health))),
        ports=tuple(dict.fromkeys(port for port in ports if port)),
    )
    if said:
        plan = _because(plan, f"{hint.path} gives {', '.join(said)}.")
    return _because(plan, hint.note) if hint.note else plan


def _because(plan: Plan, why: str) -> Plan:
    why = one_line(why)
    return plan if why in plan.why else replace(plan, why=(*plan.why, why))


def _started(tree: Tree, plan: Plan, hint: Hint) -> tuple[Plan, bool]:
    """The plan with the hint's start, and whether it was taken."""
    if plan.buildpack == "dockerfile":
        return _over_dockerfile(tree, plan, hint)
    if plan.buildpack not in _FOLLOWS or not plan.start:
        return plan, False
    gone = missing(tree.below(hint.root), hint.start)
    if gone:
        told = "what it starts cannot be told" if gone == "?" else f"{gone} is not there"
        return _because(plan, f"{hint.path} was not followed: {told} ({hint.start[:120]})."), False
    return _node(plan, hint) if plan.buildpack == "node" else _python(tree, plan, hint)


def _node(plan: Plan, hint: Hint) -> tuple[Plan, bool]:
    if not re.match(r"(?:exec\s+)?node\s", hint.start) or hint.start in plan.start[-1]:
        return plan, False
    return _because(replace(plan, start=shell(hint.start, hint.root or ".")), _told(hint)), True


def _python(tree: Tree, plan: Plan, hint: Hint) -> tuple[Plan, bool]:
    if hint.app_file and re.search(rf"(?<![\w/.]){re.escape(hint.app_file)}(?![\w])", plan.start[-1]):
        return _equipped(tree, plan, hint), True
    if same_script(plan.start[-1], hint.start):
        return _because(plan, _told(hint)), True
    server = absent_server(tree, hint.start, plan.dockerfile)
    if server and server not in {package.partition("==")[0] for package in hint.packages}:
        return _because(plan, f"{hint.path} was not followed: {server} is not among the packages."), False
    return _with_start(_equipped(tree, plan, hint), hint), True


def _with_start(plan: Plan, hint: Hint) -> Plan:
    # What was done to a start that is not taken.
    text, repairs = hint.start, tuple(note for note in plan.repairs if note.id != "start_opened")
    found = listening(text, plan.env)
    if found and found.loopback and (bound := opened(text, found)):
        text = bound
        why = (
            f"{hint.path} listens on loopback only ({found.loopback}); it was started on 0.0.0.0. Write 0.0.0.0 there."
        )
        repairs = (*repairs, Note("start_opened", why))
    if plan.hints.get("framework") == "django" and plan.start[-1].startswith(_MIGRATES) and "migrate" not in text:
        text = f"{_MIGRATES}{shell(text)[-1]}"
    last = ["", *re.findall(r"^WORKDIR (.*)$", plan.dockerfile, re.MULTILINE)][-1]
    folder = "" if last == f"/app/{hint.root}".rstrip("/") else hint.root or "."
    env = dict(plan.env) | (_STREAMLIT if "streamlit" in text else {})
    ports = tuple(dict.fromkeys(port for port in (found.port if found else None, *plan.ports) if port))
    hints = {name: value for name, value in plan.hints.items() if name != "loopback"}
    plan = replace(plan, start=shell(text, folder), env=env, ports=ports, repairs=repairs, hints=hints)
    return _because(plan, _told(hint))


def _told(hint: Hint) -> str:
    """The sentence of the scorecard."""
    if hint.sdk:
        return f"{hint.path} says that {hint.app_file} is the application, a Space of the kind {hint.sdk}."
    return f"{'The Procfile' if hint.path == 'Procfile' else hint.path} starts it: {hint.start[:200]}"


def _equipped(tree: Tree, plan: Plan, hint: Hint) -> Plan:
    """With the packages and the Python that the platform itself would give."""
    wanted = [one for one in hint.packages if not names_package(tree, one.partition("==")[0])]
    if wanted:
        line = f"RUN pip install {shlex.join(wanted)}\nUSER app\n"
        plan = replace(plan, dockerfile=plan.dockerfile.replace("USER app\n", line, 1))
        plan = _because(plan, f"{hint.path} names {', '.join(wanted)}, which that platform installs; so it was here.")
    return with_python(plan, hint.python, hint.path) if hint.python else plan


def with_python(plan: Plan, version: str, source: str) -> Plan:
    """A generated plan with another Python."""
    text = re.sub(r"(?m)^FROM python:\d+\.\d+(?=-slim)", f"FROM python:{version}", plan.dockerfile)
    if text == plan.dockerfile:
        return plan
    runtime = re.sub(r"^Python \d+\.\d+", f"Python {version}", plan.runtime)
    why = tuple(one for one in plan.why if not re.search(r"asks for Python|Python version|no wheel for Python", one))
    return _because(replace(plan, dockerfile=text, runtime=runtime, why=why), f"{source} asks for Python {version}.")


def _over_dockerfile(tree: Tree, plan: Plan, hint: Hint) -> tuple[Plan, bool]:
    """A CMD that binds loopback gives way to a start that the team wrote down elsewhere."""
    if hint.sdk or not plan.hints.get("loopback") or last_stage(plan.dockerfile).entrypoint.argv:
        return plan, False
    found = listening(hint.start, plan.env)
    inside = tree.below(plan.context)
    if found is None or found.loopback or missing(inside, hint.start):
        return plan, False
    if absent_server(inside, hint.start, plan.dockerfile):
        return plan, False
    repairs = tuple(note for note in plan.repairs if note.id != "start_opened")
    hints = {name: value for name, value in plan.hints.items() if name != "loopback"}
    plan = replace(plan, start=shell(hint.start), repairs=repairs, hints=hints)
    return _because(plan, f"{_told(hint)}, as the Dockerfile's own start listens on loopback only."), True


def _placed(hint: Hint) -> str:
    return f"cd {shlex.quote(hint.root)} && {hint.start}" if hint.root else hint.start
