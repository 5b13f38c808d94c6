"""The self-proof: every attempt of `sandbox/inside/escapes/` made under the real run policies, and watched from here.

`prove(engine)` is a question to the machine like those of `sandbox.doctor.LOOKS`, with many answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.doctor import Line
from sandbox.escapes.judgement import judge
from sandbox.escapes.suite import observe
from sandbox.faults import Cancellation, HostFault
from sandbox.limits import Limits

if TYPE_CHECKING:
    from sandbox.engine.docker import DockerEngine

# What decides whether a proof still stands, of the engine's own description.
IDENTITY = (
    "ID",
    "ServerVersion",
    "KernelVersion",
    "SecurityOptions",
    "Driver",
    "CgroupDriver",
    "CgroupVersion",
    "DefaultRuntime",
    "NCPU",
)
CODE = ("engine", "escapes", "inside")


def prove(engine: DockerEngine, cancellation: Cancellation | None = None) -> Iterator[Line]:
    """One line for each attempt and each observation; a container that the policy refuses is one line, named."""
    try:
        observed = observe(engine, Limits.from_environment(), cancellation or Cancellation())
    except HostFault as fault:
        if fault.id != "sandbox_policy":
            raise
        said = "; ".join([f"{fault.title}.", *fault.detail.splitlines()])
        yield Line("escape_policy", "The live container", "fail", said, fault.fix)
        return
    yield from judge(observed)


def identity(engine: DockerEngine) -> str:
    """A hexadecimal name of this engine as it is set up, the limits and this code; another needs its own proof."""
    said = [engine.runtime, sorted(engine.info.get("Runtimes") or {}), *(engine.info.get(name) for name in IDENTITY)]
    said += [asdict(Limits.from_environment()), LOADED]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _code() -> str:
    """A digest of everything that sets up, tries and judges a container."""
    root = Path(__file__).parents[1]
    files = sorted(path for folder in CODE for path in (root / folder).rglob("*") if path.suffix in (".py", ".json"))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


# Asked when it is loaded, as the code itself is: a file that is changed later changes nothing in this process.
LOADED = _code()
