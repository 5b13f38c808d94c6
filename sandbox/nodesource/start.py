"""How one package is built and started: its scripts, its main file, or what its framework is known to need."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sandbox.nodesource.frameworks import OUTPUTS, PLAIN_SERVER, Framework, framework_of, is_exported, serves
from sandbox.nodesource.managers import Manager
from sandbox.nodesource.packages import Package
from sandbox.nodesource.scripts import OPERATORS, develops, runner, serves_pages, started_file, without_watcher
from sandbox.plan import Note
from sandbox.sourcetext.procfile import web_command
from sandbox.tree import Tree

_MAINS = (
    *(
        f"{folder}{name}.{end}"
        for end in ("js", "mjs", "cjs", "ts", "mts")
        for folder in ("", "src/")
        for name in ("server", "app", "index", "main")
    ),
    *("bin/www", "api/index.js", "server/index.js", "server/server.js", "backend/server.js", "backend/index.js"),
)
# In a repository's "build" these make something other than the service.
_OTHER_BUILD = re.compile(
    r"\b(?:docker|electron-builder|electron-forge|pkg|expo|cap|tauri|storybook)\b|^\s*(?:echo|exit|true)\b"
)
_OTHER_STARTS = ("start:prod", "start:production", "prod", "production", "start:server", "server", "serve")
_NO_TEST = re.compile(r"\b(?:jest|mocha|eslint|prettier|lerna|electron|expo|storybook|webpack --watch|concurrently)\b")


@dataclass(frozen=True)
class Start:
    """`build` and `command` are command lines in the package's folder, "" for none. Without a command the pages in the
    first of `outputs` are served. `file` is the source that is started, "" when it is not known."""

    framework: Framework
    command: str
    build: str
    outputs: tuple[str, ...]
    file: str
    why: str
    notes: tuple[Note, ...] = ()

    @property
    def is_pages(self) -> bool:
        return not self.command


def start_of(tree: Tree, package: Package, manager: Manager) -> Start | None:
    """How the package runs; None when it is neither a server nor a builder of pages."""
    framework = framework_of(package)
    if framework is not None and (framework.kind == "pages" or is_exported(tree, package, framework)):
        served = _serving_file(tree, package)
        if not served:
            return _pages(tree, package, manager, framework)
        framework = PLAIN_SERVER
    name, text = _script(tree, package)
    if not _is_server(tree, package, framework, text):
        return None
    framework = framework or PLAIN_SERVER
    if text and not (develops(text) or serves_pages(text)):
        found: Start | None = _scripted(package, manager, framework, (name, text))
    elif framework.kind == "rendered":
        found = _rendered(package, manager, framework, text)
    else:
        found = _main(tree, package, framework)
    if found is None:
        return None
    # A framework's own build is guessed only where something has to be made before it can start.
    guessed = bool(found.file) and package.at(found.file) in tree
    return _built(tree, package, found, _build(package, manager, PLAIN_SERVER if guessed else framework))


def _script(tree: Tree, package: Package) -> tuple[str, str]:
    """(name, text) of what starts the package: the Procfile's web line, `start`, or another name for it."""
    procfile = web_command(tree, package.at("Procfile"))
    scripts = package.scripts
    if procfile and not re.fullmatch(r"(?:npm|yarn|pnpm)(?:\s+run)?\s+start", procfile):
        return "Procfile", procfile
    first = scripts.get("start", "")
    if first and not develops(first) and not without_watcher(first, package):
        return "start", first
    for name in _OTHER_STARTS:
        text = scripts.get(name, "")
        if text and not develops(text) and not serves_pages(text) and not without_watcher(text, package):
            return name, text
    return (
        ("start", first)
        if first
        else next(
            (
                (name, scripts[name])
                for name in ("dev", "develop", "start:dev")
                if without_watcher(scripts.get(name, ""), package)
            ),
            ("", ""),
        )
    )


def _is_server(tree: Tree, package: Package, framework: Framework | None, text: str) -> bool:
    if framework is not None:
        # A root that only hands on to others often lists the server's packages, too, but has nothing to start.
        return framework.kind == "rendered" or bool(text) or bool(_serving_file(tree, package))
    file = started_file(text)
    if file and package.at(file) in tree:
        return serves(tree.read(package.at(file)))
    return not text and bool(_serving_file(tree, package))


def _serving_file(tree: Tree, package: Package) -> str:
    """The package's main file when it starts a server; `main` before the usual names."""
    started = started_file(package.scripts.get("start", ""))
    for name in dict.fromkeys((started, package.main, f"{package.main}.js", *_MAINS)):
        if name and package.at(name) in tree and serves(tree.read(package.at(name))):
            return name
    return ""


def _scripted(package: Package, manager: Manager, framework: Framework, script: tuple[str, str]) -> Start:
    name, text = script
    notes: tuple[Note, ...] = ()
    source = package.at("Procfile") if name == "Procfile" else f'The script "{name}" of {package.path}'
    plain = without_watcher(text, package)
    if plain:
        notes = (
            Note(
                "start_without_watcher",
                f'{source} runs "{text[:80]}", which is for development; {plain} was started instead. '
                "Let start run the server itself, and keep the watcher in dev.",
            ),
        )
        text = plain
    hooked = f"pre{name}" in package.scripts or OPERATORS.search(text) or "npm_" in text
    if name != "Procfile" and not plain and (hooked or manager.name == "berry"):
        command = manager.run(name)
    else:
        command = text if OPERATORS.search(text) else _exec(text, manager)
    return Start(framework, command, "", (), started_file(text), f"{source} starts it: {text[:120]}.", notes)


def _exec(text: str, manager: Manager) -> str:
    """The command in place of the shell, so that signals reach it."""
    if manager.name == "berry":
        return f"exec yarn exec {text}" if not text.startswith("yarn ") else f"exec {text}"
    words = re.match(r"(?P<set>(?:[A-Za-z_]\w*=\S*\s+)*)(?P<command>.*)", text, re.DOTALL)
    return f"{words['set']}exec {words['command']}" if words else text


def _rendered(package: Package, manager: Manager, framework: Framework, text: str) -> Start:
    notes: tuple[Note, ...] = ()
    command = framework.start
    if framework.id == "sveltekit" and "@sveltejs/adapter-node" not in package.dependencies:
        command = "vite preview --host 0.0.0.0 --port ${PORT:-3000}"
        why = "SvelteKit has no adapter for Node.js here; its preview was started. Add @sveltejs/adapter-node."
        notes = (Note("start_preview", why),)
    elif text:
        why = (
            f'The script "start" runs "{text[:80]}", a development server; the build was started with "{command}" '
            f'instead. Write "start": "{command}".'
        )
        notes = (Note("start_for_production", why),)
    return Start(
        framework, _exec(command, manager), "", (), "", f"{framework.title} is built, then runs: {command}.", notes
    )


def _main(tree: Tree, package: Package, framework: Framework) -> Start | None:
    file = _serving_file(tree, package)
    if not file or not re.fullmatch(r"[\w./@+-]+", file):
        return None
    why = f'{package.path} has no "start" script; {package.at(file)} starts a server.'
    return Start(framework, f"exec {runner(file, package)}", "", (), file, why)


def _build(package: Package, manager: Manager, framework: Framework) -> str:
    for name in ("build", "heroku-postbuild", "build:prod", "compile"):
        if name in package.scripts and not _OTHER_BUILD.search(package.scripts[name]):
            return manager.run(name)
    return manager.execute(framework.build) if framework.build else ""


def _built(tree: Tree, package: Package, start: Start, build: str) -> Start:
    """Add the build; a started file that nothing makes is compiled when the package is TypeScript."""
    compiled = start.file and package.at(start.file) not in tree and not build
    if compiled and "typescript" in package.dependencies and package.at("tsconfig.json") in tree:
        why = f'{start.file} comes from TypeScript, and there is no "build" script; tsc was run. Add "build": "tsc".'
        return replace(start, build="tsc", notes=(*start.notes, Note("build_added", why)))
    return replace(start, build=build)


def _pages(tree: Tree, package: Package, manager: Manager, framework: Framework) -> Start | None:
    build = _build(package, manager, framework)
    if not build:
        return None
    text = package.scripts.get("start") or package.scripts.get("dev", "")
    outputs = tuple(dict.fromkeys((*_configured(tree, package), *framework.outputs, *OUTPUTS)))
    told = f'; its script "{text[:60]}" is for development' if text and serves_pages(text) else ""
    why = f"{framework.title} builds plain pages, which a web server serves{told}."
    return Start(framework, "", build, outputs, "", why)


def _configured(tree: Tree, package: Package) -> tuple[str, ...]:
    """Output folders that the builder's settings name."""
    texts = [tree.read(package.at(f"vite.config.{end}")) for end in ("ts", "js", "mts", "mjs")]
    found = [match for text in texts for match in re.findall(r"\boutDir\s*:\s*['\"]([\w./-]{1,80})['\"]", text)]
    found += re.findall(r'"outputPath"\s*:\s*"([\w./-]{1,80})"', tree.read(package.at("angular.json")))
    found = [one.removeprefix("./").rstrip("/") for one in found if ".." not in one and not one.startswith("/")]
    return tuple(path for one in found for path in (f"{one}/browser", one))
