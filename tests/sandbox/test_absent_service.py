"""A stack that names a service which cannot be had here: what fails for want of it is no fault of the team's."""

import pytest

from sandbox.faults import HostFault
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import committed

# A registry that is nowhere, so that no machine can have its image.
FILES = {
    "compose.yaml": (
        "services:\n"
        "  search:\n    image: registry.invalid/search/engine:8.13.0\n"
        "  api:\n    build: .\n    ports: ['8000:8000']\n    depends_on: [search]\n"
    ),
    "Dockerfile": 'FROM python:3.12-slim\nCOPY main.py .\nCMD ["python", "-u", "main.py"]\n',
    "main.py": (
        "import http.server, socket, time\n"
        "while {condition}:\n"
        "    with socket.socket() as search:\n"
        "        if search.connect_ex(('search', 9200)) == 0:\n"
        "            break\n"
        "    print('search is not there yet')\n"
        "    time.sleep(0.5)\n"
        "http.server.HTTPServer(('0.0.0.0', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    ),
}
BEYOND_BOOT = frozenset(probe.id for probe in all_probes() if probe.on in ("service", "app") and probe.id != "boot")


@pytest.fixture
def pipeline(engine, evaluation, tmp_path):
    """A function: does the app wait for the service -> the pipeline of such a stack."""

    def make(waits):
        folder = tmp_path / "stack"
        folder.mkdir()
        for path, text in FILES.items():
            (folder / path).write_text(text.replace("{condition}", str(waits)))
        return Pipeline(
            key=evaluation,
            source=str(committed(folder)),
            engine=engine,
            workspace=tmp_path / "workspace",
            limits=Limits(boot_s=4.0),
            skip=BEYOND_BOOT,
        )

    return make


@pytest.mark.docker
def test_app_that_waits_for_a_service_that_we_lack_fails_by_our_fault(pipeline):
    waiting = pipeline(waits=True)
    with pytest.raises(HostFault, match="could not provide search") as failed:
        waiting.run()
    assert failed.value.id == "service_unavailable"
    assert failed.value.detail.startswith("The process runs, but listens on no port.")
    app, search = waiting.saved()["services"]
    assert (app["fault"]["owner"], app["fault"]["id"]) == ("host", "service_unavailable")
    assert (search["fault"]["owner"], search["fault"]["id"]) == ("host", "image_unavailable")


@pytest.mark.docker
def test_app_that_does_without_it_is_looked_at(pipeline):
    evidence = pipeline(waits=False).run()
    assert evidence.fault is None
    assert evidence.probe("boot")["state"] == "alive"
    assert evidence.services[1]["fault"]["id"] == "image_unavailable"
