"""How a Java project is built and started: Maven, Gradle, or the compiler alone. Reads build files, runs nothing."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.sourcetext.assets import PLAIN_PATH, assets
from sandbox.sourcetext.source import Source
from sandbox.tree import Tree

# Java reads no HTTPS_PROXY; where one is set, the step hands it on in Java's own words.
PROXY = (
    'p="${HTTPS_PROXY#*://}"; if [ -n "$p" ]; then export JAVA_TOOL_OPTIONS="'
    "-Dhttps.proxyHost=${p%:*} -Dhttps.proxyPort=${p##*:} -Dhttp.proxyHost=${p%:*} -Dhttp.proxyPort=${p##*:} "
    '-Daether.connector.http.useSystemProperties=true"; fi; '
)
# A plugin that makes a jar which starts by itself.
_FAT = (
    r"spring-boot-maven-plugin|quarkus-maven-plugin|micronaut-maven-plugin|maven-shade-plugin|jar-with-dependencies"
    r"|<mainClass>"
)
_GRADLE_STARTS = r"org\.springframework\.boot|io\.quarkus|io\.micronaut|shadow|\bapplication\b|mainClass"
_LIKELY = re.compile(r"api|app|server|web|service|boot|backend")
# The jar that was made: the largest that is no by-product; Quarkus makes a folder.
_COLLECT = (
    "RUN mkdir -p /out && if [ -d {at}/quarkus-app ]; then cp -r {at}/quarkus-app/. /out/ "
    '&& mv /out/quarkus-run.jar /out/app.jar; else cp "$(ls -S {at}/{libs}*.jar '
    "| grep -v -E '(sources|javadoc|plain|tests)\\.jar$|/original-' | head -n 1)\" /out/app.jar; fi"
)
_MAIN = re.compile(r"\bstatic\s+(?:final\s+)?void\s+main\s*\(|^\s*void\s+main\s*\(|^fun\s+main\s*\(", re.MULTILINE)
_CLASS = re.compile(
    r"^\s*(?:(?:public|final|abstract)\s+)*(?:class|record|enum|interface)\s+(?P<name>\w+)", re.MULTILINE
)
_PACKAGE = re.compile(r"^\s*package\s+(?P<name>[\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Built:
    """Text of the Dockerfile, the argument list that starts the program, and why it is built so."""

    dockerfile: str
    start: tuple[str, ...]
    why: str


def maven(tree: Tree, found: tuple[Source, ...], version: int) -> Built | None:
    """The module that makes a jar which starts; a jar that does not is started with its packages beside it."""
    pom = tree.read("pom.xml")
    modules = [name for name in re.findall(r"<module>\s*([\w./-]+)\s*</module>", pom) if f"{name}/pom.xml" in tree]
    module = _starting(modules, lambda name: re.search(_FAT, tree.read(f"{name}/pom.xml")) is not None)
    flags = f" -pl {shlex.quote(module)} -am" if module else ""
    lines = [f"FROM maven:3-eclipse-temurin-{version} AS build", "WORKDIR /src"]
    if not module:
        # The packages first, so that a change of the code does not fetch them again.
        lines += ["COPY pom.xml ./", f"RUN {PROXY}mvn -B -ntp dependency:go-offline || true"]
    own = tree.read(f"{module}/pom.xml") if module else pom
    why = "pom.xml makes this a Maven project" + (
        f", and its module {module} is the one that starts." if module else "."
    )
    target = f"{module}/target" if module else "target"
    if re.search(_FAT, own) or re.search(_FAT, pom):
        lines += ["COPY . .", f"RUN {PROXY}mvn -B -ntp -DskipTests{flags} package", _COLLECT.format(at=target, libs="")]
        return Built(_ended(lines, version, ("java", "-jar", "/app/app.jar")), ("java", "-jar", "/app/app.jar"), why)
    name = main_class(found)
    if not name:
        return None
    copied = "dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib"
    lines += [
        "COPY . .",
        f"RUN mkdir -p /out/lib; {PROXY}mvn -B -ntp -DskipTests{flags} package {copied}",
        _COLLECT.format(at=target, libs=""),
    ]
    start = ("java", "-cp", "/app/app.jar:/app/lib/*", name)
    return Built(_ended(lines, version, start), start, f"{why} It starts {name}.")


def gradle(tree: Tree, _found: tuple[Source, ...], version: int) -> Built | None:
    """By the project's own wrapper when it is all there, since Gradle's versions do not read each other's files."""

    def script(folder: str) -> str:
        at = f"{folder}/" if folder else ""
        return tree.read(f"{at}build.gradle") + tree.read(f"{at}build.gradle.kts")

    settings = tree.read("settings.gradle") + tree.read("settings.gradle.kts")
    included = "\n".join(line for line in settings.splitlines() if "include" in line)
    modules = [name.strip(":").replace(":", "/") for name in re.findall(r"[\"'](:?[\w:-]+)[\"']", included)]
    modules = [name for name in modules if script(name)]
    own = any(path.startswith("src/main/") for path in tree.paths)
    module = "" if own else _starting(modules, lambda name: re.search(_GRADLE_STARTS, script(name)) is not None)
    text = script(module) or script("")
    wrapper = "gradlew" in tree and "gradle/wrapper/gradle-wrapper.jar" in tree
    image = f"eclipse-temurin:{version}-jdk" if wrapper else f"gradle:8-jdk{version}"
    command = "sh ./gradlew" if wrapper else "gradle"
    task = "installDist"
    if "org.springframework.boot" in text:
        task = "bootJar"
    elif "io.quarkus" in text:
        task = "quarkusBuild"
    elif "shadow" in text:
        task = "shadowJar"
    path = ":".join(("", *module.split("/"), task)) if module else task
    lines = [f"FROM {image} AS build", "WORKDIR /src"]
    if wrapper:
        # Gradle itself first: a change of the code does not fetch it again.
        lines += [
            "COPY gradlew ./",
            "COPY gradle ./gradle",
            f"RUN sed -i 's/\\r$//' gradlew && {PROXY}sh ./gradlew --no-daemon --version && cp gradlew /tmp/gradlew",
            "COPY . .",
            "RUN cp /tmp/gradlew gradlew",
        ]
    else:
        lines.append("COPY . .")
    lines.append(f"RUN {PROXY}{command} --no-daemon {path}")
    place = f"{module}/build" if module else "build"
    why = "build.gradle makes this a Gradle project" + (
        f", and its part {module} is the one that starts." if module else "."
    )
    if task == "installDist":
        # Its bin folder holds a script with the project's name, and the same for Windows.
        lines.append(
            f"RUN cp -r {place}/install/*/. /out "
            f"&& ln -s \"$(ls /out/bin | grep -v 'bat$' | head -n 1)\" /out/bin/start-app"
        )
        start: tuple[str, ...] = ("/app/bin/start-app",)
    else:
        lines.append(_COLLECT.format(at=place, libs="libs/"))
        start = ("java", "-jar", "/app/app.jar")
    return Built(_ended(lines, version, start), start, why)


def plain(tree: Tree, found: tuple[Source, ...], version: int) -> Built | None:
    """All source files in one call of the compiler, with the jars that the repository holds."""
    name = main_class(found)
    if not name or any(source.path.endswith(".kt") for source in found):
        return None
    folders = dict.fromkeys(source.folder or "." for source in found if PLAIN_PATH.fullmatch(source.path))
    files = " ".join(f"{folder}/*.java" for folder in folders)
    jars = dict.fromkeys(
        path.rpartition("/")[0] for path in tree.paths if path.endswith(".jar") and PLAIN_PATH.fullmatch(path)
    )
    libraries = [f"/src/{folder}/*" if folder else "/src/*" for folder in jars]
    given = f" -cp '{':'.join(libraries)}'" if libraries else ""
    lines = [
        f"FROM eclipse-temurin:{version}-jdk AS build",
        "WORKDIR /src",
        "COPY . .",
        f"RUN mkdir -p /out/classes /out/lib && javac -encoding UTF-8 -d /out/classes{given} {files}",
    ]
    lines += [f"RUN cp {f'{folder}/' if folder else ''}*.jar /out/lib/" for folder in jars]
    # What the program reads beside its classes: from the working directory, or as resources.
    kept = [path for path in assets(tree, ".java") if path not in jars and path]
    start = ("java", "-cp", "/app/classes:/app/lib/*:/app", name)
    return Built(
        _ended(lines, version, start, kept), start, f"Source files without a build file; {name} has the main method."
    )


def main_class(found: Iterable[Source]) -> str:
    """The full name of the class whose main method most likely starts the service, or ""."""
    candidates = []
    for source in found:
        if not _MAIN.search(source.text):
            continue
        package = _PACKAGE.search(source.text)
        stem = source.path.rpartition("/")[2].rpartition(".")[0]
        if source.path.endswith(".kt"):
            stem += "Kt"
        elif stem not in {match["name"] for match in _CLASS.finditer(source.text)}:
            declared = _CLASS.search(source.text)
            stem = declared["name"] if declared else stem
        serves = re.search(r"HttpServer|ServerSocket|SpringApplication|Javalin|\bport\(|Jetty|\.start\(", source.text)
        named = re.search(r"main|app|server", stem, re.IGNORECASE)
        candidates.append((serves is None, named is None, f"{package['name']}.{stem}" if package else stem))
    return min(candidates)[2] if candidates else ""


def _starting(modules: list[str], starts: Callable[[str], bool]) -> str:
    """The part of a project that makes a program: one whose build file says so, else one that is named like it."""
    able = [name for name in modules if starts(name)] or modules
    return next((name for name in able if _LIKELY.search(name)), able[0] if able else "")


def _ended(lines: list[str], version: int, start: tuple[str, ...], kept: Iterable[str] = ()) -> str:
    """The stage that runs what is in /out of the build, with files of the source that it needs beside it."""
    return (
        "\n".join(
            [
                *lines,
                f"FROM eclipse-temurin:{version}-jre",
                "RUN useradd --uid 10001 --create-home app && install --directory --owner=app --group=app /app",
                "WORKDIR /app",
                "COPY --from=build --chown=app:app /out /app",
                *(f"COPY --from=build --chown=app:app {json.dumps([f'/src/{path}', f'/app/{path}'])}" for path in kept),
                "USER 10001",
                "EXPOSE 8000",
                f"CMD {json.dumps(list(start))}",
            ]
        )
        + "\n"
    )
