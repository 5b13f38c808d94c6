"""Stand-in for `debian` and `ubuntu`: a minimal Debian made by debootstrap, the ground of every other stand-in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.faults import HostFault
from sandbox.images import authority
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn

SUITE, RELEASE = "bookworm", "12"
RECIPE_VERSION = "1"
DEBOOTSTRAP_S = 900
# What a copied CPython links to; Debian's names of these belong to the suite above.
RUNTIME_LIBRARIES = (
    "libbz2-1.0", "libcrypt1", "libdb5.3", "libexpat1", "libffi8", "libgdbm-compat4", "libgdbm6", "liblzma5",
    "libncursesw6", "libnsl2", "libreadline8", "libsqlite3-0", "libssl3", "libtirpc3", "libuuid1", "zlib1g",
)  # fmt: skip
PACKAGES = ("ca-certificates", "netbase", "tzdata", *RUNTIME_LIBRARIES)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# As in the official images: no service starts at installation, no package archive stays, no translations.
SETTINGS = {
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
    "etc/apt/apt.conf.d/container": (
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\n'
        'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n'
        'Acquire::Languages "none"; Acquire::GzipIndexes "true";\n'
    ),
    "etc/dpkg/dpkg.cfg.d/container": (
        "force-unsafe-io\npath-exclude /usr/share/man/*\npath-exclude /usr/share/locale/*\n"
        "path-exclude /usr/share/doc/*\npath-include /usr/share/doc/*/copyright\n"
    ),
}
COMPILERS = (
    "build-essential", "curl", "default-libmysqlclient-dev", "git", "libffi-dev", "libjpeg-dev", "libpq-dev",
    "libsqlite3-dev", "libssl-dev", "libxml2-dev", "libxslt1-dev", "openssh-client", "pkg-config", "unzip", "wget",
    "zlib1g-dev",
)  # fmt: skip
WITH_COMPILERS = """\
FROM {base}
RUN apt-get update && apt-get install -y --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*
"""
_ALIASES = {"latest", "stable", RELEASE, SUITE}
# The first releases whose Python is the system's alone, so that pip asks for a virtual environment (PEP 668).
_MANAGED_SINCE = {"ubuntu": 23.04, "debian": 12.0}
_OPEN_SUITES = re.compile(r"(?:stretch|buster|bullseye|oldoldstable|trusty|xenial|bionic|focal|jammy|kinetic)\b")
OPEN = "PIP_BREAK_SYSTEM_PACKAGES"


def offer(wanted: Reference) -> Offer | None:
    """Serve any tag: the suite here is said in a note when it is not the wanted one."""
    tag = wanted.version.removesuffix("-slim")
    made = _open(recipe()) if _is_open(wanted.official, tag) else recipe()
    if wanted.official == "ubuntu":
        return Offer(made, f"ubuntu:{wanted.version} served by Debian {RELEASE} ({SUITE})")
    exact = tag in _ALIASES or tag.startswith((f"{RELEASE}.", f"{SUITE}-")) or not tag
    return Offer(made, "" if exact else f"debian:{wanted.version} served by Debian {RELEASE} ({SUITE})")


def _is_open(name: str, tag: str) -> bool:
    """Whether pip installs beside the packages of that release, as it no longer does in the one here."""
    number = re.match(r"\d+(?:\.\d+)?", tag)
    return float(number[0]) < _MANAGED_SINCE.get(name, 0.0) if number else bool(_OPEN_SUITES.match(tag))


def _open(base: Recipe) -> Recipe:
    """A recipe on `base` in which pip installs for the whole system, as older releases let it."""
    text = f"FROM {base.reference}\nENV {OPEN}=1\n"

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, text, reference)

    return Recipe(f"{base.name}-open", (text,), make, base, (*base.injected_env, OPEN))


def recipe() -> Recipe:
    """debootstrap's minimal variant, this machine's certificate authorities and the libraries that CPython needs."""
    environment = authority.environment()
    return Recipe(
        f"debian-{SUITE}",
        (
            RECIPE_VERSION,
            *PACKAGES,
            *(f"{path}={text}" for path, text in SETTINGS.items()),
            *(f"{name}={value}" for name, value in environment.items()),
            *authority.certificates(authority.bundle()),
            _mirror(),
        ),
        _make,
        injected_env=tuple(environment),
    )


def with_compilers(base: Recipe, name: str, also: tuple[str, ...] = ()) -> Recipe:
    """A recipe on `base` with compilers, git and the headers that common packages build against."""
    packages = " ".join((*COMPILERS, *also))

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, WITH_COMPILERS.format(base=base.reference, packages=packages), reference)

    return Recipe(name, (WITH_COMPILERS, packages), make, base, base.injected_env)


def _mirror() -> str:
    """ASSAY_DEBIAN_MIRROR, or "" for debootstrap's own default."""
    return os.environ.get("ASSAY_DEBIAN_MIRROR", "")


def _make(engine: Engine, folder: Path, reference: str) -> Image:
    root, archive = folder / "root", folder / "root.tar"
    _debootstrap(root)
    _furnish(root)
    # Device nodes are the engine's to make; numeric owners because names of this machine mean nothing inside.
    _run(["tar", "-C", str(root), "--numeric-owner", "--exclude=./dev/*", "-cf", str(archive), "."], "packing Debian")
    shutil.rmtree(root)
    variables = {"PATH": PATH, **authority.environment()}
    changes = [*(f'ENV {name}="{value}"' for name, value in variables.items()), 'CMD ["bash"]']
    return engine.load_root(archive, reference, changes=changes)


def _debootstrap(root: Path) -> None:
    if shutil.which("debootstrap") is None or os.geteuid() != 0:
        missing = "debootstrap is not installed" if shutil.which("debootstrap") is None else "this user is not root"
        raise HostFault(
            "image_unavailable",
            "No registry can be reached, and base images cannot be built here",
            detail=f"Stand-in images are made by debootstrap as root; {missing}.",
            fix="Give the engine a registry (ASSAY_MIRROR), or run this as root where debootstrap is installed.",
        )
    mirror = [_mirror()] if _mirror() else []
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root), *mirror]
    _run(command, "debootstrap")


def _furnish(root: Path) -> None:
    """Settings, authorities and package sources; then drop what only the installation needed."""
    for name, text in SETTINGS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if name.startswith("usr/sbin/") else 0o644)
    authority.add_local_authorities(root, authority.bundle())
    _run(["chroot", str(root), "update-ca-certificates"], "installing certificate authorities")
    sources = root / "etc/apt/sources.list"
    base = re.search(r"^deb (\S+)", sources.read_text(), re.MULTILINE)
    if base is not None:
        mirror = base[1].rstrip("/")
        sources.write_text(
            f"deb {mirror} {SUITE} main\n"
            f"deb {mirror} {SUITE}-updates main\n"
            f"deb {mirror}-security {SUITE}-security main\n"
        )
    for folder in ("var/lib/apt/lists", "var/cache/apt", "var/log", "usr/share/man", "usr/share/locale", "tmp"):
        for path in (root / folder).iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for path in list((root / "usr/share/doc").rglob("*")):
        if path.is_file() and path.name != "copyright":
            path.unlink()


def _run(command: list[str], what: str) -> None:
    """Run a system tool with nothing of this process's environment but the path."""
    environment = {"PATH": PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    environment |= {
        name: value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy", "no_proxy")
    }
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=DEBOOTSTRAP_S, check=False, env=environment, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise HostFault(
            "image_unavailable",
            f"Building the Debian base image took longer than {DEBOOTSTRAP_S} s ({what})",
            fix="Set ASSAY_DEBIAN_MIRROR to a mirror that is nearer.",
        ) from None
    if done.returncode:
        raise HostFault(
            "image_unavailable",
            f"The Debian base image could not be built ({what} ended with status {done.returncode})",
            detail=done.stdout[-4000:] + done.stderr[-4000:],
            fix="Check the way to a Debian mirror (ASSAY_DEBIAN_MIRROR names another) and that 1 GB of disk is free.",
        )


STANDIN = StandIn(id="debian", names=("debian", "ubuntu"), tags=(f"debian:{SUITE}-slim",), offer=offer)
