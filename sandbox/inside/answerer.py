"""The cheapest server there is: it answers every request with the same bytes, to see what a load generator can send.

It stays (`Pod.aside`): it tells {"ready": true, "port"} and answers {"tell": number}. With {"work_ms": n} each request
costs it so much of its core, one after another; with {"freeze": [for_s, every_s]} it answers nobody for so long.
"""

import json
import select
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wire import event, read_request

BODY = b'{"ok": true}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    + str(len(BODY)).encode()
    + b"\r\n\r\n"
    + BODY
)
END = b"\r\n\r\n"


class Answerer(threading.Thread):
    """Serves `listener` for ever; requests have no body."""

    def __init__(self, listener, work_ms=0.0, freeze=None):
        super().__init__(daemon=True)
        self._listener, self._work_s, self._freeze = listener, work_ms / 1000, freeze

    def run(self):
        poll, links, rests = select.epoll(), {}, {}
        self._listener.setblocking(False)
        poll.register(self._listener, select.EPOLLIN)
        began = time.monotonic()
        while True:
            for number, _ in poll.poll():
                if self._freeze:
                    phase = (time.monotonic() - began) % self._freeze[1]
                    if phase < self._freeze[0]:
                        time.sleep(self._freeze[0] - phase)
                if number == self._listener.fileno():
                    link, _ = self._listener.accept()
                    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    links[link.fileno()], rests[link.fileno()] = link, b""
                    poll.register(link, select.EPOLLIN)
                    continue
                link = links[number]
                try:
                    data = link.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    poll.unregister(link)
                    del links[number], rests[number]
                    link.close()
                    continue
                *whole, rests[number] = (rests[number] + data).split(END)
                for _ in whole:
                    self._work()
                    link.send(ANSWER)

    def _work(self):
        until = time.perf_counter() + self._work_s
        while time.perf_counter() < until:
            pass


def main():
    asked = read_request()
    listener = socket.create_server(("0.0.0.0", int(asked.get("port") or 0)), backlog=256)
    Answerer(listener, asked.get("work_ms", 0.0), asked.get("freeze")).start()
    event(ready=True, port=listener.getsockname()[1])
    for line in sys.stdin:
        event(told=json.loads(line)["tell"])


if __name__ == "__main__":
    main()
