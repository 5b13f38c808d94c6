"""Stand-ins for web servers: which image serves a wanted one, and what its note owns up to."""

import pytest

from sandbox.images.reference import parse
from sandbox.images.standins import offer_for
from sandbox.images.standins.node import recipe


def note(wanted):
    return offer_for(parse(wanted)).note


@pytest.mark.parametrize("tag", ["nginx", "nginx:latest", "nginx:stable", "nginx:1", "nginx:mainline", "nginx:1.22.1"])
def test_open_tag_of_nginx_differs_in_its_user_only(tag):
    assert note(tag) == "workers keep the user of the master"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("nginx:1.27", "version differs: nginx 1.27 wanted, 1.22 served"),
        ("nginx:1.27.3-alpine", "version differs: nginx 1.27.3-alpine wanted, 1.22 served"),
        ("nginx:alpine", "Alpine tag served by Debian"),
        ("nginx:1-alpine", "Alpine tag served by Debian"),
    ],
)
def test_other_version_or_system_is_told(wanted, told):
    assert told in note(wanted)


def test_unprivileged_nginx_keeps_its_own_name_and_user():
    offer = offer_for(parse("nginxinc/nginx-unprivileged:stable-alpine"))
    assert offer.recipe.name == "nginx-1.22-alpine-unprivileged"
    assert "user" not in offer.note
    assert offer_for(parse("somebody/nginx-unprivileged")) is None


@pytest.mark.parametrize(
    ("version", "has"), [("12", ""), ("14", "0.14"), ("18.20.1", "0.31"), ("22", "0.34"), ("25", "")]
)
def test_node_brings_the_corepack_that_its_release_brought(version, has):
    assert recipe(version).ingredients[1] == has


def test_caddy_says_how_it_differs_and_builds_no_caddy():
    assert note("caddy:2") == ""
    assert note("caddy:2-alpine") == "Alpine tag served by Debian"
    assert "caddy 2.9 wanted" in note("caddy:2.9")
    assert offer_for(parse("caddy:2-builder")) is None
