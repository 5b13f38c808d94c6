"""Which locked packages have known vulnerabilities, by the database that the operator provides?"""

from __future__ import annotations

from typing import Any

from sandbox.advisories.database import SETTING, provided
from sandbox.advisories.locked import packages
from sandbox.faults import HostFault
from sandbox.probes import Probe, SourceTarget

MOST = 50


def gather(target: SourceTarget) -> dict[str, Any]:
    """{assessed, packages, database: {entries, modified}, found: [{id, package, version, where, fixed, summary}]}"""
    try:
        database = provided()
    except (OSError, ValueError) as error:
        raise HostFault("advisories_unreadable", f"{SETTING} names no OSV database: {error}") from None
    locked = packages(target.tree)
    if database is None:
        return {"assessed": False, "packages": len(locked), "database": None, "found": []}
    found = [
        {"package": name, "version": version, "where": where, **row}
        for (ecosystem, name, version), where in locked
        for row in database.of(ecosystem, name, version)
    ]
    return {
        "assessed": True,
        "packages": len(locked),
        "database": {"entries": database.entries, "modified": database.modified},
        "found": found[:MOST],
    }


PROBE = Probe("advisories", 1, 2, "source", "Which locked packages have known vulnerabilities?", gather)
