"""Wait until a service listens on one of its ports, whatever it speaks.

Request:  {"ports": [int], "taken": [int], "wait_s": float}; without ports any that is not taken will do
Result:   {"port": int|None, "waited_s": float, "listening": [{"address", "port", "loopback"}]}
Event:    {"waited_s": float, "listening": int} about twice a second.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from listening import listening
from wire import event, read_request, result

POLL_S = 0.5
SHOWN_PORTS = 64


def main():
    asked = read_request()
    started = time.monotonic()
    while True:
        rows = [row for row in listening() if row["port"] not in asked["taken"]]
        open_ports = [row["port"] for row in rows]
        found = next((port for port in asked["ports"] or open_ports if port in open_ports), None)
        waited = round(time.monotonic() - started, 2)
        if found is not None or waited > asked["wait_s"]:
            result({"port": found, "waited_s": waited, "listening": rows[:SHOWN_PORTS]})
            return
        event(waited_s=waited, listening=len(rows))
        time.sleep(POLL_S)


if __name__ == "__main__":
    main()
