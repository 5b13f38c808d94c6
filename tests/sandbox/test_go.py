"""What is read from Go modules: the main package, the version, routes and ports, the image; one real build."""

import pytest

from sandbox import images
from sandbox.buildpacks import go
from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed
from sandbox.images.reference import parse
from sandbox.images.standins import offer_for
from sandbox.limits import Limits
from sandbox.tree import Tree

MODULE = "module example.org/shop\n\ngo 1.24\n"
SERVER = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }\n'
GIN = """package main

import "github.com/gin-gonic/gin"

func main() {
	r := gin.Default()
	// r.GET("/old", gone)
	r.GET("/healthz", ok)
	r.POST("/orders", create)
	r.Run("localhost:9000")
}
"""
TOOL = 'package main\nimport "fmt"\nfunc main() { fmt.Println("seeded") }\n'


def plan(files):
    return go.detect(Tree.of(files))


def test_main_package_that_serves_is_chosen_before_its_neighbours():
    files = {"go.mod": MODULE, "main.go": TOOL, "cmd/seed/main.go": TOOL, "cmd/api/main.go": SERVER}
    found = plan(files)
    assert "go build -buildvcs=false -o /out/server ./cmd/api\n" in found.dockerfile
    assert found.hints["app"] == "cmd/api"
    assert any("Passed over" in sentence for sentence in found.why)


def test_routes_health_port_and_loopback_are_read_without_comments():
    found = plan({"go.mod": MODULE + "\nrequire github.com/gin-gonic/gin v1.10.0\n", "go.sum": "x", "main.go": GIN})
    assert found.hints["framework"] == "gin"
    assert found.hints["routes"] == [{"method": "GET", "path": "/healthz"}, {"method": "POST", "path": "/orders"}]
    assert (found.health, found.ports[0], found.hints["loopback"]) == (("/healthz",), 9000, "main.go:10")


def test_methods_in_the_patterns_of_the_standard_library_are_read():
    text = SERVER.replace("{ http", '{ http.HandleFunc("POST /items/{id}", f); http')
    assert plan({"go.mod": MODULE, "main.go": text}).hints["routes"] == [{"method": "POST", "path": "/items/{id}"}]


def test_modules_are_fetched_before_the_source_is_copied():
    text = plan({"go.mod": MODULE + "require x.test/y v1.0.0\n", "go.sum": "x", "main.go": SERVER}).dockerfile
    order = [text.index(part) for part in ("COPY go.mod go.sum ./", "RUN go mod download", "COPY . .", "RUN go build")]
    assert order == sorted(order)


def test_vendored_module_downloads_nothing():
    files = {"go.mod": MODULE + "require x.test/y v1.0.0\n", "vendor/modules.txt": "# x", "main.go": SERVER}
    files["vendor/x.test/y/main.go"] = SERVER
    text = plan(files).dockerfile
    assert "GOFLAGS=-mod=vendor" in text
    assert "go mod download" not in text


def test_old_module_is_built_from_vendor_only_when_that_holds_everything():
    files = {"go.mod": "module x\n\ngo 1.13\n\nrequire (\n\tx.test/y v1.0.0\n)\n", "main.go": SERVER}
    assert "-mod=vendor" in plan(files | {"vendor/modules.txt": "# x.test/y v1.0.0\n"}).dockerfile
    assert "go mod download" in plan(files | {"vendor/modules.txt": "# x.test/other v1.0.0\n"}).dockerfile


@pytest.mark.parametrize(
    ("said", "wanted", "served", "note"),
    [
        ("go 1.24", "golang:1.24-alpine", "golang-1.24.11-slim-alpine", ""),
        ("go 1.25.2", "golang:1.25.2-alpine", "golang-1.25.5-slim-alpine", "patch version differs"),
        ("go 1.25.9", "golang:1.25.9-alpine", "golang-1.26.6-slim-alpine", "minor version differs"),
        ("go 1.13", "golang:1.21-alpine", "golang-1.21.13-slim-alpine", ""),
    ],
)
def test_version_that_is_asked_for_is_served_or_the_next_newer_one(said, wanted, served, note):
    found = plan({"go.mod": f"module x\n\n{said}\n", "main.go": SERVER})
    assert f"FROM {wanted} AS build\n" in found.dockerfile
    offer = offer_for(parse(wanted))
    assert offer.recipe.name == served.replace("-slim", "")
    assert note in offer.note


def test_packages_of_c_get_the_image_with_a_compiler():
    text = SERVER.replace('import "net/http"', 'import ("net/http"; _ "github.com/mattn/go-sqlite3")')
    assert (
        "FROM golang:1.24-bookworm AS build\nENV CGO_ENABLED=1\n"
        in plan({"go.mod": MODULE, "main.go": text}).dockerfile
    )


def test_files_that_the_program_reads_are_in_the_image_and_source_is_not():
    files = {
        "go.mod": MODULE,
        "main.go": SERVER,
        "templates/a.html": "",
        "web/static/b.css": "",
        "web/web.go": "package web",
    }
    text = plan(files | {"config.yaml": "", "README.md": "", "docs/x.md": ""}).dockerfile
    copied = [line.split('"')[3] for line in text.splitlines() if line.startswith("COPY --from=build --chown")]
    assert sorted(copied) == ["/app/config.yaml", "/app/templates", "/app/web/static"]


def test_missing_env_file_is_given_and_told():
    text = SERVER.replace("{ http", "{ if godotenv.Load() != nil { panic(1) }; http")
    found = plan({"go.mod": MODULE, "main.go": text, ".env.example": "PORT=1\n"})
    assert found.files == {".env": "PORT=1\n"}
    assert [note.id for note in found.repairs] == ["environment_placeholder"]
    assert '"/app/.env"' in found.dockerfile


def test_source_without_a_module_gets_one_and_is_told():
    found = plan({"main.go": SERVER})
    assert found.files["go.mod"].startswith("module app\n")
    assert [note.id for note in found.repairs] == ["go_mod_added"]


def test_module_in_a_folder_is_its_own_context_unless_it_reaches_out():
    files = {"server/go.mod": MODULE, "server/main.go": SERVER, "README.md": ""}
    assert plan(files).context == "server"
    files["server/go.mod"] += "replace x.test/y => ../shared\n"
    assert plan(files).context == ""
    assert "WORKDIR /src/server\n" in plan(files).dockerfile


@pytest.mark.parametrize("folder", ["a\nUSER root", "a$HOME", 'a"b', "a;b"])
def test_names_of_folders_cannot_write_the_dockerfile(folder):
    assert plan({f"{folder}/go.mod": MODULE, f"{folder}/main.go": SERVER}) is None
    assert plan({"go.mod": MODULE, f"cmd/{folder}/main.go": SERVER}) is None


def test_program_that_serves_nothing_is_no_service():
    assert plan({"go.mod": MODULE, "main.go": TOOL}) is None


@pytest.mark.docker
def test_module_that_is_not_vendored_blames_the_site_where_its_proxy_may_not_be_reached(
    engine, evaluation, tmp_path, monkeypatch
):
    monkeypatch.setenv("ASSAY_BUILD_HOSTS", "clients")
    files = {
        "go.mod": "module x\n\ngo 1.25\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
        "go.sum": "github.com/gin-gonic/gin v1.10.0 h1:nTuyha1TYqgedzytsKYqna+DfLos46nTv2ygFy86HFU=\n",
        "main.go": GIN,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    tree = Tree.at(tmp_path)
    found = go.detect(tree)
    with pytest.raises(BuildFailed) as failed:
        engine.build(
            tmp_path,
            images.resolve(found.dockerfile, engine).dockerfile,
            reference=f"assay/evaluation:{evaluation}",
            labels={"assay.evaluation": evaluation},
            limits=Limits(),
        )
    fault = diagnose(failed.value, tree, found).fault("building")
    assert (fault.owner, fault.id) == ("host", "registry_unreachable")
    assert "proxy.golang.org" in fault.title
