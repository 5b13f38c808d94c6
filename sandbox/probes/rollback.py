"""Can the model before this one be brought back, and this one again, without a request that fails?

What is declared is either an environment, with which a second copy is started beside the first, as a deployment would,
or two requests that switch the running service. Rows are sent before, between and after.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.prediction.asking import HEADERS, ask, good
from sandbox.probes import Probe, Target
from sandbox.resilience.beside import alone, copied
from sandbox.training.serving import Said, requests_of, said


def gather(target: Target) -> dict[str, Any]:
    """{looked, why, way, rows, before, previous, again}; each of the three is {name, answered, differing}.

    `differing` counts against the predictions before; `why` of one that did not come up says why.
    """
    told = (target.plan.hints.get("ml") or {}).get("rollback")
    if not told:
        return {"looked": False, "declared": False, "why": "No way back to an earlier model is declared."}
    requests = requests_of(target)
    if not requests:
        return {"looked": False, "declared": True, "why": "No route of it was found that predicts."}
    before = said(target, requests)
    if told.get("env"):
        way = "env"
        with copied(target, "rollback", env={name: _text(value) for name, value in told["env"].items()}) as copy:
            previous = said(copy.target, requests) if copy.target else None
            why = copy.why
            # The present model answers beside the earlier one all the time.
            again = said(target, requests)
        if previous is None and (reason := alone(target)):
            reason = f"No second copy of it comes up beside the first ({reason.rstrip('.')})."
            return {"looked": False, "declared": True, "why": reason}
    else:
        way = "requests"
        previous, why = _switched(target, told["previous"], requests)
        back, failure = _switched(target, told["current"], requests)
        why = why or failure
        again = back or said(target, requests)
    return {
        "looked": True,
        "declared": True,
        "way": way,
        "why": why,
        "rows": len(requests),
        "before": _row(before, before),
        "previous": _row(previous, before) if previous else None,
        "again": _row(again, before),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _row(one: Said, before: Said) -> dict[str, Any]:
    return {"name": one.name, "answered": one.answered, "differing": before.differing(one)}


def _switched(target: Target, told: dict[str, Any], requests: list[dict[str, Any]]) -> tuple[Said | None, str]:
    """What it answers after a request that switches it; (None, why) when that is refused."""
    method = str(told.get("method") or "POST")
    request = {"method": method, "path": told["path"], "body_bytes": 512}
    if "json" in told:
        request |= {"body": json.dumps(told["json"]), "headers": HEADERS}
    answer = ask(target, [request])[0]
    if not good(answer):
        return None, f"{method} {told['path']} was answered {answer['status'] or answer['error']}."
    return said(target, requests), ""


PROBE = Probe("rollback", 1, 64, "service", "Can the model before this one be brought back?", gather)
