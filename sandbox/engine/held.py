"""Who holds an image that evaluations share: it has no labels of theirs, so that a name of ours beside it tells.

`assay/held:<tag>.<length of the key>.<until>.<process>` stands on the image that `assay/evaluation:<tag>` means. A name
cannot be forged by what is in an image, and giving one takes milliseconds, where labels take a step of a build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.owner import EVALUATION, OWNER, UNTIL

HELD = "assay/held"
LONGEST = 128  # of a tag (Docker's reference grammar)
_TAG = re.compile(r"(.+)\.(\d+)\.(\d+)\.([0-9a-z-]+)")


@dataclass(frozen=True)
class Holder:
    """`tag` is that of the evaluation's image, `labels` are what its own labels would have said."""

    name: str
    image: str
    tag: str
    labels: Mapping[str, str]


def hold(api: Api, image: str, reference: str, labels: Mapping[str, str]) -> bool:
    """Give an image an evaluation's name, and the name that tells who holds it; False where that would be too long."""
    key = labels[EVALUATION]
    tag = key + reference.rpartition(":")[2][len(key) :]
    held = f"{tag}.{len(key)}.{labels[UNTIL]}.{labels[OWNER]}"
    if len(held) > LONGEST or _TAG.fullmatch(held) is None:
        return False
    api.tag(image, f"{HELD}:{held}")
    api.tag(image, reference)
    return True


def holders(api: Api) -> Iterator[Holder]:
    """Everything that is held, whether or not the evaluation's own name is still there."""
    for summary in api.images(HELD):
        for name in summary.get("RepoTags") or ():
            repository, _, held = name.rpartition(":")
            found = _TAG.fullmatch(held) if repository == HELD else None
            if found is not None:
                tag, length, until, owner = found.groups()
                labels = {EVALUATION: tag[: int(length)], OWNER: owner, UNTIL: until}
                yield Holder(name, str(summary["Id"]), tag.lower(), labels)


def let_go(api: Api, tag: str, *, services: bool = False) -> None:
    """Take away what tells who holds the image of that tag, with `services` also those of the services below it."""
    for holder in list(holders(api)):
        if holder.tag == tag or (services and holder.tag.startswith(f"{tag}.")):
            with suppress(EngineRefusal):  # another was faster
                api.remove_image(holder.name, force=False, prune=False)
