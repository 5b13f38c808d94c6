"""What a repository holds that it should not: copies of installed packages, and pointers in place of large files."""

from __future__ import annotations

from pathlib import PurePosixPath

from sandbox.plan import Note
from sandbox.tree import Tree

# Folders into which a package manager installs, however the folder above them is called.
INSTALLED = frozenset({"site-packages", "node_modules", "__pypackages__"})
_POINTER = "version https://git-lfs.github.com/spec/v1"
# A pointer has a version, an object id and a size, and rarely an extension line.
_POINTER_BYTES = range(100, 400)
LFS_POINTER = "lfs_pointer"
MAX_FOLDERS = 100


def installed_folders(tree: Tree) -> tuple[str, ...]:
    """Outermost folders that hold installed packages: Python environments of any name, node_modules."""
    found: dict[str, None] = {}
    for path in tree.paths:
        if len(found) >= MAX_FOLDERS:  # each is compared with every other
            break
        parts = PurePosixPath(path).parts
        if parts[-1] == "pyvenv.cfg" and len(parts) > 1:
            found["/".join(parts[:-1])] = None
        for index, part in enumerate(parts[:-1]):
            if part in INSTALLED:
                # venv/lib/python3.12/site-packages: the environment is what is not needed.
                above = next((at for at in range(index) if parts[at].lower() == "lib"), index)
                found["/".join(parts[: above if 0 < above < index else index + 1])] = None
                break
    return tuple(folder for folder in found if not any(folder.startswith(f"{other}/") for other in found))


def lfs_pointers(tree: Tree) -> tuple[str, ...]:
    """Files of which only Git LFS's pointer is there."""
    small = (path for path in tree.paths if tree.size(path) in _POINTER_BYTES)
    return tuple(path for path in small if tree.read(path, len(_POINTER)) == _POINTER)


def shape_notes(tree: Tree) -> tuple[Note, ...]:
    """What to tell a team about the shape of its repository; none of it changes how it is built."""
    notes = []
    if folders := installed_folders(tree):
        notes.append(
            Note(
                "environment_committed",
                f"{', '.join(folders[:3])} holds installed packages of one computer, which nothing here uses. "
                f"Run git rm -r --cached {folders[0]} and add it to .gitignore.",
            )
        )
    if pointers := lfs_pointers(tree):
        notes.append(
            Note(
                LFS_POINTER,
                f"{', '.join(pointers[:3])} is a Git LFS pointer: the file itself is not part of a clone here. "
                "Commit it without LFS, or fetch it in the build.",
            )
        )
    return tuple(notes)
