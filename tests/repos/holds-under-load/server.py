"""Squares of numbers and a report, from an event loop with a bound on what is at work and on what waits for it."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

AT_WORK, MOST_WAITING, SECONDS = 30, 40, 0.15
places = asyncio.Semaphore(AT_WORK)
inside = 0


async def serve(reader, writer):
    try:
        while head := await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60):
            status, document = await answer(head.split(b" ", 2)[1].decode())
            body = json.dumps(document).encode()
            lines = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(lines.encode() + body)
            await writer.drain()
    except (OSError, ValueError, IndexError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


async def answer(address):
    global inside
    parts = urlsplit(address)
    if parts.path == "/health":
        return "200 OK", {"status": "ok"}
    if parts.path not in ("/square", "/report"):
        return "404 Not Found", {"error": "not found"}
    if inside >= AT_WORK + MOST_WAITING:
        return "503 Service Unavailable", {"error": "busy, try again"}
    inside += 1
    try:
        async with places:
            await asyncio.sleep(SECONDS)
        if parts.path == "/report":
            return "200 OK", {"squares": [number * number for number in range(10)]}
        number = int(parse_qs(parts.query)["of"][0])
        return "200 OK", {"of": number, "square": number * number}
    finally:
        inside -= 1


async def main():
    server = await asyncio.start_server(serve, "0.0.0.0", 8000, backlog=512)
    async with server:
        await server.serve_forever()


asyncio.run(main())
