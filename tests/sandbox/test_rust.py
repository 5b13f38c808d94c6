"""What is read from Cargo projects: the binary that serves, its image, routes and ports, what is copied when."""

import pytest

from sandbox.buildpacks import rust
from sandbox.images.reference import parse
from sandbox.images.standins import offer_for
from sandbox.tree import Tree

PACKAGE = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
ACTIX = """use actix_web::{get, web, App, HttpServer};

#[get("/healthz")]
async fn health() -> &'static str { "ok" }

#[actix_web::post("/orders")]
async fn add() -> &'static str { "ok" }

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(health).route("/items", web::get().to(items)))
        .bind(("127.0.0.1", 8080))?
        .run()
        .await
}
"""
AXUM = """#[tokio::main]
async fn main() {
    let app = Router::new().route("/health", get(health)).route("/items", axum::routing::post(add));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
"""
STD = 'fn main() {\n    let l = std::net::TcpListener::bind("127.0.0.1:7878").unwrap();\n}\n'


def plan(files):
    return rust.detect(Tree.of(files))


def needing(*crates):
    return PACKAGE + "\n[dependencies]\n" + "".join(f'{crate} = "1"\n' for crate in crates)


def test_routes_ports_and_loopback_of_actix_are_read():
    found = plan({"Cargo.toml": needing("actix-web"), "src/main.rs": ACTIX})
    assert found.hints["framework"] == "actix"
    assert {(route["method"], route["path"]) for route in found.hints["routes"]} == {
        ("GET", "/healthz"),
        ("POST", "/orders"),
        ("GET", "/items"),
    }
    assert (found.health, found.ports[0], found.hints["loopback"]) == (("/healthz",), 8080, "src/main.rs:12")


def test_routes_of_axum_are_read():
    found = plan({"Cargo.toml": needing("axum", "tokio"), "src/main.rs": AXUM})
    assert found.hints["routes"] == [{"method": "GET", "path": "/health"}, {"method": "POST", "path": "/items"}]
    assert (found.ports[0], "loopback" in found.hints) == (3000, False)


def test_rocket_gets_its_address_by_environment():
    text = '#[get("/ping")]\nfn ping() {}\n#[launch]\nfn rocket() -> _ { rocket::build().mount("/", routes![ping]) }\n'
    found = plan({"Cargo.toml": needing("rocket"), "src/main.rs": text})
    assert found.env == {"ROCKET_ADDRESS": "0.0.0.0", "ROCKET_PORT": "8000"}
    assert found.health == ("/ping",)


def test_crates_are_compiled_before_the_source_is_copied():
    text = plan({"Cargo.toml": needing("axum"), "Cargo.lock": "", "src/main.rs": AXUM}).dockerfile
    order = [text.index(part) for part in ("COPY Cargo.toml", "echo 'fn main() {}'", "COPY . .", "-exec touch")]
    assert order == sorted(order)


def test_project_without_crates_has_no_layer_for_them():
    found = plan({"Cargo.toml": PACKAGE, "src/main.rs": STD, "hello.html": ""})
    assert "echo 'fn main() {}'" not in found.dockerfile
    assert '["/src/hello.html", "/app/hello.html"]' in found.dockerfile
    assert (found.hints["framework"], found.hints["loopback"]) == ("std", "src/main.rs:2")


def test_vendored_crates_are_built_offline():
    config = '[source.crates-io]\nreplace-with = "vendored-sources"\n[source.vendored-sources]\ndirectory = "vendor"\n'
    files = {
        "Cargo.toml": needing("axum"),
        "Cargo.lock": "version = 3\n",
        "src/main.rs": AXUM,
        ".cargo/config.toml": config,
    }
    assert "cargo build --release --locked --offline --bin shop" in plan(files).dockerfile


def test_binary_that_serves_is_chosen_in_a_workspace():
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["core", "server", "cli"]\n',
        "core/Cargo.toml": PACKAGE.replace("shop", "shop-core"),
        "core/src/lib.rs": "",
        "cli/Cargo.toml": PACKAGE.replace("shop", "shop-cli"),
        "cli/src/main.rs": "fn main() {}\n",
        "server/Cargo.toml": needing("axum").replace("shop", "shop-server"),
        "server/src/main.rs": AXUM,
    }
    found = plan(files)
    assert "cargo build --release -p shop-server --bin shop-server" in found.dockerfile
    assert found.hints["app"] == "server/src/main.rs"


def test_named_binaries_are_known_by_their_names():
    files = {"Cargo.toml": PACKAGE + '[[bin]]\nname = "web"\npath = "src/web.rs"\n', "src/web.rs": STD}
    assert "--bin web &&" in plan(files).dockerfile
    assert (
        "--bin api &&"
        in plan({"Cargo.toml": PACKAGE, "src/bin/api.rs": STD, "src/bin/seed.rs": "fn main() {}"}).dockerfile
    )


def test_crates_around_c_libraries_get_the_full_image_and_the_library():
    lock = '[[package]]\nname = "openssl-sys"\n'
    text = plan({"Cargo.toml": needing("axum"), "Cargo.lock": lock, "src/main.rs": AXUM}).dockerfile
    assert "FROM rust:1-bookworm AS build\n" in text
    assert "ca-certificates libssl3" in text


@pytest.mark.parametrize(
    ("wanted", "served", "note"),
    [
        ("rust:1-slim-bookworm", "rust-slim", ""),
        ("rust:1.79", "rust-full", "Rust 1.79 wanted"),
        ("rust:1.75-alpine", "rust-alpine", "Alpine tag served by Debian"),
        ("rust:slim", "rust-slim", ""),
    ],
)
def test_images_of_rust_are_served_by_debians_compiler(wanted, served, note):
    offer = offer_for(parse(wanted))
    assert offer.recipe.name == served
    assert note in offer.note


def test_nightly_is_not_pretended():
    assert offer_for(parse("rust:nightly")) is None


@pytest.mark.parametrize("name", ["a\nUSER root", "a$HOME", 'a"b', "a;b"])
def test_names_cannot_write_the_dockerfile(name):
    assert plan({f"{name}/Cargo.toml": PACKAGE, f"{name}/src/main.rs": STD}) is None
    quoted = name.replace('"', '\\"').replace("\n", "\\n")
    assert plan({"Cargo.toml": PACKAGE.replace("shop", quoted), "src/main.rs": STD}) is None


@pytest.mark.parametrize("text", ["[package", "a" * 10 + "=" + "[" * 2000, "[package]\nname = 1\n", "package = 3\n"])
def test_manifest_that_makes_no_sense_is_passed_over(text):
    assert plan({"Cargo.toml": text, "src/main.rs": STD}) is None


def test_program_that_serves_nothing_is_no_service():
    assert plan({"Cargo.toml": PACKAGE, "src/main.rs": "fn main() {}\n"}) is None
