"""On which address and port a known server listens when started with given arguments, and how to open it up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK = r"(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a team's server should bind inside its own namespace


@dataclass(frozen=True)
class Server:
    """A server's command line. `host` and `port` are its options; `bind` takes "host:port"; `default` is what it
    binds when told nothing; `variable` names the environment variable that sets the host."""

    name: str
    pattern: str
    default: str
    host: str = ""
    port: str = ""
    bind: str = ""
    variable: str = ""


SERVERS = (
    Server("uvicorn", r"\buvicorn\b", "127.0.0.1", r"--host", r"--port", variable="UVICORN_HOST"),
    Server("hypercorn", r"\bhypercorn\b", "127.0.0.1", bind=r"(?:--bind|-b)"),
    # With PORT set, as it always is here, gunicorn binds 0.0.0.0:$PORT unless told otherwise.
    Server("gunicorn", r"\bgunicorn\b", EVERYWHERE, bind=r"(?:--bind|-b)"),
    Server(
        "flask run", r"\bflask\b.*\brun\b", "127.0.0.1", r"(?:--host|-h)", r"(?:--port|-p)", variable="FLASK_RUN_HOST"
    ),
    Server("fastapi dev", r"\bfastapi\s+dev\b", "127.0.0.1", r"--host", r"--port"),
    Server("fastapi run", r"\bfastapi\s+run\b", EVERYWHERE, r"--host", r"--port"),
    Server(
        "streamlit run",
        r"\bstreamlit\s+run\b",
        EVERYWHERE,
        r"--server\.address",
        r"--server\.port",
        variable="STREAMLIT_SERVER_ADDRESS",
    ),
    Server("daphne", r"\bdaphne\b", "127.0.0.1", r"(?:--bind|-b)", r"(?:--port|-p)"),
    Server("waitress-serve", r"\bwaitress-serve\b", EVERYWHERE, r"--host", r"--port", bind=r"--listen"),
    Server("manage.py runserver", r"\bmanage\.py\s+runserver\b", "127.0.0.1"),
)


@dataclass(frozen=True)
class Listening:
    """`loopback` is the reason ("--host 127.0.0.1", "no --host") or "" when it is reachable; `port` may be None."""

    server: Server
    loopback: str
    port: int | None


def listening(text: str, env: Mapping[str, str]) -> Listening | None:
    """What a command line that runs a known server will listen on; None when it runs no known one."""
    server = next((row for row in SERVERS if re.search(row.pattern, text)), None)
    if server is None:
        return None
    if server.name == "manage.py runserver":
        match = re.search(r"runserver\s+(?:--\S+\s+)*(?:([\w.\[\]:]+):)?(\d+)?(?=\s|$)", text)
        host, port = (match[1], match[2]) if match else (None, None)
        said = f"runserver {host}" if host else "runserver without an address"
    else:
        host, port, said = _options(server, text, env)
    address = host or server.default
    loopback = said if re.fullmatch(LOOPBACK, address) else ""
    return Listening(server, loopback, int(port) if port and port.isdigit() else None)


def _options(server: Server, text: str, env: Mapping[str, str]) -> tuple[str | None, str | None, str]:
    host = _option(server.host, text) or env.get(server.variable)
    port = _option(server.port, text)
    said = f"{_plain(server.host)} {host}" if host else f"no {_plain(server.host or server.bind)}"
    bound = _option(server.bind, text)
    if bound:
        host, _, port = bound.rpartition(":") if ":" in bound else (bound, "", "")
        said = f"{_plain(server.bind)} {bound}"
    return host or None, port or None, said


def _plain(option: str) -> str:
    """The first spelling of an option's pattern."""
    return option.removeprefix("(?:").partition("|")[0].replace("\\", "")


def _option(option: str, text: str) -> str | None:
    match = re.search(rf"(?:^|\s){option}(?:=|\s+)[\"']?([^\s\"']+)", text) if option else None
    return match[1] if match else None


def opened(text: str, found: Listening) -> str | None:
    """The command line with the server bound to every interface; None when it is not plain how to write it."""
    if not found.loopback or re.search(r"[;&|]", text[_start(found.server, text) :]):
        return None
    server = found.server
    if server.name == "manage.py runserver":
        return re.sub(r"(runserver)(\s+[\w.\[\]:]*\d+)?", f"runserver {EVERYWHERE}:{found.port or 8000}", text, count=1)
    for option in (server.host, server.bind):
        if option and _option(option, text):
            pattern = rf"((?:^|\s){option}(?:=|\s+)[\"']?){LOOPBACK}"
            return re.sub(pattern, rf"\g<1>{EVERYWHERE}", text, count=1)
    if server.host:
        return f"{text} {_plain(server.host)} {EVERYWHERE}"
    return f"{text} {_plain(server.bind)} {EVERYWHERE}:{found.port or 8000}"


def _start(server: Server, text: str) -> int:
    match = re.search(server.pattern, text)
    return match.start() if match else 0
