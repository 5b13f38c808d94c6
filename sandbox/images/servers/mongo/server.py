"""A server that speaks MongoDB's protocol and answers by mongomock: what stands in where no mongod can be had.

`python server.py [mongod's options]`. It keeps everything in memory. MONGO_INITDB_ROOT_USERNAME and _PASSWORD, and the
users of `createUser` calls in /docker-entrypoint-initdb.d, have to say who they are; with none, nobody has to.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import catalogue  # noqa: F401 - each of these registers its commands
import hello  # noqa: F401
import reads  # noqa: F401
import wire
import writes  # noqa: F401
from errors import Refused, unknown
from scram import check_known
from session import COMMANDS, Document, Server, Session

INIT = Path("/docker-entrypoint-initdb.d")
_USER = re.compile(r"createUser\s*\(\s*\{(?P<body>[^}]*)")
_MEMBER = r"[\"']?{name}[\"']?\s*:\s*[\"']([^\"']+)[\"']"


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="mongod", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=27017)
    parser.add_argument("--replSet", default="")
    asked, ignored = parser.parse_known_args(words)
    if ignored:
        say(f"options without meaning for this stand-in: {' '.join(ignored)}")
    asyncio.run(serve(Server(asked.port, users(os.environ), asked.replSet.partition("/")[0])))


def users(env: Any) -> dict[str, str]:
    """The users of the official image's variables, and with them those that its first scripts would make."""
    root, password = env.get("MONGO_INITDB_ROOT_USERNAME"), env.get("MONGO_INITDB_ROOT_PASSWORD")
    if not root or not password:
        return {}
    known = {root: password}
    for script in sorted(INIT.glob("*")) if INIT.is_dir() else []:
        text = script.read_text(errors="replace") if script.suffix in (".js", ".sh") else ""
        say(f"{script.name} is not run: of it only users are taken over")
        for found in _USER.finditer(text):
            name, secret = (re.search(_MEMBER.format(name=key), found["body"]) for key in ("user", "pwd"))
            known |= {name[1]: secret[1]} if name and secret else {}
    return known


async def serve(server: Server) -> None:
    """Until SIGTERM or SIGINT."""
    numbers = itertools.count(1)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await converse(Session(server, next(numbers)), reader, writer)
        except (wire.Malformed, ConnectionError) as error:
            say(f"a connection ended: {error}")
        finally:
            writer.close()

    listening = await asyncio.start_server(connected, "0.0.0.0", server.port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say(f"Waiting for connections on port {server.port}: a stand-in for MongoDB, in memory, by mongomock")
    await stop.wait()
    listening.close()
    say("ended")


async def converse(session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each request of a connection, one after the other."""
    while (request := await wire.read(reader)) is not None:
        document = answer(session, request.body)
        if not request.silent:
            writer.write(wire.answer(request, document))
            await writer.drain()


def answer(session: Session, body: Document) -> Document:
    """A command's answer, errors included."""
    name = next(iter(body), "")
    session.database = str(body.get("$db", "admin"))
    try:
        check_known(session, name)
        if "startTransaction" in body or body.get("autocommit") is False:
            raise Refused(20, "Transaction numbers are only allowed on a replica set member or mongos")
        run = COMMANDS.get(name.lower())
        if run is None:
            raise Refused(59, f"no such command: '{name}'")
        return {**run(session, body), "ok": 1.0}
    except Refused as error:
        return error.document()
    except Exception as error:  # noqa: BLE001 - whatever the query library does not take is the command's error
        refused = unknown(error)
        say(f"{name}: {refused.message}")
        return refused.document()


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
