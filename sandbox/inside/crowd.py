"""Clients that cost a service nothing but patience: quiet connections, and ones that send a byte a second."""

import contextlib
import socket
import threading
import time

from http_client import ADDRESS, HEAD

# A crowd that does not come all at once: what a short queue of new connections bears.
CONNECT_S, PACE_S, BYTE_S = 3.0, 0.005, 1.0


class Crowd:
    """`idle` quiet connections and `slow` clients during the block; `refused` counts those that could not connect."""

    def __init__(self, port, idle, slow):
        self._port, self._idle, self._slow = port, idle, slow
        self._links, self._over, self.refused = [], threading.Event(), 0
        self._thread = None

    def __enter__(self):
        for _ in range(self._idle + self._slow):
            time.sleep(PACE_S)
            try:
                self._links.append(socket.create_connection((ADDRESS, self._port), timeout=CONNECT_S))
            except OSError:
                self.refused += 1
                if self.refused >= 5:
                    break
        if self._slow:
            self._thread = threading.Thread(target=self._drip, args=(self._links[: self._slow],), daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for link in self._links:
            link.close()

    def _drip(self, links):
        head = "".join(f"{name}: {value}\r\n" for name, value in HEAD.items())
        text = f"GET / HTTP/1.1\r\n{head}\r\n".encode("latin-1")
        for number in range(len(text)):
            due = time.monotonic() + BYTE_S
            for link in links:
                with contextlib.suppress(OSError):  # a server may lose patience, and may be right
                    link.send(text[number : number + 1])
            if self._over.wait(max(0.0, due - time.monotonic())):
                return
