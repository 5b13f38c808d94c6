"""A WebSocket client for one short conversation (RFC 6455): bounded in bytes and in time, no extension, no library."""

import base64
import contextlib
import hashlib
import secrets
import time

from http_client import NoAnswer, Reader, connect, head_of, read_head

MESSAGE_BYTES = 8 * 1024 * 1024
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONNECT_S = 2.0


class WebSocket:
    """A connection during the block, over before `until` (monotonic); NoAnswer where it breaks or says too much.

    A server that answers the request for it with another status than 101 raises NoAnswer with that `status`.
    """

    def __init__(self, port, path, until, *, protocol=""):
        self._until, self._room = until, MESSAGE_BYTES
        self._link = connect(port, max(0.01, min(CONNECT_S, until - time.monotonic())))
        try:
            self._shake_hands(path, protocol)
        except BaseException:
            self._link.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError), self._link:
            self._send(CLOSE, (1000).to_bytes(2, "big"))

    def _shake_hands(self, path, protocol):
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        headers |= {"Sec-WebSocket-Key": key, "Origin": "http://localhost"}
        if protocol:
            headers["Sec-WebSocket-Protocol"] = protocol
        self._write(head_of("GET", path, headers=headers))
        self._reader = Reader(self._link, self._until)
        status, found = read_head(self._reader)
        if status != 101:
            raise NoAnswer("protocol", f"no WebSocket: answered {status}", status)
        wanted = base64.b64encode(hashlib.sha1((key + GUID).encode(), usedforsecurity=False).digest()).decode()
        if found.get("sec-websocket-accept") != wanted:
            raise NoAnswer("protocol", "not the answer to this request for a WebSocket")

    def send(self, message):
        """One binary message."""
        self._send(BINARY, message)

    def say(self, text):
        """One message of text."""
        self._send(TEXT, text.encode())

    def receive(self):
        """The next whole message as bytes; pings are answered on the way."""
        pieces = []
        while True:
            final, opcode, piece = self._frame()
            if opcode == CLOSE:
                raise NoAnswer("closed", "the server closed the WebSocket")
            if opcode == PING:
                self._send(PONG, piece)
            elif opcode in (CONTINUED, TEXT, BINARY):
                pieces.append(piece)
                if final:
                    return b"".join(pieces)

    def _frame(self):
        first, second = self._reader.take(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self._reader.take(2 if size == 126 else 8), "big")
        # A server's frames carry no mask, and we agreed on no extension that could set the reserved bits.
        if first & 0x70 or second & 0x80:
            raise NoAnswer("protocol", "a frame that is none of a server")
        self._room -= size + 2
        if self._room < 0:
            raise NoAnswer("too_large", f"more than {MESSAGE_BYTES} bytes in one session")
        return bool(first & 0x80), first & 0x0F, self._reader.take(size)

    def _send(self, opcode, message):
        size = len(message)
        length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
        mask = secrets.token_bytes(4)
        masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(message))
        self._write(bytes([0x80 | opcode]) + length + mask + masked)

    def _write(self, data):
        self._link.settimeout(max(0.01, self._until - time.monotonic()))
        try:
            self._link.sendall(data)
        except TimeoutError:
            raise NoAnswer("timeout", "nothing was read") from None
        except OSError as error:
            raise NoAnswer("closed", str(error)) from None
