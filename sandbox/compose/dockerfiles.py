"""The Dockerfile of a service as its compose file changes it: target, build arguments, mounts, user, command."""

from __future__ import annotations

import fnmatch
import json
import posixpath
import re
from dataclasses import dataclass

from sandbox.compose.service import Copy, Service
from sandbox.plan import Note
from sandbox.tree import Tree

_FROM = re.compile(r"^[ \t]*FROM[ \t]+\S.*?(?:[ \t]+AS[ \t]+(?P<name>\S+))?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_ARG = re.compile(r"^([ \t]*ARG[ \t]+)([A-Za-z_]\w*)(?:=.*)?$", re.MULTILINE | re.IGNORECASE)
# A path outside this set could end an instruction, or be expanded in one.
ADDED, ADDED_FILES, ADDED_CHARACTERS = ".assay-mounts", 50, 512 * 1024
_PLAIN = re.compile(r"[\w./@+ -]+")


@dataclass(frozen=True)
class Rewritten:
    """`text` to build, `files` to add to its context, `notes` of what was not taken over, `why` of what was."""

    text: str
    files: dict[str, str]
    notes: tuple[Note, ...]
    why: tuple[str, ...]


def dockerfile_of(service: Service, text: str, tree: Tree, *, folder: str, context: str) -> Rewritten:
    """The service's Dockerfile. `folder` and `context` are of the tree ("" is its root)."""
    files: dict[str, str] = {}
    notes: list[Note] = []
    why: list[str] = []
    if service.build is not None:
        text = _at_target(text, service.build.target)
        text = _with_arguments(text, service.build.args)
    user = _user(text)
    owner = f"--chown={user} " if user else ""
    lines = [text.rstrip()]
    for copy in service.copies:
        source, said = _source(copy, tree, files, folder=folder, context=context, place=f"{ADDED}/{len(lines)}")
        if said:
            notes.append(Note("mount_left_out", f"{service.name} mounts {copy.source}, which {said}."))
        elif service.build and _has_its_own(text, source, copy.target):
            why.append(f"{service.name} mounts {copy.source} over {copy.target}; the image has its own copy of it.")
        else:
            lines.append(f"COPY {owner}{json.dumps([source, copy.target])}")
            if copy.text is None and posixpath.join(folder, copy.source) not in tree:
                why.append(f"{service.name} mounts {copy.source} at {copy.target}; it was copied into the image.")
    if service.workdir.startswith("/") and _PLAIN.fullmatch(service.workdir):
        lines.append(f"WORKDIR {service.workdir}")
    if service.installs:
        lines += [*(["USER root"] if user else []), *(f"RUN {line}" for line in service.installs)]
        lines += [f"USER {user}"] if user else []
    if re.fullmatch(r"[\w.-]+(?::[\w.-]+)?", service.user):
        lines.append(f"USER {service.user}")
    if service.entrypoint is not None:
        lines += [f"ENTRYPOINT {json.dumps(list(service.entrypoint))}", "CMD []"]
    if service.command is not None:
        lines.append(f"CMD {json.dumps(list(service.command))}")
    return Rewritten("\n".join(lines) + "\n", files, tuple(notes), tuple(why))


def _source(copy: Copy, tree: Tree, files: dict[str, str], *, folder: str, context: str, place: str) -> tuple[str, str]:
    """(where it lies in the context, why it cannot be copied); what the context has not is added to `files`."""
    if copy.text is not None:
        files[place] = copy.text
        return place, ""
    whole = posixpath.normpath(posixpath.join(folder, copy.source) or ".")
    source = posixpath.relpath(whole, context or ".")
    if source.startswith("..") and (added := _brought(whole, tree, place)):
        files |= added
        source = next(iter(added)) if whole in tree else place
    if source.startswith("..") or not _PLAIN.fullmatch(source) or not _PLAIN.fullmatch(copy.target):
        return "", "its build cannot copy"
    if not source.startswith(ADDED) and _is_ignored(source, tree.below(context)):
        return "", ".dockerignore leaves out"
    return source, ""


def _user(text: str) -> str:
    """The user whom the last stage leaves, "" for root."""
    last = text[max((found.start() for found in _FROM.finditer(text)), default=0) :]
    named = re.findall(r"^[ \t]*USER[ \t]+([\w.-]+(?::[\w.-]+)?)[ \t]*$", last, re.MULTILINE | re.IGNORECASE)
    return named[-1] if named and named[-1] not in ("root", "0") else ""


def _has_its_own(text: str, source: str, target: str) -> bool:
    """Whether the image copies the whole of what is mounted, to the place where it is mounted."""
    last = text[max((found.start() for found in _FROM.finditer(text)), default=0) :]
    folder = "/"
    for name, rest in re.findall(r"^[ \t]*(WORKDIR|COPY|ADD)[ \t]+(\S.*?)[ \t]*$", last, re.MULTILINE | re.IGNORECASE):
        if name.upper() == "WORKDIR":
            folder = posixpath.normpath(posixpath.join(folder, rest.strip("\"'")))
            continue
        words = [word for word in re.sub(r"[\[\]\",']", " ", rest).split() if not word.startswith("--")]
        if "--from" in rest or len(words) < 2:
            continue
        place = posixpath.normpath(posixpath.join(folder, words[-1]))
        if place == target and posixpath.normpath(source) in map(posixpath.normpath, words[:-1]):
            return True
    return False


def _brought(whole: str, tree: Tree, place: str) -> dict[str, str]:
    """The texts at a path that its context has not, as files to add to it below `place`; {} for what is no text."""
    paths = [path for path in tree.paths if path == whole or path.startswith(f"{whole}/")]
    if len(paths) > ADDED_FILES:
        return {}
    texts = {
        f"{place}/{posixpath.relpath(path, posixpath.dirname(whole) if path == whole else whole)}": tree.read(path)
        for path in paths
    }
    plain = all(_PLAIN.fullmatch(path) and "\ufffd" not in text for path, text in texts.items())
    return texts if plain and sum(map(len, texts.values())) <= ADDED_CHARACTERS else {}


def _at_target(text: str, target: str) -> str:
    """The text up to the end of the stage that is the target; the whole where there is no such stage."""
    stages = list(_FROM.finditer(text))
    for number, stage in enumerate(stages):
        if target and (stage["name"] or "").lower() == target.lower():
            end = stages[number + 1].start() if number + 1 < len(stages) else len(text)
            return text[:end]
    return text


def _with_arguments(text: str, args: dict[str, str]) -> str:
    def given(found: re.Match[str]) -> str:
        value = args.get(found[2])
        if value is None or re.search(r"[\s\"'\\$]", value):
            return found[0]
        return f"{found[1]}{found[2]}={value}"

    return _ARG.sub(given, text) if args else text


def _is_ignored(path: str, tree: Tree) -> bool:
    """Whether the context leaves this path out, as far as plain patterns tell."""
    patterns = [line.strip().strip("/") for line in tree.read(".dockerignore").splitlines()]
    heads = ["/".join(path.split("/")[: n + 1]) for n in range(path.count("/") + 1)]
    kept = any(line.startswith("!") for line in patterns)
    return not kept and any(
        fnmatch.fnmatch(head, pattern.removeprefix("**/"))
        for pattern in patterns
        if pattern and not pattern.startswith("#")
        for head in heads
    )
