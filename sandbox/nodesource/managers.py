"""The package manager of a Node.js repository: its lock file decides, and how it installs and runs scripts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch

from sandbox.nodesource.packages import PLAIN_PATH, Package
from sandbox.tree import Tree

# Lock files, the one that decides first.
LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
}
LOCK_BYTES = 8 * 1024 * 1024
_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", ".pnpmfile.cjs")
_LIFECYCLE = ("preinstall", "install", "postinstall", "prepare", "prepublish")
# pnpm's own first version for each form of its lock file; 10 runs no build scripts of packages unless told to.
_PNPM_OF = {"9": "9", "6": "8", "5.4": "7", "5": "6"}
_PINNED = re.compile(r"(?P<name>npm|pnpm|yarn|bun)@(?P<version>\d+\.\d+\.\d+(?:-[\w.]+)?)")


@dataclass(frozen=True)
class Manager:
    """How the packages get there.

    name      "npm", "pnpm", "yarn" (1) or "berry" (yarn 2 and later)
    folder    where the install runs: the workspace's root, or the package's own folder
    setup     a command for root that installs the manager itself, "" when the image brings it
    install   the install command without development packages left out
    omit      what to add to leave those out, "" when that is not done
    copies    files that the install reads, as the repository names them
    whole     the install runs scripts or reads folders of the repository, so that all of it must be there first
    """

    name: str
    folder: str
    lock: str
    setup: str
    install: str
    omit: str
    copies: tuple[str, ...]
    whole: bool
    why: str

    def run(self, script: str) -> str:
        """The command that runs a script of a package."""
        return f"{'yarn' if self.name == 'berry' else self.name} run {script}"

    def execute(self, command: str) -> str:
        """The command line of an installed program."""
        return f"yarn exec {command}" if self.name == "berry" else command


def find_manager(tree: Tree, package: Package, packages: tuple[Package, ...]) -> Manager:
    """The manager for one package: of its workspace when it is a member of one, else its own."""
    folder = workspace_root(tree, package, packages)
    root = next((one for one in packages if one.folder == folder), package)
    prefix = f"{folder}/" if folder else ""
    locks = [name for name in LOCKS if prefix + name in tree]
    # Of two the one that was kept up to date: it names more of what package.json wants.
    if len(locks) > 1:
        locks = sorted(locks, key=lambda name: -_named(tree.read(prefix + name, LOCK_BYTES), root))
    pinned = _PINNED.match(root.member("packageManager"))
    lock = next((name for name in locks if pinned and LOCKS[name] == pinned["name"]), "") or next(iter(locks), "")
    name = LOCKS.get(lock) or (pinned["name"] if pinned else "")
    if not name:
        name = "pnpm" if f"{prefix}pnpm-workspace.yaml" in tree else "npm"
    if name == "bun":
        # Its own lock means nothing to the others, so the versions come from package.json.
        name, lock = "npm", ""
    version = pinned["version"] if pinned and pinned["name"] == name else ""
    if name == "yarn" and _is_berry(tree, prefix, version, lock):
        name = "berry"
    setup, install, omit = _commands(tree, name, version, prefix, lock)
    members = (
        [one for one in packages if one.path.startswith(prefix)]
        if folder != package.folder or root.workspaces or (f"{prefix}pnpm-workspace.yaml" in tree)
        else [package]
    )
    copies = [one.path for one in members] + [prefix + one for one in (lock, *_SETTINGS) if prefix + one in tree]
    also = ", ".join(one for one in locks if one != lock)
    why = (
        f"{prefix}{lock} decides for {_TITLES[name]}."
        if lock
        else f"There is no lock file; {_TITLES[name]} resolves the versions anew."
    )
    if also:
        why += f" Not used: {also}."
    return Manager(
        name=name, folder=folder, lock=lock, setup=setup, install=install, omit=omit,
        copies=tuple(path for path in dict.fromkeys(copies) if PLAIN_PATH.fullmatch(path)),
        whole=any(_is_whole(tree, one, prefix) for one in members), why=why,
    )  # fmt: skip


_TITLES = {"npm": "npm", "pnpm": "pnpm", "yarn": "Yarn 1", "berry": "Yarn"}


def workspace_root(tree: Tree, package: Package, packages: tuple[Package, ...]) -> str:
    """The folder of the nearest package above whose workspaces hold this one, else the package's own folder."""
    for root in sorted(packages, key=lambda one: -len(one.folder)):
        prefix = f"{root.folder}/" if root.folder else ""
        if root.folder == package.folder or not package.folder.startswith(prefix):
            continue
        inner = package.folder[len(prefix) :]
        patterns = root.workspaces or tuple(
            re.findall(r"^\s*-\s*[\"']?([^\"'\s#]+)", tree.read(f"{prefix}pnpm-workspace.yaml"), re.MULTILINE)
        )
        if any(fnmatch(inner, pattern.removeprefix("./").rstrip("/").replace("**", "*")) for pattern in patterns):
            return root.folder
    return package.folder


def _named(lock: str, package: Package) -> int:
    """How many of a package's dependencies a lock file names."""
    return sum(re.search(rf"(?<![\w-]){re.escape(name)}[\"'@:]", lock) is not None for name in package.dependencies)


def _is_berry(tree: Tree, prefix: str, version: str, lock: str) -> bool:
    if version:
        return int(version.partition(".")[0]) > 1
    return f"{prefix}.yarnrc.yml" in tree or "__metadata:" in tree.read(prefix + lock, 2000)


def _commands(tree: Tree, name: str, version: str, prefix: str, lock: str) -> tuple[str, str, str]:
    """(setup, install, what leaves development packages out)."""
    if name == "npm":
        return "", ("npm ci" if lock else "npm install") + " --no-audit --no-fund", " --omit=dev"
    if name == "pnpm":
        chosen = version or _pnpm_version(tree, prefix, lock)
        # As CI does it: no questions, and a lock file that is out of date is an error.
        return (
            f"npm install --global pnpm@{chosen}",
            f"CI=1 pnpm install{' --frozen-lockfile' if lock else ''}",
            " --prod",
        )
    if name == "yarn":
        frozen = " --frozen-lockfile" if lock else ""
        return "", f"yarn install{frozen} --non-interactive --ignore-engines", " --production"
    # A committed release is what the team runs; Yarn 1, which the image has, hands over to it.
    committed = "yarnPath:" in tree.read(f"{prefix}.yarnrc.yml")
    setup = (
        ""
        if committed
        else f"npm install --global --force @yarnpkg/cli-dist@{version or _berry_version(tree, prefix, lock)}"
    )
    proxies = 'YARN_HTTP_PROXY="$HTTP_PROXY" YARN_HTTPS_PROXY="$HTTPS_PROXY" YARN_ENABLE_TELEMETRY=0'
    return setup, f"{proxies} yarn install{' --immutable' if lock else ' --no-immutable'}", ""


def _pnpm_version(tree: Tree, prefix: str, lock: str) -> str:
    settings = tree.read(f"{prefix}pnpm-workspace.yaml")
    if settings and "packages:" not in settings:
        return "10"  # only this one has settings there without packages
    form = re.search(
        r"^lockfileVersion:\s*['\"]?([\d.]+)", tree.read(prefix + lock, 2000) if lock else "", re.MULTILINE
    )
    if form is None:
        return "9"
    return next((version for start, version in _PNPM_OF.items() if form[1].startswith(start)), "10")


def _berry_version(tree: Tree, prefix: str, lock: str) -> str:
    form = re.search(r"__metadata:\s+version: (\d+)", tree.read(prefix + lock, 2000) if lock else "")
    return "3" if form and int(form[1]) < 8 else "4"


def _is_whole(tree: Tree, package: Package, prefix: str) -> bool:
    """Whether the install of this package looks at more than manifests."""
    if any(name in package.scripts for name in _LIFECYCLE):
        return True
    if any(re.match(r"(?:file|link|portal|patch):|\.{1,2}/", version) for version in package.dependencies.values()):
        return True
    patched = json.dumps(package.document.get("pnpm") or {})
    has = (f"{prefix}patches/", f"{prefix}.yarn/", package.at("node_modules/"))
    return "patchedDependencies" in patched or any(path.startswith(has) for path in tree.paths)
