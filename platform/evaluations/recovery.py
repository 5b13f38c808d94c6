"""Recovery: what runs beside the workers so that nothing stays stuck and nothing stays behind."""

import logging
import shutil
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from evaluations import leases
from evaluations.actions import poke
from evaluations.models import Evaluation
from sandbox.engine import Engine
from sandbox.engine.folders import end_processes
from sandbox.engine.reap import Standing

log = logging.getLogger(__name__)
# A message just sent is on its way: only what waits longer is poked again.
PATIENCE = timedelta(seconds=5)


def resume() -> int:
    """Poke every live evaluation that nobody holds; the number poked."""
    waiting = Evaluation.objects.live().unleased().filter(created_at__lt=timezone.now() - PATIENCE)
    keys = list(waiting.order_by("created_at").values_list("pk", flat=True))
    for pk in keys:
        poke(pk)
    return len(keys)


def standing(key: str) -> Standing:
    """What this site knows of an evaluation at this moment; "unknown" when it is not one of this site's."""
    found = Evaluation.objects.filter(public_id=key)
    if found.live().filter(lease_until__gte=timezone.now()).exists():
        return "held"
    if found.live().exists():
        return "waiting"
    return "over" if found.exists() else "unknown"


def reap(engine: Engine) -> list[str]:
    """Remove what evaluations have left that nobody holds, and caches over their budget; what went, in words."""
    leases.release_of_the_dead()
    removed = [*_workspaces(), *engine.reap(frozenset(), standing), *engine.evict()]
    if removed:
        log.info("reaped %s", ", ".join(removed))
    return removed


def _workspaces() -> list[str]:
    """Processes first: git outlives a worker that was killed, and would go on writing."""
    removed: list[str] = []
    for folder in settings.ASSAY_WORKSPACES.iterdir() if settings.ASSAY_WORKSPACES.is_dir() else ():
        key = folder.name
        if standing(key) == "held":
            continue
        removed += end_processes(folder, lambda key=key: standing(key) != "held")
        # The fetched source of an evaluation that will be resumed saves the next attempt a clone.
        if standing(key) in ("over", "unknown"):
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(f"workspace {key}")
    return removed
