"""What is seen of a training: its run, the same again, once more with shuffled labels, its splits and its papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.engine import Service
from sandbox.jobs.metrics import differing
from sandbox.probes import Target
from sandbox.training import lineage, shuffling, splits
from sandbox.training.running import at, command_of, left, root_of, run
from sandbox.training.tables import READ_BYTES, Table, digests, kept, table_of

# Of the first run; what takes longer than the second is not repeated.
LIMIT_S, REPEATED_S = 90.0, 20.0
# Two runs with one seed may differ by this much of the figure.
SAME = 0.01
MOST_TABLES = 8
_MODEL_FILE = re.compile(r"model|weight|coef|params|churn|classifier|regressor|estimator", re.IGNORECASE)
_NO_FILE = re.compile(r"can't open file|No such file or directory|No module named|not found", re.IGNORECASE)


@dataclass(frozen=True)
class Training:
    """`command` runs in `folder` of the repository, which is /app when the image is `ours`.

    told    the manifest's section `ml`
    source  the document of the probe `ml_source`
    """

    command: Any
    folder: str
    ours: bool
    declared: bool
    told: dict[str, Any]
    source: dict[str, Any]


def observe(target: Target, training: Training) -> dict[str, Any]:
    """{ran, state, ..., models, papers, splits, repeat, shuffled}: at most four times LIMIT_S."""
    command = command_of(training.command, training.folder, ours=training.ours)
    target.say("training", 0.0)
    service, ended = run(target, "training", command, min(LIMIT_S, target.limits.job_s))
    root = root_of(target, ours=training.ours)
    seen = {"ran": True, "why": "", "declared": training.declared, "command": _shown(training.command), **ended}
    if ended["state"] != "done":
        tail = "\n".join(ended["tail"])
        python = target.plan.buildpack in ("python", "job")
        absent = not training.declared and not python and bool(_NO_FILE.search(tail))
        return (
            seen | {"absent": absent, "models": [], "metrics": [], "artefacts": []} | facts(service, training, root, [])
        )
    own = left(service, root, (training.source.get("train") or {}).get("metrics") or ())
    return (
        seen
        | own
        | {"absent": False, "models": models_of(own["artefacts"])}
        | facts(service, training, root, own["artefacts"])
        | {"repeat": again(target, training, own["metrics"], ended), "shuffled": shuffled(target, training, own, ended)}
    )


def facts(service: Service, training: Training, root: str, artefacts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """{papers, splits, held_out} of what an ended run has left in its container."""
    known = dict(training.source.get("digests") or {})
    declared = dict(training.told.get("splits") or {})
    paths = [row["path"] for row in artefacts if row["kind"] == "data"] + list(declared.values())
    tables: list[Table] = []
    for path in list(dict.fromkeys(paths))[:MOST_TABLES]:
        if not path.lower().endswith((".csv", ".tsv", ".jsonl")):
            continue
        data = service.read(at(root, path), READ_BYTES)
        known |= dict.fromkeys(digests(data).values(), path)
        table = table_of(path, data.decode("utf-8", "replace"))
        tables += [table] if table else []
    found = splits.by_role(tables, declared)
    papers = []
    for path in lineage.papers([row["path"] for row in artefacts])[:6]:
        text = service.read(at(root, path), lineage.READ_BYTES).decode("utf-8", "replace")
        papers += [one] if (one := lineage.read(path, text, known)) else []
    test = found.get("test")
    return {
        "papers": papers,
        "splits": splits.compared(found, "the training") if len(found) > 1 else None,
        "held_out": kept(test) if test else None,
    }


def models_of(artefacts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the artefacts those that are models: by their kind, else JSON of such a name."""
    models = [row for row in artefacts if row["kind"] == "model" and row["bytes"]]
    named = [row for row in artefacts if row["path"].endswith(".json") and _MODEL_FILE.search(row["path"])]
    return (models or [row for row in named if row["bytes"] and row["kind"] != "metrics"])[:10]


def again(target: Target, training: Training, metrics: list[dict[str, Any]], first: dict[str, Any]) -> dict[str, Any]:
    """{ran, why, differing}: the figures of a second run in a fresh container that are not within 1 %."""
    if first["seconds"] > REPEATED_S:
        return {"ran": False, "why": f"It took more than {REPEATED_S:.0f} s.", "differing": []}
    if not metrics:
        return {"ran": False, "why": "It reports no figure that could be compared.", "differing": []}
    target.say("training again", 0.4)
    command = command_of(training.command, training.folder, ours=training.ours)
    service, ended = run(target, "training-again", command, 2 * first["seconds"] + 20.0)
    if ended["state"] != "done":
        return {"ran": True, "why": "The second run did not end well.", "differing": []}
    later = left(
        service, root_of(target, ours=training.ours), (training.source.get("train") or {}).get("metrics") or ()
    )
    return {"ran": True, "why": "", "differing": beyond(differing(metrics, later["metrics"]))[:10]}


def beyond(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the rows of `differing` those whose two figures lie more than 1 % apart."""
    return [
        row
        for row in rows
        if row["second"] is None
        or abs(row["first"] - row["second"]) > SAME * max(abs(row["first"]), abs(row["second"]))
    ]


def shuffled(target: Target, training: Training, own: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """{ran, why, ...} of a run on sample data whose target was permuted; see `shuffling.compared`."""
    data = training.source.get("data") or {}
    path = str(training.told.get("data") or data.get("path") or "")
    column = str(training.told.get("target") or data.get("target") or "")
    if not path or not column:
        return {"ran": False, "why": "Its sample data or its target is not known."}
    if first["seconds"] > REPEATED_S:
        return {"ran": False, "why": f"It took more than {REPEATED_S:.0f} s."}
    if shuffling.quality(own["metrics"]) is None:
        return {"ran": False, "why": "It reports no figure of quality."}
    target.say("training with shuffled labels", 0.7)
    root = root_of(target, ours=training.ours)
    before = shuffling.before(at(root, path), column)
    command = command_of(training.command, training.folder, ours=training.ours, before=before)
    service, ended = run(target, "training-shuffled", command, 2 * first["seconds"] + 20.0)
    seen = {"path": path, "target": column}
    table = table_of(path, service.read(at(root, path), READ_BYTES).decode("utf-8", "replace"))
    if table is None or column not in table.columns:
        return {"ran": False, "why": f"{path} has no column {column} in the image.", **seen}
    if ended["state"] != "done":
        could = "Permission" not in "\n".join(ended["tail"])
        why = "It did not end well on shuffled labels." if could else f"The image's user may not write {path}."
        return {"ran": False, "why": why, "tail": ended["tail"], **seen}
    later = left(service, root, (training.source.get("train") or {}).get("metrics") or ())
    found = shuffling.compared(own["metrics"], later["metrics"], table, column)
    return {"ran": found is not None, "why": "" if found else "It reported no such figure.", **seen, **(found or {})}


def of_job(target: Target, source: dict[str, Any], told: dict[str, Any], commands: Sequence[str]) -> Training:
    """The training of a plan that is a job."""
    folder = str((target.plan.hints["job"] or {}).get("folder") or "")
    ours = target.plan.is_ours
    return Training(" && ".join(commands), folder, ours, False, told, source)


def _shown(command: Any) -> str:
    return (command if isinstance(command, str) else " ".join(command))[:300]
