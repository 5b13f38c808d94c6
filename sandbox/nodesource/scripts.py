"""Start scripts as people write them: which are development servers, and the plain command behind a watcher."""

from __future__ import annotations

import re
import shlex

from sandbox.nodesource.packages import Package

OPERATORS = re.compile(r"[;&|<>`\n]|\$\(")
_PAGES = re.compile(
    r"\b(?:react-scripts|react-app-rewired|craco|docusaurus)\s+start\b|\bvue-cli-service\s+serve\b|\bng\s+(?:serve|s)\b"
    r"|\b(?:vite|vitepress|rsbuild|snowpack)(?:\s+(?:dev|serve|preview|--\S.*))?\s*(?:docs\s*)?$|\bgatsby\s+(?:develop|serve|start)\b"
    r"|\bwebpack(?:-dev-server|\s+serve|\s+server)\b|\bparcel(?!\s+build)\b|\blive-server\b|\bbrowser-sync\b|\blite-server\b"
    r"|\b(?:eleventy|@11ty/eleventy)\b.*--serve|^(?:npx\s+)?(?:serve|http-server)\b"
)
_RENDERED = re.compile(
    r"\b(?:next|nuxt|nuxi|astro|remix|react-router)\s+dev\b|\bastro\s+(?:start|preview)\b|\bvite(?:\s+(?:dev|preview|--\S.*))?\s*$"
    r"|\bremix\s+vite:dev\b|\bnext\s*$|\bnuxt\s*$|\bnest\s+start\b|\bsvelte-kit\s+dev\b"
)
_WATCHER = re.compile(
    r"(?:^|\s)(?:npx\s+)?(?:nodemon|node-dev|supervisor|pm2\s+start|tsx\s+watch|ts-node-dev|tsnd|node\s+--watch)\b"
)
_PREFIX = re.compile(r"(?:(?:npx\s+)?cross-env\s+)?(?:[A-Za-z_]\w*=\S*\s+)*")
# A program that is called by its path: node_modules/.bin/nodemon, node ./node_modules/nodemon/bin/nodemon.js.
_PROGRAM = re.compile(r"(?:\bnode\s+)?(?<![\w/])(?:\./)?node_modules/(?:\.bin/)?([\w-]+)(?:/bin/[\w.-]+)?(?=\s|$)")
_WITH_VALUE = ("-w", "--watch", "-e", "--ext", "-i", "--ignore", "-d", "--delay", "--config", "--signal", "--name")
_FILE = re.compile(r"(?:^|\s)\"?((?:\./)?[\w@./-]+\.[cm]?[jt]sx?)\"?(?=\s|$)")


def serves_pages(text: str) -> bool:
    """Whether a script starts the development server of a builder of plain pages."""
    return _PAGES.search(text.strip()) is not None


def develops(text: str) -> bool:
    """Whether a script starts the development server of a framework that renders."""
    return _RENDERED.search(text.strip()) is not None


def started_file(text: str) -> str:
    """The source file that a command line names, "" when it names none."""
    found = _FILE.findall(text)
    return str(found[-1]).removeprefix("./") if found else ""


def without_watcher(text: str, package: Package) -> str:
    """The command that a watcher (nodemon, tsx watch, …) would start again and again; "" when there is no watcher.

    A watcher outlives the crash of what it watches, and so hides it.
    """
    text = _PROGRAM.sub(r"\1", text)
    if not _WATCHER.search(text) or OPERATORS.search(text):
        return ""
    prefix = _PREFIX.match(text)
    before = prefix[0] if prefix else ""
    try:
        words = shlex.split(text[len(before) :])
    except ValueError:
        return ""
    words = words[1:] if words[:1] == ["npx"] else words
    if not words:
        return ""
    return before + plain if (plain := _watched(words[0], words[1:], package)) else ""


def _watched(watcher: str, rest: list[str], package: Package) -> str:
    """What one watcher, given these words, starts; "" when that cannot be told."""
    if watcher in ("tsx", "pm2", "node"):
        rest = [word for word in rest if word not in ("watch", "start") and not word.startswith("--watch")]
        program = "node" if watcher == "pm2" else watcher
        return shlex.join([program, *rest]) if started_file(" ".join(rest)) else ""
    if watcher in ("ts-node-dev", "tsnd"):
        rest = [word for word in rest if not re.match(r"--(?:respawn|poll|clear|notify|rs)\b", word)]
        return shlex.join(["ts-node", *rest]) if "ts-node" in package.dependencies else ""
    given, file = _nodemon(rest)
    if not file and not given:
        file = [package.main or "index.js"]
    program = given or _runner(file[0], package)
    return " ".join([program, *map(shlex.quote, file)])


def _nodemon(words: list[str]) -> tuple[str, list[str]]:
    """(the program of --exec, what it is given)."""
    program, at = "", 0
    while at < len(words) and words[at].startswith("-"):
        word = words[at]
        if word in ("-x", "--exec") and at + 1 < len(words):
            program = words[at + 1]
            at += 1
        elif word.startswith("--exec="):
            program = word.partition("=")[2]
        elif word in _WITH_VALUE:
            at += 1
        at += 1
    return program, words[at:]


def _runner(file: str, package: Package) -> str:
    """What runs a source file: Node.js, or for TypeScript what the package has for it."""
    if not re.search(r"\.[cm]?tsx?$", file):
        return "node"
    return next((name for name in ("tsx", "ts-node") if name in package.dependencies), "npx ts-node")


def runner(file: str, package: Package) -> str:
    """The command that runs one source file of a package."""
    if re.search(r"\.[cm]?tsx?$", file):
        tool = next((name for name in ("tsx", "ts-node") if name in package.dependencies), "")
        return f"{tool} {file}" if tool else f"node --experimental-strip-types {file}"
    return f"node {file}"
