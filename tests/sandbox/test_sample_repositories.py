"""The sample repositories in the real sandbox: built, started, and judged by the boot probe as each one promises."""

import time

import pytest

from sandbox import images
from sandbox.buildpacks import all_buildpacks, plan_for
from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed
from sandbox.faults import TeamFault
from sandbox.limits import Limits
from sandbox.probes import Target
from sandbox.probes.boot import gather
from sandbox.tree import Tree
from tests.sandbox.sample_repositories import EXAMPLES, REPOSITORIES, checkout, expected

pytestmark = pytest.mark.docker
# Long enough for the slow start, short enough for the one that never listens.
LIMITS = Limits(boot_s=20.0)
RUNNABLE = [name for name in REPOSITORIES if expected(name)["buildpack"] is not None]


@pytest.fixture
def evaluate(engine, evaluation):
    """A function: folder -> (boot document or None, fault or None), all of it on the real engine."""

    def run(folder):
        tree = Tree.at(folder)
        plan = plan_for(tree)
        try:
            image, _ = engine.build(
                folder / plan.context,
                images.resolve(plan.dockerfile, engine).dockerfile,
                reference=f"assay/evaluation:{evaluation}",
                labels={"assay.evaluation": evaluation},
                limits=LIMITS,
                files=plan.files,
            )
        except TeamFault as refusal:
            return None, refusal.fault("building")
        except BuildFailed as failure:
            return None, diagnose(failure, tree, plan).fault("building")
        with engine.pod(evaluation, LIMITS) as pod:
            environment = {"PORT": "8000", "HOST": "0.0.0.0", **plan.env}
            service = pod.start("app", image, command=plan.start, env=environment)
            target = Target(
                pod=pod,
                service=service,
                image=image,
                plan=plan,
                limits=LIMITS,
                seen={},
                say=lambda _text, _fraction: None,
                started_at=time.monotonic(),
            )
            try:
                return gather(target), None
            except TeamFault as error:
                return None, error.fault("observing")

    return run


@pytest.mark.parametrize("name", RUNNABLE)
def test_repository_ends_as_it_promises(name, evaluate, tmp_path):
    promised = expected(name)
    seen, fault = evaluate(checkout(name, tmp_path))
    if "stage" in promised:
        assert fault is not None
        assert (fault.owner, fault.stage, fault.id) == ("team", promised["stage"], promised["outcome"])
        assert fault.where == promised.get("where")
        assert fault.fix
        assert len(fault.detail.splitlines()) <= 12
    else:
        assert fault is None
        assert (seen["state"], seen["health_path"]) == (promised["outcome"], promised.get("health_path"))


@pytest.mark.parametrize("pack", all_buildpacks(), ids=lambda pack: pack.id)
def test_smallest_repository_of_each_buildpack_answers(pack, evaluate, tmp_path):
    for path, text in pack.sample.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    seen, fault = evaluate(tmp_path)
    assert fault is None
    assert (seen["state"], seen["health_path"]) == ("healthy", "/health")


def test_example_of_make_up_is_healthy(evaluate, tmp_path):
    seen, fault = evaluate(checkout("churn-api", tmp_path))
    assert fault is None
    assert (seen["state"], seen["health_path"], seen["openapi"]) == ("healthy", "/health", "/openapi.json")


def test_second_example_is_alive_without_health(evaluate, tmp_path):
    seen, fault = evaluate(checkout("notes-app", tmp_path))
    assert fault is None
    assert (seen["state"], seen["health_path"]) == ("alive", None)
    assert set(EXAMPLES) == {"churn-api", "notes-app"}
