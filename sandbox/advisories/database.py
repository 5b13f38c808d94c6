"""A copy of the OSV database on this machine: JSON files in a folder, or the archives that OSV publishes (all.zip)."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from sandbox.advisories.versions import is_affected

SETTING = "ASSAY_ADVISORIES"
ENTRY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Database:
    """`by_package` maps (ecosystem, name) to its advisories: {"id", "aliases", "summary", "affected": {...}}."""

    entries: int
    modified: str
    by_package: dict[tuple[str, str], list[dict[str, Any]]] = field(repr=False)

    def of(self, ecosystem: str, name: str, version: str) -> list[dict[str, Any]]:
        """[{"id", "summary", "fixed": the first version without it, or ""}] of one version of a package."""
        return [
            {"id": row["id"], "summary": row["summary"], "fixed": _fixed(row["affected"])}
            for row in self.by_package.get((ecosystem, name), ())
            if is_affected(ecosystem, version, row["affected"])
        ]


def provided() -> Database | None:
    """The database that ASSAY_ADVISORIES names, None without one. Raises OSError or ValueError when it is no such."""
    place = os.environ.get(SETTING, "")
    if not place:
        return None
    path = Path(place)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, _modified: int) -> Database:
    by_package: dict[tuple[str, str], list[dict[str, Any]]] = {}
    entries, modified = 0, ""
    for document in _documents(path):
        if document.get("withdrawn"):
            continue
        entries += 1
        modified = max(modified, str(document.get("modified", "")))
        for affected in document.get("affected", ()):
            package = affected.get("package", {})
            ecosystem = str(package.get("ecosystem", "")).partition(":")[0]
            name = str(package.get("name", ""))
            key = (ecosystem, canonicalize_name(name) if ecosystem == "PyPI" else name)
            kept = {name: affected[name] for name in ("versions", "ranges") if name in affected}
            row = {
                "id": str(document.get("id", "")),
                "summary": str(document.get("summary", ""))[:200],
                "affected": kept,
            }
            by_package.setdefault(key, []).append(row)
    if not entries:
        raise ValueError(f"{path} holds no OSV entry")
    return Database(entries, modified, by_package)


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.suffix == ".json" and file.is_file():
            yield json.loads(file.read_text(encoding="utf-8"))
        elif file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                for info in archive.infolist():
                    if info.filename.endswith(".json") and info.file_size <= ENTRY_BYTES:
                        yield json.loads(archive.read(info))


def _fixed(affected: dict[str, Any]) -> str:
    fixes = [
        str(event["fixed"]) for one in affected.get("ranges", ()) for event in one.get("events", ()) if "fixed" in event
    ]
    return next((fix for fix in fixes if "." in fix), "")
