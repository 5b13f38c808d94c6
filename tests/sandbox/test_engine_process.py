"""What the kernel says of a live container's network, beside what the engine says of it."""

import pytest

from sandbox.engine import process
from sandbox.engine.container import pid_of
from tests.attacks import conftest as attacks
from tests.containers import run

pytestmark = pytest.mark.docker
undefended = attacks.undefended
WAIT = run("import signal; signal.pause()")


@pytest.fixture
def pod(engine, evaluation, limits):
    with engine.pod(evaluation, limits) as pod:
        yield pod


def seen(engine, pod, python):
    """What is wrong with a service of the pod, by the kernel alone."""
    service = pod.start("app", python, command=WAIT)
    pids = [pid_of(engine.api.inspect(container)) for container in (service.id, pod.pause)]
    assert all(process.is_visible(pid, one) for pid, one in zip(pids, (service.id, pod.pause), strict=True))
    return process.differences(pids[0], shares_network_with=pids[1])


def test_service_shares_a_namespace_in_which_there_is_nothing_but_lo(engine, pod, python):
    assert seen(engine, pod, python) == []
    assert process.interfaces(pid_of(engine.api.inspect(pod.pause))) == ["lo"]


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("bridge", "its network namespace has the interface eth0"),
        ("none", "the process is in another network namespace than the pod"),
        ("host", "the process is in the network namespace of the host"),
    ],
)
def test_another_network_is_named_by_the_kernel_too(request, pod, undefended, mode, sentence):
    undefended("HostConfig.NetworkMode", mode)
    assert sentence in seen(request.getfixturevalue("engine"), pod, request.getfixturevalue("python"))
