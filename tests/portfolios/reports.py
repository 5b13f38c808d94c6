"""A report as an evaluation leaves it, written down: what is public and signed must follow from these numbers."""

from typing import Any


def finding(check: str, category: str, outcome: str, score: float | None, weight: float = 5.0) -> dict[str, Any]:
    return {
        "check": check,
        "version": 1,
        "category": category,
        "outcome": outcome,
        "score": score,
        "weight": weight,
        "title": check.replace("_", " "),
        "observed": "Seen.",
        "fix": "" if outcome == "pass" else "Do better.",
        "evidence": [],
    }


def report(**changes: Any) -> dict[str, Any]:
    """The `assay/report/v1` of a FastAPI service; `changes` replace members."""
    return {
        "schema": "assay/report/v1",
        "source": {
            "url": "https://git.example.org/team/weather.git",
            "ref": "main",
            "commit": "b" * 40,
            "tree": "c" * 40,
            "archive_sha256": "a" * 64,
            "committed_at": "2026-11-20T10:00:00Z",
        },
        "outcome": "scored",
        "fault": None,
        "plan": {
            "buildpack": "python",
            "runtime": "Python 3.12, FastAPI by uvicorn",
            "hints": {"framework": "fastapi"},
        },
        "services": [
            {
                "name": "app",
                "role": "app",
                "state": "healthy",
                "port": 8000,
                "health_path": "/healthz",
                "ready_after_s": 1.8,
                "image_digest": "sha256:" + "d" * 64,
                "image_bytes": 210_000_000,
                "build_s": 12.0,
                "fault": None,
            }
        ],
        "deployed": True,
        "healthy": True,
        "stages": [],
        "measurements": {
            "load": {
                "p50_ms": 9.1,
                "p95_ms": 41.3,
                "capacity_rps": 152.4,
                "failure_pct": 0.0,
                "requests": 3000,
                "why": "fine",
            },
            "memory": {"peak_bytes": 90_000_000},
        },
        "findings": [
            finding("exposes_metrics", "monitoring", "pass", 1.0),
            finding("has_ci", "practice", "fail", 0.0),
            finding("has_tests", "practice", "pass", 0.7),
            finding("keeps_p95_under_load", "load", "pass", 1.0),
            finding("rejects_bad_input", "deploy", "not_applicable", None),
        ],
        "scorecard": {
            "rubric": "general@1",
            "total": 82.4,
            "grade": "B",
            "categories": {"build": None, "deploy": None, "load": 100.0, "monitoring": 100.0, "practice": 35.0},
            "provisional": False,
            "weakest": "practice",
            "digest": "sha256:" + "5" * 64,
        },
        "host": {
            "cpu": "x",
            "cores": 2,
            "memory_bytes": 8_000_000_000,
            "limits": {},
            "engine": "docker",
            "runtime": "runc",
        },
        "evidence_digest": "sha256:" + "6" * 64,
        **changes,
    }
