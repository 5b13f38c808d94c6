"""Packages of the distribution that go by another name in the release that is built on: their successors."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.launch.stage import instructions
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

# Name or pattern -> what has taken its place. Source: the transitional packages and release notes of Debian 10 to 13.
_SUCCESSORS = {
    r"netcat": "netcat-openbsd",
    r"python": "python3",
    r"python-(dev|pip|setuptools|virtualenv|wheel)": r"python3-\1",
    r"python3?-distutils": "python3-setuptools",
    r"mysql-client": "default-mysql-client",
    r"libmysqlclient-dev": "default-libmysqlclient-dev",
    r"openjdk-\d{1,2}-(jdk|jre)((?:-headless)?)": r"default-\1\2",
    r"libgl1-mesa-glx": "libgl1",
    r"libegl1-mesa": "libegl1",
    r"libssl1\.[01](?:\.\d)?": "libssl3",
    r"libffi[67]": "libffi8",
    r"libtiff5(-dev)?": r"libtiff-dev",
    r"libpng12-(?:0|dev)": "libpng-dev",
    r"libjpeg-turbo8(-dev)?": r"libjpeg62-turbo\1",
    r"libicu\d{2}": "libicu-dev",
    r"libdc1394-22-dev": "libdc1394-dev",
    r"libatlas-base-dev": "libopenblas-dev",
    r"libopenblas-base": "libopenblas0",
    r"libncurses5-dev": "libncurses-dev",
    r"libreadline6-dev": "libreadline-dev",
    r"libcurl3": "libcurl4",
    r"ttf-dejavu": "fonts-dejavu",
    r"ttf-freefont": "fonts-freefont-ttf",
    r"chromium-browser": "chromium",
    r"firefox": "firefox-esr",
    r"nodejs-legacy": "nodejs",
}
_MISSING = re.compile(r"E: (?:Unable to locate package |Package ')([\w.+-]{1,80})")
_INSTALLS = re.compile(r"\bapt(?:-get)?\b[^;&|]*\binstall\b")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    missing = dict.fromkeys([*_MISSING.findall(broken.fault.detail), broken.fault.facts.get("package", "")])
    successors = {name: other for name in missing if (other := _successor(name))}
    text = broken.plan.dockerfile
    lines = text.split("\n")
    found = instructions(text)
    for at, one in enumerate(found):
        if one.keyword != "RUN" or not _INSTALLS.search(one.arguments):
            continue
        end = found[at + 1].line - 1 if at + 1 < len(found) else len(lines)
        for number in range(one.line - 1, end):
            for name, other in successors.items():
                lines[number] = re.sub(rf"(?<![\w.+/-]){re.escape(name)}(?![\w.+/-])", other, lines[number])
    made = "\n".join(lines)
    if made == text:
        return None
    was, now = ", ".join(successors), ", ".join(dict.fromkeys(successors.values()))
    why = f"{now} was installed instead of {was}, which this release of the base image no longer has. Install {now}."
    return replace(broken.plan, dockerfile=made), why


def _successor(name: str) -> str:
    """What has taken a package's place, "" when that is not known."""
    return next(
        (re.sub(pattern, other, name) for pattern, other in _SUCCESSORS.items() if re.fullmatch(pattern, name)), ""
    )


REPAIR = Repair("system_package_renamed", 12, frozenset({"apt_package_missing"}), mend)
