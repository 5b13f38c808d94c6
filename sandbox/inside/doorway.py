"""Owns the network namespace of a build, in which there is nothing but one door: a listening socket on 127.0.0.1.

The socket is opened here and handed over a Unix socket to `egress.py`, which stands in another namespace: what
connects in here is answered from there (a socket stays in the namespace it was made in, see unix(7), SCM_RIGHTS).

Argument: {"port": 3128, "handover": "/handover/socket", "within_s": 30}. It prints {"open": true} and then sleeps.
"""

import json
import signal
import socket
import sys
import time


def main() -> None:
    request = json.loads(sys.argv[1])
    door = socket.create_server(("127.0.0.1", request["port"]), backlog=128)
    until = time.monotonic() + request["within_s"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        while True:
            try:
                wire.connect(request["handover"])
                break
            except OSError:  # the other side is not there yet
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
        socket.send_fds(wire, [b"door"], [door.fileno()])
        wire.recv(1)  # it has it
    print(json.dumps({"open": True}), flush=True)
    door.close()
    signal.pause()


if __name__ == "__main__":
    main()
