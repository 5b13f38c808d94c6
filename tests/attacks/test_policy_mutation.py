"""Each line of the run policy, broken in turn: the inspection names it, and the team's code does not run.

Once on the engine's own descriptions of running containers, changed line by line; once on containers that the real
engine makes with the violation in them. Iterated over the policy itself: a new line without a violation fails.
"""

import json
import secrets
import subprocess
import time
from dataclasses import replace

import pytest

from sandbox.engine import container, process
from sandbox.engine.api import EngineRefusal
from sandbox.engine.owner import EVALUATION, labels_for
from sandbox.engine.policy import RunPolicy
from sandbox.faults import HostFault
from sandbox.limits import Limits
from tests.attacks.violations import (
    BYSTANDER,
    OPPOSITE,
    SHOWN_WHEN_RUNNING,
    VIOLATIONS,
    changed,
    found_at,
    without,
    wrong_values,
)
from tests.containers import left_over, run

PROFILES = ("default", "strict")
ARGUMENTS = RunPolicy.create_arguments
LINES = {line.path for profile in PROFILES for line in RunPolicy.for_limits(Limits(), profile == "strict").lines()}
# What some engines or kernels do not know: they leave it out, or refuse it, and either is as good.
NOT_EVERYWHERE = {
    "HostConfig.Annotations",
    "HostConfig.BlkioWeight",
    "HostConfig.BlkioWeightDevice",
    "HostConfig.CpuRealtimePeriod",
    "HostConfig.CpuRealtimeRuntime",
    "HostConfig.DeviceRequests",
    "HostConfig.Isolation",
    "HostConfig.KernelMemory",
    "HostConfig.KernelMemoryTCP",
    "HostConfig.OomKillDisable",
    "HostConfig.Runtime",
    "HostConfig.StorageOpt",
}
# An engine's own default may be as strict as a line; for these it is not, in any version.
NO_DEFAULTS = {
    "HostConfig.CapDrop",
    "HostConfig.LogConfig",
    "HostConfig.MaskedPaths",
    "HostConfig.MemorySwap",
    "HostConfig.NanoCpus",
    "HostConfig.NetworkMode",
    "HostConfig.PidsLimit",
    "HostConfig.SecurityOpt",
    "HostConfig.Tmpfs",
    "HostConfig.Ulimits",
}
# Of the engine's description of the host's side, what is no line: words about Windows, and where a client wrote the id.
NO_LINES = {"ConsoleSize", "ContainerIDFile", "CpuCount", "CpuPercent", "IOMaximumBandwidth", "IOMaximumIOps"}


@pytest.fixture(scope="module")
def described(engine, python):
    """{profile: (policy, the engine's description)} of four containers of one pod while they run."""
    seen = {}
    start = container.start

    def look(api, id, name, policy, **options):
        start(api, id, name, policy, **options)
        seen.setdefault(policy.profile, (policy, api.inspect(id)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "start", look)
        with engine.pod(f"test-{secrets.token_hex(4)}", Limits()) as pod:
            for strict in (False, True):
                pod.start("app", python, command=["sleep", "60"], strict=strict)
            pod.tool("fetch", {"port": 1, "requests": [], "total_s": 1.0}, timeout_s=30)
    assert set(seen) == {*PROFILES, "pause", "tool"}
    return seen


@pytest.mark.parametrize("profile", [*PROFILES, "pause", "tool"])
def test_changed_line_is_the_one_difference(described, profile):
    policy, inspected = described[profile]
    assert policy.differences(inspected) == []
    unseen = []
    for line in policy.lines():
        mutants = [changed(inspected, line.path, value) for value in wrong_values(line, found_at(inspected, line.path))]
        if line.rule != "absent":
            mutants.append(without(inspected, line.path))
        for mutant in mutants:
            sentences = policy.differences(mutant)
            if len(sentences) != 1 or not sentences[0].startswith(f"{line.path} is "):
                unseen.append((line.path, found_at(mutant, line.path), sentences))
    assert unseen == []


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_that_the_engine_says_of_the_hosts_side_is_a_line(described, profile):
    policy, inspected = described[profile]
    judged = {line.path.split(".")[1] for line in policy.lines() if line.path.startswith("HostConfig.")}
    assert {name for name, value in inspected["HostConfig"].items() if value} <= judged | NO_LINES
    assert inspected["HostConfig"].keys() - judged <= NO_LINES


def test_every_line_has_its_violation_and_every_violation_its_line():
    assert VIOLATIONS.keys() | SHOWN_WHEN_RUNNING.keys() == LINES


@pytest.fixture(scope="module")
def key(engine):
    """An evaluation in whose name containers are made that must never start: the engine's own events tell."""
    key = f"test-{secrets.token_hex(4)}"
    command = ["docker", "events", "--filter", f"label={EVALUATION}={key}", "--format", "{{.Action}}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as events:
        yield key
        time.sleep(0.5)  # the last event is on its way
        events.terminate()
        seen = events.communicate()[0].split()
    assert "create" in seen
    assert "start" not in seen
    assert left_over(engine, key) == []


@pytest.fixture(scope="module")
def bystander(engine, python, key):
    made = engine.api.create("", {"Image": python.id, "Cmd": ["true"], "Labels": labels_for(key, "other", 60)})
    yield made
    engine.api.remove(made)


@pytest.fixture
def create(engine, python, key, monkeypatch):
    """`create(profile, change)` makes a container of which the document was changed: (how it ended, what it said).

    ("made", id), ("refused", "") by the engine, or ("differs", the inspection's sentences).
    """
    made = []

    def go(profile, change):
        policy = RunPolicy.for_limits(
            Limits(), profile == "strict", python, runtime=engine.runtime, swappiness=engine.swappiness
        )
        whole = {"Config": ARGUMENTS(policy)}
        whole["HostConfig"] = whole["Config"].pop("HostConfig")
        document = change(whole)
        arguments = {**document["Config"], "HostConfig": document["HostConfig"]}
        environment = {pair.partition("=")[0]: "x" for pair in arguments.pop("Env", ())}
        monkeypatch.setattr(RunPolicy, "create_arguments", lambda _policy: arguments)
        name = f"assay-{key}-{secrets.token_hex(4)}"
        given = {"labels": labels_for(key, "app", 60), "command": ["touch", "/ran"], "env": environment}
        try:
            made.append(container.create(engine.api, name, policy, python.id, **given))
        except EngineRefusal:
            return "refused", []
        except HostFault as fault:
            return fault.id.replace("sandbox_policy", "differs"), fault.detail.splitlines()
        return "made", made[-1]

    yield go
    for one in made:
        engine.api.remove(one)


def violated(path, bystander):
    """A change of the whole document that breaks one line."""

    def change(document):
        for place, value in VIOLATIONS[path].items():
            told = not found_at(document, place) if value is OPPOSITE else value
            told = json.loads(json.dumps(told).replace(BYSTANDER, bystander))
            document = changed(document, place, told)
        return document

    return change


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", sorted(LINES - SHOWN_WHEN_RUNNING.keys()))
def test_container_against_a_line_is_refused_before_it_starts(engine, create, bystander, profile, path):
    ended, said = create(profile, violated(path, bystander))
    if ended == "differs":
        assert any(sentence.startswith(f"{path} is ") for sentence in said)
    else:
        assert path in NOT_EVERYWHERE
        assert ended == "refused" or not found_at(engine.api.inspect(said), path)


@pytest.mark.parametrize("profile", PROFILES)
def test_container_without_a_line_is_refused_unless_the_engine_does_the_same_by_itself(engine, create, profile):
    policy = RunPolicy.for_limits(Limits(), profile == "strict", swappiness=engine.swappiness)
    same = set()
    for line in policy.lines():
        if line.rule == "equal":
            ended, said = create(profile, lambda document, path=line.path: without(document, path))
            assert ended != "differs" or sum(sentence.startswith(f"{line.path} is ") for sentence in said) == 1
            same |= {line.path} if ended == "made" else set()
    assert not same & NO_DEFAULTS


def test_container_that_changes_between_the_looks_is_removed_at_its_start(engine, python, evaluation):
    policy = RunPolicy.for_limits(Limits(), False, python, runtime=engine.runtime, swappiness=engine.swappiness)
    name = f"assay-{evaluation}-app"
    labels = labels_for(evaluation, "app", 60)
    made = container.create(
        engine.api, name, policy, python.id, labels=labels, command=run("import time; time.sleep(60)")
    )
    subprocess.run(["docker", "update", "--pids-limit", "9999", made], check=True, capture_output=True)
    with pytest.raises(HostFault, match="sandbox_policy") as fault:
        container.start(engine.api, made, name, policy)
    assert fault.value.detail.startswith("HostConfig.PidsLimit is 9999")
    assert engine.api.inspect(made) is None


# What the engine's description cannot show, and the kernel does.


def test_user_namespace_that_the_engine_promises_and_does_not_give_is_refused(engine, python, evaluation, monkeypatch):
    stated = engine.describe(Limits())["policy"]
    options = [option for option in engine.info["SecurityOptions"] if "userns" not in option]
    monkeypatch.setitem(engine.info, "SecurityOptions", [*options, "name=userns"])
    assert engine.remapped
    assert engine.describe(Limits())["policy"] == stated  # the lines are the same: what the kernel says is looked at
    with pytest.raises(HostFault, match="sandbox_policy") as fault, engine.pod(evaluation, Limits()):
        pass
    assert "user namespace of the host" in fault.value.detail


def test_runtime_that_the_engine_does_not_have_is_refused_and_not_replaced(engine, evaluation, monkeypatch):
    monkeypatch.setenv("ASSAY_RUNTIME", "no-such-runtime")
    with pytest.raises(HostFault) as fault, engine.pod(evaluation, Limits()):
        pass
    assert "no-such-runtime" in fault.value.detail


@pytest.mark.parametrize("strict", [False, True])
def test_stated_digest_is_that_of_the_live_policy(engine, python, evaluation, strict):
    """But for the names of the image's variables and the cores of its place."""
    limits = Limits()
    with engine.pod(evaluation, limits) as pod:
        live = pod.start("app", python, command=["sleep", "60"], strict=strict).policy
    stated = engine.policies(limits)[live.profile]
    assert replace(live, environment=(), cpuset="").digest() == stated.digest()
    assert stated.digest() == engine.describe(limits)["policy"][live.profile]


@pytest.mark.parametrize("fact", process.FACTS)
def test_kernel_that_contradicts_the_engine_is_believed(engine, python, evaluation, monkeypatch, fact):
    monkeypatch.setitem(process.FACTS, fact, process.FACTS[fact] + 1)  # as if the process had one more, or less
    with pytest.raises(HostFault, match="sandbox_policy") as fault, engine.pod(evaluation, Limits()):
        pass
    assert f"the kernel says {fact} " in fault.value.detail
