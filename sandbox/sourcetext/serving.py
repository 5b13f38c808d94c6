"""What source text says of serving HTTP: its literal routes, its ports, and whether it listens on loopback only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.pysource.routes import MAX_ROUTES, Route, health_paths
from sandbox.sourcetext.source import Source

__all__ = ["Framework", "Route", "Serving", "health_paths", "serving"]


@dataclass(frozen=True)
class Framework:
    """`seen` is text that gives it away (an import); `port` is what it listens on when told nothing, 0 for no default.

    routes  patterns with the group `path`, and `method` (GET when there is none)
    prefix  pattern with the group `path` of what all routes of its file begin with
    """

    id: str
    title: str
    seen: str
    port: int = 0
    routes: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    prefix: str = ""


@dataclass(frozen=True)
class Serving:
    """Ports in the order of the text; `loopback` is "file:line" of an address that nobody outside reaches."""

    routes: tuple[Route, ...] = ()
    ports: tuple[int, ...] = ()
    loopback: str = ""
    reads_port: bool = False

    def hints(self, framework: Framework, app: str, folder: str) -> dict[str, Any]:
        """The plan's hints: {"framework", "app", "routes": [{"method", "path"}]} and "loopback" when there is one.

        `folder` is where the sources were read, below the root of the repository.
        """
        hints: dict[str, Any] = {
            "framework": framework.id,
            "app": app,
            "routes": [{"method": route.method, "path": route.path} for route in self.routes],
        }
        return hints | ({"loopback": f"{folder}/{self.loopback}".lstrip("/")} if self.loopback else {})

    def expected(self, framework: Framework) -> tuple[int, ...]:
        """Ports to look at, likeliest first. A program that reads PORT gets 8000."""
        given = (8000,) if self.reads_port else ()
        own = (framework.port,) if framework.port else ()
        return tuple(dict.fromkeys((*given, *self.ports, *own, 8000, 8080)))

    @property
    def health(self) -> tuple[str, ...]:
        return health_paths(self.routes)


_READS_PORT = re.compile(r'"(?:SERVER_|HTTP_|APP_)?PORT"|\$\{PORT')
_ADDRESS = re.compile(
    r'"(?P<host>127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\])?:(?P<port>\d{2,5})"'
    r'|"(?P<host2>127\.0\.0\.1|localhost|0\.0\.0\.0)"(?:\.\w{1,20}\(\))?\s{0,20}[,)]\s{0,20}(?P<port2>\d{2,5})?'
    r"|\(?\[\s?(?P<host3>127, ?0, ?0, ?1|0, ?0, ?0, ?0)\s?\]\s?,\s?(?P<port3>\d{2,5})"
)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "127,0,0,1")
# A line that dials out or allows an origin also holds an address, and is no server's.
_DIALS = re.compile(
    r"Dial|NewClient|[Cc]onnect|DSN|redis|postgres|mysql|mongo|kafka|[Oo]rigin|http://|https://|Getenv|env::var|getenv"
)


def serving(sources: Iterable[Source], framework: Framework) -> Serving:
    """Read all files once."""
    found: dict[tuple[str, str], Route] = {}
    ports: dict[int, None] = {}
    loopback, reads_port = "", False
    patterns = [re.compile(pattern) for pattern in framework.routes]
    for source in sources:
        mounted = re.search(framework.prefix, source.text) if framework.prefix else None
        for pattern in patterns:
            for match in pattern.finditer(source.text):
                route = _route(match, mounted["path"] if mounted else "")
                if route is not None and len(found) < MAX_ROUTES:
                    found.setdefault((route.path, route.method), route)
        reads_port = reads_port or _READS_PORT.search(source.text) is not None
        for match in _ADDRESS.finditer(source.text):
            start = source.text.rfind("\n", 0, match.start()) + 1
            end = source.text.find("\n", match.end())
            line = source.text[start : end if end >= 0 else None][:300]
            host = match["host"] or match["host2"] or match["host3"] or ""
            port = int(match["port"] or match["port2"] or match["port3"] or 0)
            if _DIALS.search(line) or not (0 < port < 65536):
                continue
            ports[port] = None
            if host.replace(" ", "") in _LOOPBACK:
                loopback = loopback or f"{source.path}:{source.line(match.start())}"
    return Serving(tuple(found.values()), tuple(ports), loopback, reads_port)


def _route(match: re.Match[str], prefix: str) -> Route | None:
    groups = match.groupdict()
    path = groups.get("path") or ""
    method = (groups.get("method") or "GET").upper()
    # Go's own multiplexer takes "GET /path" in one text; annotations of Java may leave the first slash out.
    if " " in path:
        method, _, path = path.partition(" ")
    path = "/" + "/".join(part.strip("/") for part in (prefix, path) if part.strip("/"))
    method = {"HANDLEFUNC": "GET", "HANDLE": "GET", "ANY": "GET", "ALL": "GET", "REQUEST": "GET"}.get(method, method)
    if len(path) > 200 or method not in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        return None
    return Route(path, method)
