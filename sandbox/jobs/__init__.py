"""Jobs: machine-learning repositories without a service, and what there is to run, read and say about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.plan import Note
from sandbox.pysource.syntax import Module

# How each step of a job is called in its log.
STEP = "assay: step"


@dataclass(frozen=True)
class Job:
    """What runs, in its order.

    kind      "pipeline" (the repository declares its steps), "script" or "notebook"
    title     for people: "train.py", "the stages of dvc.yaml"
    folder    of the tree in which the commands run
    commands  shell texts, each started when the one before it has ended well
    modules   the parsed files that the commands start
    why       sentences: what was seen that led here
    metrics   files that the repository itself names as metrics
    roots     folders from which it imports beside its own
    added     requirements that the commands need and no manifest has to name
    """

    kind: Literal["pipeline", "script", "notebook"]
    title: str
    commands: tuple[str, ...]
    folder: str = ""
    modules: tuple[Module, ...] = ()
    why: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
