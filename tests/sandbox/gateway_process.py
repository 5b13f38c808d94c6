"""The gateway's script as a process of its own on loopback, and plain requests to it: no client library between."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import sandbox
from sandbox.gateway.authority import chain

SCRIPT = Path(sandbox.__file__).parent / "inside" / "gateway.py"
ADDRESS = "127.0.0.1"


class Gateway:
    """In `with`. `events` are what it printed; with `provider` it asks whoever calls `on_ask`; with `names` it answers
    by TLS for those, at `tls_port`."""

    def __init__(self, *, provider=False, names=()):
        self.provider, self.names, self.heard = provider, names, None

    def on_ask(self, heard):
        self.heard = heard

    def __enter__(self):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-I", str(SCRIPT)], **pipes)
        with socket.create_server((ADDRESS, 0)) as free, socket.create_server((ADDRESS, 0)) as other:
            port, secure = free.getsockname()[1], other.getsockname()[1]
        tls = {"places": [[ADDRESS, secure]], "chain": chain(self.names)} if self.names else None
        self.say({"places": [[ADDRESS, port]], "provider": self.provider, "tls": tls})
        self.port, *more = json.loads(self.process.stdout.readline())["event"]["listening"]
        self.tls_port = more[0] if more else None
        self.events, self._told = [], 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)["event"]
            if "ask" in event and self.heard:
                self.heard(event)
            else:
                self.events.append(event)

    def say(self, document):
        self.process.stdin.write(json.dumps(document) + "\n")
        self.process.stdin.flush()

    def behave(self, **mode):
        """Change the mode; the answer to it."""
        self._told += 1
        self.say({"tell": self._told, "mode": mode})
        return self.until(lambda: next((one for one in self.events if one.get("told") == self._told), None))

    def calls(self, count=0):
        """The calls that were told, once there are so many."""
        return self.until(lambda: len(self._calls()) >= count and self._calls())

    def _calls(self):
        return [one["call"] for one in list(self.events) if "call" in one]

    def process_files(self):
        """What the process has open."""
        return list(Path(f"/proc/{self.process.pid}/fd").iterdir())

    def until(self, condition, seconds=10.0):
        end = time.monotonic() + seconds
        while not (value := condition()) and time.monotonic() < end:
            time.sleep(0.01)
        return value

    def raw(self, method, path, body=None, headers=None, timeout=20):
        """(status, headers, bytes) of one request on a connection of its own."""
        link = http.client.HTTPConnection(ADDRESS, self.port, timeout=timeout)
        try:
            link.request(method, path, body, headers or {})
            answer = link.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            link.close()

    def post(self, path, document, **headers):
        """(status, document) of a JSON request."""
        status, _, body = self.raw("POST", path, json.dumps(document), {"Content-Type": "application/json"} | headers)
        return status, json.loads(body)

    def stream(self, path, document):
        """The documents of a stream: server-sent events, or one a line. "[DONE]" stays a text."""
        _, _, body = self.raw("POST", path, json.dumps(document))
        lines = [line.removeprefix("data: ") for line in body.decode().splitlines()]
        return [line if line == "[DONE]" else json.loads(line) for line in lines if line and line[:6] != "event:"]


def said(content, role="user"):
    return [{"role": role, "content": content}]
