"""However an evaluation ends, nothing of it is left: no container, volume, network, image, layer, folder or process."""

import signal

import pytest

from tests.attacks.left import Command, containers, until

pytestmark = pytest.mark.docker

SERVE = 'CMD ["python", "-m", "http.server", "8000"]\n'
SILENT = 'CMD ["sleep", "600"]\n'
BASE = "FROM python:3.12-slim\nRUN echo first\n"
BUILDING, OBSERVED = Command.is_building, Command.is_observed
# How it begins, where it is interrupted, by which signal, and the exit status that it has then.
ENDS = {
    "good": (BASE + SERVE, None, 0, 0),
    "failed build": (BASE + "RUN echo second && exit 3\n", None, 0, 0),
    "cancelled build": (BASE + "RUN sleep 600\n", BUILDING, signal.SIGINT, 130),
    "cancelled run": (BASE + SILENT, OBSERVED, signal.SIGTERM, 130),
    "killed in a build": (BASE + "RUN sleep 600\n", BUILDING, signal.SIGKILL, -signal.SIGKILL),
    "killed in a run": (BASE + SILENT, OBSERVED, signal.SIGKILL, -signal.SIGKILL),
}


@pytest.fixture(scope="module")
def ended(engine, python_image, tmp_path_factory):
    """All of them at once, each ended in its way: {name: command}."""
    folder = tmp_path_factory.mktemp("ends")
    commands = {name: Command(engine, folder, dockerfile) for name, (dockerfile, *_) in ENDS.items()}
    try:
        waiting = dict(commands)
        assert until(lambda: not _advance(waiting), 180), list(waiting)
        yield commands
    finally:
        for command in commands.values():
            command.close()


def _advance(waiting):
    """Interrupt what is where it is to be interrupted, and drop what has ended; what is still on its way."""
    for name, command in list(waiting.items()):
        _, there, number, _ = ENDS[name]
        if there is not None and there(command):
            command.send(number)
        if command.process.poll() is not None:
            del waiting[name]
    return waiting


@pytest.mark.parametrize("name", ENDS)
def test_nothing_is_left_of_an_evaluation_that_ends(ended, name):
    command = ended[name]
    assert command.key
    assert command.process.returncode == ENDS[name][-1]
    assert until(lambda: not command.left()), command.left()


@pytest.mark.parametrize("there", [BUILDING, OBSERVED], ids=["build", "run"])
def test_without_the_undertaker_things_of_a_killed_process_stay_until_somebody_reaps(engine, tmp_path, there):
    command = Command(engine, tmp_path, BASE + ("RUN sleep 600\n" if there is BUILDING else SILENT))
    try:
        assert until(lambda: there(command))
        command.kill_undertaker()
        command.send(signal.SIGKILL)
        command.process.wait()
        assert [name for name in containers(engine, command.key) if not name.startswith("step")]
        assert command.left()
        standing = {command.key: "over"}
        assert until(
            lambda: (
                engine.reap(frozenset(), lambda key: standing.get(key, "held")) and not containers(engine, command.key)
            )
        )
    finally:
        command.close()
