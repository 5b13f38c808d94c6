"""Is its answer still of the right form when the model's is not?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import asker_of, is_good
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target

LIES = ("prose", "astray", "broken")
PATIENCE_S, TOTAL_S = 10.0, 60.0


def gather(target: Target) -> dict[str, Any]:
    """{asked, forms, rows: [{lie, lasting, status, calls, shape}], shape}; no rows when it asks for no form.

    Each lie comes once, so that asking again helps, and then `lasting`, so that it does not. `same` says that the
    answer's names and types are those of the answer to a model that told the truth.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    forms = target.seen["ai_ask"]["forms"]
    if not set(forms) & {"schema", "json", "tools"}:
        return {"asked": True, "forms": [], "rows": []}
    cases = [(lie, lasting) for lasting in (False, True) for lie in LIES]
    markers = [word() for _ in cases]
    rules = {
        marker: {"persona": lie} | ({} if lasting else {"times": 1})
        for marker, (lie, lasting) in zip(markers, cases, strict=True)
    }
    asker.rule(rules)
    questions = [f"Which guild built the bridge of Vornhagen? ({marker})" for marker in (word(), *markers)]
    first, *answers = asker.send([asker.request(one, total_s=PATIENCE_S) for one in questions], total_s=TOTAL_S)
    asker.rule()
    rows = [
        {
            "lie": lie,
            "lasting": lasting,
            "status": answer["status"],
            "calls": len(asker.calls(marker)),
            "same": is_good(answer) and answer["shape"] == first["shape"],
        }
        for (lie, lasting), marker, answer in zip(cases, markers, answers, strict=True)
    ]
    return {"asked": True, "forms": forms, "status": first["status"], "rows": rows}


PROBE = Probe("ai_structure", 1, 61, "service", "Is its answer of the right form when the model's is not?", gather)
