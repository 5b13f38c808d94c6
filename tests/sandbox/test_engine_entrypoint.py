"""What is run of an image with an ENTRYPOINT: a command of ours as its arguments, or in its place."""

import pytest

from sandbox.limits import Limits
from sandbox.plan import Plan
from sandbox.probes import Target
from sandbox.training.running import command_of, run
from tests.containers import build

pytestmark = pytest.mark.docker


@pytest.fixture
def image(engine, evaluation, python_image, tmp_path):
    """One that says its arguments, whatever it is given, and ends."""
    lines = [f"FROM {python_image}", "WORKDIR /srv", 'ENTRYPOINT ["python", "-c", "import sys; print(sys.argv[1:])"]']
    return build(engine, evaluation, tmp_path, "\n".join([*lines, 'CMD ["own"]', ""]))[0]


def said(service):
    service.wait(20)
    return service.logs().decode().strip()


def test_command_becomes_the_arguments_of_an_entrypoint(lab, image, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        assert said(pod.start("app", image)) == "['own']"
        assert said(pod.start("app", image, command=("echo", "ours"))) == "['echo', 'ours']"


def test_command_is_run_in_place_of_an_entrypoint_and_its_arguments(lab, image, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", image, entrypoint=("echo", "ours"))
        assert said(service) == "ours"
        assert pod.start("app", image, entrypoint=("sleep", "20")).differences() == []


def test_training_runs_in_an_image_with_an_entrypoint(lab, image, evaluation, limits):
    plan = Plan("dockerfile", 1, "")
    with lab.pod(evaluation, limits) as pod:
        app = pod.start("app", image)
        target = Target(pod, app, image, plan, Limits(), seen={}, started_at=0.0, say=lambda *_: None)
        service, ended = run(target, "training", command_of("pwd > model.txt && cat model.txt", ours=False), 20.0)
        assert (ended["state"], ended["tail"]) == ("done", ["/srv"])
        assert "/srv/model.txt" in service.changes().paths
