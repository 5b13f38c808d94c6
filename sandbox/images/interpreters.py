"""CPython interpreters of this machine that can be copied into an image, and the packing of one."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

OLDEST = (3, 7)  # the pip that came with 3.6 cannot read today's wheels
_QUESTION = (
    "import sys, json; print(json.dumps([list(sys.version_info[:3]), getattr(sys, 'base_prefix', ''), "
    "sys.implementation.name, sys.abiflags, sys.version_info.releaselevel]))"
)
_GLIBC = re.compile(rb"GLIBC_2\.(\d+)")
_EXECUTABLE = re.compile(r"python3\.\d+$")
# Not in the official slim images either, or (static libraries, windowing) of no use in a container.
_LEFT_OUT = re.compile(
    r"(^|/)(test|tests|idle_test|idlelib|turtledemo|site-packages)(/|$)"
    r"|\.a$|/_tkinter[^/]*\.so$|\.opt-[12]\.pyc$|/_sysconfigdata[^/]*\.pyc$"
)
# Text files that name the prefix they were installed to.
_NAMES_PREFIX = re.compile(r"/_sysconfigdata[^/]*\.py$|/Makefile$|\.pc$|python[\d.]*-config(\.py)?$")
PREFIX = "/usr/local"
GLIBC_MINOR = 36  # of the Debian that they are copied onto: glibc 2.36
PACKING = "2"  # to be raised when `pack` packs differently


@dataclass(frozen=True)
class Interpreter:
    """One CPython that lives in a prefix of its own."""

    version: tuple[int, int, int]
    prefix: Path

    @property
    def minor(self) -> str:
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def text(self) -> str:
        return ".".join(map(str, self.version))


def found() -> dict[str, Interpreter]:
    """The newest interpreter of each minor version ("3.12" -> ...), oldest minor first."""
    newest: dict[str, Interpreter] = {}
    for interpreter in sorted(_all(), key=lambda one: one.version):
        newest[interpreter.minor] = interpreter
    return newest


def pack(interpreter: Interpreter, archive: Path) -> None:
    """Write what a container needs of the interpreter to a tar whose members are relative to /usr/local."""
    minor, prefix = interpreter.minor, interpreter.prefix
    names = [f"bin/python{minor}", f"bin/python{minor}-config", f"lib/python{minor}", "lib/pkgconfig"]
    names += [f"include/{path.name}" for path in prefix.glob(f"include/python{minor}*")]
    names += [f"lib/{path.name}" for path in prefix.glob("lib/libpython*.so*")]
    with tarfile.open(archive, "w") as tar:
        for name in names:
            if (prefix / name).exists():
                _add(tar, prefix, name)
        for link, target in (
            ("python3", f"python{minor}"),
            ("python", "python3"),
            ("python3-config", f"python{minor}-config"),
        ):
            member = tarfile.TarInfo(f"bin/{link}")
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)


def _add(tar: tarfile.TarFile, prefix: Path, name: str) -> None:
    if _LEFT_OUT.search(name):
        if name.endswith("site-packages"):
            tar.addfile(_owned(tar.gettarinfo(prefix / name, arcname=name)))
        return
    path = prefix / name
    member = _owned(tar.gettarinfo(path, arcname=name))
    if member.isreg():
        data = _stripped(path) if ".so" in path.name else path.read_bytes()
        if _NAMES_PREFIX.search(name):
            data = data.replace(str(prefix).encode(), PREFIX.encode())
        member.size = len(data)
        tar.addfile(member, BytesIO(data))
        return
    tar.addfile(member)
    if member.isdir():
        for child in sorted(entry.name for entry in os.scandir(path)):
            _add(tar, prefix, f"{name}/{child}")


def _stripped(library: Path) -> bytes:
    """A shared library without its debugging symbols (a quarter of the size), as it is where there is no `strip`."""
    if shutil.which("strip") and not library.is_symlink():
        with tempfile.NamedTemporaryFile() as smaller:
            done = subprocess.run(["strip", "-S", "-o", smaller.name, library], capture_output=True, check=False)
            if done.returncode == 0:
                return Path(smaller.name).read_bytes()
    return library.read_bytes()


def _owned(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    # A hard link would name a member of this machine's tree that may have been left out.
    if member.islnk():
        member.type = tarfile.REGTYPE
    return member


@functools.cache
def _all() -> tuple[Interpreter, ...]:
    """Asked once a process: each interpreter is started to say what it is."""
    seen = {_ask(path) for path in dict.fromkeys(_candidates())}
    return tuple(one for one in seen if one is not None)


def _candidates() -> Iterator[Path]:
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    folders = [*pyenv.glob("versions/*/bin"), *data.glob("uv/python/*/bin")]
    # pyenv's shims only start, slowly, what its versions folder already holds.
    search = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    folders += [folder for folder in search if not folder.is_relative_to(pyenv)]
    for folder in folders:
        for path in sorted(folder.glob("python3.*")):
            if _EXECUTABLE.search(path.name):
                yield path


def _ask(executable: Path) -> Interpreter | None:
    """What the interpreter says of itself; None when it does not run or cannot be copied."""
    try:
        answer = subprocess.run(
            [executable, "-I", "-S", "-c", _QUESTION], capture_output=True, timeout=20, check=True, cwd="/"
        ).stdout
        version, prefix, name, flags, level = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    interpreter = Interpreter((version[0], version[1], version[2]), Path(prefix).resolve())
    usable = name == "cpython" and level == "final" and not set(flags) & set("td") and interpreter.version >= OLDEST
    # The system's own Python shares its prefix with the whole operating system.
    own_prefix = (
        interpreter.prefix != Path("/usr") and (interpreter.prefix / f"bin/python{interpreter.minor}").is_file()
    )
    complete = (interpreter.prefix / f"lib/python{interpreter.minor}/os.py").is_file()
    return interpreter if usable and own_prefix and complete and _fits(interpreter) else None


def _fits(interpreter: Interpreter) -> bool:
    """Whether it can run on the Debian stand-in: no newer C library wanted, and OpenSSL 3 or one of its own."""
    prefix, minor = interpreter.prefix, interpreter.minor
    for path in (prefix / f"bin/python{minor}", *prefix.glob(f"lib/libpython{minor}*.so.*")):
        if any(int(wanted) > GLIBC_MINOR for wanted in set(_GLIBC.findall(path.read_bytes()))):
            return False
    ssl = [path.read_bytes() for path in prefix.glob(f"lib/python{minor}/lib-dynload/_ssl.*.so")]
    return all(b"libssl.so.3" in data or b"libssl.so" not in data for data in ssl)
