"""Tasks: three lines each; they carry a number, the truth is in the database."""

from celery import shared_task

from evaluations import reaper, recovery, runner

__all__ = ["evaluate", "reaper", "resume"]  # the worker that imports its tasks has the reaper beside it


def _engine():
    from sandbox.engine.docker import DockerEngine  # only sandbox workers may need the Docker SDK

    return DockerEngine()


@shared_task
def evaluate(pk: int) -> None:
    """Work on one evaluation, if nobody else does."""
    runner.work_on(pk, _engine())


@shared_task
def resume() -> None:
    """Poke what lost its worker."""
    recovery.resume()
