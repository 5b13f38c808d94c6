"""Looking at an application that a real provider answers, so that the provider's failures are nobody's but ours."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.gateway import Models


def look(models: Models | None, gather: Callable[[], None], *, really: bool) -> bool:
    """Gather with the provider's answers if `really`, else with prepared ones; whether it was gathered a second time.

    A call that the provider left without an answer has cost the application time, or met a spent budget: what was
    gathered meanwhile may show that. So it is gathered again, and all that comes after is answered from prepared ones.
    """
    if models is None or not really:
        if models is not None:
            models.answer_prepared()
        gather()
        return False
    models.answer_really()
    gather()
    if not models.is_let_down():
        return False
    models.answer_prepared()
    gather()
    return True
