"""What does the service say of itself in its log?"""

from __future__ import annotations

import re
from typing import Any

from sandbox.monitoring.logs import is_json, lines_of, ways_out
from sandbox.probes import Probe, Target

READ_BYTES = 512 * 1024
SHOWN_LINES = 20
SHOWN_WAYS = 5
LEVEL = re.compile(r"\b(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL)\b")
REQUEST = re.compile(r'"?\b(?:GET|POST|PUT|DELETE|HEAD)\b.{0,300}\b[1-5]\d\d\b')


def gather(target: Target) -> dict[str, Any]:
    """{lines, bytes, json_pct, has_levels, has_request_lines, traceback_lines, ways_out: [str], tail: [str]}

    `ways_out` are lines that tell of an address outside which was not reached.
    """
    raw = target.service.logs(READ_BYTES)
    lines = lines_of(raw)
    return {
        "lines": len(lines),
        "bytes": len(raw),
        "json_pct": round(100 * sum(map(is_json, lines)) / len(lines), 1) if lines else 0.0,
        "has_levels": any(LEVEL.search(line) for line in lines),
        "has_request_lines": any(REQUEST.search(line) for line in lines),
        "traceback_lines": sum("Traceback (most recent call last)" in line for line in lines),
        "ways_out": ways_out(lines)[:SHOWN_WAYS],
        "tail": lines[-SHOWN_LINES:],
    }


PROBE = Probe("logs", 2, 45, "service", "What does it say of itself?", gather)
