"""Literal HTTP routes of a Node.js package: calls such as app.get("/x"), mounts, decorators, files that are routes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from sandbox.pysource.routes import MAX_ROUTES, Route, health_paths
from sandbox.sourcetext.source import Source

__all__ = ["Route", "health_paths", "routes_of"]

MAX_DEPTH = 4
_VERBS = r"get|post|put|patch|delete|head|options|all"
_TEXT = r"(?P<quote>['\"`])(?P<path>/?[^'\"`\n$]{0,200})(?P=quote)"
_CALL = re.compile(
    rf"\b(?P<on>\w{{1,60}})\s{{0,20}}\.\s{{0,20}}(?P<verb>{_VERBS})\s{{0,20}}(?:<[^()]{{0,200}}>)?"
    rf"\(\s{{0,20}}{_TEXT}\s{{0,20}},"
)
_CHAIN = re.compile(rf"\b(?P<on>\w{{1,60}})\s{{0,20}}\.route\(\s{{0,20}}{_TEXT}\s{{0,20}}\)")
_CHAINED = re.compile(rf"\.\s{{0,20}}({_VERBS})\s{{0,20}}\(")
_OPTIONS = re.compile(r"\b(?P<on>\w{1,60})\.route\(\s{0,20}\{(?P<body>[^}]{0,400})")
_MOUNT = re.compile(rf"\b(?P<on>\w{{1,60}})\s{{0,20}}\.use\(\s{{0,20}}{_TEXT}\s{{0,20}},(?P<rest>[^;\n]{{0,300}})")
_REGISTER = re.compile(
    r"\b(?P<on>\w{1,60})\.register\(\s{0,20}(?P<what>[^,;]{1,120}),\s{0,20}\{[^}]{0,200}?\bprefix\s{0,5}:\s{0,5}['\"](?P<path>/[^'\"\n]{0,100})"
)
_REQUIRE = re.compile(r"\b(?:require|import)\(\s{0,10}['\"](?P<file>\.[^'\"\n]{1,200})['\"]")
_IMPORTS = (
    re.compile(
        r"\b(?:const|let|var)\s+(?P<names>\w+|\{[^}]{1,200}\})\s*=\s*require\(\s*['\"](?P<file>\.[^'\"\n]{1,200})"
    ),
    re.compile(r"\bimport\s+(?:type\s+)?(?P<names>[\w*{}\s,$]{1,200}?)\s+from\s+['\"](?P<file>[.@~][^'\"\n]{0,200})"),
)
# What asks a server instead of being one.
_CLIENTS = re.compile(
    r"^(?:axios|request|supertest|http|https|agent|client|fetcher|ky|got|superagent|nock|cy|page|localStorage|cache|map|params|headers|searchParams|config|store|redis|db)$"
)
_CONTROLLER = re.compile(
    r"@Controller\(\s{0,10}(?:\{[^}]{0,200}?path\s{0,5}:\s{0,5})?(?:['\"`](?P<path>[^'\"`\n]{0,120})['\"`])?"
)
_DECORATED = re.compile(
    r"@(?P<verb>Get|Post|Put|Patch|Delete|Head|Options|All)\(\s{0,10}(?:['\"`](?P<path>[^'\"`\n]{0,120})['\"`])?"
)
_COMPARED_METHOD = re.compile(
    r"(?:\breq(?:uest)?\.method\s{0,5}[!=]={1,2}\s{0,5}|\bcase\s{1,5})['\"](GET|POST|PUT|PATCH|DELETE)['\"]"
)
_GLOBAL = re.compile(r"setGlobalPrefix\(\s{0,10}['\"`]/?([\w/-]{1,60})")
_EXPORTED = re.compile(r"\bexport\s+(?:async\s+)?(?:function|const)\s+(GET|POST|PUT|PATCH|DELETE|HEAD)\b")
# Without a router: request.url === "/health", ctx.path === "/health".
_COMPARED = re.compile(
    r"\b(?:url|pathname|ctx\.path|req\.path)\s{0,5}={2,3}\s{0,5}['\"](?P<path>/[^'\"\n]{0,120})['\"]"
)
_ENDS = ("", ".js", ".ts", ".mjs", ".cjs", ".mts", ".jsx", ".tsx", "/index.js", "/index.ts", "/index.mjs")


def routes_of(sources: Iterable[Source], folder: str = "") -> tuple[Route, ...]:
    """Routes of all files, mounts applied, at most MAX_ROUTES. `folder` is the package's, for routes that are files."""
    listed = {source.path: source for source in sources}
    mounts = _mounts(listed)
    found: dict[tuple[str, str], Route] = {}
    shared = next((match[1] for source in listed.values() if (match := _GLOBAL.search(source.text))), "")
    for source in listed.values():
        for route in (*_called(source, mounts), *_decorated(source, shared), *_filed(source, folder)):
            found.setdefault((route.path, route.method), route)
        if len(found) >= MAX_ROUTES:
            break
    return tuple(list(found.values())[:MAX_ROUTES])


def _join(prefix: str, path: str) -> str:
    return "/" + "/".join(part.strip("/") for part in (prefix, path) if part.strip("/"))


def _called(source: Source, mounts: dict[tuple[str, str], list[tuple[str, str, str]]]) -> Iterator[Route]:
    for match in _CALL.finditer(source.text):
        on, path = match["on"], match["path"]
        if not _CLIENTS.match(on) and (path.startswith("/") or path == "*"):
            yield from _routes(source, on, path, match["verb"], mounts)
    if "createServer" in source.text or "ctx" in source.text:
        for match in _COMPARED.finditer(source.text):
            yield Route(match["path"], "GET")
    for match in _CHAIN.finditer(source.text):
        end = source.text.find(";", match.end())
        for verb in _CHAINED.findall(
            source.text[match.end() : end if 0 <= end - match.end() < 2000 else match.end() + 300]
        ):
            yield from _routes(source, match["on"], match["path"], verb, mounts)
    for match in _OPTIONS.finditer(source.text):
        method = re.search(r"\bmethod\s*:\s*\[?\s*['\"](\w+)", match["body"])
        path = re.search(r"\b(?:url|path)\s*:\s*['\"](/[^'\"\n]*)", match["body"])
        if method and path:
            yield from _routes(source, match["on"], path[1], method[1], mounts)


def _routes(
    source: Source, on: str, path: str, verb: str, mounts: dict[tuple[str, str], list[tuple[str, str, str]]]
) -> Iterator[Route]:
    method = "GET" if verb == "all" else verb.upper()
    for prefix in _prefixes(source.path, on, mounts, 0):
        yield Route(_join(prefix, path), method)


def _prefixes(path: str, on: str, mounts: dict[tuple[str, str], list[tuple[str, str, str]]], depth: int) -> list[str]:
    """Under which prefixes a router of a file is reached; [""] for one that nobody mounts."""
    if depth > MAX_DEPTH:
        return [""]
    above = mounts.get((path, on)) or mounts.get((path, "")) or []
    found = [
        _join(outer, prefix)
        for parent, receiver, prefix in above[:4]
        if (parent, receiver) != (path, on)
        for outer in _prefixes(parent, receiver, mounts, depth + 1)
    ]
    return found[:4] or [""]


def _mounts(listed: dict[str, Source]) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(file, name of a router in it, "" for whatever it exports) -> [(file that mounts it, on what, prefix)]."""
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for source in listed.values():
        names = _imported(source, listed)
        uses = [(match["on"], match["path"], match["rest"]) for match in _MOUNT.finditer(source.text)]
        uses += [(match["on"], match["path"], match["what"]) for match in _REGISTER.finditer(source.text)]
        for on, prefix, rest in uses:
            if not prefix.startswith("/"):
                continue
            required = _REQUIRE.search(rest)
            target = _resolve(source, required["file"], listed) if required else ""
            words = re.findall(r"[A-Za-z_$][\w$]*", rest)
            name = next((word for word in reversed(words) if word in names), "")
            key = (target or names.get(name, ""), "")
            if not key[0]:
                local = next(
                    (word for word in reversed(words) if re.search(rf"\b{re.escape(word)}\s*\.", source.text)), ""
                )
                key = (source.path, local)
            if key != (source.path, ""):
                found.setdefault(key, []).append((source.path, on, prefix))
    return found


def _imported(source: Source, listed: dict[str, Source]) -> dict[str, str]:
    """Name in this file -> the file of the package that it comes from."""
    found: dict[str, str] = {}
    for pattern in _IMPORTS:
        for match in pattern.finditer(source.text):
            target = _resolve(source, match["file"], listed)
            if target:
                found |= dict.fromkeys(re.findall(r"[A-Za-z_$][\w$]*", match["names"]), target)
    return found


def _resolve(source: Source, name: str, listed: dict[str, Source]) -> str:
    base = posixpath.normpath(posixpath.join(source.folder, name))
    stem = re.sub(r"\.[cm]?js$", "", base)  # TypeScript's imports say .js of a .ts file
    return next((one + end for one in (base, stem) for end in _ENDS if one + end in listed), "")


def _decorated(source: Source, shared: str) -> Iterator[Route]:
    """NestJS: a controller's prefix holds until the next one."""
    controllers = [(match.start(), match["path"] or "") for match in _CONTROLLER.finditer(source.text)]
    for match in _DECORATED.finditer(source.text) if controllers else ():
        prefix = next((path for at, path in reversed(controllers) if at < match.start()), None)
        if prefix is not None:
            method = "GET" if match["verb"] == "All" else match["verb"].upper()
            yield Route(_join(_join(shared, prefix), match["path"] or ""), method)


def _filed(source: Source, folder: str) -> Iterator[Route]:
    """Next.js, SvelteKit and Nuxt: the path of a file is the path of its route."""
    inside = source.path[len(folder) + 1 :] if folder else source.path
    inside = inside.removeprefix("src/")
    exported = _EXPORTED.findall(source.text)
    if found := re.match(r"(?:app|routes)/(.*?)/?(?:route|\+server)\.[jt]s$", inside):
        for method in exported or ["GET"]:
            yield Route(_file_path(found[1]), method)
    elif found := re.match(r"pages/(api/.*?)(?:/index)?\.[jt]sx?$", inside):
        # One handler for all methods: those that it compares with, to go on or to refuse the others.
        compared = dict.fromkeys(_COMPARED_METHOD.findall(source.text))
        for method in compared or ["GET"]:
            yield Route(_file_path(found[1]), method)
    elif found := re.match(r"server/(api|routes)/(.*?)(?:/index)?(?:\.(get|post|put|patch|delete))?\.[jt]s$", inside):
        base = "api/" if found[1] == "api" else ""
        yield Route(_file_path(base + found[2]), (found[3] or "get").upper())


def _file_path(path: str) -> str:
    parts = [part for part in path.split("/") if part and not re.fullmatch(r"\(.*\)", part)]
    return "/" + "/".join(re.sub(r"^\[+(?:\.\.\.)?(\w+)\]+$", r":\1", part) for part in parts)
