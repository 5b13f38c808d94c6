"""Evidence: everything that was observed in one evaluation, as JSON that can be judged again without a container."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sandbox import canonical
from sandbox.plain import plain

SCHEMA = "assay/evidence/v1"
TRACKS = ("general", "ai", "ml")


def failure(document: dict[str, Any]) -> str | None:
    """Why a probe saw nothing, None when it did see something.

    Its document is then {"error": text}, with the probe's version or without it, and nothing else: one that tells of an
    error among other things, such as what a team's own program said, is an observation.
    """
    error = document.get("error")
    return error if isinstance(error, str) and document.keys() <= {"error", "version"} else None


@dataclass(frozen=True)
class Evidence:
    """One evaluation's observations; every member is plain JSON (`sandbox.plain` makes it so).

    source    `Snapshot.to_json()`: {url, ref, commit, tree, archive_sha256, committed_at, ...}; else {}
    plan      `Plan.to_json()` or None when nothing runnable was found
    services  the report's `services` rows
    stages    the report's `stages` rows
    fault     `Fault.to_json()` or None
    host      {cpu, cores, memory_bytes, limits, engine, runtime, assay}
    probes    probe id -> its document; a probe that could not run is absent, one that failed as `failure` says
    """

    track: str
    source: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] | None = None
    services: list[dict[str, Any]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    fault: dict[str, Any] | None = None
    host: dict[str, Any] = field(default_factory=dict)
    probes: dict[str, dict[str, Any]] = field(default_factory=dict)
    schema: str = SCHEMA

    def __post_init__(self) -> None:
        for name in ("source", "plan", "services", "stages", "fault", "host", "probes"):
            object.__setattr__(self, name, plain(getattr(self, name)))

    def probe(self, probe_id: str) -> dict[str, Any] | None:
        """That probe's document, or None when it did not run or failed."""
        document = self.probes.get(probe_id)
        return None if document is None or failure(document) is not None else document

    @property
    def deployed(self) -> bool:
        """Some app service answers HTTP."""
        return any(row["role"] == "app" and row["state"] in ("healthy", "alive") for row in self.services)

    @property
    def healthy(self) -> bool:
        """An app service answers its health path with a true success, and mostly still did after the load."""
        later = self.probe("health") or {}
        if later.get("asked") and later["good"] * 2 <= later["asked"]:
            return False
        return any(row["role"] == "app" and row["state"] == "healthy" for row in self.services)

    @property
    def kind(self) -> Literal["service", "job"]:
        """What the plan is to run; a service where there is no plan."""
        return "job" if "job" in ((self.plan or {}).get("hints") or {}) else "service"

    @property
    def finished(self) -> bool:
        """The app is a job that ran to its end without an error, which is to it what `deployed` is to a service."""
        return self.kind == "job" and (self.probe("job") or {}).get("state") == "done"

    def digest(self) -> str:
        return canonical.digest(self.to_json())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Evidence:
        """Raises ValueError when the document is not evidence of this version."""
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ValueError(f"not an evidence file: its schema must be {SCHEMA!r}")
        try:
            return cls(**document)
        except TypeError as error:
            raise ValueError(f"not an evidence file: {error}") from error
