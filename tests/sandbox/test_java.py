"""What is read from Java projects: build tool, release, the class or jar that starts, settings of the frameworks."""

import pytest

from sandbox.buildpacks import java
from sandbox.images.reference import parse
from sandbox.images.standins import offer_for
from sandbox.tree import Tree

SPRING = """package com.example.shop;

import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/api")
public class Orders {
    @GetMapping("/orders") public String all() { return "[]"; }
    @PostMapping(value = "/orders") public String add() { return "{}"; }
    @GetMapping(path = {"/health", "/up"}) public String health() { return "ok"; }
}
"""
POM = "<project><properties><java.version>21</java.version></properties>{}</project>"
BOOT = "<plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin>"
CODE = "src/main/java/com/example/shop/Orders.java"
MAIN = (
    "public class {} {{\n"
    "  public static void main(String[] args) {{ com.sun.net.httpserver.HttpServer.create(); }}\n"
    "}}\n"
)


def plan(files):
    return java.detect(Tree.of(files))


def test_spring_service_by_maven_starts_its_jar_with_the_port_set():
    found = plan({"pom.xml": POM.format(BOOT), CODE: SPRING})
    assert (found.start, found.env, found.ports[0]) == (("java", "-jar", "/app/app.jar"), {"SERVER_PORT": "8000"}, 8000)
    assert "FROM maven:3-eclipse-temurin-21 AS build\n" in found.dockerfile
    assert found.hints["routes"][:2] == [
        {"method": "GET", "path": "/api/orders"},
        {"method": "POST", "path": "/api/orders"},
    ]
    assert found.health == ("/api/health",)


def test_actuator_and_context_path_decide_the_health_path():
    files = {"pom.xml": POM.format(BOOT + "spring-boot-starter-actuator"), CODE: SPRING}
    files["src/main/resources/application.properties"] = "server.servlet.context-path=/shop\nserver.port=9999\n"
    found = plan(files)
    assert found.health[0] == "/shop/actuator/health"
    assert found.ports[:2] == (8000, 9999)


def test_packages_are_fetched_before_the_source_is_copied_and_by_the_proxy():
    text = plan({"pom.xml": POM.format(BOOT), CODE: SPRING}).dockerfile
    order = [text.index(part) for part in ("COPY pom.xml ./", "dependency:go-offline", "COPY . .", "package\n")]
    assert order == sorted(order)
    assert '"${HTTPS_PROXY#*://}"' in text
    assert "-Dhttps.proxyHost=${p%:*}" in text
    assert "127.0.0.1" not in text


def test_module_that_starts_is_built_with_those_that_it_needs():
    modules = "<modules><module>common</module><module>api</module></modules>"
    files = {"pom.xml": POM.format(modules), "common/pom.xml": POM.format(""), "api/pom.xml": POM.format(BOOT)}
    text = plan(files | {f"api/{CODE}": SPRING}).dockerfile
    assert "package -pl api -am" in text.replace("-pl api -am package", "package -pl api -am")
    assert "api/target/*.jar" in text


def test_maven_project_without_a_jar_that_starts_gets_its_packages_beside_it():
    found = plan({"pom.xml": POM.format(""), "src/main/java/Shop.java": MAIN.format("Shop")})
    assert found.start == ("java", "-cp", "/app/app.jar:/app/lib/*", "Shop")
    assert "dependency:copy-dependencies" in found.dockerfile


def test_gradle_builds_by_its_wrapper_when_the_wrapper_is_whole():
    files = {"build.gradle": "plugins { id 'org.springframework.boot' }\nsourceCompatibility = '17'\n", CODE: SPRING}
    assert "FROM gradle:8-jdk17 AS build\n" in plan(files).dockerfile
    whole = plan(files | {"gradlew": "#!/bin/sh\r\n", "gradle/wrapper/gradle-wrapper.jar": "PK"})
    assert "FROM eclipse-temurin:17-jdk AS build\n" in whole.dockerfile
    assert "sh ./gradlew --no-daemon bootJar" in whole.dockerfile


def test_gradle_application_without_a_fat_jar_is_installed():
    found = plan({"build.gradle": "plugins { id 'application' }\n", "src/main/java/Shop.java": MAIN.format("Shop")})
    assert found.start == ("/app/bin/start-app",)
    assert "installDist" in found.dockerfile


def test_maven_is_preferred_where_both_build_files_are():
    files = {"pom.xml": POM.format(BOOT), "build.gradle": "plugins { id 'org.springframework.boot' }", CODE: SPRING}
    assert plan(files).runtime.endswith("by Maven")


def test_plain_source_is_compiled_with_the_jars_of_the_repository():
    files = {
        "src/edu/shop/Server.java": "package edu.shop;\n" + MAIN.format("Server"),
        "src/edu/shop/Demo.java": "package edu.shop;\nclass Demo { public static void main(String[] a) {} }\n",
        "lib/gson.jar": "PK",
        "web/index.html": "",
        "test/edu/shop/ServerTest.java": "class ServerTest {}",
    }
    found = plan(files)
    assert found.start == ("java", "-cp", "/app/classes:/app/lib/*:/app", "edu.shop.Server")
    assert "javac -encoding UTF-8 -d /out/classes -cp '/src/lib/*' src/edu/shop/*.java\n" in found.dockerfile
    assert '["/src/web", "/app/web"]' in found.dockerfile
    assert "RUN cp lib/*.jar /out/lib/\n" in found.dockerfile


@pytest.mark.parametrize(
    ("name", "text", "release"),
    [
        (".java-version", "17.0.2\n", 17),
        (".java-version", "temurin-21\n", 21),
        (".sdkmanrc", "java=25.0.1-tem\n", 25),
        ("system.properties", "java.runtime.version=11\n", 17),
        ("README.md", "", 21),
    ],
)
def test_release_is_the_maintained_one_that_compiles_what_is_asked_for(name, text, release):
    found = plan({"Main.java": MAIN.format("Main"), name: text})
    assert f"FROM eclipse-temurin:{release}-jdk AS build\n" in found.dockerfile


@pytest.mark.parametrize(
    ("wanted", "served", "note"),
    [
        ("eclipse-temurin:17-jre", "java-17-jre", ""),
        ("eclipse-temurin:21.0.4_7-jdk-jammy", "java-21-jdk", ""),
        ("openjdk:11-jre-slim", "java-17-jre", "major version differs: Java 11 wanted, 17 served"),
        ("openjdk:8", "java-17-jdk", "major version differs: Java 8 wanted, 17 served"),
        ("amazoncorretto:21-alpine", "java-21-jdk-alpine", "Alpine tag served by Debian"),
        ("maven:3.9.6-eclipse-temurin-17", "maven-java-17", "Maven 3.9.6 wanted, 3.8 served"),
        ("maven:3.9-eclipse-temurin-21-alpine", "maven-java-21-alpine", "Alpine tag served by Debian"),
        ("gcr.io/distroless/java17-debian12:nonroot", "distroless-java17-nonroot", "with a shell"),
        ("gcr.io/distroless/static-debian12", "distroless-plain", "with a shell"),
    ],
)
def test_images_of_java_are_served_by_debians(wanted, served, note):
    offer = offer_for(parse(wanted))
    assert offer.recipe.name == served
    assert note in offer.note


def test_release_that_nobody_has_here_is_not_pretended():
    assert offer_for(parse("eclipse-temurin:29-jdk")) is None
    assert offer_for(parse("gcr.io/distroless/python3")) is None


@pytest.mark.parametrize("name", ["a\nUSER root", "a$HOME", "a b;c"])
def test_names_of_folders_cannot_write_the_dockerfile(name):
    found = plan({"Main.java": MAIN.format("Main"), f"{name}/Other.java": "class Other {}", f"{name}/x.html": ""})
    assert "root" not in found.dockerfile.replace("root-user", "")
    assert name not in found.dockerfile


def test_program_that_serves_nothing_is_no_service():
    assert plan({"Main.java": "class Main { public static void main(String[] a) {} }"}) is None
