"""Frameworks of Node.js, told by their packages: servers, renderers that are built first, builders of plain pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sandbox.nodesource.packages import Package
from sandbox.tree import Tree

Kind = Literal["server", "rendered", "pages"]


@dataclass(frozen=True)
class Framework:
    """One row. A package is of this framework when it depends on one of `packages`.

    kind     "server": started as it is; "rendered": built, then started; "pages": built, then served as files
    build    its build command; start: its start command after that; both for a package whose scripts say nothing
    port     where it listens when nobody says otherwise
    outputs  folders in which built pages may lie, likeliest first
    """

    id: str
    title: str
    kind: Kind
    packages: tuple[str, ...]
    build: str = ""
    start: str = ""
    port: int = 3000
    outputs: tuple[str, ...] = ()


FRAMEWORKS = (
    Framework("next", "Next.js", "rendered", ("next",), "next build", "next start", outputs=("out",)),
    Framework(
        "nuxt",
        "Nuxt",
        "rendered",
        ("nuxt", "nuxt3"),
        "nuxt build",
        "node .output/server/index.mjs",
        outputs=(".output/public", "dist"),
    ),
    Framework("sveltekit", "SvelteKit", "rendered", ("@sveltejs/kit",), "vite build", "node build", outputs=("build",)),
    Framework(
        "remix",
        "Remix",
        "rendered",
        ("@remix-run/serve", "@react-router/serve"),
        "remix vite:build",
        "remix-serve build/server/index.js",
        outputs=("build/client",),
    ),
    Framework(
        "astro",
        "Astro",
        "rendered",
        ("astro",),
        "astro build",
        "node dist/server/entry.mjs",
        port=4321,
        outputs=("dist",),
    ),
    Framework("nest", "NestJS", "rendered", ("@nestjs/core",), "nest build", "node dist/main"),
    Framework("express", "Express", "server", ("express",)),
    Framework("fastify", "Fastify", "server", ("fastify",)),
    Framework("koa", "Koa", "server", ("koa",)),
    Framework("hapi", "hapi", "server", ("@hapi/hapi",)),
    Framework("hono", "Hono", "server", ("@hono/node-server",)),
    Framework("apollo", "Apollo Server", "server", ("@apollo/server", "apollo-server"), port=4000),
    Framework("yoga", "GraphQL Yoga", "server", ("graphql-yoga",), port=4000),
    Framework("json-server", "json-server", "server", ("json-server",)),
    Framework("node-http", "Node.js", "server", ("polka", "restify", "micro", "socket.io", "ws", "connect")),
    Framework("cra", "Create React App", "pages", ("react-scripts",), "react-scripts build", outputs=("build",)),
    Framework("vue-cli", "Vue CLI", "pages", ("@vue/cli-service",), "vue-cli-service build", outputs=("dist",)),
    Framework(
        "angular",
        "Angular",
        "pages",
        ("@angular/cli", "@angular/core"),
        "ng build",
        outputs=("dist/*/browser", "dist/*", "dist"),
    ),
    Framework("gatsby", "Gatsby", "pages", ("gatsby",), "gatsby build", outputs=("public",)),
    Framework("docusaurus", "Docusaurus", "pages", ("@docusaurus/core",), "docusaurus build", outputs=("build",)),
    Framework(
        "vitepress",
        "VitePress",
        "pages",
        ("vitepress",),
        "vitepress build",
        outputs=("docs/.vitepress/dist", ".vitepress/dist"),
    ),
    Framework("eleventy", "Eleventy", "pages", ("@11ty/eleventy",), "eleventy", outputs=("_site",)),
    Framework("parcel", "Parcel", "pages", ("parcel", "parcel-bundler"), outputs=("dist",)),
    Framework("vite", "Vite", "pages", ("vite",), "vite build", outputs=("dist",)),
    Framework("webpack", "webpack", "pages", ("webpack", "webpack-cli"), outputs=("dist", "build", "public")),
)
PLAIN_SERVER = Framework("node-http", "Node.js", "server", ())
# Where any builder may put its pages.
OUTPUTS = ("dist", "build", "out", "public", "_site")
_SERVES = re.compile(r"\.listen\s*\(|createServer\s*\(|\bserve\s*\(|Bun\.serve|startStandaloneServer\s*\(")


def framework_of(package: Package) -> Framework | None:
    """The first row that one of the package's dependencies names; a server beside a page builder is the server."""
    wanted = package.dependencies
    return next((row for row in FRAMEWORKS if any(name in wanted for name in row.packages)), None)


def serves(text: str) -> bool:
    """Whether a source text looks like one that starts a server."""
    return _SERVES.search(text) is not None


def is_exported(tree: Tree, package: Package, framework: Framework) -> bool:
    """Whether a rendering framework is set to write plain pages instead of a server."""
    if framework.id == "next":
        texts = [tree.read(package.at(f"next.config.{end}")) for end in ("js", "mjs", "ts", "cjs")]
        exported = any(re.search(r"\boutput\s*:\s*['\"]export['\"]", text) for text in texts)
        return exported or "next export" in package.scripts.get("build", "")
    if framework.id == "nuxt":
        return "generate" in package.scripts.get("build", "")
    if framework.id == "sveltekit":
        return "@sveltejs/adapter-static" in package.dependencies
    if framework.id == "astro":
        return "@astrojs/node" not in package.dependencies
    return False
