"""What the process is allowed to begin with, and whether it can get more."""

import os
import subprocess
from pathlib import Path

from escapes import STRICT, Held, attempt

CAPABILITIES = ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")


def status():
    """/proc/self/status (proc(5)) by its names."""
    lines = (line.partition(":") for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return {name: value.strip() for name, _, value in lines}


@attempt
def capabilities(_request):
    """Have a capability"""
    said = status()
    held = {name: said[name] for name in CAPABILITIES if int(said[name], 16)}
    if held:
        return ", ".join(f"{name} is {value}" for name, value in held.items())
    raise Held("none is held, none can be had")


@attempt
def new_privileges(_request):
    """Get privileges by starting a program"""
    if status()["NoNewPrivs"] != "1":
        return "NoNewPrivs is not set"
    raise Held("NoNewPrivs is set")


@attempt
def call_filter(_request):
    """Run without a system call filter"""
    mode = status()["Seccomp"]
    if mode != "2":
        return f"the seccomp mode is {mode}, not 2"
    raise Held("the seccomp mode is 2")


@attempt(profiles=(STRICT,))
def setuid_program(request):
    """Become root through a setuid program"""
    done = subprocess.run([request["setuid"], "-u"], capture_output=True, text=True, check=True, timeout=5)
    if done.stdout.strip() == "0":
        return "the program ran as root"
    raise Held(f"the program ran as {done.stdout.strip()}")


@attempt(profiles=(STRICT,))
def become_root(_request):
    """Become root by asking"""
    os.setuid(0)
    return "setuid(0) worked"


@attempt
def other_user(_request):
    """Become another user"""
    os.setuid(12345)
    return "setuid(12345) worked"


@attempt
def priority(_request):
    """Go before others: nice, real time, out-of-memory score"""
    reached = []
    for name, take in (
        ("nice -5", lambda: os.setpriority(os.PRIO_PROCESS, 0, -5)),
        ("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))),
        ("score -500", lambda: Path("/proc/self/oom_score_adj").write_text("-500", encoding="ascii")),
    ):
        try:
            take()
        except PermissionError:
            continue
        reached.append(name)
    if reached:
        return f"got {', '.join(reached)}"
    raise Held("refused, all three")
