"""Repairs of a stack's companions: of their build and their start, each its own, told by name, and worth less."""

from dataclasses import replace

import pytest

from sandbox.building import Builder
from sandbox.checks import all_checks, judge
from sandbox.deployment import Deployment
from sandbox.engine import BuildFailed, State
from sandbox.engine.fake import FakeEngine, fake_image
from sandbox.evidence import Evidence
from sandbox.faults import Cancellation, TeamFault
from sandbox.limits import Limits
from sandbox.plan import Companion, Plan
from sandbox.repairs import MOST, Broken, mend, mend_beside
from sandbox.tree import Tree

OWN = 'FROM python:3.12-slim\nRUN pip install redis\nCOPY . .\nCMD ["python", "worker.py"]\n'
WORKER = Companion("worker", "worker", OWN, "worker", env={"QUEUE": "words"})
CACHE = Companion("cache", "data", "FROM redis:7\nRUN pip install redis\n")
PLAN = Plan("compose", 1, OWN, name="api", companions=(CACHE, WORKER))
LACKS = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'requests'\n"


def lacking(package="requests"):
    fault = TeamFault("requirements_missing_package", f"The code imports {package}", detail=LACKS)
    fault.facts = {"package": package}
    return fault


def broken(plan=PLAN, fault=None):
    return Broken(plan, fault or lacking(), Tree.of({"worker/worker.py": "import requests\n"}), {})


class TestPlan:
    def test_only_the_companion_is_changed_and_the_note_bears_its_name(self):
        mended = mend_beside(broken(), "worker")
        assert "RUN pip install requests" in mended.companion("worker").dockerfile
        assert replace(mended, companions=PLAN.companions, repairs=()) == PLAN
        assert mended.companion("worker").env == WORKER.env
        (note,) = mended.repairs
        assert (note.id, note.service) == ("missing_package", "worker")
        assert note.why.startswith("worker: requests was installed")
        assert Plan.from_json(mended.to_json()) == mended

    def test_each_class_is_tried_once_for_each_service(self):
        mended = mend_beside(broken(), "worker")
        assert mend_beside(broken(mended), "worker") is None
        # What one of them has had is not spent for the others.
        again = mend(broken(mended))
        assert [(note.id, note.service) for note in again.repairs] == [
            ("missing_package", "worker"),
            ("missing_package", ""),
        ]
        assert MOST == 3

    def test_data_service_is_not_the_teams_to_be_repaired(self):
        assert mend_beside(broken(), "cache") is None

    def test_folder_of_a_neighbour_keeps_its_own_buildpack(self):
        web = Companion("web", "app", OWN, "web", buildpack="python")
        fault = TeamFault("import_error", "It broke", detail="cannot import name 'x' from 'y'")
        case = replace(broken(replace(PLAN, companions=(web,)), fault), source={"committed_at": "2020-06-14T18:00:00Z"})
        assert [note.id for note in mend_beside(case, "web").repairs] == ["as_of_commit"]


@pytest.fixture
def builder(tmp_path):
    """A function: engine -> a builder on it, and what it has said."""

    def make(engine, **options):
        said = []
        return Builder(
            key="e1",
            engine=engine,
            limits=Limits(),
            root=tmp_path,
            source={},
            say=lambda kind, text, source: said.append((kind, source, text)),
            cancellation=Cancellation(),
            **options,
        ), said

    return make


class Failing(FakeEngine):
    """Builds that fail as long as the Dockerfile does not have the words in `until`."""

    until: str = "pip install requests"

    def build(self, context, dockerfile, *, reference, **options):
        self.failure = BuildFailed("exit 1", LACKS) if reference.endswith("worker") else None
        if self.until in dockerfile:
            self.failure = None
        return super().build(context, dockerfile, reference=reference, **options)


def engine(kind=Failing, **options):
    bases = {name: fake_image(name) for name in ("python:3.12-slim", "redis:7")}
    return kind(images=bases, **options)


class TestBuild:
    def test_companion_that_does_not_build_is_built_again_repaired(self, builder):
        making, said = builder(engine())
        built = making.build(PLAN)
        assert set(built.images) == {"api", "cache", "worker"}
        assert [(note.id, note.service) for note in built.plan.repairs] == [("missing_package", "worker")]
        assert Plan.from_json(built.document) == built.plan
        assert "fault" not in built.probe["companions"]["worker"]
        assert built.probe["companions"]["worker"]["image_digest"] == built.images["worker"].id
        assert any(text.startswith("worker: ") and "(missing_package)" in text for _, _, text in said)

    def test_first_fault_stays_and_nothing_is_said_to_be_repaired_where_it_does_not_help(self, builder):
        failing = engine()
        failing.until = "nothing helps"
        built = builder(failing)[0].build(PLAN)
        assert set(built.images) == {"api", "cache"}
        assert built.plan == PLAN
        assert built.probe["companions"]["worker"]["fault"]["id"] == "build_missing_package"

    def test_nothing_is_repaired_when_the_time_is_over(self, builder):
        built = builder(engine(), until=0.0)[0].build(PLAN)
        assert "fault" in built.probe["companions"]["worker"]


class TestStart:
    def started(self, repair):
        """The row of the worker and the deployment, on an engine whose services end at once."""
        ending = FakeEngine(states=[State(False, 1)], output=LACKS.encode())
        with ending.pod("e1", Limits()) as pod:
            deployment = Deployment(
                pod=pod,
                plan=replace(PLAN, companions=(WORKER,)),
                images={"worker": fake_image("worker")},
                build={},
                limits=Limits(),
                output=lambda _name: lambda _line: None,
                say=lambda _text: None,
                repair=lambda one, fault: repair(ending, one, fault),
            )
            deployment.start_first()
        return deployment.rows[0], deployment

    def test_companion_that_ends_is_started_again_from_its_repaired_image(self):
        asked, image = [], fake_image("repaired")

        def repair(ending, one, fault):
            asked.append((one.name, fault.id))
            ending.states = [State(True)]
            return one, image, {"image_digest": image.id, "image_bytes": 1, "build_s": 2.0}

        row, deployment = self.started(repair)
        assert asked == [("worker", "requirements_missing_package")]
        assert (row["state"], row["fault"], row["image_digest"]) == ("alive", None, image.id)
        assert deployment.images["worker"] == image

    def test_fault_of_the_first_start_stays_when_no_repair_is_left(self):
        left = [lambda one: (one, fake_image("again"), {}), lambda _one: None]

        def repair(ending, one, _fault):
            ending.output = b"ValueError: something else\n"
            return left.pop(0)(one)

        row, _ = self.started(repair)
        assert (row["state"], row["fault"]["id"]) == ("failed", "requirements_missing_package")
        assert left == []


def test_repair_of_a_companion_costs_as_much_as_one_of_the_app_and_its_fix_says_where():
    plan = mend_beside(broken(), "worker").to_json()
    evidence = Evidence("general", plan=plan, probes={"build": {"image_digest": "sha256:0", "build_s": 3.0}})
    finding = judge(all_checks()["builds_from_clean_clone"], evidence)
    assert finding.score == 0.7
    assert "worker: requests was installed" in finding.observed
    assert finding.fix == "worker: Add requests to the requirements."
