"""A model provider inside the pod: OpenAI's, Anthropic's, Gemini's and Ollama's interfaces, deterministic and bounded.

Standard input, one JSON document a line: first {"places": [["127.0.0.12", 4010]]}, and "tls" in it where it also
answers at the names of providers (see gateway_doors.py), later any number of
{"tell": number, "mode": {"name": "normal" | ..., "delay_s", "retry_after_s", "times"}} (see `Mode`), or
{"tell": number, "rules": [...], "watch": [...]} (see gateway_rules.py). Only who holds standard input can change how it
answers: nothing that an application sends does.

Standard output, one JSON line each: {"event": {"listening": [port]}}, {"event": {"told": number, "calls": count}}, and
for each call {"event": {"call": {...}}}, the first REPORTED of them and as many again in which a marker stands. Of a
text only its size and a digest are kept.
"""

import asyncio
import contextlib
import hashlib
import json
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import gateway_routes as routes
from gateway_doors import Untrusted, door_at, secure_doors, speaks_http2, streams
from gateway_exchange import WRITE_S, Exchange
from gateway_http import BODY_BYTES, HEAD_BYTES, Refusal, Room, document_bytes, head_of, read_request
from gateway_persona import PERSONAS, speaking_as
from gateway_provider import Provider
from gateway_rules import Rules
from gateway_said import Said
from wire import event

CONNECTIONS, BIG_BODIES, REPORTED, CONTROL_BYTES = 256, 8, 2_000, 1024 * 1024
HANG_S = 600.0
MODES = (
    "normal",
    "slow",  # each answer after delay_s
    "rate_limited",  # 429 with Retry-After
    "overloaded",  # 503, or 529 where Anthropic's clients expect it
    "failing",  # 500
    "refused",  # nothing listens
    "reset",  # the connection breaks instead of an answer
    "hanging",  # accepted, read, never answered
    "malformed",  # a success that is no JSON
    "cut",  # the answer breaks off in its middle
)


@dataclass
class Mode:
    """How calls end, all of them or the next `times`. `delay_s` goes before every answer, `pace_s` between the pieces
    of a streamed one; `persona` is whose answer it is (gateway_persona.py)."""

    name: str = "normal"
    delay_s: float = 0.0
    retry_after_s: int = 1
    times: object = None
    pace_s: float = 0.0
    persona: str = ""

    @classmethod
    def of(cls, document):
        """ValueError names what is wrong."""
        mode = cls(**document)
        if mode.name not in MODES:
            raise ValueError(f"no such mode: {mode.name}")
        if mode.persona not in PERSONAS:
            raise ValueError(f"no such persona: {mode.persona}")
        return mode


class Gateway:
    def __init__(self, places, provider=False, tls=None):
        self.provider = Provider(provider)
        plain = {door_at(address, port): None for address, port in places}
        self.doors = plain | secure_doors(tls)  # with the TLS context of each, None where it speaks plainly
        self.links, self.mode, self.calls, self.marked = set(), Mode(), 0, 0
        self.rules = Rules()
        self.started = time.monotonic()
        self.accepting = []

    async def run(self, controls):
        """Serve until the process is killed. `controls` gives the documents of standard input."""
        self.big, self.room = asyncio.Semaphore(BIG_BODIES), Room(BIG_BODIES * BODY_BYTES)
        # One at a time: what one request may take of memory, several at once might not.
        self.worker = ThreadPoolExecutor(1)
        self.open()
        event(listening=[door.getsockname()[1] for door in self.doors])
        while True:
            document = await controls.get()
            try:
                if self.provider.take(document):
                    continue
                if "provider" in document:
                    self.provider.is_on = document["provider"] is True
                    event(told=document["tell"], calls=self.calls)
                    continue
                if "rules" in document:
                    self.rules.set(document, Mode.of)
                else:
                    self.change(Mode.of(document["mode"]))
                event(told=document["tell"], calls=self.calls)
            except (KeyError, TypeError, ValueError) as error:
                event(told=document.get("tell"), refused=str(error)[:200])

    def change(self, mode):
        was, self.mode = self.mode.name, mode
        if mode.name == "refused":
            self.close()
        elif was == "refused":
            self.open()

    def open(self):
        for door, context in self.doors.items():
            door.listen(128)
            self.accepting.append(asyncio.create_task(self.accept(door, context)))

    def close(self):
        """Nothing listens from here on, while the port stays ours: a socket that is bound can listen again."""
        while self.accepting:
            self.accepting.pop().cancel()
        for door in self.doors:
            door.shutdown(socket.SHUT_RDWR)
        for link in list(self.links):
            link.abort()

    async def accept(self, door, context):
        loop = asyncio.get_running_loop()
        tasks = set()
        while True:
            try:
                link, _ = await loop.sock_accept(door)
            except OSError:
                await asyncio.sleep(0.05)  # out of file descriptors, or a client that has gone
                continue
            if len(self.links) + len(tasks) >= CONNECTIONS * 2:
                link.close()
                continue
            task = asyncio.create_task(self.serve(link, context))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def serve(self, link, context):
        """One connection, from its first request to its end."""
        # asyncio sets it only on sockets that name their protocol; without it each chunk of a stream waits 40 ms.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            reader, writer = await streams(link, context, HEAD_BYTES)
        except Untrusted:
            if self.mode.name != "refused":
                self.record(None, None, Said(status=0), 0.0, path="(the client broke off the TLS handshake)")
            return
        transport = writer.transport
        try:
            if len(self.links) >= CONNECTIONS:
                text = b"too many connections"
                writer.write(head_of(503, "text/plain", length=len(text), keep=False) + text)
                return
            self.links.add(transport)
            if self.mode.name == "refused":
                transport.abort()  # taken a moment before the doors closed
                return
            if speaks_http2(transport):
                await self.serve_http2(reader, writer)
                return
            while True:
                try:
                    request = await read_request(reader, writer, self.big)
                except Refusal as refusal:
                    await self.refuse(writer, refusal)
                    return
                if request is None or not await self.handle(request, reader, writer):
                    return
        except (OSError, TimeoutError):
            transport.abort()
        finally:
            self.links.discard(transport)
            writer.close()

    async def serve_http2(self, reader, writer):
        """One connection of a client that speaks nothing else, which is one of gRPC."""
        # Only here: most runs have no such client, and none of theirs should wait for it.
        from gateway_grpc import Call
        from gateway_http2 import Link

        async def answer(stream):
            call = Call(stream)
            try:
                request = await asyncio.get_running_loop().run_in_executor(self.worker, call.request)
            except Refusal as refusal:
                self.record(None, None, Said(status=refusal.status), 0.0, path="(unreadable)")
                await call.refuse(refusal)
                return True
            return await self.exchange(request, call)

        await Link(reader, writer, self.room, answer).run()

    async def refuse(self, writer, refusal):
        self.record(None, None, Said(status=refusal.status), 0.0, path="(unreadable)")
        body = document_bytes({"error": {"message": refusal.message, "type": "invalid_request_error"}})
        writer.write(head_of(refusal.status, "application/json", length=len(body), keep=False) + body)
        await asyncio.wait_for(writer.drain(), WRITE_S)

    async def handle(self, request, reader, writer):
        """Answer one request as the mode says; whether the connection can take another one."""
        if request.path == "/" and request.method in ("GET", "HEAD"):
            text = b"Ollama is running"  # what its clients look for before they ask
            writer.write(head_of(200, "text/plain", length=len(text), keep=request.keep))
            writer.write(text if request.method == "GET" else b"")
            await asyncio.wait_for(writer.drain(), WRITE_S)
            return request.keep
        return await self.exchange(request, Exchange(request, reader, writer))

    async def exchange(self, request, exchange):
        """Answer one request over whichever HTTP; whether the connection can take another one."""
        began = time.monotonic()
        route, tail = routes.route_of(request)
        mode = self.rules.mode_for(request.body, route.kind if route else "unknown") or self.mode_for_call()
        said = failure(mode, request, route)
        if said is None:
            loop = asyncio.get_running_loop()
            said = await loop.run_in_executor(self.worker, answer_as, mode.persona, request, route, tail)
            if mode == Mode(times=mode.times):  # who tries how an application fails, or is lied to, says the answer
                said = await self.provider.said(request, route, said)
        gone = await exchange.patience(HANG_S if mode.name == "hanging" else mode.delay_s)
        try:
            return not gone and await exchange.answer(said, mode)
        except OSError:
            gone = True
            raise
        finally:
            self.record(request, route, said, time.monotonic() - began, mode=mode.name, gone=gone)

    def mode_for_call(self):
        mode = self.mode
        if mode.times is not None:
            mode.times -= 1
            if mode.times <= 0:
                self.mode = Mode()
        return mode

    def record(self, request, route, said, seconds, *, path="", mode="normal", gone=False):
        """One line of the call, unless there were too many."""
        self.calls += 1
        saw = self.rules.seen_in(request.body) if request else []
        self.marked += bool(saw)
        if self.calls > REPORTED and not (saw and self.marked <= REPORTED):
            return
        ask = said.ask
        told = {
            "at_s": round(time.monotonic() - self.started - seconds, 3),
            "seconds": round(seconds, 3),
            "path": path or (request.shown or request.path)[:120],
            "kind": route.kind if route else "unknown",
            "status": said.status,
            "mode": mode,
            "gone": gone,
            "model": ask.model[:80] if ask else "",
            "stream": said.frames is not None,
            "messages": len(ask.turns) if ask else 0,
            "tools": len(ask.tools) if ask else 0,
            "form": ("schema" if ask.schema else "json" if ask.json else "tools" if ask.tools else "") if ask else "",
            "saw": saw,
            "characters": sum(len(text) for _, text in ask.turns) if ask else 0,
            "bytes": len(request.body) if request else 0,
            "source": said.source,
            "digest": hashlib.sha256(request.body).hexdigest()[:16] if request else "",
            "tokens_in": first(said.usage, "prompt_tokens", "input_tokens", "promptTokenCount"),
            "tokens_out": first(said.usage, "completion_tokens", "output_tokens", "candidatesTokenCount"),
        }
        event(call=told)


def answer_as(persona, request, route, tail):
    with speaking_as(persona):
        return routes.answer(request, route, tail)


def first(usage, *names):
    return next((usage[name] for name in names if name in usage), 0)


def failure(mode, request, route):
    """The `Said` of a mode in which no call succeeds; None in the others."""
    dialect = routes.dialect_of(request, route)
    if mode.name == "rate_limited":
        document = dialect.error(429, "Rate limit reached. Please try again later.")
        after = str(mode.retry_after_s)
        return Said(document, status=429, headers={"Retry-After": after, "x-ratelimit-remaining-requests": "0"})
    if mode.name == "overloaded":
        status = 529 if dialect is routes.anthropic else 503
        return Said(dialect.error(status, "The model is overloaded. Please try again later."), status=status)
    if mode.name == "failing":
        return Said(dialect.error(500, "The server had an error while processing your request."), status=500)
    return None


def listen_to_input(loop, controls):
    """Documents of standard input into the queue, until it ends; serving goes on without it."""
    for line in sys.stdin:
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(line[:CONTROL_BYTES])
            if isinstance(document, dict):
                loop.call_soon_threadsafe(controls.put_nowait, document)


async def main():
    request = json.loads(sys.stdin.readline())
    controls = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=listen_to_input, args=(loop, controls), daemon=True).start()
    await Gateway(request["places"], request.get("provider") is True, request.get("tls")).run(controls)


if __name__ == "__main__":
    asyncio.run(main())
