"""Go web services without a Dockerfile: the main package that serves, built as one binary into a small image."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sandbox.buildpacks import Buildpack
from sandbox.plan import Note, Plan
from sandbox.sourcetext.assets import PLAIN_PATH, assets
from sandbox.sourcetext.files import is_aside, sources
from sandbox.sourcetext.placeholders import example_values
from sandbox.sourcetext.serving import Framework, serving
from sandbox.sourcetext.source import Source
from sandbox.tree import Tree

VERSION = 1
DEFAULT_GO = "1.25"
OLDEST_GO = (1, 21)  # a newer Go builds an older module as its go.mod says
_VERB = r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|Any|Get|Post|Put|Patch|Delete|All)"
_PATH = r'\(\s*"(?P<path>/[^"\n]*)"'
_HANDLE = r'\.Handle(?:Func)?\(\s*"(?P<path>(?:[A-Z]{3,7} )?/[^"\n]*)"'
FRAMEWORKS = (
    Framework("gin", "Gin", '"github.com/gin-gonic/gin"', 8080, (rf"\.{_VERB}{_PATH}",)),
    Framework("echo", "Echo", '"github.com/labstack/echo', 0, (rf"\.{_VERB}{_PATH}",)),
    Framework("fiber", "Fiber", '"github.com/gofiber/fiber', 0, (rf"\.{_VERB}{_PATH}",)),
    Framework("chi", "chi", '"github.com/go-chi/chi', 0, (rf"\.{_VERB}{_PATH}", _HANDLE)),
    Framework(
        "gorilla",
        "gorilla/mux",
        '"github.com/gorilla/mux"',
        0,
        (r'\.HandleFunc\(\s*"(?P<path>/[^"\n]*)"[^\n]{0,160}\.Methods\(\s*"(?P<method>[A-Z]+)"', _HANDLE),
    ),
    Framework("net/http", "net/http", '"net/http"', 0, (_HANDLE,)),
)
_SERVES = re.compile(
    r"\bListenAndServe(?:TLS)?\(|\bhttp\.Serve\(|\.Run\((?:\s*\)|[^)\n]*(?::|port|PORT|addr|Addr))"
    r"|\.Listen\(|\.Start\((?:\"|[^)\n]*(?:port|addr|Addr|PORT|Port))|\bfasthttp\.|\bhttp\.Server\{"
)
_MAIN = re.compile(r"^func\s+main\s*\(\s*\)", re.MULTILINE)
_PACKAGE_MAIN = re.compile(r"^package\s+main\b", re.MULTILINE)
_IMPORT = re.compile(r'"(?P<path>[a-z0-9][\w.-]*\.[a-z]{2,}/[^"\s]+)"')
_CGO = re.compile(r'^import\s+"C"|^\s+"C"$|"github\.com/mattn/go-sqlite3"|"gorm\.io/driver/sqlite"', re.MULTILINE)
_DOTENV = re.compile(r"\bgodotenv\.(?:Load|Read)\(")
_NAMED_WELL = ("server", "api", "web", "app", "main", "http", "service", "backend", "serve")
_NAMED_ILL = re.compile(
    r"(?:^|/)(?:migrat\w*|seed\w*|cli|client|worker|cron|tools?|scripts?|gen\w*|bench\w*|load\w*|ctl|lambda)(?:/|$)"
)
_TESTS = re.compile(r"_test\.go$")


@dataclass(frozen=True)
class _Main:
    """A main package: its folder below the module ("" is the module itself) and whether it starts a server itself."""

    folder: str
    files: tuple[Source, ...]
    serves: bool

    @property
    def merit(self) -> tuple[int, ...]:
        named = self.folder.rpartition("/")[2].lower()
        return (
            -self.serves,
            bool(_NAMED_ILL.search(self.folder.lower())),
            -any(word in named for word in _NAMED_WELL),
            self.folder.count("/") + bool(self.folder),
        )


def detect(tree: Tree) -> Plan | None:
    """The plan of the module nearest to the root that serves HTTP, None when there is none."""
    manifests = [path for path in tree.paths if path.rpartition("/")[2] == "go.mod" and not is_aside(path)]
    folders = [path.rpartition("/")[0] for path in manifests] or [""]
    for folder in folders[:20]:
        if not folder or PLAIN_PATH.fullmatch(folder):
            plan = _plan(tree, folder, [other for other in folders if other != folder])
            if plan is not None:
                return plan
    return None


def _plan(tree: Tree, folder: str, others: list[str]) -> Plan | None:
    inside = tree.below(folder)
    found = sources(inside, ".go", tests=_TESTS)
    nested = [other[len(folder) + bool(folder) :] + "/" for other in others if other.startswith(folder)]
    found = tuple(source for source in found if not source.path.startswith(tuple(nested)))
    mains = _mains(found)
    if not mains or not any(_SERVES.search(source.text) for source in found):
        return None
    main, *passed_over = mains
    text = inside.read("go.mod")
    everything = "\n".join(source.text for source in found)
    framework = next((one for one in FRAMEWORKS if one.seen in everything), FRAMEWORKS[-1])
    seen = serving(found, framework)
    version, version_why = _version(text, inside)
    # A module that takes its neighbours by path is built from where both are.
    context, place = ("", folder) if folder and (_reaches_out(text) or "go.work" in tree) else (folder, "")
    files, notes = _added(inside, text, everything)
    files = {f"{place}/{path}" if place else path: added for path, added in files.items()}
    names = f"{main.folder or 'the root of the module'}"
    why = [
        f"{(folder + '/') if folder else ''}go.mod makes this a Go module, and {names} is the main package that serves."
        if text
        else f"There are Go files without a go.mod, and {names} is the main package that serves.",
        version_why,
    ]
    if passed_over:
        why.append(f"Passed over: {', '.join(other.folder or 'the root' for other in passed_over[:4])}.")
    return Plan(
        buildpack="go",
        version=VERSION,
        dockerfile=_dockerfile(
            inside,
            text=text,
            package=main.folder,
            version=version,
            place=place,
            cgo=_CGO.search(everything) is not None,
            kept=assets(inside, ".go"),
            files=files,
        ),
        context=context,
        start=("/app/server",),
        ports=seen.expected(framework),
        health=seen.health,
        files=files,
        runtime=f"Go {version}, {framework.title}",
        why=tuple(why),
        repairs=notes,
        hints=seen.hints(framework, main.folder or ".", folder),
    )


def _mains(found: tuple[Source, ...]) -> list[_Main]:
    """Main packages, likeliest first."""
    folders = dict.fromkeys(
        source.folder
        for source in found
        if _PACKAGE_MAIN.search(source.text) and _MAIN.search(source.text) and _is_plain(source.folder)
    )
    mains = []
    for folder in folders:
        files = tuple(source for source in found if source.folder == folder)
        mains.append(_Main(folder, files, any(_SERVES.search(source.text) for source in files)))
    return sorted(mains, key=lambda main: (main.merit, main.folder))


def _is_plain(folder: str) -> bool:
    return not folder or PLAIN_PATH.fullmatch(folder) is not None


def _version(text: str, tree: Tree) -> tuple[str, str]:
    """(the tag's version, why): what go.mod says, exact when it names a patch, since an older patch refuses."""
    said = re.search(r"^go\s+(\d+)\.(\d+)(?:\.(\d+))?", text, re.MULTILINE)
    if said is None:
        pinned = re.match(r"\s*(?:go)?(1\.\d+(?:\.\d+)?)\s*$", tree.read(".go-version"))
        chosen = pinned[1] if pinned else DEFAULT_GO
        return chosen, f"Go {chosen}, {'from .go-version' if pinned else 'since nothing says which'}."
    major, minor, patch = int(said[1]), int(said[2]), int(said[3] or 0)
    if (major, minor) < OLDEST_GO:
        oldest = f"{OLDEST_GO[0]}.{OLDEST_GO[1]}"
        return oldest, f"go.mod asks for Go {major}.{minor}; {oldest} builds it as it says."
    version = f"{major}.{minor}" + (f".{patch}" if patch else "")
    return version, f"go.mod asks for Go {version}."


def _is_vendored(tree: Tree, text: str) -> bool:
    """Whether the build takes vendor/. Before 1.14 Go itself did not, so there it has to hold all that is required."""
    listed = tree.read("vendor/modules.txt")
    said = re.search(r"^go\s+1\.(\d+)", text, re.MULTILINE)
    if said is not None and int(said[1]) >= 14:
        return bool(listed)
    required = re.findall(r"^\s*(?:require\s+)?([\w.-]+\.[a-z]+/\S+) v\S+\s*$", text, re.MULTILINE)
    held = set(re.findall(r"^# (\S+) v", listed, re.MULTILINE))
    return bool(listed) and set(required) <= held


def _reaches_out(text: str) -> bool:
    return re.search(r"=>\s*\.\./", text) is not None


def _added(tree: Tree, text: str, everything: str) -> tuple[dict[str, str], tuple[Note, ...]]:
    """Files without which it cannot be built or started, each owned up to in a note."""
    files: dict[str, str] = {}
    notes: list[Note] = []
    if not text:
        files["go.mod"] = f"module app\n\ngo {DEFAULT_GO}\n"
        notes.append(Note("go_mod_added", "There is no go.mod; one was added. Run go mod init and go mod tidy."))
    if _DOTENV.search(everything) and ".env" not in tree:
        path, _ = example_values(tree)
        files[".env"] = tree.read(path) if path and "/" not in path else ""
        given = f"{path} was given as .env" if files[".env"] else "an empty .env was given"
        notes.append(
            Note("environment_placeholder", f"The code loads .env, which is not committed; {given}. Start without it.")
        )
    return files, tuple(notes)


def _dockerfile(
    tree: Tree,
    *,
    text: str,
    package: str,
    version: str,
    place: str,
    cgo: bool,
    kept: tuple[str, ...],
    files: dict[str, str],
) -> str:
    """The modules are fetched before the source is copied, so that a change of the code does not fetch them again."""
    vendored = _is_vendored(tree, text)
    at = f"/src/{place}" if place else "/src"
    lines = [
        f"FROM golang:{version}{'-bookworm' if cgo else '-alpine'} AS build",
        f"ENV CGO_ENABLED={int(cgo)}" + (" GOFLAGS=-mod=vendor" if vendored else ""),
        "WORKDIR /src",
    ]
    # Without a path of its own, "=> ./shared" needs the source, too.
    alone = text and not vendored and not place and not re.search(r"=>\s*\./", text) and "go.work" not in tree
    if alone and re.search(r"^\s*require\b", text, re.MULTILINE):
        lines += [f"COPY {' '.join(name for name in ('go.mod', 'go.sum') if name in tree)} ./", "RUN go mod download"]
    lines.append("COPY . .")
    if place:
        lines.append(f"WORKDIR {at}")
    target = f"./{package}" if package else "."
    lines += [
        f"RUN go build -buildvcs=false -o /out/server {target}",
        "FROM debian:bookworm-slim",
        "RUN useradd --uid 10001 --create-home app && install --directory --owner=app --group=app /app",
        "WORKDIR /app",
        "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
        "COPY --from=build /out/server /app/server",
    ]
    wanted = (*kept, *(path.removeprefix(f"{place}/") for path in files if path.endswith(".env")))
    for path in wanted:
        source = "/".join(part for part in (at, path) if part)
        target = "/".join(part for part in ("/app", path) if part)
        lines.append(f"COPY --from=build --chown=app:app {json.dumps([source, target])}")
    lines += ["USER 10001", "EXPOSE 8000", 'CMD ["/app/server"]']
    return "\n".join(lines) + "\n"


SAMPLE = {
    "go.mod": "module example.org/hello\n\ngo 1.25\n",
    "main.go": (
        "package main\n\n"
        'import (\n\t"fmt"\n\t"log"\n\t"net/http"\n\t"os"\n)\n\n'
        "func main() {\n"
        '\thttp.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {\n'
        '\t\tfmt.Fprintln(w, "ok")\n'
        "\t})\n"
        '\tlog.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))\n'
        "}\n"
    ),
}

BUILDPACK = Buildpack(id="go", version=VERSION, rank=60, detect=detect, sample=SAMPLE)
