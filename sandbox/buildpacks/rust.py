"""Rust web services without a Dockerfile: the binary that serves, built for release into a small image."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from sandbox.buildpacks import Buildpack
from sandbox.plan import Note, Plan
from sandbox.sourcetext.assets import PLAIN_PATH, assets
from sandbox.sourcetext.files import is_aside, sources
from sandbox.sourcetext.placeholders import example_values
from sandbox.sourcetext.serving import Framework, serving
from sandbox.sourcetext.source import Source
from sandbox.tree import Tree

VERSION = 1
_PATH = r'\(\s{0,40}"(?P<path>/[^"\n]*)"'
_VERBS = r"(?P<method>get|post|put|patch|delete|head)"
_ROUTE = rf"\.(?:route|at|nest){_PATH}(?:\s{{0,40}},\s{{0,40}}(?:[\w:]{{1,40}}::)?{_VERBS}\b)?"
FRAMEWORKS = (
    Framework("axum", "axum", "axum", 3000, (_ROUTE,)),
    Framework("actix", "Actix Web", "actix-web", 8080, (rf"#\[(?:\w+::)?{_VERBS}{_PATH}", _ROUTE)),
    Framework("rocket", "Rocket", "rocket", 8000, (rf"#\[(?:rocket::)?{_VERBS}{_PATH}",)),
    Framework("warp", "warp", "warp", 3030, (r'warp::path(?:!|::path)?\(\s?"(?P<path>[\w/-]{1,80})"',)),
    Framework("poem", "Poem", "poem", 3000, (_ROUTE,)),
    Framework("salvo", "Salvo", "salvo", 5800, (rf"::with_path{_PATH}",)),
    Framework("tide", "Tide", "tide", 8080, (_ROUTE,)),
    Framework(
        "hyper", "hyper", "hyper", 3000, (r'\(&?(?:hyper::)?Method::(?P<method>[A-Z]+), "(?P<path>/[^"\n]*)"\)',)
    ),
)
# Of nothing but the standard library: the request line that the code looks for.
PLAIN = Framework(
    "std", "the standard library", "TcpListener", 0, (r'"(?P<path>(?:(?:GET|POST) )?/[\w/-]{1,60})(?: HTTP/1\.1)? ?"',)
)
_SERVES = re.compile(
    r"\bTcpListener\b|HttpServer::new|\brocket::(?:build|ignite|launch)|#\[launch\]|warp::serve|axum::(?:serve|Server)"
    r"|Server::(?:new|bind|http)|\.listen\("
)
_MAIN = re.compile(r"^\s*(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(|#\[launch\]", re.MULTILINE)
_DOTENV = re.compile(
    r"dotenvy?::dotenv\(\)\s*\.\s*(?:expect|unwrap)|dotenvy?::dotenv\(\)\?|dotenv\(\)\.(?:expect|unwrap)"
)
# Crates around C libraries: their headers are in the full image, the libraries have to be in the last stage, too.
_NATIVE = {
    "openssl-sys": "libssl3",
    "pq-sys": "libpq5",
    "libsqlite3-sys": "libsqlite3-0",
    "mysqlclient-sys": "libmariadb3",
}
_COMPILES_C = ("cc", "cmake", "bindgen", *_NATIVE)


@dataclass(frozen=True)
class _Binary:
    """A binary of a package: `package` is the package's folder ("" is the root), `path` its main file."""

    package: str
    crate: str
    name: str
    path: str
    serves: bool

    @property
    def merit(self) -> tuple[int, ...]:
        named = re.search(r"server|api|web|app|backend|service", self.name) is not None
        aside = re.search(r"cli|migrat|seed|client|worker|xtask|bench|tool", self.name) is not None
        return -self.serves, aside, -named, self.path.count("/")


def detect(tree: Tree) -> Plan | None:
    """The plan of the Cargo.toml nearest to the root with a binary that serves, None when there is none."""
    manifests = [path for path in tree.paths if path.rpartition("/")[2] == "Cargo.toml" and not is_aside(path)]
    for path in manifests[:20]:
        folder = path.rpartition("/")[0]
        if not folder or PLAIN_PATH.fullmatch(folder):
            plan = _plan(tree.below(folder), folder)
            if plan is not None:
                return plan
    return None


def _plan(tree: Tree, folder: str) -> Plan | None:
    found = sources(tree, ".rs")
    packages = _packages(tree)
    binaries = sorted(_binaries(packages, found), key=lambda binary: (binary.merit, binary.name))
    if not binaries or not any(_SERVES.search(source.text) for source in found):
        return None
    binary, *passed_over = binaries
    document = packages[binary.package]
    needed = _dependencies(document) | _dependencies(packages.get("", {}))
    framework = next((one for one in FRAMEWORKS if one.seen in needed), PLAIN)
    prefix = f"{binary.package}/" if binary.package else ""
    own = tuple(source for source in found if source.path.startswith(prefix))
    everything = "\n".join(source.text for source in found)
    seen = serving(own, framework)
    files, notes = _added(tree, everything)
    version, version_why = _version(tree, document)
    at = f"{folder}/" if folder else ""
    why = [
        f"{at}Cargo.toml makes this a Rust project, and {binary.name} ({at}{binary.path}) is the binary that serves."
    ]
    if passed_over:
        why.append(f"Passed over: {', '.join(other.name for other in passed_over[:4])}.")
    return Plan(
        buildpack="rust",
        version=VERSION,
        dockerfile=_dockerfile(tree, binary, packages, version, files),
        context=folder,
        start=("/app/server",),
        env={"ROCKET_ADDRESS": "0.0.0.0", "ROCKET_PORT": "8000"} if framework.id == "rocket" else {},  # noqa: S104
        ports=seen.expected(framework),
        health=seen.health,
        files=files,
        runtime=f"Rust{'' if version == '1' else ' ' + version}, {framework.title}",
        why=(*why, version_why),
        repairs=notes,
        hints=seen.hints(framework, f"{at}{binary.path}", folder),
    )


def _toml(tree: Tree, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(tree.read(path))
    except (ValueError, RecursionError):
        return {}


def _table(document: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        found = document.get(name)
        document = found if isinstance(found, dict) else {}
    return document


def _packages(tree: Tree) -> dict[str, dict[str, Any]]:
    """Folder -> manifest of every package below, "" for the root (a workspace's or a package's)."""
    paths = [path for path in tree.paths if path.rpartition("/")[2] == "Cargo.toml" and not is_aside(path)]
    return {path.rpartition("/")[0]: _toml(tree, path) for path in paths[:60]}


def _dependencies(document: dict[str, Any]) -> set[str]:
    """Names of what a manifest depends on, its own workspace's included."""
    return {*_table(document, "dependencies"), *_table(document, "workspace", "dependencies")}


def _binaries(packages: dict[str, dict[str, Any]], found: tuple[Source, ...]) -> list[_Binary]:
    """Every binary of every package: src/main.rs, src/bin/*.rs and [[bin]]."""
    texts = {source.path: source.text for source in found}
    binaries = []
    for folder, document in packages.items():
        crate = _table(document, "package").get("name")
        if not isinstance(crate, str) or not PLAIN_PATH.fullmatch(crate):
            continue
        at = f"{folder}/" if folder else ""
        listed = document.get("bin")
        named = {
            str(one.get("path") or "src/main.rs"): str(one["name"])
            for one in (listed if isinstance(listed, list) else [])
            if isinstance(one, dict) and isinstance(one.get("name"), str)
        }
        paths = [f"{at}src/main.rs", *(f"{at}{path}" for path in named)]
        paths += [path for path in texts if re.fullmatch(rf"{re.escape(at)}src/bin/[\w-]+(?:/main)?\.rs", path)]
        for path in dict.fromkeys(paths):
            text = texts.get(path, "")
            if not _MAIN.search(text):
                continue
            below = path.removeprefix(at)
            stem = below.removeprefix("src/bin/").removesuffix(".rs").removesuffix("/main")
            name = named.get(below) or (crate if below == "src/main.rs" else stem)
            if PLAIN_PATH.fullmatch(name):
                binaries.append(_Binary(folder, crate, name, path, _SERVES.search(text) is not None))
    return binaries


def _version(tree: Tree, document: dict[str, Any]) -> tuple[str, str]:
    """(the tag's version, why). A newer compiler reads every older edition; only what asks for more needs more."""
    channel = (
        _table(_toml(tree, "rust-toolchain.toml"), "toolchain").get("channel") or tree.read("rust-toolchain").strip()
    )
    if isinstance(channel, str) and re.fullmatch(r"1\.\d+(?:\.\d+)?", channel):
        return channel, f"rust-toolchain asks for Rust {channel}."
    if isinstance(channel, str) and channel.startswith("nightly"):
        return "1", "rust-toolchain asks for a nightly compiler; the current stable one builds it here."
    least = _table(document, "package").get("rust-version")
    why = f"Cargo.toml asks for Rust {least} or newer." if isinstance(least, str) else "nothing says which Rust."
    return "1", f"The current Rust: {why}"


def _added(tree: Tree, everything: str) -> tuple[dict[str, str], tuple[Note, ...]]:
    """An .env where the code stops without one."""
    if not _DOTENV.search(everything) or ".env" in tree:
        return {}, ()
    path, _ = example_values(tree)
    text = tree.read(path) if path and "/" not in path else ""
    given = f"{path} was given as .env" if text else "an empty .env was given"
    why = f"The code stops without .env, which is not committed; {given}. Start without it."
    return {".env": text}, (Note("environment_placeholder", why),)


def _dockerfile(
    tree: Tree, binary: _Binary, packages: dict[str, dict[str, Any]], version: str, files: dict[str, str]
) -> str:
    """The crates are compiled before the source is copied, so that a change of the code does not compile them again."""
    document = packages[binary.package]
    lock = tree.read("Cargo.lock")
    crates = set(re.findall(r'^name = "([\w-]+)"', lock, re.MULTILINE)) or _dependencies(document)
    full = bool(crates & set(_COMPILES_C)) or bool({"reqwest", "diesel", "sqlx", "openssl"} & crates)
    vendored = "vendor" in tree.read(".cargo/config.toml") + tree.read(".cargo/config")
    flags = " --locked" if lock else ""
    flags += " --offline" if vendored else ""
    which = (f" -p {binary.crate}" if binary.package else "") + f" --bin {binary.name}"
    lines = [f"FROM rust:{version}-{'' if full else 'slim-'}bookworm AS build", "WORKDIR /src"]
    simple = not binary.package and set(packages) == {""} and binary.path == "src/main.rs" and "build.rs" not in tree
    if simple and not vendored and _dependencies(document) and "lib" not in document and "bin" not in document:
        manifests = [
            name for name in ("Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust-toolchain") if name in tree
        ]
        lines += [
            f"COPY {' '.join(manifests)} ./",
            f"RUN mkdir src && echo 'fn main() {{}}' > src/main.rs && cargo build --release{flags}{which} && rm -r src",
        ]
    lines += [
        "COPY . .",
        # Files of a build context are old; cargo would take what it compiled above for newer.
        "RUN find . -name '*.rs' -not -path './target/*' -exec touch {} +",
        f"RUN cargo build --release{flags}{which} && mkdir -p /out && cp target/release/{binary.name} /out/server",
        "FROM debian:bookworm-slim",
    ]
    native = [library for crate, library in _NATIVE.items() if crate in crates]
    if native:
        lines.append(
            f"RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates {' '.join(native)} "
            "&& rm -rf /var/lib/apt/lists/*"
        )
    lines += [
        "RUN useradd --uid 10001 --create-home app && install --directory --owner=app --group=app /app",
        "WORKDIR /app",
        "COPY --from=build /out/server /app/server",
    ]
    kept = [path for path in assets(tree, ".rs") if path != "target"]
    for path in (*kept, *files):
        source, target = (f"{at}/{path}".rstrip("/") for at in ("/src", "/app"))
        lines.append(f"COPY --from=build --chown=app:app {json.dumps([source, target])}")
    lines += ["USER 10001", "EXPOSE 8000", 'CMD ["/app/server"]']
    return "\n".join(lines) + "\n"


SAMPLE = {
    "Cargo.toml": '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": (
        "use std::io::{Read, Write};\n"
        "use std::net::TcpListener;\n\n"
        "fn main() {\n"
        '    let port = std::env::var("PORT").unwrap_or("8000".into());\n'
        '    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).unwrap();\n'
        "    for stream in listener.incoming() {\n"
        "        let mut stream = stream.unwrap();\n"
        "        let mut request = [0; 2048];\n"
        "        let length = stream.read(&mut request).unwrap_or(0);\n"
        '        let known = request[..length].starts_with(b"GET /health ");\n'
        '        let status = if known { "200 OK" } else { "404 Not Found" };\n'
        '        let head = "Content-Length: 2\\r\\nConnection: close\\r\\n\\r\\n";\n'
        '        let _ = write!(stream, "HTTP/1.1 {status}\\r\\n{head}ok");\n'
        "    }\n"
        "}\n"
    ),
}

BUILDPACK = Buildpack(id="rust", version=VERSION, rank=60, detect=detect, sample=SAMPLE)
