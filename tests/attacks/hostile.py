"""A team's server that answers as badly as it can, by the path it is asked; in a pod, or here for a naive client.

Standard library only: `python3 -c` runs this text in a container. Each connection prints one JSON line when it is over:
{"path", "agent", "sent": bytes that were taken from it}.
"""

import gzip
import json
import os
import socket
import struct
import sys
import threading
import time
import zlib

OK = b"HTTP/1.1 200 OK\r\n"
MIB = 1024 * 1024
LINE = b"x" * 65_536
BOMB = b"0" * (64 * MIB)
DEFLATED = zlib.compress(BOMB)
GZIPPED = gzip.compress(BOMB)
# path: (what comes first, what is repeated, seconds between repetitions)
ANSWERS = {
    "/chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + LINE + b"\r\n", 0),
    "/tiny-chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000, 0),
    "/endless": (OK + b"\r\n", LINE, 0),
    "/huge-length": (OK + b"Content-Length: 999999999999999\r\n\r\n", LINE, 0),
    "/headers": (OK, b"".join(b"X-%d: y\r\n" % number for number in range(1000)), 0),
    "/long-header": (OK + b"X: ", LINE, 0),
    "/interim": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0),
    "/drip-status": (b"", b"H", 0.2),
    "/drip-header": (OK + b"X: ", b"y", 0.2),
    "/drip-body": (OK + b"Content-Length: 1000\r\n\r\n", b"y", 0.2),
    "/drip-chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n", b"y", 0.2),
    "/silent": (b"", b"", 60),
    "/gzip": (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED, b"", 0),
    "/deflate": (OK + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(DEFLATED) + DEFLATED, b"", 0),
    "/brotli": (OK + b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\n\x8b\x00\x80", b"", 0),
    "/twice": (OK + b"Content-Encoding: gzip, gzip\r\nContent-Length: 3\r\n\r\nabc", b"", 0),
    "/short": (OK + b"Content-Length: 100\r\n\r\nabc", b"", 0),
    "/pipelined": (OK + b"Content-Length: 2\r\n\r\nok" + OK + b"Content-Length: 7\r\n\r\nFORGERY", b"", 0),
    "/two-lengths": (OK + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\nokFORGED", b"", 0),
    "/no-digit": (OK + b"Content-Length: \xb2\r\n\r\nok", b"", 0),
    "/old": (b"<html>HTTP/0.9</html>\n", b"", 0),
    "/status-0": (b"HTTP/1.1 000 Nothing\r\n\r\n", b"", 0),
    "/nul": (OK + b"Content-Type: text/\x00\x1b[31mplain\r\nContent-Length: 1048576\r\n\r\n" + b"\x00" * MIB, b"", 0),
    "/not-utf-8": (OK + b"Content-Length: 1048576\r\n\r\n" + b"\xff" * MIB, b"", 0),
    "/result": (OK + b'Content-Length: 58\r\n\r\n{"result": {"answers": []}}\n{"result": {"total": 100.00}}\n', b"", 0),
}


def serve(port):
    """Listen on every address until the process ends."""
    listener = socket.create_server(("", port), backlog=512)
    print("ready", flush=True)
    while True:
        link, _ = listener.accept()
        threading.Thread(target=answer, args=(link,), daemon=True).start()


def answer(link):
    sent, path, agent = 0, "", ""
    with link:
        link.settimeout(20)
        try:
            head = link.recv(65_536).decode("latin-1")
            path = head.split()[1] if len(head.split()) > 1 else ""
            agent = next((line[12:] for line in head.split("\r\n") if line.lower().startswith("user-agent")), "")
            if path == "/reset":
                link.sendall(OK + b"Content-Length: 100\r\n\r\nabc")
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if path.startswith("/redirect"):
                where = os.environ.get("REDIRECT", "http://127.0.0.1:1/")
                link.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % where.encode())
                return
            first, endless, pause = ANSWERS.get(path, (b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", b"", 0))
            link.sendall(first)
            sent += len(first)
            while endless or pause:
                time.sleep(pause)
                link.sendall(endless)
                sent += len(endless)
        except OSError:
            pass
        finally:
            # In one write: the lines of two threads must not end up as one.
            print(json.dumps({"path": path, "agent": agent, "sent": sent}) + "\n", end="", flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
