"""What the source says of the model: how it is trained, on which data, split how, and what was written down of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.faults import TeamFault
from sandbox.manifest import Manifest, manifest_of
from sandbox.probes import Probe, SourceTarget
from sandbox.training import leaks, lineage, splits
from sandbox.training.claims import claims_in
from sandbox.training.found import data_of, target_of, training_of
from sandbox.training.tables import READ_BYTES, Table, digests, kept, table_of
from sandbox.tree import Tree

MOST_TABLES = 12
KEPT_TABLES = 3
MOST_PAPERS = 6


def gather(target: SourceTarget) -> dict[str, Any]:
    """{train, data, tables, splits, leaks, papers}; every path counts from the manifest's root."""
    manifest = _manifest(target.tree, target.settings)
    tree = target.tree.below(manifest.path("root")) if manifest else target.tree
    told = (manifest.get("ml") if manifest else None) or {}
    job, read = training_of(tree)
    found = dict(_tables(tree, told))
    tables = [table for table, _ in found.values()]
    known = {digest: path for path, (_, named) in found.items() for digest in named.values()}
    whole = [table for table in tables if not splits.role_of(table.path)] or tables
    data = next((one for one in tables if one.path == told.get("data")), None) or data_of(read, whole)
    by_role = splits.by_role(tables, told.get("splits") or {})
    rows = (told.get("holdout") or {}).get("rows")
    held_out = next((one for one in tables if rows and one.path == rows), by_role.get("test"))
    first = [told.get("predict", {}).get("rows"), data.path if data else None]
    return {
        "train": None
        if job is None
        else {
            "kind": job.kind,
            "commands": list(job.commands),
            "folder": job.folder,
            "title": job.title,
            "why": list(job.why),
            "metrics": list(job.metrics),
            "files": sorted(one.path for one in read)[:20],
        },
        "data": None
        if data is None
        else {"path": data.path, "target": told.get("target") or target_of(read, data), "rows": len(data.rows)},
        "tables": _kept(sorted(tables, key=lambda one: (one.path not in first, -len(one.columns)))),
        "splits": splits.compared(by_role, "the repository") if len(by_role) > 1 else None,
        "leaks": leaks.read(read),
        "papers": [
            one
            for path in lineage.papers(list(tree.paths))[: 4 * MOST_PAPERS]
            if (one := lineage.read(path, tree.read(path, lineage.READ_BYTES), known)) is not None
        ][:MOST_PAPERS],
        "digests": known,
        "claims": claims_in(tree),
        "held_out": kept(held_out) if held_out else None,
    }


def _manifest(tree: Tree, settings: str) -> Manifest | None:
    try:
        return manifest_of(tree, settings)
    except TeamFault:  # the plan says what is wrong with it
        return None


def _tables(tree: Tree, told: dict[str, Any]) -> Iterator[tuple[str, tuple[Table, dict[str, str]]]]:
    """The repository's tables by their paths, with their digests; what is declared comes first."""
    wanted = [
        told.get("data"),
        told.get("predict", {}).get("rows"),
        told.get("holdout", {}).get("rows"),
        *(told.get("splits") or {}).values(),
    ]
    paths = [str(path) for path in wanted if path and path in tree]
    paths += [path for path in tree.paths if path.lower().endswith((".csv", ".tsv"))]
    for path in list(dict.fromkeys(paths))[:MOST_TABLES]:
        text = tree.read(path, READ_BYTES)
        table = table_of(path, text)
        if table is not None:
            yield path, (table, digests(text.encode()) if tree.size(path) <= READ_BYTES else {})


def _kept(tables: list[Table]) -> list[dict[str, Any]]:
    """[{path, columns, count, rows}] of the few tables that may be sent; of each set of columns one."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for table in tables:
        if len(found) < KEPT_TABLES and table.columns not in found:
            found[table.columns] = kept(table)
    return list(found.values())


PROBE = Probe("ml_source", 1, 5, "source", "How is the model trained, and on what?", gather)
