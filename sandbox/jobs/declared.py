"""Pipelines that a repository declares: stages of dvc.yaml, the entry point of MLproject, a Kedro project."""

from __future__ import annotations

import re
import shlex
from typing import Any

import yaml

from sandbox.jobs import Job
from sandbox.jobs.commands import started, unwrapped
from sandbox.jobs.learning import is_product
from sandbox.jobs.makefile import makefile_job
from sandbox.pysource.projects import table, toml
from sandbox.pysource.syntax import Module, modules, parse
from sandbox.tree import Tree

# The reader of YAML is slow, and builds whatever it is told to.
CHARACTERS = 64 * 1024
# n references make at most 3 ** (n / 3) values of one: what people write needs a few.
ALIASES = 16
MOST_STEPS = 20


def declared(tree: Tree) -> Job | None:
    """The first declaration whose steps can be followed."""
    for find in (_dvc, _mlproject, makefile_job, _kedro):
        job = find(tree)
        if job is not None:
            return job
    return None


def document(text: str) -> dict[str, Any]:
    """A YAML mapping, {} when it is anything else, or refers to itself so often that its values would never end."""
    text = text[:CHARACTERS]
    try:
        aliases = sum(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader))
        value = yaml.safe_load(text) if aliases <= ALIASES else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _nearest(tree: Tree, name: str) -> str:
    return next((path for path in tree.paths if path.rpartition("/")[2] == name), "")


def _modules(tree: Tree, commands: list[str], folder: str) -> tuple[Module, ...]:
    found = [one.path for text in commands if (one := started(tree, text, folder)) is not None]
    return tuple(module for path in dict.fromkeys(found) if (module := parse(path, tree.read(path))) is not None)


def _dvc(tree: Tree) -> Job | None:
    path = _nearest(tree, "dvc.yaml")
    folder = path.rpartition("/")[0]
    told = document(tree.read(path))
    parameters = document(tree.read(f"{folder}/params.yaml" if folder else "params.yaml"))
    for extra in told.get("vars") or []:
        parameters |= extra if isinstance(extra, dict) else {}
    stages = {
        name: stage for name, stage in table(told, "stages").items() if isinstance(stage, dict) and "cmd" in stage
    }
    commands = [
        _filled(unwrapped(str(text)), parameters)
        for name in _ordered(stages)
        for text in (stages[name]["cmd"] if isinstance(stages[name]["cmd"], list) else [stages[name]["cmd"]])
    ][:MOST_STEPS]
    modules = _modules(tree, commands, folder)
    if not modules:
        return None
    named = [name for stage in stages.values() for name in _names(stage.get("metrics"))]
    return Job(
        "pipeline",
        f"the stages of {path}",
        tuple(commands),
        folder,
        modules,
        (f"{path} declares the stages {', '.join(_ordered(stages))}; they run in this order, without DVC itself.",),
        (*named, *_names(told.get("metrics"))),
    )


def _names(listed: Any) -> list[str]:
    """Paths of a DVC list, whose rows are texts or mappings of one path to its options."""
    rows = listed if isinstance(listed, list) else []
    return [str(next(iter(row), "")) if isinstance(row, dict) else str(row) for row in rows]


def _ordered(stages: dict[str, dict[str, Any]]) -> list[str]:
    """The stages, each after those whose outputs it needs, else as they are written."""
    made = {
        out: name
        for name, stage in stages.items()
        for kind in ("outs", "metrics", "plots")
        for out in _names(stage.get(kind))
    }
    order: list[str] = []

    def take(name: str, above: tuple[str, ...]) -> None:
        if name in order or name in above:
            return
        for need in _names(stages[name].get("deps")):
            for out, maker in made.items():
                if need == out or need.startswith(f"{out}/") or out.startswith(f"{need}/"):
                    take(maker, (*above, name))
        order.append(name)

    for name in stages:
        take(name, ())
    return order


def _filled(text: str, parameters: dict[str, Any]) -> str:
    """The text with ${a.b} replaced by what the parameters hold there."""

    def value(match: re.Match[str]) -> str:
        held: Any = parameters
        for key in match[1].strip().split("."):
            held = held.get(key) if isinstance(held, dict) else None
        return match[0] if held is None or isinstance(held, dict | list) else str(held)

    return re.sub(r"\$\{([\w. -]{1,100})\}", value, text)


def _mlproject(tree: Tree) -> Job | None:
    path = _nearest(tree, "MLproject")
    points = table(document(tree.read(path)), "entry_points")
    name = "main" if "main" in points else next(iter(points), "")
    point = table(points, name)
    values: dict[str, str] = {}
    for key, spec in table(point, "parameters").items():
        default = spec.get("default") if isinstance(spec, dict) else None
        values[key] = "" if default is None else shlex.quote(str(default))
    text = str(point.get("command") or "").strip()
    command = unwrapped(re.sub(r"\{(\w{1,60})\}", lambda match: values.get(match[1], match[0]), text))
    folder = path.rpartition("/")[0]
    modules = _modules(tree, [command], folder)
    if not modules:
        return None
    why = f"{path} declares the entry point {name}; its parameters have their default values."
    return Job("pipeline", f"the entry point {name} of {path}", (command,), folder, modules, (why,))


def _kedro(tree: Tree) -> Job | None:
    """`kedro run`, whose steps are the nodes in the files of the package."""
    told = table(toml(tree, "pyproject.toml"), "tool", "kedro")
    if not told:
        return None
    below = f"{str(told.get('source_dir') or 'src').strip('./')}/"
    own = tuple(module for module in modules(tree) if module.path.startswith(below) and is_product(module.path))
    return Job(
        "pipeline", "kedro run", ("python -m kedro run",), "", own, ("pyproject.toml makes it a Kedro project.",)
    )
