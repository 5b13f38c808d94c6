"""Training scripts: the steps that a README spells out, else the one file that most likely trains the model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.jobs import Job
from sandbox.jobs.commands import FETCH, Started, started, without_placeholders
from sandbox.jobs.learning import (
    TRAINING_NAME,
    is_interactive,
    is_learning,
    is_product,
    reached,
    runs,
    saves,
    stem,
    stems,
    trains,
)
from sandbox.pysource.manifests import manifest_folders
from sandbox.pysource.placement import dotted, import_roots, run_folder
from sandbox.pysource.syntax import Module, parse
from sandbox.tree import Tree

MOST_STEPS = 8
ENOUGH = 20
_DOCUMENTS = re.compile(
    r"(?:^|/)(?:readme[^/]*|usage[^/]*\.md|[^/]*\.sh|\.github/workflows/[^/]*\.ya?ml)$", re.IGNORECASE
)
_COMMAND = re.compile(
    r"(?:^|[`$>!\t ]|run: )((?:(?:uv|poetry|pipenv) run )?(?:python3?|py)(?:\.\d+)?[ \t]+(?:-u[ \t]+)?"
    r"(?:-m[ \t]+[\w.]+|[\w./\\-]+\.py)(?:[ \t][^\n`#|;&]{0,200})?)",
    re.MULTILINE,
)
_MAIN = re.compile(r"^(?:main|run|pipeline|run_pipeline|run_all|workflow|flow|experiment|app)$", re.IGNORECASE)
_MODEL = re.compile(r"model|classif|regress|predict|cluster|learn|network|forecast|recommend", re.IGNORECASE)
_PART = re.compile(
    r"util|helper|config|setting|constant|^data|preprocess|feature|plot|visual|eda|evaluat|infer|download"
)
# What works with a model that is there already, whatever its transformers can learn.
_AFTERWARDS = re.compile(
    r"drift|monitor|promot|register|smoke|parity|verif|deploy|export|dashboard|client|load_?test", re.IGNORECASE
)
_STEP = re.compile(
    r"data|prepare|preproc|ingest|clean|feature|build|split|train|fit|eval|score|pipeline|main|run|model|generate|make"
    r"|select|tune|report",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Scored:
    module: Module
    score: int
    why: str


def script_job(tree: Tree, parsed: tuple[Module, ...]) -> Job | None:
    """The job of the likeliest script, None when no file trains or measures anything."""
    told = _told(tree)
    ranked = _ranked(parsed, told)
    if not ranked:
        return None
    best = ranked[0]
    steps = _steps(told, ranked)
    if len(steps) > 1 and best.module.path in {one.path for one in steps}:
        return _sequence(tree, parsed, steps)
    command = next((one for one in told if one.path == best.module.path), None)
    why = [f"{best.module.path} was chosen: {best.why}."]
    if others := [one.module.path for one in ranked[1:4]]:
        why.append(f"Passed over: {', '.join(others)}.")
    if command is not None:
        text, folder = without_placeholders(command, tree), command.folder
    else:
        folder = run_folder(tree, best.module, manifest_folders(tree))
        text = _own(best.module, folder)
    roots = tuple(dict.fromkeys((folder, *import_roots(tree, best.module, folder))))
    return Job("script", text.removeprefix("python "), (text,), folder, (best.module,), tuple(why), roots=roots)


def _own(module: Module, folder: str) -> str:
    """How to start a file in a folder: as a module when it imports relatively to itself."""
    name = dotted(module.path, folder)
    if module.path.endswith("/__main__.py"):
        return f"python -m {name.removesuffix('.__main__')}"
    if name and any(level for _, level in module.imports):
        return f"python -m {name}"
    return f"python {module.path[len(folder) + 1 :] if folder else module.path}"


def _told(tree: Tree) -> list[Started]:
    """Commands of the repository's documents that start one of its files, in their order, one a file."""
    found: dict[str, Started] = {}
    for document in [path for path in tree.paths if _DOCUMENTS.search(path) and is_product(path)][:20]:
        base = document.rpartition("/")[0] if not document.startswith(".github") else ""
        for match in _COMMAND.finditer(tree.read(document, 64 * 1024)):
            one = started(tree, match[1], "") or started(tree, match[1], base)
            if one is not None:
                found.setdefault(one.path, one)
    return list(found.values())


def _ranked(parsed: tuple[Module, ...], told: list[Started]) -> list[Scored]:
    said = {one.path for one in told}
    by_stem = stems(parsed)
    reach = {module.path: reached(module, by_stem) for module in parsed}
    used = {other.path for module in parsed for other in reach[module.path] if other is not module}
    found = []
    for module in parsed:
        if not is_product(module.path) or not runs(module) or is_interactive(module):
            continue
        if not re.fullmatch(r"[\w./-]+", module.path):
            continue
        with_others = reach[module.path]
        training = bool(TRAINING_NAME.search(stem(module.path)))
        if _AFTERWARDS.search(stem(module.path)) and not training:
            continue
        if is_learning(with_others) or training:
            found.append(_scored(module, with_others, said, training, module.path in used))
    kept = [one for one in found if one.score >= ENOUGH]
    return sorted(kept, key=lambda one: (-one.score, one.module.path.count("/"), one.module.path))


def _scored(module: Module, with_others: list[Module], said: set[str], training: bool, used: bool) -> Scored:
    name = stem(module.path)
    weights = (
        (40, module.path in said, "the repository says how to start it"),
        (40, training, "its name says that it trains"),
        (25, bool(_MAIN.match(name)), "its name is usual for what starts everything"),
        (10, bool(_MODEL.search(name)), "its name speaks of a model"),
        (20, trains(with_others), "it trains a model"),
        (10, saves([module]), "it saves what it made"),
        (5, bool(module.packages), ""),
        (-25, bool(_PART.search(name)) and not training, ""),
        (-20, used, ""),
    )
    score = sum(points for points, holds, _ in weights if holds) - 3 * module.path.count("/")
    return Scored(
        module, score, "; ".join(text for _, holds, text in weights if holds and text) or "it is the only one"
    )


def _steps(told: list[Started], ranked: list[Scored]) -> list[Started]:
    """The told commands that are steps of one pipeline: run from one folder, each by a name that a step has."""
    known = {one.module.path for one in ranked}
    steps = [one for one in told if _STEP.search(stem(one.path)) and is_product(one.path)]
    steps = [
        one
        for one in steps
        if not re.search(r"predict|infer|serve|demo|api|convert|export|deploy|upload|app$", stem(one.path))
    ]
    trained = [one for one in steps if one.path in known]
    folder = trained[0].folder if trained else ""
    # Two files that both train are rather a choice than a sequence.
    if sum(bool(TRAINING_NAME.search(stem(one.path))) for one in steps) != 1:
        return []
    return [one for one in steps if one.folder == folder][:MOST_STEPS]


def _sequence(tree: Tree, parsed: tuple[Module, ...], steps: list[Started]) -> Job:
    left = [one.path for one in steps if FETCH.search(stem(one.path))]
    kept = [one for one in steps if one.path not in left]
    # Whoever asks may look at a part of the files only; the steps are of the whole repository.
    known = {module.path: module for module in parsed}
    modules = tuple(
        module for one in kept if (module := known.get(one.path) or parse(one.path, tree.read(one.path))) is not None
    )
    why = [f"The repository tells these steps: {', '.join(one.path for one in kept)}."]
    if left:
        why.append(f"{', '.join(left)} is left out, because a run has no network.")
    folder = kept[0].folder
    roots = tuple(dict.fromkeys((folder, *(root for module in modules for root in import_roots(tree, module, folder)))))
    commands = tuple(without_placeholders(one, tree) for one in kept)
    return Job(
        "pipeline", " → ".join(stem(one.path) for one in kept), commands, folder, modules, tuple(why), roots=roots
    )
