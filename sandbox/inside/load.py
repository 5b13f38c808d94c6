"""Put the service under load with Locust in a process of its own, step by step, and turn its rows into figures.

Request:  {"port", "requests": [{"method", "path", "body", "content_type", "session", "weight", "status", "bytes",
           "shape"}],
           "users": most of them in one step, "health_path": str|null, "steps": [step, ...]}
Result:   {"steps": [document, ...]}; see docs/probes.md, "load"
Without "steps" it stays (`Pod.aside`): it tells {"ready": true}, takes {"tell": number, "step": step} lines, and tells
{"step": document} when one is done.

A step: {"name", "rate": a second or 0 for a closed one, "users", "seconds", "discard_s", "drain_s", "poll": ask the
health path meanwhile, "idle": quiet connections, "slow": clients that send a byte a second}.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from crowd import Crowd
from figures import figures
from http_client import ADDRESS, BODY_BYTES, NoAnswer
from likeness import quiet
from poller import Poller
from session import send
from shape import content, shape
from wire import event, read_request, result

LOCUSTFILE = Path(__file__).resolve().parent.parent / "loadtest" / "locustfile.py"
STARTUP_S, END_S = 30.0, 15.0
# Asked when it is quiet, before and after a step, to know what answers look like then.
LOOK_ASK_S, LOOK_SESSION_S = 3.0, 10.0
SAID_BYTES = 2000
ROUND = 100


def main():
    asked = read_request()
    with Generator(asked) as generator:
        if "steps" in asked:
            result({"steps": [generator.step(step) for step in asked["steps"]]})
            return
        event(ready=True)
        for line in sys.stdin:
            told = json.loads(line)
            event(told=told["tell"])
            try:
                event(step=generator.step(told["step"]))
            except SystemExit as end:
                event(failed=str(end))
                raise


class Generator:
    """Locust, headless, with no web page and no files but ours, until the block ends."""

    def __init__(self, asked):
        self._asked, self._stack = asked, ExitStack()

    def __enter__(self):
        asked, stack = self._asked, self._stack
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._said, self._rows = folder / "said", folder / "rows.json"
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        plan = {"requests": asked["requests"], "order": order(asked["requests"]), "output": str(self._rows)}
        plan |= {"orders": orders, "answers": answers, "port": asked["port"]}
        command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
        command += ["--host", f"http://{ADDRESS}:{asked['port']}", "--users", str(asked["users"])]
        command += ["--spawn-rate", str(asked["users"]), "--stop-timeout", "0", "--loglevel", "ERROR"]
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "ASSAY_LOAD": json.dumps(plan)}
        # Into a file: a pipe that nobody reads until the end would stop it when it has much to say.
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                pass_fds=(orders, answers),
            )
        stack.callback(self._process.wait)
        stack.callback(self._process.kill)
        os.close(orders)
        os.close(answers)
        self._before = [[each, *self._look(each)] for each in asked["requests"]]
        self._answer(STARTUP_S)
        return self

    def __exit__(self, *_):
        self._stack.close()

    def step(self, step):
        """Run one step; its document."""
        poller = Poller(self._asked["port"], self._asked.get("health_path") if step.get("poll") else None)
        with Crowd(self._asked["port"], step.get("idle", 0), step.get("slow", 0)) as crowd:
            os.write(self._orders, json.dumps(step).encode() + b"\n")
            poller.start()
            told = self._answer(step["seconds"] + step.get("drain_s", 10.0) + END_S)
            poller.stop()
            refused = crowd.refused
        rows = json.loads(self._rows.read_text())
        after = [self._look(each)[:1] for each in self._asked["requests"]] if step.get("compare", True) else []
        idle = [quiet([*before, *(after[number] if after else [])]) for number, before in enumerate(self._before)]
        document = figures(rows, step, idle, generator_cpu=told["cpu_s"] / told["took_s"])
        document |= {"name": step["name"], "users": step["users"], "seconds": step["seconds"]}
        document |= {"steadiness": poller.document(), "crowd_refused": refused}
        return document

    def _answer(self, seconds):
        """The generator's next line; it is given up when it ends or says nothing for too long."""
        data, until = b"", time.monotonic() + seconds
        while not data.endswith(b"\n"):
            ready, _, _ = select.select([self._answers], [], [], max(0.0, until - time.monotonic()))
            chunk = os.read(self._answers, 65536) if ready else b""
            if not chunk:
                said = self._said.read_bytes()[-SAID_BYTES:].decode("utf-8", "replace")
                sys.exit(f"the load generator did not answer: {said}")
            data += chunk
        return json.loads(data)

    def _look(self, each):
        """What a request is answered when it is quiet, twice: [{status, bytes, shape, content}, ...]."""
        looks, headers = [], {"Content-Type": each["content_type"]} if each.get("content_type") else {}
        seconds = LOOK_SESSION_S if each.get("session") else LOOK_ASK_S
        for _ in range(2):
            try:
                answer = send(self._asked["port"], each, headers=headers, total_s=seconds, body_bytes=BODY_BYTES)
            except NoAnswer:
                break
            looks.append(
                {
                    "status": answer.status,
                    "bytes": len(answer.body),
                    "shape": shape(answer.status, answer.content_type, answer.body),
                    "content": content(answer.content_type, answer.body),
                }
            )
        return looks


def order(requests):
    """Numbers of the requests, each as often as it weighs and spread evenly (smooth weighted round robin)."""
    weights = [max(1, int(each.get("weight") or 1)) for each in requests]
    total, credit, chosen = sum(weights), [0] * len(weights), []
    for _ in range(min(total, ROUND * len(weights))):
        credit = [have + weight for have, weight in zip(credit, weights, strict=True)]
        best = credit.index(max(credit))
        credit[best] -= total
        chosen.append(best)
    return chosen


if __name__ == "__main__":
    main()
