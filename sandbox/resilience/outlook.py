"""Watching some paths of a service while something is done to what it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.asking import OPERATING, SLACK_S
from sandbox.probes import Target

MAX_ROUTES = 3


@dataclass(frozen=True)
class Outlook:
    """The paths of one service: `ready` is the one that has to turn red, None when nothing says how it is."""

    ready: str | None
    live: str | None
    routes: tuple[str, ...]

    @classmethod
    def of(cls, target: Target) -> Outlook:
        """A path for readiness if there is one, else the health path; routes of the scenario that only read."""
        health = target.seen.get("health", {})
        rows = target.seen.get("scenario", {}).get("requests", [])
        ready = health.get("ready") or target.seen["boot"].get("health_path")
        live = health.get("live")
        reading = [row["path"] for row in rows if row["method"] == "GET" and row["path"] not in (ready, live)]
        routes = [path for path in reading if not any(word in path.lower() for word in OPERATING)]
        return cls(ready, live if live != ready else None, tuple(dict.fromkeys(routes))[:MAX_ROUTES])

    @property
    def paths(self) -> list[str]:
        named = (path for path in (self.ready, self.live) if path)
        return [*named, *self.routes] or ["/"]

    def look(self, target: Target, until: str = "", *, seconds: float = 0.0, ask_s: float = 5.0) -> dict[str, Any]:
        """`sandbox/inside/outlook.py`'s result: until the readiness path is "red" or "green", or once."""
        result: dict[str, Any] = target.pod.tool(
            "outlook",
            {
                "port": target.port,
                "paths": self.paths,
                "watched": self.ready,
                "until": until if self.ready else "",
                "seconds": seconds,
                "ask_s": ask_s,
            },
            timeout_s=seconds + ask_s + SLACK_S,
            cancellation=target.cancellation,
        )
        return result
