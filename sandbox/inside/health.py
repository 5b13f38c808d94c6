"""Ask a health path again and again, each time as somebody else: what it says must not depend on who asks, or when.

Request:  {"port": int, "path": str, "times": int}
Result:   {"answers": [{"agent": str, "status": int|null, "why": str}]}; `why` is "" when the answer means health
"""

import secrets
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from boot import ask, unhealthy
from http_client import Answer, NoAnswer, request
from wire import read_request, result

# Who asks health paths in operation, in the form in which they name themselves.
AGENTS = ("kube-probe/1.31", "ELB-HealthChecker/2.0", "GoogleHC/1.0", "curl/8.5.0", "Prometheus/2.53.0")
ASK_S, ALL_S, PAUSE_S = 2.0, 25.0, 0.3


def main():
    asked = read_request()
    ends = time.monotonic() + ALL_S
    # Without an answer to nonsense nothing can be compared with it; a 404 is what a good service gives.
    odd = ask(asked["port"], "/" + secrets.token_hex(8), ends, ASK_S) or Answer(404)
    rows = []
    for number in range(asked["times"]):
        agent = AGENTS[number % len(AGENTS)]
        try:
            answer = request(
                asked["port"],
                "GET",
                asked["path"],
                headers={"User-Agent": agent},
                total_s=max(0.1, min(ASK_S, ends - time.monotonic())),
            )
            rows.append({"agent": agent, "status": answer.status, "why": unhealthy(answer, odd)})
        except NoAnswer as error:
            rows.append({"agent": agent, "status": None, "why": str(error)[:200]})
        time.sleep(PAUSE_S)
    result({"answers": rows})


if __name__ == "__main__":
    main()
