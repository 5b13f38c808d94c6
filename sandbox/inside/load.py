"""Put the service under load with Locust in a process of its own, and turn its rows into figures.

Request:  {"port", "requests": [{"method", "path", "body", "content_type", "status", "bytes", "shape"}], "rate_rps",
           "users", "warmup_s", "window_s", "closed_users", "closed_s", "health_path": str|null}
Result:   see docs/probes.md, "load"
Event:    {"phase": "warm-up"|"window"|"capacity", "fraction": 0..1} each second
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from figures import figures
from http_client import ADDRESS, NoAnswer, request
from shape import shape
from wire import event, read_request, result

LOCUSTFILE = Path(__file__).resolve().parent.parent / "loadtest" / "locustfile.py"
SETTLE_S = 1.0
STARTUP_S = 20.0
POLL_S = 0.5
# Asked again when it is quiet, to know what an answer looks like after all that was sent.
AFTER_S, AFTER_ASK_S = 8.0, 3.0
SAID_BYTES = 2000


def main():
    asked = read_request()
    open_s = asked["warmup_s"] + asked["window_s"]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rows.json"
        plan = asked | {"output": str(output), "closed_at_s": open_s + SETTLE_S}
        began = time.monotonic()
        health = Poller(asked["port"], asked.get("health_path"))
        generator = start(asked, plan, folder)
        run_s = open_s + SETTLE_S + asked["closed_s"] + 1.0
        try:
            started = time.monotonic()
            health.start()
            while generator.poll() is None:
                passed = time.monotonic() - started
                tell(passed, asked, run_s)
                if passed > run_s + STARTUP_S + 20:
                    generator.kill()
                if passed > open_s + STARTUP_S:
                    health.stop()
                time.sleep(1.0)
        finally:
            health.stop()
            if generator.poll() is None:
                generator.kill()
        said = (Path(folder) / "said").read_bytes()[-SAID_BYTES:].decode("utf-8", "replace")
        if not output.exists():
            sys.exit(f"the load generator left no rows: {said}")
        rows = json.loads(output.read_text())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows["after"] = after(asked)
    document = figures(rows, asked, generator_cpu_s=used.ru_utime + used.ru_stime, elapsed_s=time.monotonic() - began)
    document["steadiness"] = health.document()
    result(document)


def start(asked, plan, folder):
    """Locust, headless, with no web page and no files but ours."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
    command += ["--host", f"http://{ADDRESS}:{asked['port']}", "--users", str(asked["users"])]
    command += ["--spawn-rate", str(asked["users"]), "--stop-timeout", "0", "--exit-code-on-error", "0"]
    run_s = plan["closed_at_s"] + plan["closed_s"] + 1.5
    command += ["--run-time", f"{int(run_s + 0.999)}s", "--loglevel", "ERROR"]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "ASSAY_LOAD": json.dumps(plan)}
    # Into a file: a pipe that nobody reads until the end would stop it when it has much to say.
    with (Path(folder) / "said").open("wb") as said:
        return subprocess.Popen(command, env=environment, cwd=folder, stdout=said, stderr=subprocess.STDOUT)


def after(asked):
    """{request number: [status, bytes, shape]} of each request once more, now that it is quiet."""
    ends, found = time.monotonic() + AFTER_S, {}
    time.sleep(SETTLE_S)
    for number, each in enumerate(asked["requests"]):
        headers = {"Content-Type": each["content_type"]} if each.get("content_type") else {}
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            answer = request(
                asked["port"],
                each["method"],
                each["path"],
                body=(each.get("body") or "").encode("utf-8", "replace"),
                headers=headers,
                total_s=min(left, AFTER_ASK_S),
            )
        except NoAnswer:
            continue
        found[number] = [answer.status, len(answer.body), shape(answer.status, answer.content_type, answer.body)]
    return found


def tell(passed, asked, run_s):
    if passed < asked["warmup_s"]:
        phase = "warm-up"
    elif passed < asked["warmup_s"] + asked["window_s"]:
        phase = "window"
    else:
        phase = "capacity"
    event(phase=phase, fraction=round(min(1.0, passed / run_s), 3))


class Poller(threading.Thread):
    """Asks the health path twice a second, as an orchestrator would, while the load runs."""

    def __init__(self, port, path):
        super().__init__(daemon=True)
        self._port, self._path, self._stopped = port, path, threading.Event()
        self._rows = []

    def run(self):
        while self._path and not self._stopped.is_set():
            asked = time.monotonic()
            try:
                good = 200 <= request(self._port, "GET", self._path, total_s=2.0).status < 400
            except NoAnswer:
                good = False
            self._rows.append((asked, time.monotonic() - asked, good))
            self._stopped.wait(POLL_S)

    def stop(self):
        self._stopped.set()

    def document(self):
        """{"polls", "failures", "p95_ms", "longest_outage_s"}."""
        rows = list(self._rows)
        times = sorted(seconds for _, seconds, _ in rows)
        longest, since = 0.0, None
        for asked, seconds, good in rows:
            if good:
                since = None
            else:
                since = asked if since is None else since
                longest = max(longest, asked + seconds - since)
        return {
            "polls": len(rows),
            "failures": sum(not good for _, _, good in rows),
            "p95_ms": round(times[int(0.95 * (len(times) - 1))] * 1000, 2) if times else None,
            "longest_outage_s": round(longest, 2),
        }


if __name__ == "__main__":
    main()
