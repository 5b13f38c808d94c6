"""What to install: the manifest that belongs to an entry point, found in order of how exact it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from packaging.requirements import Requirement

from sandbox.plan import Note
from sandbox.pysource.distributions import normalise, third_party
from sandbox.pysource.placement import ancestors
from sandbox.pysource.projects import (
    conda_requirements,
    lock_pins,
    pipfile_requirements,
    pyproject_requirements,
    table,
    toml,
)
from sandbox.pysource.requirements import installable, parse_requirement, read_requirements
from sandbox.pysource.spoken import spoken_packages
from sandbox.pysource.syntax import Module
from sandbox.sourcetext.misspelt import misspelt
from sandbox.tree import Tree

_LOCKS = {
    "uv.lock": "pyproject.toml",
    "poetry.lock": "pyproject.toml",
    "pdm.lock": "pyproject.toml",
    "Pipfile.lock": "Pipfile",
}
_REQUIREMENTS = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
    "requirements/requirements.txt",
    "requirements/common.txt",
    "requirements-prod.txt",
    "requirements_prod.txt",
    "requirements.in",
)
_DEBIAN = re.compile(r"[a-z0-9][a-z0-9+.-]{1,60}")
_OTHER_REQUIREMENTS = re.compile(
    r"(?:requirements?[-_.](?!txt)\w[\w.-]*|reqs?|deps|dependencies|requirements/[\w.-]+)\.txt$", re.IGNORECASE
)
_NOT_FOR_RUNNING = re.compile(r"dev|test|lint|doc|ci\b|cuda|gpu|train|notebook|build|windows|mac", re.IGNORECASE)
_FOR_RUNNING = re.compile(r"prod|deploy|app|api|web|server|backend|linux|docker", re.IGNORECASE)
GENERATED, GENERATED_PINS = ".assay-requirements.txt", ".assay-constraints.txt"


@dataclass(frozen=True)
class Manifest:
    """What pip is asked for.

    path      the team's file, "" when there was none
    install   arguments of `pip install` that bring the dependencies; () when there are none
    copies    files of the tree that must be in the image before that command
    files     files that we add to the context for it
    needs_source  the whole source must be there first (the project installs itself)
    pinned    normalised names that the lock holds, those brought by others included
    debian    packages that apt-get installs before
    """

    path: str
    install: tuple[str, ...]
    copies: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    needs_source: bool = False
    requirements: tuple[Requirement, ...] = ()
    notes: tuple[Note, ...] = ()
    why: str = ""
    pinned: frozenset[str] = frozenset()
    debian: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(normalise(requirement.name) for requirement in self.requirements)


def manifest_folders(tree: Tree) -> list[str]:
    """Folders that hold a manifest, nearest to the root first."""
    names = {"requirements.txt", "pyproject.toml", "Pipfile", "environment.yml", "setup.py"}
    return [path.rpartition("/")[0] for path in tree.paths if path.rpartition("/")[2] in names]


def find_manifest(tree: Tree, folder: str, parsed: tuple[Module, ...]) -> Manifest:
    """The manifest for code that runs in `folder`: there, then in the folders above it, then guessed from imports."""
    for place in reversed(ancestors(folder)):
        found = _in_folder(tree, place)
        if found is not None:
            return replace(found, debian=_debian(tree, place, found))
    return _from_imports(tree, folder, parsed)


def _debian(tree: Tree, folder: str, manifest: Manifest) -> tuple[str, ...]:
    """Debian packages that packages.txt lists, as the hosts of Streamlit and Gradio read it."""
    if not manifest.names & {"streamlit", "gradio"}:
        return ()
    text = tree.read(f"{folder}/packages.txt" if folder else "packages.txt", 4096)
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return tuple(names) if all(_DEBIAN.fullmatch(name) for name in names) else ()


def _in_folder(tree: Tree, folder: str) -> Manifest | None:
    def at(name: str) -> str:
        return f"{folder}/{name}" if folder else name

    for lock, beside in _LOCKS.items():
        if at(lock) in tree and at(beside) in tree:
            found = _locked(tree, at(lock), at(beside))
            if found is not None:
                return found
    for path in (*map(at, _REQUIREMENTS), *_other_requirements(tree, folder)):
        if path in tree and (found := _from_requirements(tree, path)) is not None:
            return found
    for name, read in (("pyproject.toml", _from_pyproject), ("Pipfile", _from_pipfile)):
        if at(name) in tree and (found := read(tree, at(name))) is not None:
            return found
    for name in ("setup.py", "setup.cfg"):
        if at(name) in tree and "install_requires" in tree.read(at(name)):
            return Manifest(
                at(name), (f"./{folder}" if folder else ".",), needs_source=True, why=f"{at(name)} lists the packages."
            )
    for name in ("environment.yml", "environment.yaml", "conda.yml", "conda.yaml"):
        lines = conda_requirements(tree.read(at(name))) if at(name) in tree else []
        if lines:
            return _generated(
                at(name), lines, f"{at(name)} lists the packages; they are installed with pip, without conda."
            )
    alike = misspelt(tree, folder, "requirements.txt")
    return _from_requirements(tree, alike, renamed=True) if alike else None


def _other_requirements(tree: Tree, folder: str) -> list[str]:
    """Requirement files under names of the team's own, those that sound like the service first."""
    prefix = folder + "/" if folder else ""
    found = [path for path in tree.paths if path.startswith(prefix) and _OTHER_REQUIREMENTS.match(path[len(prefix) :])]
    product = [path for path in found if not _NOT_FOR_RUNNING.search(path[len(prefix) :])]
    return sorted(product, key=lambda path: not _FOR_RUNNING.search(path[len(prefix) :]))


def _locked(tree: Tree, lock: str, beside: str) -> Manifest | None:
    document = toml(tree, beside)
    lines = pipfile_requirements(document) if beside.endswith("Pipfile") else pyproject_requirements(document)
    pins = lock_pins(tree, lock)
    if not lines or not pins:
        return None
    return _generated(beside, lines, f"{beside} lists the packages and {lock} pins their versions.", pins)


def _generated(path: str, lines: list[str], why: str, pins: dict[str, str] | None = None) -> Manifest:
    read = [installable(line, path) for line in lines] if path else [(line, ()) for line in lines]
    notes = dict.fromkeys(note for _, told in read for note in told)
    lines = [line for line, _ in read if line]
    files = [(GENERATED, "\n".join(lines) + "\n")]
    install: tuple[str, ...] = ("-r", GENERATED)
    if pins:
        fixed = [installable(f"{name}=={version}", path) for name, version in sorted(pins.items())]
        notes |= dict.fromkeys(note for _, told in fixed for note in told if note.id == "requirement_variant_dropped")
        files.append((GENERATED_PINS, "".join(f"{line}\n" for line, _ in fixed if line)))
        install += ("-c", GENERATED_PINS)
    requirements = tuple(requirement for line in lines if (requirement := parse_requirement(line)))
    return Manifest(path, install, (), tuple(files), False, requirements, tuple(notes), why, frozenset(pins or ()))


def _from_requirements(tree: Tree, path: str, *, renamed: bool = False) -> Manifest | None:
    read = read_requirements(tree, path)
    if not read.lines:
        return None
    notes = list(read.notes)
    if renamed:
        notes.insert(
            0, Note("manifest_misspelt", f"{path} is read as requirements.txt. Rename it to requirements.txt.")
        )
    why = f"{path} lists the packages."
    if read.notes:
        # A changed copy beside the original, so that relative includes still resolve.
        folder = path.rpartition("/")[0]
        copy = f"{folder}/{GENERATED}" if folder else GENERATED
        return Manifest(
            path,
            ("-r", copy),
            read.includes,
            ((copy, "\n".join(read.lines) + "\n"),),
            read.local,
            read.parsed,
            tuple(notes),
            why,
        )
    return Manifest(path, ("-r", path), (path, *read.includes), (), read.local, read.parsed, tuple(notes), why)


def _from_pyproject(tree: Tree, path: str) -> Manifest | None:
    document = toml(tree, path)
    lines = pyproject_requirements(document)
    if lines:
        return _generated(path, lines, f"{path} lists the packages.")
    if "dependencies" in (table(document, "project").get("dynamic") or []):
        folder = path.rpartition("/")[0]
        return Manifest(
            path, (f"./{folder}" if folder else ".",), needs_source=True, why=f"{path} computes its packages."
        )
    return None


def _from_pipfile(tree: Tree, path: str) -> Manifest | None:
    lines = pipfile_requirements(toml(tree, path))
    return _generated(path, lines, f"{path} lists the packages.") if lines else None


def _from_imports(tree: Tree, folder: str, parsed: tuple[Module, ...]) -> Manifest:
    """What the code imports, in the versions that a README names, and what that README installs beside it."""
    names = third_party(tree, parsed)
    if not names:
        return Manifest("", (), why="Nothing beside the standard library is imported.")
    document, lines = spoken_packages(tree, folder)
    named = {normalise(line.name) for text in lines if (line := parse_requirement(text))}
    wanted = [*lines, *(name for name in names if name not in named)]
    where = f"as {document} installs them, else " if document else ""
    guessed = _generated("", wanted, f"No file lists the packages; they are {where}guessed from the imports.")
    told = f"taken from {document} and the imports" if document else "guessed from the imports"
    note = Note(
        "requirements_guessed",
        f"No requirements were found, so these were {told}: {', '.join(wanted)}. "
        "Add a requirements.txt with exact versions.",
    )
    return Manifest(
        guessed.path,
        guessed.install,
        files=guessed.files,
        requirements=guessed.requirements,
        notes=(note,),
        why=guessed.why,
    )
