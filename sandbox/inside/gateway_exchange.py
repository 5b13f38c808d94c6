"""One request over HTTP/1.1: how long its client waits, and the answer as the mode says that it ends."""

import asyncio
import contextlib
import socket
import struct
import time

from gateway_http import chunk, document_bytes, head_of

WRITE_S, LOOK_S = 30.0, 0.05


class Exchange:
    """Of a `Request`, between the reader and the writer of its connection."""

    def __init__(self, request, reader, writer):
        self.request, self.reader, self.writer = request, reader, writer

    async def patience(self, seconds):
        """Wait so long; True at once when the client does not, and goes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.reader.at_eof():
                return True
            await asyncio.sleep(min(left, LOOK_S))
        return False

    async def answer(self, said, mode):
        """Write it; False when the connection is over."""
        writer, keep = self.writer, self.request.keep
        if mode.name in ("reset", "hanging"):
            reset(writer)
            return False
        if said.frames is None:
            body = document_bytes(said.document)
            body = b'{"id": "broken", "choices": [{' if mode.name == "malformed" else body
            head = head_of(said.status, said.media, length=len(body), keep=keep, headers=said.headers)
            writer.write(head + (body[: len(body) // 2] if mode.name == "cut" else body))
        else:
            frames = [b"data: {broken\n\n"] if mode.name == "malformed" else said.frames
            writer.write(head_of(said.status, said.media, keep=keep, headers=said.headers))
            for frame in frames[: len(frames) // 2] if mode.name == "cut" else frames:
                if mode.pace_s and await self.patience(mode.pace_s):
                    raise ConnectionAbortedError("the client left in the middle of a stream")
                writer.write(chunk(frame))
                await asyncio.wait_for(writer.drain(), WRITE_S)
            writer.write(b"" if mode.name == "cut" else b"0\r\n\r\n")
        await asyncio.wait_for(writer.drain(), WRITE_S)
        if mode.name == "cut":
            writer.transport.close()
            return False
        return keep


def reset(writer):
    """End a connection so that the client sees it break, not end."""
    with contextlib.suppress(OSError):
        link = writer.transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
