"""How a repository trains its model: what its pipeline, Makefile, README or training script says, and on which data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from sandbox.jobs import Job
from sandbox.jobs.declared import declared
from sandbox.jobs.learning import TRAINING_NAME, reached, stem, stems, trains
from sandbox.jobs.notebooks import notebook_job
from sandbox.jobs.scripts import script_job
from sandbox.pysource.syntax import Module, modules
from sandbox.training.tables import Table
from sandbox.tree import Tree

_SERVING = frozenset(
    {"fastapi", "flask", "django", "uvicorn", "streamlit", "gradio", "starlette", "aiohttp", "tornado"}
)
_TARGET = re.compile(
    r"^(?:y|target|label|labels|class|outcome|response|survived|species|churn|churned|default|fraud|is_\w+|price)$",
    re.IGNORECASE,
)


def training_of(tree: Tree) -> tuple[Job | None, tuple[Module, ...]]:
    """The job that trains, and the files that it reaches; (None, ()) where nothing trains a model."""
    parsed = modules(tree)
    by_stem = stems(parsed)
    named = tuple(one for one in parsed if TRAINING_NAME.search(stem(one.path)))
    alone, whole = script_job(tree, named), script_job(tree, parsed)
    # What starts the training script prepares its data, too.
    scripts = (whole, alone) if _starts(whole, alone, by_stem) else (alone, whole)
    for job in (declared(tree), *scripts, notebook_job(tree)):
        if job is not None and _is_training(job, by_stem):
            own: dict[str, Module] = {}
            for module in job.modules:
                own |= {one.path: one for one in reached(module, by_stem)}
            return job, tuple(own.values())
    return None, ()


def _starts(whole: Job | None, alone: Job | None, by_stem: Mapping[str, list[Module]]) -> bool:
    """Whether the one imports what the other runs."""
    if whole is None or alone is None:
        return False
    own = {one.path for one in whole.modules}
    below = {one.path for module in whole.modules for one in reached(module, by_stem)} - own
    return bool(alone.modules) and all(one.path in below for one in alone.modules)


def _is_training(job: Job, by_stem: Mapping[str, list[Module]]) -> bool:
    """It trains a model and serves nobody."""
    if any(one.packages & _SERVING for one in job.modules):
        return False
    return any(TRAINING_NAME.search(stem(one.path)) or trains(reached(one, by_stem)) for one in job.modules)


def data_of(read: Sequence[Module], tables: Sequence[Table]) -> Table | None:
    """The table that the training names in its code, else the only one there is."""
    names = {one.rpartition("/")[2] for module in read for one in _texts(module)}
    told = [table for table in tables if table.path.rpartition("/")[2] in names]
    if told:
        return told[0]
    return tables[0] if len(tables) == 1 else None


def target_of(read: Sequence[Module], table: Table) -> str:
    """The column that the training takes out as its target, else one of a usual name; "" when it cannot be told."""
    taken = [name for module in read for name in _taken(module) if name in table.columns]
    if taken:
        return taken[0]
    usual = [name for name in table.columns if _TARGET.match(name)]
    return usual[-1] if usual else ""


def _taken(module: Module) -> list[str]:
    """Of `pop("y")`, `drop(columns=["y"])`, `drop("y", axis=1)`; of lists only those of one name."""
    found = []
    for node in module.calls:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("pop", "drop"):
            words = [word.value for word in node.keywords if word.arg in ("columns", "labels")]
            for value in [*node.args[:1], *words]:
                inner = value.elts[0] if isinstance(value, ast.List) and len(value.elts) == 1 else value
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    found.append(inner.value)
    return found


def _texts(module: Module) -> Iterator[str]:
    """The short texts in its code."""
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            yield node.value
