"""What does the service say of itself in its log?"""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.faults import clean
from sandbox.probes import Probe, Target

READ_BYTES = 512 * 1024
SHOWN_LINES = 20
LEVEL = re.compile(r"\b(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL)\b")
REQUEST = re.compile(r'"?\b(?:GET|POST|PUT|DELETE|HEAD)\b.{0,300}\b[1-5]\d\d\b')


def gather(target: Target) -> dict[str, Any]:
    """{lines, bytes, json_pct, has_levels, has_request_lines, traceback_lines, tail: [str]}"""
    raw = target.service.logs(READ_BYTES)
    lines = [line for line in clean(raw).split("\n") if line.strip()]
    return {
        "lines": len(lines),
        "bytes": len(raw),
        "json_pct": round(100 * sum(map(_is_json, lines)) / len(lines), 1) if lines else 0.0,
        "has_levels": any(LEVEL.search(line) for line in lines),
        "has_request_lines": any(REQUEST.search(line) for line in lines),
        "traceback_lines": sum("Traceback (most recent call last)" in line for line in lines),
        "tail": lines[-SHOWN_LINES:],
    }


def _is_json(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


PROBE = Probe("logs", 1, 45, "service", "What does it say of itself?", gather)
