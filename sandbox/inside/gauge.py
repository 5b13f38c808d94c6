"""Measures the host beside a load: how fast this core is now, and what all of the machine's processors did so far.

It stays (`Pod.aside`) on the core that it is to measure: it tells {"ready": true} and answers {"tell": number} with
{"stat": {"user_s", "steal_s", "total_s"}} and, of {"spin": times}, with {"spin_ms"}: the best of so many fixed loops.
/proc/stat is that of the whole machine, also in a container.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wire import event, read_request

LOOPS = 1_400_000
TICKS = os.sysconf("SC_CLK_TCK")


def spin():
    """Milliseconds of a fixed piece of work, about 40 on a present core."""
    began = time.perf_counter()
    value = 0
    for number in range(LOOPS):
        value = (value + number) & 0xFFFF
    return (time.perf_counter() - began) * 1000


def stat(text=None):
    """Seconds of all processors together (proc_stat(5)): user + nice + system, stolen, and in all.

    Interrupts are left out: those of a load over loopback are its own, and no control group is charged for them.
    """
    text = Path("/proc/stat").read_text() if text is None else text
    fields = [int(field) for field in text.splitlines()[0].split()[1:9]]
    user, nice, system, idle, wait, hard, soft, steal = fields
    return {
        "user_s": (user + nice + system) / TICKS,
        "steal_s": steal / TICKS,
        "total_s": (user + nice + system + idle + wait + hard + soft + steal) / TICKS,
    }


def main():
    read_request()
    event(ready=True)
    for line in sys.stdin:
        told = json.loads(line)
        times = int(told.get("spin") or 0)
        found = {"spin_ms": round(min(spin() for _ in range(times)), 3)} if times else {}
        event(told=told["tell"], stat=stat(), cores=sorted(os.sched_getaffinity(0)), **found)


if __name__ == "__main__":
    main()
