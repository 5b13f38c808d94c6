"""Symbolic links of a tree, judged without a file system: which of them lead out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox.faults import TeamFault, clean

# What the kernel follows in one path before it gives up.
MAX_STEPS = 40
# The longest path that the kernel takes: no link can mean more.
MAX_TARGET_BYTES = 4_096
# Names on the way of one link. Without a bound, twenty thousand links to one long target take days to follow.
MAX_PARTS = 1_024


def check(links: Mapping[bytes, bytes], go_on: Callable[[], None] = lambda: None) -> None:
    """TeamFault("symlink_leaves_tree") names a link whose target, over other links if need be, is not in the tree.

    `links` are targets by the link's own path from the top of the tree. `go_on` is called for each and may raise.
    """
    for name, target in links.items():
        go_on()
        if leaves(name, links):
            raise TeamFault(
                "symlink_leaves_tree",
                "A symbolic link leads out of the repository",
                detail=f"{clean(name, lines=1)} -> {clean(target[:200], lines=1)}",
                fix="Remove the link (git rm --cached NAME), or commit the file itself in its place.",
            )


def leaves(name: bytes, links: Mapping[bytes, bytes]) -> bool:
    """Whether following the link gets above the top at any step, or past MAX_PARTS names, where nobody looks any more.

    One that only leads in circles stays inside.
    """
    here: list[bytes] = name.split(b"/")[:-1]
    ahead = [name.split(b"/")[-1]]
    steps = parts = 0
    while ahead:
        parts += 1
        if parts > MAX_PARTS:
            return True
        part = ahead.pop()
        if part == b"..":
            if not here:
                return True
            here.pop()
        elif part not in (b"", b"."):
            path = b"/".join((*here, part))
            target = links.get(path)
            if target is None:
                here.append(part)
                continue
            steps += 1
            if steps > MAX_STEPS:
                return False
            if target.startswith(b"/"):
                return True
            ahead += reversed(target.split(b"/"))
    return False
