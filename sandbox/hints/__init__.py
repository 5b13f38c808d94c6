"""Start hints of other platforms, one file each: what a repository already says there of how it is run."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sandbox.tree import Tree

MAX_TEXT = 64 * 1024


@dataclass(frozen=True)
class Hint:
    """What one file says. Everything but `path` may be absent.

    start     command line for a shell, run in `root` (a folder of the tree)
    port      where the service is said to listen
    health    paths that are said to mean health
    env       values that are spelt out there; a secret that the platform would make has a placeholder
    app_file  the file that is the application, with `sdk` ("gradio", "streamlit", "docker", "static")
    packages  requirements that the platform installs beside the team's own
    python    version of Python ("3.10")
    note      a sentence on what is seen and not followed
    """

    path: str
    start: str = ""
    port: int | None = None
    health: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    root: str = ""
    app_file: str = ""
    sdk: str = ""
    packages: tuple[str, ...] = ()
    python: str = ""
    note: str = ""


@dataclass(frozen=True)
class HintKind:
    """`read` is pure and never raises: None where there is no such file, or nothing in it. `rank`: lowest first.

    `sample` is a file of the kind (path -> text) that starts `main:app` of a FastAPI application, or says where it
    listens, or what is well; the contract tests read it.
    """

    id: str
    rank: int
    read: Callable[[Tree], Hint | None] = field(repr=False)
    sample: Mapping[str, str] = field(repr=False, default_factory=dict)


@cache
def all_hint_kinds() -> tuple[HintKind, ...]:
    """Every kind, in the order in which they are believed."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    kinds = [module.HINT for module in modules if hasattr(module, "HINT")]
    return tuple(sorted(kinds, key=lambda kind: (kind.rank, kind.id)))


def hints_of(tree: Tree) -> tuple[Hint, ...]:
    """What the repository says for other platforms, the most trusted first."""
    found = [kind.read(tree) for kind in all_hint_kinds()]
    return tuple(hint for hint in found if hint is not None)
