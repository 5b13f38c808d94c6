"""A team's service in a pod with our real tools beside it, and what our probes and checks make of it."""

import json
import tempfile
import time
from pathlib import Path

import sandbox
from sandbox import checks
from sandbox.engine.docker import DockerEngine
from sandbox.evidence import Evidence
from sandbox.images.tools import ensure_tools
from sandbox.limits import Limits
from sandbox.plan import Plan
from sandbox.probes import Target, all_probes
from tests.containers import run

WAIT_S = 20.0
PACKAGE = Path(sandbox.__file__).parent


class Look:
    """One pod for one test. `service(code)` starts an attacker in it, `tool(...)` runs a script of ours beside it."""

    def __init__(self, stack, engine, evaluation, limits, image):
        self._stack, self._evaluation, self._image = stack, evaluation, image
        self.engine, self.limits = engine, limits
        self.pod, self.services, self._started = None, [], 0.0

    def pierce(self, script, *changes):
        """Use tools in which lines of `script` were replaced, as (old, new): a tool without its defence."""
        tools = ensure_tools(self.engine)
        name = next(name for name in self.engine.api.inspect_image(tools.id)["RepoTags"] if "tools" in name)
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        text = (PACKAGE / script).read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        (folder / "script.py").write_text(text)
        reference = f"assay/test-pierced:{self._evaluation}"
        dockerfile = f"FROM {name}\nCOPY script.py /assay/{script}\n"
        made, _ = self.engine.build(folder, dockerfile, reference=reference, labels={}, limits=Limits(), trusted=True)
        self._stack.callback(self.engine.remove_image, reference)
        self.engine = self._stack.enter_context(DockerEngine(tools=lambda _engine: made))

    def service(self, code, *, env=None, wait=True):
        """Start it and wait until something listens."""
        if self.pod is None:
            self.pod = self._stack.enter_context(self.engine.pod(self._evaluation, self.limits))
        self._started = time.monotonic()
        name = f"app{len(self.services)}" if self.services else "app"
        service = self.pod.start(name, self._image, command=run(code), env=env)
        self.services.append(service)
        until = time.monotonic() + WAIT_S
        while wait and b"ready" not in service.logs() and time.monotonic() < until:
            assert service.state().running, service.logs()
            time.sleep(0.1)
        return service

    def tool(self, script, request, *, timeout_s=60.0, **options):
        return self.pod.tool(script, request, timeout_s=timeout_s, **options)

    def fetch(self, *paths, port=8000, **changes):
        """{path: answer} of GETs by our fetch script."""
        requests = [{"method": "GET", "path": path} for path in paths]
        request = {"port": port, "requests": requests, "total_s": 60.0} | changes
        answers = self.tool("fetch", request, timeout_s=90.0)["answers"]
        return dict(zip(paths, answers, strict=True))

    def reports(self, service=None, *, of=()):
        """Every line of JSON that the attacker printed, once it has told of the paths `of`, which takes it a moment."""
        until = time.monotonic() + WAIT_S
        while True:
            lines = (service or self.services[0]).logs(1024 * 1024).decode("utf-8", "replace").splitlines()
            found = [json.loads(line) for line in lines if line.startswith("{")]
            if {report.get("path") for report in found} >= set(of) or time.monotonic() > until:
                return found
            time.sleep(0.1)

    def target(self, **hints):
        plan = Plan(buildpack="python", version=1, dockerfile="", ports=(8000,), health=("/health",), hints=hints)
        return Target(
            pod=self.pod,
            service=self.services[0],
            image=self._image,
            plan=plan,
            limits=self.limits,
            seen={},
            started_at=self._started,
            say=lambda _text, _fraction: None,
        )

    def observe(self, *wanted, **hints):
        """The evidence of these probes, gathered in their order as the pipeline does."""
        target = self.target(**hints)
        for probe in all_probes():
            if probe.id in wanted:
                target.seen[probe.id] = probe.gather(target)
        boot = target.seen.get("boot", {})
        row = {"name": "app", "role": "app", "state": boot.get("state", "failed"), "port": boot.get("port")}
        return Evidence("general", services=[row], probes=target.seen, plan={"hints": hints})


def verdict(evidence, check):
    """The finding of one check."""
    return checks.judge(checks.all_checks()[check], evidence)
