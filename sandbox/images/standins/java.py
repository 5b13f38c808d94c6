"""Stand-in for the images of Java (eclipse-temurin, openjdk, amazoncorretto, maven): OpenJDK as Debian packages it."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian
from sandbox.images.standins.alpine import with_alpine_commands

# Major version of Java -> the suite of Debian that has it. A newer Java runs and compiles what is older.
SUITES = {17: debian.SUITE, 21: "trixie", 25: "trixie"}
DEFAULT = 21
NEWER_SUITE = """\
RUN sed -n 's/{stable}/{suite}/p' /etc/apt/sources.list > /etc/apt/sources.list.d/{suite}.list \\
 && printf 'Package: *\\nPin: release n={suite}*\\nPin-Priority: 100\\n' > /etc/apt/preferences.d/{suite}
"""
# java-common's folder has the architecture in its name; JAVA_HOME is a name that stays.
DOCKERFILE = """\
FROM {base}
{sources}RUN mkdir -p /usr/share/man/man1 && apt-get update \\
 && apt-get install -y --no-install-recommends {suite}{packages} && rm -rf /var/lib/apt/lists/* \\
 && ln -sfn "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" /opt/java && java -version
ENV JAVA_HOME="/opt/java"
CMD ["{command}"]
"""
_NUMBER = re.compile(r"(?<![\d.])(?:1\.)?(?P<major>8|11|1[2-9]|2\d)(?![\d])")
# The tag of `maven` begins with Maven's own version: 3.9.6-eclipse-temurin-21.
_MAVEN_TAG = re.compile(r"(?P<version>[34](?:\.\d+){0,2})?-?(?P<rest>[a-z0-9.-]*)")
# What Debian's suites have; which Maven is served does not matter to a project unless it says so itself.
MAVEN = {debian.SUITE: "3.8", "trixie": "3.9"}


def offer(wanted: Reference) -> Offer | None:
    """The major version that was asked for, else the next newer one; None for one that is newer than all of them."""
    tag = wanted.version.removeprefix("latest")
    if any(word in tag for word in ("windowsservercore", "nanoserver", "-ea", "graal")):
        return None
    if wanted.official == "maven":
        return _maven(tag)
    chosen = nearest(tag)
    if chosen is None:
        return None
    major, note = chosen
    return _served(jre(major) if re.search(r"jre|headless", tag) else jdk(major), tag, note)


def nearest(tag: str) -> tuple[int, str] | None:
    """(major, note) for the version that a tag names, the newest long-term release when it names none."""
    matched = _NUMBER.search(tag)
    if matched is None:
        return DEFAULT, ""
    wanted = int(matched["major"])
    major = min((one for one in SUITES if one >= wanted), default=None)
    if major is None:
        return None
    return major, "" if major == wanted else f"major version differs: Java {wanted} wanted, {major} served"


def _maven(tag: str) -> Offer | None:
    matched = _MAVEN_TAG.fullmatch(tag)
    chosen = nearest(matched["rest"]) if matched else None
    if matched is None or chosen is None:
        return None
    major, note = chosen
    served, version = MAVEN[SUITES[major]], matched["version"] or ""
    if version and not f"{version}.".startswith(f"{served}.") and version != "3":
        note = "; ".join(part for part in (note, f"Maven {version} wanted, {served} served") if part)
    return _served(maven(major), tag, note)


def _served(recipe: Recipe, tag: str, note: str) -> Offer:
    if "alpine" not in tag:
        return Offer(recipe, note)
    return Offer(
        with_alpine_commands(recipe), "; ".join(part for part in (note, "Alpine tag served by Debian") if part)
    )


def jre(major: int) -> Recipe:
    """What runs Java, without windows and sound."""
    return _recipe(f"java-{major}-jre", (f"openjdk-{major}-jre-headless",), major, debian.recipe(), "java")


def jdk(major: int) -> Recipe:
    """The same with the compiler."""
    return _recipe(f"java-{major}-jdk", (f"openjdk-{major}-jdk-headless",), major, jre(major), "jshell")


def maven(major: int) -> Recipe:
    return _recipe(f"maven-java-{major}", ("maven", "git"), major, jdk(major), "mvn")


def _recipe(name: str, packages: tuple[str, ...], major: int, base: Recipe, command: str) -> Recipe:
    suite = SUITES[major]
    newer = suite != debian.SUITE
    sources = NEWER_SUITE.format(stable=debian.SUITE, suite=suite) if newer else ""

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        text = DOCKERFILE.format(
            base=base.reference,
            sources=sources,
            suite=f"-t {suite} " if newer else "",
            packages=" ".join(packages),
            command=command,
        )
        return build(engine, folder, text, reference)

    return Recipe(name, (DOCKERFILE, sources, *packages), make, base, base.injected_env)


STANDIN = StandIn(
    id="java",
    names=("eclipse-temurin", "openjdk", "adoptopenjdk", "amazoncorretto", "maven"),
    offer=offer,
    tags=tuple(
        name
        for major in SUITES
        for name in (f"eclipse-temurin:{major}-jdk", f"eclipse-temurin:{major}-jre", f"maven:3-eclipse-temurin-{major}")
    ),
)
