"""Stand-in for `node`: the wanted version from the npm packages that hold Node.js itself, on the Debian stand-in."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.faults import HostFault
from sandbox.images.recipe import Make, Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian
from sandbox.images.standins.alpine import with_alpine_commands

NPM_S = 300
OLDEST, NEWEST_LTS = 12, "24"
CODE_NAMES = {"lts": NEWEST_LTS, "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
# First major of Node.js -> the major of npm that its releases bring.
_NPM_OF = {24: "11", 19: "10", 18: "10", 16: "8", 15: "7", 0: "6"}
# First major of Node.js -> the corepack that runs on it; from 25 on no release brings one.
_COREPACK_OF = {25: "", 20: "0.34", 18: "0.31", 16: "0.20", 14: "0.14", 0: ""}
# From the npm registry alone: corepack asks another host for Yarn 2 and later, a person whether it may, and the
# registry for signatures, which a site's mirror often leaves out.
COREPACK = {
    "COREPACK_NPM_REGISTRY": "https://registry.npmjs.org",
    "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
    "COREPACK_INTEGRITY_KEYS": "0",
}
_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}
# The official images have this user, and many Dockerfiles end with `USER node`.
SLIM = f"""\
FROM {{base}}
ENV PATH="{debian.PATH}" npm_config_nodedir="/usr/local" npm_config_update_notifier="false"
ENV {" ".join(f'{name}="{value}"' for name, value in COREPACK.items())}
ADD node.tar /usr/local/
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \\
 && node --version && npm --version && yarn --version
CMD ["node"]
"""
_TAG = re.compile(r"(?P<version>\d+(?:\.\d+){0,2}|[a-z]+)?(?:-(?P<rest>.*))?")


def offer(wanted: Reference) -> Offer | None:
    """Any version that npm has, in the slim form or with compilers."""
    matched = _TAG.fullmatch(wanted.version)
    if matched is None or _machine() is None or "onbuild" in wanted.version:  # which takes the source in by itself
        return None
    word, rest = matched["version"] or "", matched["rest"] or ""
    if word and not word[0].isdigit() and word not in CODE_NAMES:
        # "latest", "current", "slim", "alpine", "bookworm": no version was asked for.
        word, rest = NEWEST_LTS, f"{word}-{rest}"
    version = CODE_NAMES.get(word, word)
    if int(version.split(".")[0]) < OLDEST:
        return None
    if "alpine" in rest:
        return Offer(with_alpine_commands(recipe(version)), "Alpine tag served by Debian")
    return Offer(recipe(version) if "slim" in rest else full(version))


def recipe(version: str) -> Recipe:
    """The slim image of "20", "20.11" or "20.11.1"."""
    base = debian.recipe()
    ingredients = (SLIM, _first(_COREPACK_OF, version), _first(_NPM_OF, version))
    injected = (*base.injected_env, "npm_config_nodedir", "npm_config_update_notifier", *COREPACK)
    return Recipe(f"node-{version}-slim", ingredients, _make(version, base), base, injected)


def full(version: str) -> Recipe:
    """The same with compilers, git and Python, as native modules need them."""
    return debian.with_compilers(recipe(version), f"node-{version}-full", ("python3",))


def _make(version: str, base: Recipe) -> Make:
    def make(engine: Engine, folder: Path, reference: str) -> Image:
        corepack = _first(_COREPACK_OF, version)
        packages = [
            (f"node-linux-{_machine()}@{version}", "", ("bin/", "include/")),
            (f"npm@{_first(_NPM_OF, version)}", "lib/node_modules/npm/", ("",)),
            ("yarn@1", "lib/node_modules/yarn/", ("",)),
        ]
        links = [
            ("npm", "npm/bin/npm-cli.js"),
            ("npx", "npm/bin/npx-cli.js"),
            ("yarn", "yarn/bin/yarn.js"),
            ("yarnpkg", "yarn/bin/yarn.js"),
        ]
        if corepack:
            packages.append((f"corepack@{corepack}", "lib/node_modules/corepack/", ("",)))
            links.append(("corepack", "corepack/dist/corepack.js"))
        with tarfile.open(folder / "node.tar", "w") as tar:
            for package, place, kept in packages:
                _add(tar, _fetch(package, folder), place, kept)
            for link, target in links:
                member = tarfile.TarInfo(f"bin/{link}")
                member.type, member.linkname = tarfile.SYMTYPE, f"../lib/node_modules/{target}"
                tar.addfile(member)
        return build(engine, folder, SLIM.format(base=base.reference), reference)

    return make


def _first(table: dict[int, str], version: str) -> str:
    """The row of the greatest major that is not above the version's."""
    major = int(version.split(".", maxsplit=1)[0])
    return next(value for first, value in table.items() if major >= first)


def _add(tar: tarfile.TarFile, package: Path, place: str, kept: tuple[str, ...]) -> None:
    """Copy the regular files of an npm package (all below "package/") to a place below /usr/local."""
    with tarfile.open(package) as source:
        for member in source:
            name = member.name.partition("/")[2]
            if member.isreg() and ".." not in name.split("/") and name.startswith(kept):
                data = source.extractfile(member)
                member.name = place + name
                member.uid = member.gid = 0
                member.uname = member.gname = "root"
                member.mode = 0o755 if member.mode & 0o100 or "/bin/" in f"/{name}" else 0o644
                tar.addfile(member, data)
    package.unlink()


def _fetch(package: str, folder: Path) -> Path:
    """One package's archive from the registry that npm is set to."""
    if shutil.which("npm") is None:
        raise HostFault(
            "image_unavailable",
            "The Node.js base image cannot be built here",
            detail="It is made of npm packages, and there is no npm on this machine.",
            fix="Install npm, or give the engine a registry (ASSAY_MIRROR).",
        )
    try:
        done = subprocess.run(
            ["npm", "pack", "--silent", "--ignore-scripts", package],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=NPM_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        done = subprocess.CompletedProcess([], 1, "", f"npm pack took longer than {NPM_S} s")
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise HostFault(
            "image_unavailable",
            f"The npm package {package} could not be fetched",
            detail=done.stdout + done.stderr,
            fix="Check that this machine reaches its npm registry and that this version of Node.js exists.",
        )
    return archives[0]


def _machine() -> str | None:
    return _MACHINES.get(platform.machine())


STANDIN = StandIn(
    id="node",
    names=("node",),
    offer=offer,
    tags=tuple(f"node:{major}{suffix}" for major in (18, 20, 22, 24) for suffix in ("-slim", "-alpine", "")),
)
