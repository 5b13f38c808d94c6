"""What each service of a stack is for: the app that is judged, its companions, and what is left out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sandbox.compose import Stack
from sandbox.compose.service import Service
from sandbox.dataservices import DataService, kind_of
from sandbox.launch.stage import last_stage
from sandbox.launch.teamfile import SERVES
from sandbox.tree import Tree

Role = Literal["app", "data", "task", "worker", "aside"]
# Sidecars that watch or administer a stack: nothing of the app needs them.
_ASIDE = re.compile(
    r"(?:^|[/_-])(?:prometheus|grafana|alertmanager|loki|promtail|jaeger|zipkin|tempo|otel|opentelemetry|cadvisor"
    r"|node-exporter|[\w-]+-exporter|adminer|pgadmin4?|phpmyadmin|mongo-express|redis-commander|redisinsight|flower"
    r"|portainer|watchtower|traefik|certbot|cloudflared|ngrok|mailhog|mailpit|kibana|locust|k6|sonarqube)(?:$|[:/_-])"
)
_TASK = re.compile(
    r"(?:^|[_-])(?:migrat\w*|init\w*|setup|seed\w*|bootstrap|train\w*|ingest\w*|etl|createsuperuser)(?:$|[_-])"
)
_WORKER = re.compile(
    r"(?:\b|_)(?:celery|rq|(?:celery)?worker|consumer|(?:celery)?beat|dramatiq|huey|scheduler|cron|arq|bot)(?:\b|_)",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:node|python|golang|openjdk|eclipse-temurin|ruby|oven/bun)(?::|$)"
)
_MONITOR = re.compile(r"\bcelery\b.*\bflower\b")
_API = re.compile(r"(?:^|[_-])(?:api|app|backend|server|service|web|django|flask|fastapi|gateway)(?:$|[_-])")
_PAGES = re.compile(r"(?:^|[_-])(?:frontend|front|ui|client|dashboard|nginx|proxy|docs|storybook)(?:$|[_-])")
# Programs that a team runs beside what it has made, and pages of frameworks that an API is better asked for.
_TOOL = re.compile(
    r"\b(?:start-notebook|jupyter|tensorboard|airflow|dagster|dagit|optuna-dashboard"
    r"|mlflow\W+(?:server|ui)|prefect\W+(?:server|orion|agent|worker))\b"
)
_PAGES_OF = re.compile(r"\b(?:streamlit|gradio|chainlit|panel)\b")


@dataclass(frozen=True)
class Part:
    """A service with its role; `dockerfile` is its path in the tree ("" without one), `text` its content."""

    service: Service
    role: Role
    kind: DataService | None = None
    dockerfile: str = ""
    context: str = ""
    text: str = ""


def parts(stack: Stack, tree: Tree) -> list[Part]:
    """Every service that is started by default."""
    awaited = {need.name for one in stack.services for need in one.after if need.until == "done"}
    return [_part(one, stack, tree, awaited) for one in stack.services if not one.profiles and not one.idle]


def main_of(found: Iterable[Part]) -> Part | None:
    """The app that is judged: an API before pages, one with ports before one without."""
    apps = [one for one in found if one.role == "app" and (_builds_source(one) or _runs_source(one.service))]
    return max(apps, key=_merit, default=None)


def _builds_source(part: Part) -> bool:
    """Whether it is built of the repository's files, and not only of another image with packages added to it."""
    if part.service.build is None:
        return False
    # What is not there cannot be told; whoever asks names it.
    return not part.text or bool(part.service.copies or last_stage(part.text).copied)


def _runs_source(service: Service) -> bool:
    """Whether it is the image of a language alone, in which a mounted folder of the repository runs."""
    return bool(service.copies and _LANGUAGE.match(service.image))


def _merit(part: Part) -> tuple[int, int]:
    name = part.service.name.lower()
    says = 2 * bool(_API.search(name)) - 3 * bool(_PAGES.search(name)) + bool(part.service.ports)
    text = " ".join([*(part.service.command or ()), part.text])
    python = bool(re.search(r"\b(?:uvicorn|gunicorn|fastapi|flask|django|python|node)\b", text))
    starts = _starts(part.service, part.text)
    less = 2 * ("nginx" in last_stage(part.text).base) + 6 * bool(_TOOL.search(starts))
    return says + 2 * python - less - bool(_PAGES_OF.search(starts)), -len(part.service.after)


def _starts(one: Service, text: str) -> str:
    """The command that a service runs."""
    stage = last_stage(text)
    return " ".join([*(one.entrypoint or ()), *(one.command or ())]) or f"{stage.entrypoint.text} {stage.cmd.text}"


def _part(one: Service, stack: Stack, tree: Tree, awaited: set[str]) -> Part:
    if one.build is None:
        kind = kind_of(one.image)
        if kind is not None:
            return Part(one, "data", kind, context=stack.folder, text=kind.dockerfile(one.image))
        role: Role = "aside" if _ASIDE.search(one.image) else _role(one, "", awaited)
        return Part(one, role, context=stack.folder, text=f"FROM {one.image}\n")
    context = posixpath.normpath(posixpath.join(stack.folder, one.build.context))
    context = "" if context == "." else context
    path = posixpath.normpath(posixpath.join(context, one.build.dockerfile))
    text = one.build.inline or tree.read(path)
    kind = kind_of(last_stage(text).base)
    if kind is not None:
        return Part(one, "data", kind, path, context, text)
    return Part(one, _role(one, text, awaited), None, path, context, text)


def _role(one: Service, text: str, awaited: set[str]) -> Role:
    name = one.name.lower()
    stage, command = last_stage(text), _starts(one, text)
    if one.name in awaited or (_TASK.search(name) and not one.ports):
        return "task"
    if _ASIDE.search(name) or _MONITOR.search(command):
        return "aside"
    if not one.ports and not stage.exposed and not SERVES.search(command) and _WORKER.search(f"{name} {command}"):
        return "worker"
    if not one.ports and re.search(r"\bcelery\b|\brq worker\b|\bworker\b", command):
        return "worker"
    return "app"
