"""One service of a compose file, in the terms of a plan, and what of it is refused."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.compose.bitnami import as_official
from sandbox.compose.installing import split
from sandbox.compose.variables import Variables, pairs
from sandbox.plan import After, Note
from sandbox.tree import Tree

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
UNTIL = {"service_healthy": "ready", "service_completed_successfully": "done"}
# What would give a container something of the host; said and never obeyed.
REFUSED = {
    "privileged": "it would have every right on the host",
    "cap_add": "no capability is added",
    "devices": "no device of the host is given",
    "device_cgroup_rules": "no device of the host is given",
    "security_opt": "the platform's own filter is kept",
    "sysctls": "the kernel's settings are kept",
    "cgroup_parent": "control groups are the platform's",
    "gpus": "there is no GPU here",
    "userns_mode": "user namespaces are the platform's",
    "uts": "the host's name stays the host's",
}
MOST_MOUNTS = 64
_HOST_SHARING = ("network_mode", "pid", "ipc")


@dataclass(frozen=True)
class Build:
    """`context` is relative to the compose file; `inline` is a Dockerfile's text, or ""."""

    context: str
    dockerfile: str
    target: str
    args: dict[str, str]
    inline: str


@dataclass(frozen=True)
class Copy:
    """A file or folder of the repository that the stack mounts: it is copied into the image instead.

    `text` is the content of one that the compose file itself holds, and has no source.
    """

    source: str
    target: str
    text: str | None = None


@dataclass(frozen=True)
class Service:
    """A service as it may run here. Exactly one of `build` and `image` is there; `command` is None for the image's.

    ports      inside the container, likeliest first      once      it runs to its end: nothing restarts it
    health     paths that its health check asks           named     names beside its own under which it is reached
    volumes    named volumes that it mounts               installs  shell lines that belong into its build
    why        sentences about what was read otherwise    idle      it is not started by default
    """

    name: str
    build: Build | None
    image: str
    command: tuple[str, ...] | None
    entrypoint: tuple[str, ...] | None
    env: dict[str, str]
    ports: tuple[int, ...]
    after: tuple[After, ...]
    copies: tuple[Copy, ...]
    workdir: str
    user: str
    health: tuple[str, ...]
    named: tuple[str, ...]
    profiles: tuple[str, ...]
    notes: tuple[Note, ...]
    volumes: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    idle: bool = False


def read_service(
    name: str, value: Any, tree: Tree, variables: Variables, *, folder: str = "", shared: Mapping[str, Any]
) -> tuple[Service | None, list[Note]]:
    """The service and its refusals; None for one that is not described as a service.

    Its paths count from `folder`, where the compose file lies in the tree, and may lead anywhere within the tree.
    `shared` are the file's own "secrets" and "configs".
    """
    if not isinstance(value, dict) or not _NAME.fullmatch(name):
        return None, [Note("compose_service", f"{name[:60]} is not described as a service.")]
    read = _Reader(name, value, tree, variables, folder)
    build = read.build()
    image = read.text(value.get("image"))
    if build is None and not image:
        return None, [Note("compose_service", f"{name} has neither build nor image.")]
    env = read.environment()
    command = read.words(value.get("command"))
    if not build and (official := as_official(image, env, command)):
        read.why.append(f"{name} is {image}; {official.image} stands in for it, told the same by its own variables.")
        image, env, command = official.image, official.env, official.command
    parts = split(command)
    if parts:
        read.why.append(f"{name} installs at each start ({'; '.join(parts.installs)[:120]}); it was done in its build.")
    ports = tuple(dict.fromkeys([*read.ports(value.get("ports")), *read.ports(value.get("expose"))]))
    service = Service(
        name=name,
        build=build,
        image="" if build else image,
        command=parts.command if parts else command,
        entrypoint=read.words(value.get("entrypoint")),
        env=env,
        ports=ports,
        after=tuple(read.after()),
        copies=(*read.copies(), *read.handed(shared)),
        workdir=read.text(value.get("working_dir")),
        user=read.text(value.get("user")),
        health=tuple(read.health()),
        named=tuple(read.names()),
        profiles=tuple(read.strings(value.get("profiles"))),
        notes=tuple(read.notes),
        volumes=tuple(read.named_volumes()),
        installs=parts.installs if parts else (),
        why=(*read.why, *read.ignored()),
        idle=read.is_scaled_to_nothing(),
    )
    return service, [*read.refusals(), *read.refused]


class _Reader:
    """Reads one service; collects what it was given instead of what it asked for."""

    def __init__(self, name: str, value: dict[str, Any], tree: Tree, variables: Variables, folder: str) -> None:
        self.name, self.value, self.tree, self.variables, self.folder = name, value, tree, variables, folder
        self.notes: list[Note] = []
        self.refused: list[Note] = []
        self.why: list[str] = []

    def text(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return self.variables.replaced(str(value)) if isinstance(value, str | int | float) else ""

    def strings(self, value: Any) -> list[str]:
        """A text or a list of texts."""
        if isinstance(value, str):
            value = [value]
        return [self.text(one) for one in value if not isinstance(one, dict | list)] if isinstance(value, list) else []

    def words(self, value: Any) -> tuple[str, ...] | None:
        """A command: compose splits a text as a shell would, and starts none."""
        if isinstance(value, list):
            return tuple(self.strings(value))
        if not isinstance(value, str):
            return None
        try:
            return tuple(shlex.split(self.variables.replaced(value)))
        except ValueError:
            return tuple(self.variables.replaced(value).split())

    def build(self) -> Build | None:
        value = self.value.get("build")
        if isinstance(value, str):
            value = {"context": value}
        if not isinstance(value, dict):
            return None
        context = self.path(self.text(value.get("context")) or ".")
        if context is None:
            self.refused.append(Note("build_outside", f"{self.name} is built from a folder outside the repository."))
            return None
        args = self.pairs(value.get("args"))
        inline = value.get("dockerfile_inline")
        return Build(
            context,
            posixpath.normpath(self.text(value.get("dockerfile")) or "Dockerfile"),
            self.text(value.get("target")),
            args,
            inline if isinstance(inline, str) else "",
        )

    def path(self, text: str) -> str | None:
        """A path from the compose file's folder, which is ""; None for one outside the repository."""
        whole = self.whole(text)
        if text.startswith(("/", "~", "$")) or "://" in text or whole.split("/")[0] == "..":
            return None
        path = posixpath.relpath(whole, self.folder or ".")
        return "" if path == "." else path

    def whole(self, path: str) -> str:
        """The same path from the root of the tree, which is "."."""
        return posixpath.normpath(posixpath.join(self.folder, path))

    def pairs(self, value: Any) -> dict[str, str]:
        """A mapping, or a list of NAME=value; a name alone takes the variable's value."""
        if isinstance(value, dict):
            entries = [(str(name), given) for name, given in value.items()]
        else:
            split = [one.partition("=") for one in self.strings(value)]
            entries = [(name, text if equals else None) for name, equals, text in split]
        found = {}
        for name, given in entries:
            if given is not None:
                found[name] = self.text(given)
            else:
                found[name] = self.variables.values.get(name) or self.variables.missing(name)
        return found

    def environment(self) -> dict[str, str]:
        """What env_file holds, and what environment says over it."""
        env: dict[str, str] = {}
        listed = self.value.get("env_file")
        for one in listed if isinstance(listed, list) else [listed]:
            given = self.text(one.get("path")) if isinstance(one, dict) else self.text(one)
            path = self.path(given) if given else None
            if path is None:
                continue
            whole = self.whole(path)
            if whole in self.tree:
                env |= {name: self.variables.replaced(text) for name, text in pairs(self.tree.read(whole)).items()}
            else:
                env |= self.variables.values
                why = f"{self.name} reads {path}, which is not committed"
                given = "the example file's values were taken" if self.variables.values else "it was empty"
                self.notes.append(Note("environment_file", f"{why}; {given}."))
        return env | self.pairs(self.value.get("environment"))

    def ports(self, value: Any) -> Iterator[int]:
        for one in value if isinstance(value, list) else []:
            if isinstance(one, dict):
                text = f"{self.text(one.get('target'))}/{self.text(one.get('protocol')) or 'tcp'}"
            else:
                text = self.text(one)
            port = re.search(r"(\d{1,5})(?:-\d{1,5})?(?:/tcp)?$", text)
            if port and 0 < int(port[1]) < 65536:
                yield int(port[1])

    def after(self) -> Iterator[After]:
        value = self.value.get("depends_on")
        if isinstance(value, dict):
            for name, how in value.items():
                condition = how.get("condition") if isinstance(how, dict) else ""
                # Compose only waits for the start where nothing is said; waiting until it listens harms nobody.
                yield After(str(name), UNTIL.get(str(condition), "ready"))  # type: ignore[arg-type]
        else:
            yield from (After(name) for name in self.strings(value))

    def copies(self) -> Iterator[Copy]:
        """Mounts of files that the repository has; those of the host are refused, volumes are the container's own."""
        for kind, source, target in self.mounts():
            if kind != "bind" or not target.startswith("/"):
                continue
            path = self.path(source)
            if path is None or "docker.sock" in source:
                self.refused.append(Note("host_mount", f"{self.name} mounts {source} of the host; it was left out."))
            elif self.is_there(path):
                yield Copy(path or ".", posixpath.normpath(target))
            # Anything else is a folder that compose would make, empty: the container's own layer serves as well.

    def mounts(self) -> Iterator[tuple[str, str, str]]:
        """(kind, source, target) of each."""
        value = self.value.get("volumes")
        for one in value[:MOST_MOUNTS] if isinstance(value, list) else []:
            if isinstance(one, dict):
                yield self.text(one.get("type")), self.text(one.get("source")), self.text(one.get("target"))
            else:
                source, _, rest = self.text(one).partition(":")
                yield "bind" if re.match(r"[./~\\$]", source) else "volume", source, rest.partition(":")[0]

    def named_volumes(self) -> Iterator[str]:
        yield from (source for kind, source, target in self.mounts() if kind == "volume" and source and target)

    def ignored(self) -> Iterator[str]:
        """What is for another place than this one, and changes nothing here."""
        deploy = self.value.get("deploy")
        resources = deploy.get("resources") if isinstance(deploy, dict) else None
        if resources or self.value.get("mem_limit") or self.value.get("cpus"):
            yield f"{self.name} asks for limits of its own; the platform's are used."
        if self.value.get("develop"):
            yield f"What {self.name} says of development (develop, watch) is left out."

    def is_scaled_to_nothing(self) -> bool:
        deploy = self.value.get("deploy")
        counts = (self.value.get("scale"), deploy.get("replicas") if isinstance(deploy, dict) else None)
        return any(self.text(count) == "0" for count in counts)

    def handed(self, shared: Mapping[str, Any]) -> Iterator[Copy]:
        """Secrets and configs that are files of the repository, where the service reads them."""
        for kind, place in (("secrets", "/run/secrets/"), ("configs", "/")):
            value, described = self.value.get(kind), shared.get(kind)
            if not isinstance(value, list) or not isinstance(described, dict):
                continue
            for one in value[:MOST_MOUNTS]:
                name = self.text(one.get("source")) if isinstance(one, dict) else self.text(one)
                target = (self.text(one.get("target")) if isinstance(one, dict) else "") or name
                source = described.get(name)
                given = self.text(source.get("file")) if isinstance(source, dict) else ""
                path = self.path(given) if given else None
                content = self.content(source)
                if path and self.is_there(path):
                    yield Copy(path, posixpath.normpath(posixpath.join(place, target)))
                elif content is not None:
                    yield Copy("", posixpath.normpath(posixpath.join(place, target)), content)
                else:
                    why = f"{self.name} reads the {kind[:-1]} {name}, whose file is not committed."
                    self.refused.append(Note("file_missing", why))

    def content(self, source: Any) -> str | None:
        """What a secret or config holds by itself: a text, or the value of a variable."""
        if not isinstance(source, dict):
            return None
        if isinstance(source.get("content"), str):
            return self.text(source["content"])
        name = source.get("environment")
        return self.variables.values.get(name) or self.variables.missing(name) if isinstance(name, str) else None

    def is_there(self, path: str) -> bool:
        whole = self.whole(path)
        return whole == "." or whole in self.tree or any(other.startswith(f"{whole}/") for other in self.tree.paths)

    def health(self) -> Iterator[str]:
        """Paths that a health check by curl or wget asks of the service itself."""
        value = self.value.get("healthcheck")
        test = " ".join(self.strings(value.get("test"))) if isinstance(value, dict) else ""
        yield from re.findall(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?(/[\w./-]*)", test)

    def names(self) -> Iterator[str]:
        found = [self.text(self.value.get("container_name")), self.text(self.value.get("hostname"))]
        networks = self.value.get("networks")
        for network in networks.values() if isinstance(networks, dict) else ():
            found += self.strings(network.get("aliases")) if isinstance(network, dict) else []
        yield from (name for name in dict.fromkeys(found) if _NAME.fullmatch(name) and name != self.name)

    def refusals(self) -> Iterator[Note]:
        for key, why in REFUSED.items():
            if self.value.get(key):
                yield Note(key, f"{self.name} asks for {key}; {why}.")
        for key in _HOST_SHARING:
            if self.text(self.value.get(key)) == "host":
                yield Note(key, f"{self.name} asks for {key}: host; it shares nothing with the host.")
