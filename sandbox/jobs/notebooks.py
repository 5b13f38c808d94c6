"""Notebooks: which of them to run, in which order, and what their cells import."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from sandbox.jobs import Job
from sandbox.jobs.learning import DATA, LEARNING, is_product, trains
from sandbox.plan import Note
from sandbox.pysource.misnamed import renamed
from sandbox.pysource.requirements import parse_requirement
from sandbox.pysource.syntax import Module, parse
from sandbox.tree import Tree

RUNNER = ("nbclient>=0.6,<1", "ipykernel>=6,<8")
_EXECUTE = "jupyter-execute --inplace --kernel_name=python3 --timeout=-1"
NOTEBOOK_BYTES = 8 * 1024 * 1024
MOST_NOTEBOOKS = 6
MOST_READ = 30
_NUMBERED = re.compile(r"^(\d{1,3})[ _.-]")
_NAME = re.compile(r"train|model|main|classif|regress|predict|final|pipeline|analysis", re.IGNORECASE)
_INSTALL = re.compile(r"^\s*[!%]\s*(?:python -m )?pip3?\s+install\s+([^\n#|;&>]*)", re.MULTILINE)


def cells(text: str) -> list[dict[str, Any]]:
    """The code cells of a notebook in Python, [] of anything else."""
    try:
        document = json.loads(text)
        language = document.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        found = document["cells"] if str(language).lower() == "python" else []
        return [cell for cell in found if cell["cell_type"] == "code"]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return []


def source(cell: dict[str, Any]) -> str:
    text = cell.get("source", "")
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def module_of(path: str, code: list[str]) -> Module | None:
    """The cells as one parsed file; lines for the shell and for IPython do nothing in it."""
    parts = [re.sub(r"^([ \t]*)(?:[!%?]|.*\?$).*$", r"\1pass", text, flags=re.MULTILINE) for text in code]
    good = [text for text in parts if parse(path, text) is not None]
    return parse(path, "\n".join(good))


def notebook_job(tree: Tree) -> Job | None:
    """The numbered notebooks in their order, else the likeliest one; None when none works with data."""
    found: dict[str, tuple[Module, list[str]]] = {}
    for path in [one for one in tree.paths if one.endswith(".ipynb") and is_product(one)][:MOST_READ]:
        code = [source(cell) for cell in cells(tree.read(path, NOTEBOOK_BYTES))]
        module = module_of(path, code) if code and ".ipynb_checkpoints" not in path else None
        if module is not None and module.packages & (LEARNING | DATA):
            found[path] = module, code
    if not found:
        return None
    chosen = _chosen({path: module for path, (module, _) in found.items()})
    folder = chosen[0].rpartition("/")[0]
    added = _installed("\n".join(text for path in chosen for text in found[path][1]))
    rest = [path for path in found if path not in chosen][:3]
    why = [f"There is no script; {', '.join(chosen)} {'are' if len(chosen) > 1 else 'is'} run cell by cell."]
    if rest:
        why.append(f"Passed over: {', '.join(rest)}.")
    notes = [
        Note(
            "notebook_run",
            "A notebook was run with nbclient and ipykernel, which were added. Move the steps into a train.py: it can "
            "be tested, reviewed and started anywhere.",
        )
    ]
    if added:
        notes.append(
            Note(
                "notebook_requirements",
                f"The notebook installs {', '.join(added)} while it runs; they were put into the image. List them in a "
                "requirements.txt.",
            )
        )
    return Job(
        "notebook",
        " → ".join(path.rpartition("/")[2] for path in chosen),
        tuple(f"{_EXECUTE} {shlex.quote(path[len(folder) :].strip('/'))}" for path in chosen),
        folder,
        tuple(found[path][0] for path in chosen),
        tuple(why),
        added=(*RUNNER, *added),
        notes=tuple(notes),
    )


def _chosen(found: dict[str, Module]) -> list[str]:
    """A series of one folder that is numbered, else one notebook by its name, what it does and where it lies."""
    series: dict[str, list[str]] = {}
    for path in found:
        if _NUMBERED.match(path.rpartition("/")[2]):
            series.setdefault(path.rpartition("/")[0], []).append(path)
    longest = max(series.values(), key=len, default=[])
    if len(longest) > 1 and len(longest) <= MOST_NOTEBOOKS:
        return sorted(longest, key=lambda path: (int(_NUMBERED.match(path.rpartition("/")[2])[1]), path))  # type: ignore[index]

    def merit(path: str) -> tuple[bool, bool, int, str]:
        return not trains([found[path]]), not _NAME.search(path), path.count("/"), path

    return [min(found, key=merit)]


def _installed(code: str) -> tuple[str, ...]:
    """Requirements that cells ask pip for."""
    words = [word.strip("'\"") for match in _INSTALL.finditer(code) for word in match[1].split()]
    found = [one for word in words if not word.startswith("-") and (one := parse_requirement(word)) is not None]
    meant = [str(one) if (line := renamed(one)) is None else line for one in found]
    return tuple(dict.fromkeys(line for line in meant if line))
