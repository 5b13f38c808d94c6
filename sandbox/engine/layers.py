"""The steps of builds that the engine keeps as images without a name: whose they are, which stay, which go.

The classic builder leaves every step behind, of builds that failed, too. Ours are told from a stranger's by their first
step, a label that each stage begins with: the history of an image cannot be rewritten by what comes after it, so that
no Dockerfile can take the mark away. What a build that succeeded leaves is named `assay/cache:<id>`, and the next build
of the repository finds it; a step without a name that no build is using goes. A build writes down what it uses in a
temporary file named after its process: when the process has died, its steps are used by nobody. The step that adds
nothing but our mark to a base is every build's second: it stays while the base has a name, or builds would lose it
between finding and using it.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from sandbox.engine import OnLine
from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.buildnet import ROLE_HERE
from sandbox.engine.owner import OWNER, ROLE, has_ended, is_kept, owner_of_temporary, temporary_prefix

CACHE = "assay/cache"
MARK = "assay.build"
MARKED = f'LABEL {MARK}="1"'
# The builder takes the newest of like steps: the mark of a build that uses none would hide all that others have kept.
ALONE = f'LABEL {MARK}="alone"'
# A step may be newer than the line that tells its build of it; the line takes milliseconds.
YOUNG_S = 20.0
MOST_USED = 4_096
PURPOSE, ENDED = "layers", "ended"
SHORT = 12
_ARROW = re.compile(r" ---> ([0-9a-f]{12,64})\s*")
_FROM = re.compile(r"\s*FROM\s", re.IGNORECASE)
_ESCAPE = re.compile(r"\s*#\s*escape\s*=\s*`", re.IGNORECASE)
_LINE = re.compile(r"(parse error(?: on)? line )(\d{1,6})")


def marked(dockerfile: str, more: Iterable[str] = (), mark: str = MARKED) -> tuple[str, list[int]]:
    """The Dockerfile with our mark, and `more`, behind every FROM; and the numbers of the lines that came into it.

    `mark` is MARKED, or ALONE for a build that uses no kept step.
    """
    behind = [mark, *more]
    escape = "`" if _ESCAPE.match(dockerfile.lstrip("\ufeff")) else "\\"
    lines: list[str] = []
    added: list[int] = []
    continues = is_from = False
    for line in dockerfile.removesuffix("\n").split("\n"):
        lines.append(line)
        if continues and (not line.strip() or line.lstrip().startswith("#")):
            continue  # neither ends an instruction that goes on
        is_from = is_from if continues else bool(_FROM.match(line.lstrip("\ufeff")))
        continues = line.rstrip().endswith(escape) and not line.lstrip().startswith("#")
        if is_from and not continues:
            added += range(len(lines) + 1, len(lines) + 1 + len(behind))
            lines += behind
            is_from = False
    return "\n".join(lines) + "\n", added


def labelled(dockerfile: str, labels: Mapping[str, str]) -> str:
    """The Dockerfile with one last step that labels its image; as it is where a line of ours would not be a step.

    The engine's own way makes a step of each label, and every step of a build starts and removes a container.
    """
    lines = dockerfile.removesuffix("\n").split("\n")
    told = [line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not labels or not told or told[-1].endswith(("\\", "`")) or not any(map(_FROM.match, told)):
        return dockerfile
    pairs = " ".join(f"{name}={json.dumps(value)}" for name, value in sorted(labels.items()))
    return "\n".join([*lines, f"LABEL {pairs}"]) + "\n"


def without_mark(message: str, added: Iterable[int]) -> str:
    """A builder's message about a line, with the number that the line has in the team's file."""
    places = list(added)
    return _LINE.sub(lambda found: found[1] + str(int(found[2]) - sum(at < int(found[2]) for at in places)), message)


class Record:
    """What one build uses, as far as the engine has told it: `with Record(on_line) as record`, then `record.heard`."""

    def __init__(self, on_line: OnLine | None) -> None:
        self.ids: list[str] = []
        self._on_line = on_line
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._file = tempfile.NamedTemporaryFile("w", prefix=temporary_prefix(PURPOSE), encoding="ascii")
        Path(self._file.name).chmod(0o644)  # a reaper of another user has to read it
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        with suppress(FileNotFoundError):
            # What a build that failed has used may go at once, which whoever comes to remove it has to know.
            if kind is not None and self.ids:
                path = Path(self._file.name)
                path.rename(path.with_name(path.name.replace(f"-{PURPOSE}-", f"-{ENDED}-")))
            self._file.close()

    def heard(self, line: str) -> None:
        """A line of the build. A step of a team can print the same words; then it protects an image for a while."""
        found = _ARROW.fullmatch(line)
        if found and self._file is not None and found[1] not in self.ids and len(self.ids) < MOST_USED:
            self.ids.append(found[1])
            self._file.write(f"{found[1]}\n")
            self._file.flush()
        if self._on_line is not None:
            self._on_line(line)


def used_by_builds(folder: Path | None = None) -> frozenset[str]:
    """Short ids of the images that builds of living processes are using, bases among them."""
    return frozenset(used for _, path in _records(folder, ended=False) for used in _read(path))


def _read(path: Path) -> list[str]:
    with suppress(OSError):
        return [line[:SHORT] for line in path.read_text(encoding="ascii", errors="replace").split()]
    return []


def is_building_unseen(api: Api, folder: Path | None = None) -> bool:
    """Whether the engine serves a build whose record cannot be seen from here: of another container or machine.

    The network of a build stands as long as the build, and tells the process that asked for it.
    """
    seen = {owner for owner, _ in _records(folder, ended=False)}
    found = [summary["Labels"] for summary in api.containers({"label": [f"{ROLE}={ROLE_HERE}"]})]
    return any(is_kept(labels, local=api.local) for labels in found if labels.get(OWNER) not in seen)


def _records(folder: Path | None, *, ended: bool) -> Iterator[tuple[str, Path]]:
    """(process, file) of each build that has failed or whose process has ended, or of each other, as seen from here."""
    for path in (folder or Path(tempfile.gettempdir())).glob(f"assay-*-{PURPOSE}-*"):
        owner = owner_of_temporary(path.name, PURPOSE)
        if owner and has_ended(owner) == ended:
            yield owner, path
    for path in (folder or Path(tempfile.gettempdir())).glob(f"assay-*-{ENDED}-*") if ended else ():
        if owner := owner_of_temporary(path.name, ENDED):
            yield owner, path


def keep(api: Api, image: str, added: int, ids: Iterable[str], whole: str = "") -> list[str]:
    """Name what a successful build has left, so that it is found again: the last step of the team in each stage.

    Returns the names. `added` is the number of steps of ours at its end, which label it; `ids` is `Record.ids`; `whole`
    is one more name for the last step of all.
    """
    stock = {summary["Id"]: summary for summary in api.all_images()}
    top = image
    for _ in range(added):
        top = str(stock.get(top, {}).get("ParentId") or "")
    parents = {summary["ParentId"] for summary in stock.values()}
    short = {one[:SHORT] for one in ids}
    tips = [one for one in stock if short_of(one) in short and one not in parents and not _is_named(stock[one])]
    kept = []
    for tip in dict.fromkeys([top, *tips]):
        history = _history(api, stock[tip]) if tip in stock and tip != image else []
        # A stage without a step of its own keeps nothing that is worth a name.
        if history and not _is_mark(history[0]):
            kept.append(f"{CACHE}:{short_of(tip)}")
            api.tag(tip, kept[-1])
            if whole and tip == top:
                api.tag(tip, whole)
    return kept


def remove_unused(api: Api, young_s: float = YOUNG_S) -> list[str]:
    """Remove the steps of ours without a name that nothing builds on and no running build uses.

    Young ones only where the record of a build that failed or was killed tells them: of any other, a build may be
    about to tell that it uses it.
    """
    stock = {summary["Id"]: summary for summary in api.all_images()}
    children: dict[str, int] = {}
    for summary in stock.values():
        children[summary["ParentId"]] = children.get(summary["ParentId"], 0) + 1
    records = [path for _, path in _records(None, ended=True)]
    ended = {used for path in records for used in _read(path)}
    removed, waits = 0, False
    for leaf in [one for one in stock if not children.get(one)]:
        step = leaf
        # One by one upwards, and never by the engine's own pruning: a build may have just begun to use a step below.
        while (
            step in stock
            and not children.get(step)
            and _may_go(api, stock, step, 0.0 if short_of(step) in ended else young_s)
        ):
            # Asked anew each time, as late as can be: what is told now was found by a build some milliseconds ago.
            if short_of(step) in used_by_builds() or is_building_unseen(api):
                waits = True
                break
            try:
                api.remove_image(step, force=False, prune=False)
            except EngineRefusal:  # a step's container stands on it, or is just going
                waits = True
                break
            removed += 1
            step = stock.pop(step)["ParentId"]
            children[step] = children.get(step, 1) - 1
    for path in () if waits else records:
        with suppress(OSError):  # another reaper was faster, or it is another user's
            path.unlink()
    return [f"{removed} unused steps of builds"] if removed else []


def short_of(id: str) -> str:
    return id.removeprefix("sha256:")[:SHORT]


def _may_go(api: Api, stock: Mapping[str, Mapping[str, Any]], step: str, young_s: float) -> bool:
    summary = stock[step]
    if _names(summary) or time.time() < int(summary["Created"]) + young_s:
        return False
    return bool(_history(api, summary)) and not is_mark_of_base(api, stock, step)


def is_mark_of_base(api: Api, stock: Mapping[str, Mapping[str, Any]], step: str) -> bool:
    """Whether a step without a name is our mark on an image that has one, and no more. It takes no space."""
    base = stock.get(str(stock[step]["ParentId"]))
    if base is None or not _names(base) or _names(stock[step]):
        return False
    history = _history(api, stock[step])
    return bool(history) and _is_mark(history[0], (MARKED,))


def _is_named(summary: Mapping[str, Any]) -> bool:
    """By anything but a cache's name, which is given once more when it is used."""
    return any(not name.startswith(f"{CACHE}:") for name in _names(summary))


def _names(summary: Mapping[str, Any]) -> list[str]:
    found = [*(summary.get("RepoTags") or ()), *(summary.get("RepoDigests") or ())]
    return [name for name in found if not name.startswith("<none>")]


def _history(api: Api, summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of an image of ours, [] for any other. The label alone is no proof: an image of ours passes it on."""
    if MARK not in (summary.get("Labels") or {}):
        return []
    history = api.history(summary["Id"])
    return history if any(_is_mark(step) for step in history) else []


def _is_mark(step: Mapping[str, Any], marks: tuple[str, ...] = (MARKED, ALONE)) -> bool:
    return str(step.get("CreatedBy") or "").endswith(tuple(mark.replace('"', "") for mark in marks))


def chain(stock: Mapping[str, Mapping[str, Any]], id: str) -> Iterator[str]:
    """An image and what it was built on, as far as this engine knows."""
    below = id
    while below in stock:
        yield below
        below = str(stock[below]["ParentId"])
