"""Django whose tables are not there: migrate runs before the team's own start command."""

from __future__ import annotations

import shlex
from dataclasses import replace

from sandbox.launch.stage import last_stage
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

_WORDS = ("no such table", "UndefinedTable", "does not exist", "unapplied migration")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    plan = broken.plan
    own = plan.start or last_stage(plan.dockerfile).cmd.argv
    manage = next((path for path in broken.tree.below(plan.context).paths if path.endswith("manage.py")), "")
    if not own or not manage or "migrate" in " ".join(own) or not any(word in broken.fault.detail for word in _WORDS):
        return None
    start = own[2] if own[:2] == ("sh", "-c") else f"exec {shlex.join(own)}"
    before = f"python {shlex.quote(manage)} migrate --noinput"
    why = (
        "Its tables were made by manage.py migrate before the start. Run migrate in the start command or an entrypoint."
    )
    return replace(plan, start=("sh", "-c", f"{before} && {start}")), why


REPAIR = Repair("migrated", 10, frozenset({"answers_errors", "exited"}), mend)
