"""Java web services without a Dockerfile: Maven, Gradle, or plain source files with a main method."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.buildpacks import Buildpack
from sandbox.plan import Plan
from sandbox.sourcetext.assets import PLAIN_PATH
from sandbox.sourcetext.files import is_aside, sources
from sandbox.sourcetext.jvm_builds import Built, gradle, maven, plain
from sandbox.sourcetext.serving import Framework, Serving, serving
from sandbox.sourcetext.source import Source
from sandbox.tree import Tree

VERSION = 1
RELEASES = (17, 21, 25)  # what is maintained; each runs and compiles what is older
DEFAULT = 21
_VERBS = r"(?P<method>Get|Post|Put|Patch|Delete)"
_VALUE = r'(?:value\s?=\s?|path\s?=\s?|uri\s?=\s?)?\{?\s{0,20}"(?P<path>[^"\n]*)"'
_CALL = r'\(\s{0,40}"(?P<path>/[^"\n]*)"'
_CALLS = rf"\b(?P<method>get|post|put|patch|delete){_CALL}"
FRAMEWORKS = (
    Framework(
        "spring",
        "Spring Boot",
        "org.springframework",
        8080,
        (rf"@{_VERBS}Mapping\(\s{{0,20}}{_VALUE}",),
        prefix=rf"@RequestMapping\(\s{{0,20}}{_VALUE}",
    ),
    Framework("quarkus", "Quarkus", "io.quarkus", 8080, (r'@Path\(\s?"(?P<path>[^"\n]*)"',), ("/q/health",)),
    Framework(
        "micronaut",
        "Micronaut",
        "io.micronaut",
        8080,
        (rf"@{_VERBS}\(\s?{_VALUE}",),
        ("/health",),
        prefix=rf"@Controller\(\s?{_VALUE}",
    ),
    Framework("javalin", "Javalin", "io.javalin", 7070, (_CALLS,)),
    Framework("spark", "Spark", "spark.Spark", 4567, (_CALLS,)),
    Framework("httpserver", "HttpServer", "com.sun.net.httpserver", 0, (rf"\.createContext{_CALL}",)),
)
_ACTUATOR = re.compile(r"spring-boot-starter-actuator|quarkus-smallrye-health|micronaut-management")
_SERVES = re.compile(r"\bnew ServerSocket\(|org\.eclipse\.jetty|\bSelector\.open\(\)|io\.vertx|io\.ktor\.server")
_VERSIONS = (
    r"<java\.version>\s{0,20}(?:1\.)?(\d+)",
    r"<maven\.compiler\.(?:release|target|source)>\s{0,20}(?:1\.)?(\d+)",
    r"<(?:release|target|source)>\s{0,20}(?:1\.)?(\d+)",
    r"JavaLanguageVersion\.of\(\s{0,20}(\d+)",
    r"jvmToolchain\(\s{0,20}(\d+)",
    r"(?:source|target)Compatibility\s{0,20}=\s{0,20}['\"]?(?:JavaVersion\.VERSION_)?(?:1[._])?(\d+)",
    r"java\.runtime\.version\s{0,20}=\s{0,20}(?:1\.)?(\d+)",
    r"^java\s{0,20}=\s{0,20}(\d+)",
)
# What only a newer Java has, where nothing else says which one it is.
_NEWER = {25: r"^\s*void\s+main\s*\(\s*\)|\bIO\.println\("}
_SETTINGS = re.compile(r"(?:^|/)application(?:-\w+)?\.(?:properties|ya?ml)$")
_PORT = re.compile(
    r"(?:server\.port|quarkus\.http\.port)\s*=\s*(?:\$\{[A-Z_]*PORT:)?(\d{2,5})|^\s+port:\s*(\d{2,5})", re.MULTILINE
)
_BASE = re.compile(r"(?:context-path|root-path)\s*[=:]\s*[\"']?(/[\w./-]*)")
_PORT_SETTINGS = {
    "spring": "SERVER_PORT",
    "quarkus": "QUARKUS_HTTP_PORT",
    "micronaut": "MICRONAUT_SERVER_PORT",
}
_TOOLS: dict[str, tuple[str, Callable[[Tree, tuple[Source, ...], int], Built | None]]] = {
    "pom.xml": ("Maven", maven),
    "settings.gradle": ("Gradle", gradle),
    "settings.gradle.kts": ("Gradle", gradle),
    "build.gradle": ("Gradle", gradle),
    "build.gradle.kts": ("Gradle", gradle),
    "": ("javac", plain),
}


def detect(tree: Tree) -> Plan | None:
    """The plan of the build file nearest to the root that makes a service, else of the source files alone."""
    seen: set[str] = set()
    found = [
        (path.rpartition("/")[0], path.rpartition("/")[2])
        for path in tree.paths
        if path.rpartition("/")[2] in _TOOLS and not is_aside(path)
    ]
    # Maven before Gradle where both are, since one registry is enough for it.
    found.sort(key=lambda one: (one[0].count("/") + bool(one[0]), one[0], one[1] != "pom.xml"))
    for folder, name in found[:40] or [("", "")]:
        if folder in seen or (folder and not PLAIN_PATH.fullmatch(folder)):
            continue
        seen.add(folder)
        plan = _plan(tree.below(folder), folder, name)
        if plan is not None:
            return plan
    return None


def _plan(tree: Tree, folder: str, name: str) -> Plan | None:
    found = sources(tree, ".java") + sources(tree, ".kt")
    everything = "\n".join(source.text for source in found)
    manifests = "\n".join(tree.read(path) for path in _manifests(tree))
    framework = next((one for one in FRAMEWORKS if one.seen in everything), None)
    if framework is None and not _SERVES.search(everything):
        return None
    framework = framework or FRAMEWORKS[-1]
    seen = serving(found, framework)
    version, version_why = _version(tree, manifests, everything)
    tool, build = _TOOLS[name]
    built = build(tree, found, version)
    if built is None:
        return None
    ports, health = _settings(tree, framework, seen, bool(_ACTUATOR.search(manifests)))
    setting = _PORT_SETTINGS.get(framework.id)
    return Plan(
        buildpack="java",
        version=VERSION,
        dockerfile=built.dockerfile,
        context=folder,
        start=built.start,
        env={setting: "8000"} if setting else {},
        ports=ports,
        health=health,
        runtime=f"Java {version}, {framework.title} by {tool}",
        why=(f"{folder}/{built.why}" if folder else built.why, version_why),
        hints=seen.hints(framework, folder or ".", folder),
    )


def _manifests(tree: Tree) -> list[str]:
    names = ("pom.xml", "build.gradle", "build.gradle.kts", "gradle.properties", "libs.versions.toml")
    return [path for path in tree.paths if path.rpartition("/")[2] in names and not is_aside(path)][:40]


def _settings(
    tree: Tree, framework: Framework, seen: Serving, actuator: bool
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """(ports, health paths) with what application.properties or application.yml says of them."""
    paths = [path for path in tree.paths if _SETTINGS.search(path) and not is_aside(path)][:20]
    text = "\n".join(tree.read(path) for path in paths)
    base = _BASE.search(text)
    prefix = base[1].rstrip("/") if base else ""
    of_framework = (*framework.health, *(("/actuator/health",) if framework.id == "spring" else ()))
    health = (*(of_framework if actuator else ()), *seen.health)
    configured = _PORT.search(text)
    ports = ((8000,) if framework.id in _PORT_SETTINGS else ()) + seen.expected(framework)
    own = (int(configured[1] or configured[2]),) if configured else ()
    return tuple(dict.fromkeys((*ports[:1], *own, *ports))), tuple(dict.fromkeys(prefix + path for path in health))


def _version(tree: Tree, manifests: str, everything: str) -> tuple[int, str]:
    """(release, why): the maintained one that compiles what the build asks for."""
    said = "\n".join([manifests, tree.read("system.properties"), tree.read(".sdkmanrc")])
    numbers = [int(number) for pattern in _VERSIONS for number in re.findall(pattern, said, re.MULTILINE)]
    pinned = re.match(r"\D{0,20}(?:1\.)?(\d{1,2})(?!\d)", tree.read(".java-version"))
    numbers += [int(pinned[1])] if pinned else []
    wanted = max((number for number in numbers if 5 <= number <= 99), default=0)
    if not wanted:
        release = next((one for one, words in _NEWER.items() if re.search(words, everything, re.MULTILINE)), DEFAULT)
        return release, f"Java {release}, since nothing says which."
    release = next((one for one in RELEASES if one >= wanted), wanted)
    return release, f"The build asks for Java {wanted}" + ("." if release == wanted else f"; {release} compiles it.")


SAMPLE = {
    "system.properties": "java.runtime.version=17\n",
    "Main.java": (
        "import com.sun.net.httpserver.HttpServer;\n"
        "import java.net.InetSocketAddress;\n\n"
        "public class Main {\n"
        "    public static void main(String[] args) throws Exception {\n"
        '        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8000"));\n'
        "        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);\n"
        '        server.createContext("/health", exchange -> {\n'
        '            byte[] body = "ok".getBytes();\n'
        '            boolean known = exchange.getRequestURI().getPath().equals("/health");\n'
        "            exchange.sendResponseHeaders(known ? 200 : 404, 2);\n"
        "            exchange.getResponseBody().write(body);\n"
        "            exchange.close();\n"
        "        });\n"
        "        server.start();\n"
        "    }\n"
        "}\n"
    ),
}

BUILDPACK = Buildpack(id="java", version=VERSION, rank=60, detect=detect, sample=SAMPLE)
