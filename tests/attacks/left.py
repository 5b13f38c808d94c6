"""What of an evaluation is left on this machine and its engine, and commands whose end the tests of cleaning choose."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from sandbox.engine.api import EngineRefusal
from sandbox.engine.buildgroup import PREFIX
from sandbox.engine.buildsteps import build_steps
from sandbox.engine.cgroup import ROOT as GROUPS
from sandbox.engine.layers import chain
from sandbox.engine.owner import EVALUATION, OWNER, ROLE
from sandbox.faults import HostFault
from sandbox.probes import all_probes
from tests.sandbox.sources import commit, make_repository

CHECKOUT = Path(__file__).parents[2]
# Longer than the 60 s that are promised: other work shares this machine.
PATIENCE_S = 90.0
NONCE = "test.left"
MARK = "ASSAY_TEST_LEFT"


def until(condition, seconds=PATIENCE_S):
    """The first true value of the condition, or its last one."""
    ends = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < ends:
        time.sleep(0.3)
    return value


def containers(engine, key):
    """By name, by label, and the steps of its builds, which the engine names."""
    found = {
        name.lstrip("/")
        for summary in engine.api.containers({})
        for name in summary["Names"]
        if f"-{key}-" in name or (summary["Labels"] or {}).get(EVALUATION) == key
    }
    return sorted(found | {f"step {step.id[:12]}" for step in build_steps(engine.api) if step.evaluation == key})


def storage(engine, key):
    """Volumes, networks and names of images."""
    named = [one["Name"] for one in (*engine.api.volumes(), *engine.api.networks()) if f"-{key}-" in one["Name"]]
    tags = [name for summary in engine.api.all_images() for name in summary["RepoTags"] or ()]
    return named + [name for name in tags if name.endswith(f":{key.lower()}")]


def layers(engine, nonce):
    """Images of Dockerfiles with the label NONCE=nonce that no name of a cache stands on."""
    stock = {summary["Id"]: summary for summary in engine.api.all_images()}
    named = [one for one, summary in stock.items() if _names(summary)]
    kept = {below for one in named for below in chain(stock, one)}
    return [one for one, summary in stock.items() if _label(summary) == nonce and one not in kept]


def caches(engine, nonce):
    """Names of caches that builds with this label have left."""
    return [name for one in engine.api.all_images() if _label(one) == nonce for name in _names(one)]


def _label(summary):
    return (summary["Labels"] or {}).get(NONCE)


def _names(summary):
    return [name for name in summary["RepoTags"] or () if not name.startswith("<none>")]


def folders(pid):
    """Temporary files and folders of a process, and the control groups of its builds."""
    found = [path.name for path in Path(tempfile.gettempdir()).glob(f"assay-*-{pid}-*")]
    return found + [path.name for path in GROUPS.glob(f"*/{PREFIX}{pid}-*")]


def processes(mark):
    """Numbers and commands of all processes that were started with MARK=mark, their children among them."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{MARK}={mark}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_text(errors="replace")
    return found


class Command:
    """`assay run` of a repository with this Dockerfile, as a process of its own; `key` is known once it builds."""

    def __init__(self, engine, folder, dockerfile):
        self.engine, self.nonce, self.key = engine, secrets.token_hex(4), ""
        repository = make_repository(folder / self.nonce)
        first, _, rest = dockerfile.partition("\n")
        (repository / "Dockerfile").write_text(f'{first}\nLABEL {NONCE}="{self.nonce}"\n{rest}')
        commit(repository)
        skip = [word for probe in all_probes() if probe.id not in ("boot", "job") for word in ("--skip", probe.id)]
        with (folder / f"{self.nonce}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox", "run", str(repository), "--json", *skip],
                cwd=CHECKOUT,
                env=os.environ | {MARK: self.nonce},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        threading.Thread(target=self._learn_key, daemon=True).start()

    def _learn_key(self):
        while not self.key and self.process.poll() is None:
            with suppress(HostFault, EngineRefusal):
                for summary in self.engine.api.containers({"label": [EVALUATION]}):
                    if f"-{self.process.pid}-" in summary["Labels"].get(OWNER, ""):
                        self.key = summary["Labels"][EVALUATION]
            time.sleep(0.2)

    def is_building(self):
        """A RUN step of it runs."""
        return bool(self.key) and any(step.evaluation == self.key for step in build_steps(self.engine.api))

    def is_observed(self):
        """The team's service runs."""
        shown = self.engine.api.containers({"label": [f"{EVALUATION}={self.key}"]})
        return any(one["Labels"].get(ROLE, "").startswith("app-") and one["State"] == "running" for one in shown)

    def send(self, number):
        self.process.send_signal(number)

    def kill_undertaker(self):
        """What sees to the removal: only for showing that without it things stay."""
        for pid, command in processes(self.nonce).items():
            if "sandbox.undertaker" in command:
                os.kill(pid, signal.SIGKILL)

    def left(self):
        """Everything that is still there, in words."""
        key = self.key or "unknown"
        found = [*containers(self.engine, key), *storage(self.engine, key), *layers(self.engine, self.nonce)]
        return [*found, *folders(self.process.pid), *processes(self.nonce).values()]

    def close(self):
        """Whatever the test saw: end it, and remove the caches that it made, which nobody will use again."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for name in caches(self.engine, self.nonce):
            self.engine.remove_image(name)
