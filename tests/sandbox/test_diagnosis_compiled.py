"""Logs of Go, Java and Rust as these tools really write them, and the faults that they must become."""

import pytest

from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed
from sandbox.faults import HostFault, TeamFault
from sandbox.plan import Plan
from sandbox.tree import Tree

DOCKERFILE = "FROM golang:1.25\nWORKDIR /src\nCOPY . .\nRUN go build ./...\nRUN make demo\n"
FILES = {
    "go.mod": "module todo\n",
    "main.go": "package main\n",
    "api/src/main/java/shop/App.java": "",
    "src/main.rs": "fn main() {}\n",
}
TEAM = Plan("dockerfile", 1, DOCKERFILE, hints={"dockerfile": "Dockerfile"})
GENERATED = Plan("go", 1, DOCKERFILE)
GO, CARGO, MAVEN = "go build ./...", "cargo build --release", "mvn -B package"
CURL = (
    "failed to get `serde` as a dependency\n  [6] Couldn't resolve host name (Could not resolve host: index.crates.io)"
)
LINK = "  = note: /usr/bin/ld: cannot find -lpq: No such file or directory\nerror: could not compile `r`"


def built(output, step=GO, plan=TEAM):
    """The fault of a build whose failing step printed `output`."""
    log = f"Step 4/5 : RUN {step}\n ---> Running in 98765\n{output}\n"
    message = f"The command '/bin/sh -c {step}' returned a non-zero code: 1"
    return diagnose(BuildFailed(message, log + message + "\n", f"Step 4/5 : RUN {step}"), Tree.of(FILES), plan)


@pytest.mark.parametrize(
    ("output", "step", "host"),
    [
        (
            (
                'go: x.test/y@v1.9.1: Get "https://proxy.golang.org/x": Bad Gateway\n'
                "# The way out of the build: proxy.golang.org:443 unreachable"
            ),
            "go mod download",
            "proxy.golang.org",
        ),
        ("# The way out of the build: index.crates.io:443 refused", CARGO, "index.crates.io"),
        (CURL, CARGO, "index.crates.io"),
        (
            (
                "[ERROR] Plugin p:2.6 could not be resolved: Could not transfer artifact p from/to central: "
                "transfer failed for https://repo.maven.apache.org/p.pom: Unknown host repo.maven.apache.org"
            ),
            MAVEN,
            "repo.maven.apache.org",
        ),
        (
            'Exception in thread "main" java.net.UnknownHostException: services.gradle.org',
            "./gradlew bootJar",
            "services.gradle.org",
        ),
    ],
)
def test_registry_out_of_reach_is_the_sites_fault(output, step, host):
    fault = built(output, step)
    assert isinstance(fault, HostFault)
    assert (fault.id, host in fault.title, "ASSAY_BUILD_HOSTS" in fault.fix) == ("registry_unreachable", True, True)


def test_other_steps_cannot_name_a_registry_to_blame_the_site():
    assert isinstance(built("Could not resolve host: crates.io", "python train.py"), TeamFault)


@pytest.mark.parametrize(
    ("output", "step", "id", "where", "words"),
    [
        (
            "main.go:4:2: cannot find module providing package x.test/y: import lookup disabled by -mod=vendor",
            GO,
            "vendor_incomplete",
            "main.go:4",
            "x.test/y",
        ),
        (
            "main.go:7:2: no required module provides package github.com/gin-gonic/gin; to add it:\n\tgo get x",
            GO,
            "go_module_missing",
            "main.go:7",
            "github.com/gin-gonic/gin",
        ),
        (
            "main.go:7:2: missing go.sum entry for module providing package x.test/y (imported by todo); to add:",
            GO,
            "go_sum_incomplete",
            "main.go:7",
            "x.test/y",
        ),
        (
            "main.go:5:2: package todo/api is not in std (/usr/local/go/src/todo)",
            GO,
            "go_package_missing",
            "main.go:5",
            "api",
        ),
        (
            "go: go.mod requires go >= 1.30 (running go 1.25.5; GOTOOLCHAIN=local)",
            GO,
            "toolchain_too_old",
            "Dockerfile:4",
            "1.30",
        ),
        ("# todo\n./main.go:3:27: undefined: http.ListenAnd", GO, "compile_error", "main.go:3", "http.ListenAnd"),
        ("go: errors parsing go.mod:\ngo.mod:4: unknown directive: foo", GO, "manifest_invalid", "go.mod:4", "foo"),
        ("go: inconsistent vendoring in /src:", GO, "lock_out_of_date", "Dockerfile:4", "lock file"),
        (
            '# runtime/cgo\ncgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH',
            GO,
            "compiler_missing",
            "Dockerfile:4",
            "gcc",
        ),
        ("verifying x.test/y@v1.0.0: checksum mismatch", GO, "checksum_mismatch", "Dockerfile:4", "x.test/y"),
        (
            "go: x.test/y@v9: reading https://p.test/x: 404 Not Found",
            GO,
            "dependency_not_found",
            "Dockerfile:4",
            "x.test/y",
        ),
        (
            "shop/App.java:1: error: cannot find symbol\n  symbol: class Foo",
            "javac @f",
            "compile_error",
            "api/src/main/java/shop/App.java:1",
            "cannot find symbol",
        ),
        (
            "[ERROR] /src/api/src/main/java/shop/App.java:[12,8] cannot find symbol",
            MAVEN,
            "compile_error",
            "api/src/main/java/shop/App.java:12",
            "symbol",
        ),
        (
            "src/main/java/shop/App.java:1: error: package com.fasterxml.jackson.databind does not exist",
            "javac @f",
            "java_package_missing",
            "api/src/main/java/shop/App.java:1",
            "jackson",
        ),
        ("error: release version 21 not supported", MAVEN, "toolchain_too_old", "Dockerfile:4", "21"),
        (
            "[ERROR] Could not find artifact g:a:jar:1.0 in central (https://x.test)",
            MAVEN,
            "dependency_not_found",
            "Dockerfile:4",
            "g:a:jar:1.0",
        ),
        ("[ERROR] There are test failures.", MAVEN, "tests_failed_in_build", "Dockerfile:4", "tests"),
        ("/bin/sh: 1: ./mvnw: Permission denied", "./mvnw package", "build_wrapper_missing", "Dockerfile:4", "mvnw"),
        (
            "error[E0425]: cannot find function `foo` in this scope\n --> src/main.rs:1:30\n  |",
            CARGO,
            "compile_error",
            "src/main.rs:1",
            "foo",
        ),
        (
            (
                "error[E0432]: unresolved import `serde`\n --> src/main.rs:1:5\n  |\n1 | use serde::Deserialize;\n"
                "  |     ^^^^^ use of unresolved module or unlinked crate `serde`"
            ),
            CARGO,
            "rust_crate_missing",
            "src/main.rs:1",
            "serde",
        ),
        (
            "error: rustc 1.96.0 is not supported by the following package:\n  r@0.1.0 requires rustc 1.99",
            CARGO,
            "toolchain_too_old",
            "Dockerfile:4",
            "1.99",
        ),
        ("error: no matching package named `serde` found", CARGO, "dependency_not_found", "Dockerfile:4", "serde"),
        ("error: linker `cc` not found", CARGO, "compiler_missing", "Dockerfile:4", "cc"),
        (LINK, CARGO, "system_library_missing", "Dockerfile:4", "pq"),
        (
            "error: failed to parse manifest at `/src/Cargo.toml`",
            CARGO,
            "manifest_invalid",
            "Dockerfile:4",
            "Cargo.toml",
        ),
    ],
)
def test_error_is_recognised_with_its_place(output, step, id, where, words):
    command = step
    plan = Plan("dockerfile", 1, f"FROM x\nWORKDIR /src\nCOPY . .\nRUN {command}\n", hints={"dockerfile": "Dockerfile"})
    fault = built(output, step, plan)
    assert isinstance(fault, TeamFault)
    assert (fault.id, fault.where) == (id, where)
    assert words in f"{fault.title} {fault.detail}"
    assert fault.fix


def test_generated_dockerfile_is_no_place_for_the_team():
    assert built("go: inconsistent vendoring in /src:", GO, GENERATED).where is None
