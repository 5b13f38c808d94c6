"""Tasks of the `web` queue: they carry a number or nothing, the truth is in the database."""

from celery import shared_task

from portfolios import actions


@shared_task
def publish(pk: int) -> None:
    """Make a just published scorecard findable, and sign its credentials."""
    actions.publish_now(pk=pk)


@shared_task
def resign_status_lists() -> None:
    """Once a day: no status list grows old, and nothing that was lost on the way stays unsigned."""
    actions.resign_status_lists()
    actions.publish_missing()
