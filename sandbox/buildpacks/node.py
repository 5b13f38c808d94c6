"""Node.js applications without a Dockerfile: servers, rendering frameworks, and pages built by Node.js."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from sandbox.buildpacks import Buildpack, Passed
from sandbox.launch.pages import PORT, ROOT, server_stage
from sandbox.nodesource.candidates import Candidate, candidates, is_beside
from sandbox.nodesource.dockerfile import built_stage, needs_compilers
from sandbox.nodesource.listening import listening_of, placeholders_of
from sandbox.nodesource.packages import Package
from sandbox.nodesource.routes import health_paths, routes_of
from sandbox.nodesource.sources import sources_of
from sandbox.nodesource.version import Node, choose_node
from sandbox.plan import Plan
from sandbox.sourcetext.source import Source
from sandbox.tree import Tree

VERSION = 1
_ROUTERS = (
    "react-router", "react-router-dom", "vue-router", "@angular/router", "wouter", "@tanstack/react-router",
    "@solidjs/router", "svelte-routing", "svelte-spa-router", "preact-router", "@reach/router", "page",
)  # fmt: skip
_MANAGERS = {"npm": "npm", "pnpm": "pnpm", "yarn": "Yarn 1", "berry": "Yarn"}


def detect(tree: Tree) -> Plan | None:
    """The plan for the likeliest package, None without one; Passed when none runs, or it goes with another language."""
    found, packages = candidates(tree)
    if not found:
        if packages:
            raise Passed(
                f"{packages[0].path} was passed over: it has no start script, and no file beside it serves HTTP."
            )
        return None
    chosen = found[0]
    if is_beside(tree, chosen):
        raise Passed(f"{chosen.describe()} was passed over: it goes with an application of another language.")
    package, manager, start = chosen.package, chosen.manager, chosen.start
    node = choose_node(
        tree, package, tuple(dict.fromkeys((package.folder, manager.folder, ""))), insists=_insists(tree, chosen)
    )
    sources = sources_of(tree, package, packages)
    values, placed = placeholders_of(tree, sources)
    build = built_stage(tree, chosen, packages, node, values)
    why = [f"{chosen.describe()} was chosen.", node.why, manager.why, start.why]
    full = needs_compilers(tree, chosen, packages)
    if full:
        why.append("The full image builds it, as some of its packages are compiled.")
    if others := [other.describe() for other in found[1:4]]:
        why.append(f"Passed over: {'; '.join(others)}.")
    runtime = f"Node.js {node.version}, {start.framework.title}, {_MANAGERS[manager.name]}"
    if start.is_pages:
        return _pages(tree, chosen, build, tuple(why), runtime)
    listening = listening_of(sources, quiet_is_loopback=start.framework.id == "fastify")
    routes = routes_of(sources, package.folder)
    return Plan(
        buildpack="node",
        version=VERSION,
        dockerfile=_server(chosen, node, build, full=full),
        start=("sh", "-c", start.command),
        env=values,
        ports=listening.expected(start.framework.port),
        health=health_paths(routes),
        runtime=runtime,
        why=tuple(why),
        repairs=(*start.notes, *placed),
        hints=_hints(chosen, sources, listening.loopback)
        | {"routes": [{"method": route.method, "path": route.path} for route in routes]},
    )


def _insists(tree: Tree, chosen: Candidate) -> bool:
    """Whether the manager refuses to install on another version than `engines` names."""
    strict = any(
        re.search(r"^engine-strict\s*=\s*true", tree.read(path), re.MULTILINE)
        for path in (chosen.package.at(".npmrc"), ".npmrc")
    )
    return strict or chosen.manager.name == "pnpm"


def _hints(chosen: Candidate, sources: tuple[Source, ...], loopback: str) -> dict[str, Any]:
    package = chosen.package
    hints: dict[str, Any] = {
        "framework": chosen.start.framework.id,
        "app": package.at(chosen.start.file) if chosen.start.file else package.path,
    }
    if any("swagger" in name for name in package.runtime):
        documented = re.compile(r"['\"](/[\w/.-]{0,60}(?:swagger|openapi|api-docs)[\w/.-]{0,40}\.json)['\"]")
        path = next((match[1] for source in sources if (match := documented.search(source.text))), "")
        hints |= {"openapi": path} if path else {}
    return hints | ({"loopback": loopback} if loopback else {})


def _server(chosen: Candidate, node: Node, build: list[str], *, full: bool) -> str:
    folders = dict.fromkeys((chosen.package.folder, chosen.manager.folder))
    paths = [f"/app/{folder}/node_modules/.bin".replace("//", "/") for folder in folders]
    lines = list(build)
    if full:
        lines += [f"FROM node:{node.version}-slim", "COPY --from=build --chown=node:node /app /app", "USER node"]
        lines.append(f"WORKDIR /app/{chosen.package.folder}".rstrip("/"))
    lines += [
        f"ENV NODE_ENV=production PATH={':'.join(paths)}:$PATH",
        "EXPOSE 8000",
        f"CMD {json.dumps(['sh', '-c', chosen.start.command])}",
    ]
    return "\n".join(lines) + "\n"


def _pages(tree: Tree, chosen: Candidate, build: list[str], why: tuple[str, ...], runtime: str) -> Plan:
    package, start = chosen.package, chosen.start
    outputs = [folder for folder in start.outputs if re.fullmatch(r"[\w./*-]+", folder)]
    missing = shlex.quote(f"Assay: the build wrote no index.html to {', '.join(outputs)}.")
    collected = (
        f"RUN for folder in {' '.join(outputs)}; do "
        f'if [ -f "$folder/index.html" ]; then cp -R "$folder/." /pages; exit 0; fi; done; echo {missing} >&2; exit 1'
    )
    fallback = any(name in package.dependencies for name in _ROUTERS)
    served = server_stage((f"COPY --from=build /pages {ROOT}",), fallback=fallback, base=_base(tree, package))
    return Plan(
        buildpack="node",
        version=VERSION,
        dockerfile="\n".join([*build, collected, *served]) + "\n",
        ports=(PORT,),
        runtime=runtime + ", nginx",
        why=why,
        repairs=start.notes,
        hints={"framework": start.framework.id, "app": package.path, "routes": [{"method": "GET", "path": "/"}]},
    )


def _base(tree: Tree, package: Package) -> str:
    """The path under which the pages expect to be, as on a project site: Vite's base, Create React App's homepage."""
    for end in ("ts", "js", "mts", "mjs"):
        found = re.search(r"\bbase\s*:\s*['\"](/[\w./-]{1,60})['\"]", tree.read(package.at(f"vite.config.{end}")))
        if found:
            return found[1]
    found = re.fullmatch(r"(?:https?://[\w.-]+)?(/[\w./-]{1,60})", package.member("homepage"))
    return found[1] if found and "react-scripts" in package.dependencies else ""


SAMPLE = {
    "package.json": json.dumps({"name": "notes", "main": "server.js", "scripts": {"start": "node server.js"}}),
    "server.js": (
        "const http = require('http');\n\n"
        "http.createServer((request, response) => {\n"
        "  response.writeHead(request.url === '/health' ? 200 : 404);\n"
        "  response.end('ok');\n"
        "}).listen(process.env.PORT || 3000);\n"
    ),
}

BUILDPACK = Buildpack(id="node", version=VERSION, rank=45, detect=detect, sample=SAMPLE)
