"""Recovery: what beat runs so that nothing stays stuck and nothing stays behind."""

import logging
import shutil
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from evaluations.actions import poke
from evaluations.models import Evaluation
from sandbox.engine import Engine

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


def reap(engine: Engine) -> list[str]:
    """Remove containers, volumes, images and workspaces of evaluations that hold no valid lease."""
    held = Evaluation.objects.live().filter(lease_until__gt=timezone.now())
    alive = frozenset(held.values_list("public_id", flat=True))
    removed = engine.reap(alive)
    # The fetched source of an evaluation that will be resumed saves the next attempt a clone.
    needed = set(Evaluation.objects.live().values_list("public_id", flat=True))
    if settings.ASSAY_WORKSPACES.is_dir():
        for folder in settings.ASSAY_WORKSPACES.iterdir():
            if folder.name not in needed:
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(f"workspace {folder.name}")
    if removed:
        log.info("reaped %s", ", ".join(removed))
    return removed
