"""Try to get out of this container, in every way of `escapes/`, and print a JSON line for each attempt.

Unlike the other scripts it runs as a team's service would, so that its request is the variable ASSAY_ESCAPE:
{"profile", "excess": "" | "disk" | "log", "setuid", "volume", "canary": {"file", "port", "abstract"}, "addresses",
 "masked", "read_only", "memory_bytes", "pids", "open_files", "tmpfs_bytes", "tmpfs_inodes", "shm_bytes",
 "writable_bytes", "log_bytes", "cpus", "cores", "sockets", "linger_s"}
Lines: {"attempt", "title", "area", "fix", "verdict", "said"} for each, and at last {"done": <number of attempts>}.
With "excess" it does nothing but exceed that limit, which the host has to answer by killing it.
"""

import json
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from escapes import attempts, verdict
from excess import EXCESSES

ATTEMPT_S = 20.0
REPORT_BYTES = 4096


def main():
    request = json.loads(os.environ.pop("ASSAY_ESCAPE"))
    if request["excess"]:
        EXCESSES[request["excess"]](request)
        return
    mine = [one for one in attempts() if request["profile"] in one.profiles]
    for one in mine:
        said = {"attempt": one.name, "title": one.title, "area": one.area, "fix": one.fix}
        print(json.dumps(said | apart(one, request)), flush=True)
    print(json.dumps({"done": len(mine)}), flush=True)


def apart(one, request):
    """The verdict of an attempt that is made in a process group of its own, and ended after ATTEMPT_S."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reading)
        os.write(writing, json.dumps(verdict(one, request)).encode()[:REPORT_BYTES])
        os._exit(0)
    os.close(writing)
    try:
        answered, _, _ = select.select([reading], [], [], ATTEMPT_S)
        said = os.read(reading, REPORT_BYTES) if answered else b""
    finally:
        os.close(reading)
        with suppress(OSError):  # it has not come as far as its own group
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if said:
        return json.loads(said)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS:
        return {"verdict": "held", "said": "killed by the system call filter"}
    return {"verdict": "unclear", "said": "did not answer in its time" if not answered else "died on the way"}


if __name__ == "__main__":
    main()
