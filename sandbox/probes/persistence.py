"""Is what was written before still there after the service was killed and started again?"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.resilience.dependencies import restarted
from sandbox.resilience.roundtrip import write


def gather(target: Target) -> dict[str, Any]:
    """{wrote, read, kept, answers, ready_after_s}; `wrote` is None when nothing can be written and read back.

    SIGKILL, so that nothing is saved on the way out; the same container starts again, with what it wrote to its disk.
    """
    written = write(target)
    if written is None:
        return {"wrote": None}
    again = restarted(target)
    return {
        "wrote": f"{written.wrote['method']} {written.wrote['path']}",
        "read": written.read["path"],
        "kept": again["answers"] and written.is_shown(target),
        "answers": again["answers"],
        "ready_after_s": again["ready_after_s"],
    }


PROBE = Probe("persistence", 1, 50, "service", "Is what was written still there after a kill and a start?", gather)
