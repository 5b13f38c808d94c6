"""The gateway's HTTP/2, over h2: requests read under caps, and answers that wait for the client's window.

For gRPC only: a client that speaks HTTP/1.1 too is answered by that (see gateway_doors.py).
"""

import asyncio
import contextlib
import site
import sys

# Scripts are started without a look for packages, which takes as long as to start Python; this one needs one.
sys.path += site.getsitepackages()

from gateway_http import BODY_BYTES
from h2 import config, connection, errors, events, exceptions

IDLE_S, WRITE_S, READ_BYTES, TASKS = 300.0, 30.0, 64 * 1024, 256


class Stream:
    """One request: `headers` and `body` as they came, `gone` set when nobody waits for an answer any more."""

    def __init__(self, link, number, headers):
        self.link, self.number, self.headers = link, number, headers
        self.body, self.gone, self.is_refused = bytearray(), asyncio.Event(), False

    async def start(self, headers, *, end=False):
        await self.link.write(self, lambda h2: h2.send_headers(self.number, headers, end_stream=end))

    async def send(self, data):
        data = memoryview(data)
        while data:
            room = await self.link.window(self)
            piece, data = data[:room], data[room:]
            await self.link.write(self, lambda h2, piece=piece: h2.send_data(self.number, piece))

    async def end(self, trailers):
        await self.link.write(self, lambda h2: h2.send_headers(self.number, trailers, end_stream=True))

    async def patience(self, seconds):
        """Wait so long; True at once when the client does not, and goes."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)
        return self.gone.is_set()


class Link:
    """One connection. `answer(stream)` is awaited for each whole request, several at a time; a stream whose body is too
    large comes with `is_refused`. It says False when the connection is over."""

    def __init__(self, reader, writer, room, answer):
        self.reader, self.writer, self.room, self.answer = reader, writer, room, answer
        settings = config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.h2 = connection.H2Connection(settings)
        self.streams, self.tasks = {}, set()
        self.moved = asyncio.Event()  # the client has opened a window, or gone

    async def run(self):
        """Serve it until it ends."""
        self.h2.initiate_connection()
        try:
            await self.flush()
            while data := await self.read():
                try:
                    for event in self.h2.receive_data(data):
                        self.take(event)
                except (exceptions.ProtocolError, UnicodeDecodeError):
                    await self.flush()  # what was wrong, in its words
                    return
                await self.flush()
        finally:
            for stream in list(self.streams.values()):
                self.leave(stream)
            if self.tasks:
                await asyncio.wait(self.tasks)

    async def read(self):
        while True:
            try:
                return await asyncio.wait_for(self.reader.read(READ_BYTES), IDLE_S)
            except TimeoutError:
                if not self.streams:
                    self.h2.close_connection()
                    await self.flush()
                    return b""

    def take(self, event):
        number = getattr(event, "stream_id", None)
        stream = self.streams.get(number)
        if isinstance(event, events.RequestReceived):
            self.streams[number] = Stream(self, number, dict(event.headers))
        elif isinstance(event, events.DataReceived):
            # What is counted at once is not read any faster: the caps are those of `Room` and of a body.
            self.h2.acknowledge_received_data(event.flow_controlled_length, number)
            if stream is not None and not stream.is_refused:
                self.hold(stream, event.data)
        elif isinstance(event, events.StreamEnded) and stream is not None and not stream.is_refused:
            self.begin(stream)
        elif isinstance(event, events.StreamReset) and stream is not None:
            self.leave(stream)
        elif isinstance(event, events.WindowUpdated | events.RemoteSettingsChanged):
            self.moved.set()

    def hold(self, stream, data):
        if len(stream.body) + len(data) <= BODY_BYTES and self.room.take(len(data)):
            stream.body += data
        else:
            stream.is_refused = True
            self.begin(stream)

    def begin(self, stream):
        if len(self.tasks) >= TASKS:  # who starts calls only to drop them
            self.h2.close_connection(errors.ErrorCodes.ENHANCE_YOUR_CALM)
            return
        task = asyncio.create_task(self.finish(stream))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def finish(self, stream):
        try:
            is_over = not await self.answer(stream)
            if is_over and not stream.gone.is_set():
                self.writer.close()
            elif stream.is_refused and not stream.gone.is_set():  # the rest of its body is not wanted
                await self.write(stream, lambda h2: h2.reset_stream(stream.number, errors.ErrorCodes.NO_ERROR))
        except (OSError, TimeoutError):
            if not stream.gone.is_set():
                self.writer.transport.abort()
        finally:
            self.leave(stream)

    def leave(self, stream):
        """Nothing more comes for a stream, and nobody reads what would go."""
        stream.gone.set()
        self.moved.set()
        if self.streams.pop(stream.number, None):
            self.room.left += len(stream.body)

    async def window(self, stream):
        """How many bytes may go now, once there are some."""
        while True:
            self.alive(stream)
            try:
                room = min(self.h2.local_flow_control_window(stream.number), self.h2.max_outbound_frame_size)
            except exceptions.ProtocolError as error:
                raise ConnectionResetError(str(error)) from error
            if room > 0:
                return room
            self.moved.clear()
            await asyncio.wait_for(self.moved.wait(), WRITE_S)

    async def write(self, stream, say):
        self.alive(stream)
        try:
            say(self.h2)
        except exceptions.ProtocolError as error:
            raise ConnectionResetError(str(error)) from error
        await self.flush()

    @staticmethod
    def alive(stream):
        if stream.gone.is_set():
            raise ConnectionResetError("the client has gone")

    async def flush(self):
        self.writer.write(self.h2.data_to_send())
        await asyncio.wait_for(self.writer.drain(), WRITE_S)
