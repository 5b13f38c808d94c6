"""Forged labels: nothing that an image says of itself makes the reaper take a neighbour's things, or spare its own."""

import secrets

import pytest

from sandbox.engine import reap as reaping
from sandbox.engine.buildsteps import build_steps
from sandbox.engine.layers import Record, used_by_builds
from sandbox.engine.owner import EVALUATION, OWNER, ROLE, UNTIL, evaluation_of, this_process
from tests.attacks.left import containers
from tests.containers import build, left_over, run

pytestmark = pytest.mark.docker

SLEEP = run("import time; time.sleep(600)")


@pytest.fixture
def forged(engine, python_image, evaluation, tmp_path):
    """`forged(**labels)`: the attacker's image, which carries these labels beside those that it is given."""

    def make(said):
        (tmp_path / "empty").mkdir()
        lines = "".join(f'LABEL {name}="{value}"\n' for name, value in said.items())
        return build(engine, evaluation, tmp_path / "empty", f"FROM {python_image}\n{lines}")[0]

    return make


@pytest.fixture
def stranger(engine):
    """`stranger(image)`: a container that somebody else on this engine starts from an image; it is no evaluation's."""
    made = []

    def start(image, name):
        made.append(engine.api.create(name, {"Image": image, "Cmd": SLEEP, "HostConfig": {"NetworkMode": "none"}}))
        return made[-1]

    yield start
    for container in made:
        engine.api.remove(container)


def reap(engine, **standing):
    """One look of a reaper that knows of these evaluations only, and must touch nobody else's."""
    return engine.reap(frozenset(), lambda key: standing.get(key.replace("-", "_"), "held"))


def key_of(text):
    return text.replace("-", "_")


def test_container_with_forged_labels_is_no_evaluations(engine, evaluation, forged, stranger):
    """A stranger runs a team's image: its labels say that it belongs to an evaluation that is over."""
    image = forged({EVALUATION: evaluation, ROLE: "app", OWNER: "", UNTIL: "1"})
    name = f"mailserver-{secrets.token_hex(4)}"
    container = stranger(image.id, name)
    shown = engine.api.containers({"label": [f"{EVALUATION}={evaluation}"]})
    assert container in [summary["Id"] for summary in shown]
    reap(engine, **{key_of(evaluation): "over"})
    assert engine.api.inspect(container) is not None


def test_container_would_go_by_its_label_alone(engine, evaluation, forged, stranger, monkeypatch):
    image = forged({EVALUATION: evaluation, ROLE: "app", OWNER: "", UNTIL: "1"})
    container = stranger(image.id, f"mailserver-{secrets.token_hex(4)}")
    monkeypatch.setattr(reaping, "evaluation_of", lambda summary: summary["Labels"].get(EVALUATION))
    reap(engine, **{key_of(evaluation): "over"})
    assert engine.api.inspect(container) is None


def test_labels_of_an_image_neither_take_a_neighbours_things_nor_spare_ones_own(
    engine, evaluation, forged, neighbour, limits
):
    """The attacker's image says that it is the neighbour's, whose evaluation is over and whose process is dead."""
    theirs = engine.api.inspect(neighbour.id)["Config"]["Labels"][EVALUATION]
    image = forged({EVALUATION: theirs, ROLE: "pause", OWNER: "dead-1-2-3", UNTIL: "1"})
    with engine.pod(evaluation, limits) as pod:
        service = pod.start("app", image, command=SLEEP)
        labels = engine.api.inspect(service.id)["Config"]["Labels"]
        assert (labels[EVALUATION], labels[OWNER]) == (evaluation, this_process())
        # The neighbour is at work: nothing of either goes because of what the image says.
        assert not [line for line in reap(engine) if theirs in line or evaluation in line]
        # The attacker is over, and looks like the neighbour, who is not.
        removed = reap(engine, **{key_of(evaluation): "over"})
        assert f"container assay-{evaluation}-app-app-1" in removed
        assert not [line for line in removed if theirs in line]
        assert left_over(engine, evaluation) == []
    assert f"image assay/evaluation:{evaluation}" in removed
    assert neighbour.state().running


def test_step_of_a_build_with_forged_labels_is_its_own_evaluations(engine, python_image, evaluation, tmp_path):
    """While it runs, its container carries the labels of the image so far."""
    seen = []

    def heard(line):
        if line == "there":
            seen.extend(step for step in build_steps(engine.api) if step.evaluation == evaluation)
            named = engine.api.containers({"label": [f"{EVALUATION}=victim"]})
            seen.append([summary for summary in named if evaluation_of(summary)])
            seen.append([line for line in reap(engine, victim="over") if evaluation in line or "step" in line])

    forged = f'LABEL {EVALUATION}="victim" {OWNER}="dead-1-2-3" {UNTIL}="1"\n'
    build(engine, evaluation, tmp_path, f"FROM {python_image}\n{forged}RUN echo there && sleep 3\n", on_line=heard)
    step, named, removed = seen
    assert step.owner == this_process()
    assert named == []
    assert [line for line in removed if "build step" in line] == []


def test_what_a_build_prints_protects_an_image_only_while_it_runs(tmp_path):
    """A step of a team can print the engine's words, and so name the image of another."""
    with Record(None) as record:
        record.heard(" ---> 0123456789ab")
        assert "0123456789ab" in used_by_builds()
    assert "0123456789ab" not in used_by_builds()


def test_another_evaluation_of_a_longer_name_is_not_taken(engine, python, evaluation, limits):
    """ "test-1" is over; "test-1-app" is at work."""
    with engine.pod(f"{evaluation}-app", limits) as pod:
        service = pod.start("app", python, command=SLEEP)
        assert [line for line in reap(engine, **{key_of(evaluation): "over"}) if evaluation in line] == []
        assert service.state().running
        assert len(containers(engine, f"{evaluation}-app")) == 2
