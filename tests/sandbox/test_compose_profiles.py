"""Stacks whose services have profiles: one that serves people is switched on where nothing built starts without one."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.tree import Tree

PYTHON = "FROM python:3.12-slim\nCOPY . .\nCMD python main.py\n"


def stack(**profiles):
    """The plan of a stack with a database and a built service for each name, which has these profiles."""
    lines = ["services:", "  db:", "    image: postgres:16", *profile_lines(profiles.pop("db", ()))]
    for name, listed in profiles.items():
        lines += [f"  {name}:", "    build: .", "    ports: ['8000:8000']", *profile_lines(listed)]
    return plan_for(Tree.of({"compose.yaml": "\n".join(lines), "Dockerfile": PYTHON, "main.py": "print(1)\n"}))


def profile_lines(listed):
    return [f"    profiles: [{', '.join(listed)}]"] if listed else []


@pytest.mark.parametrize(
    ("profiles", "app", "beside"),
    [
        ({"api-dev": ["dev"], "api-prod": ["prod"], "db": ["dev", "prod"]}, "api-prod", ["db"]),
        ({"api": ["dev"], "api-test": ["test"], "db": ["dev"]}, "api", ["db"]),
        ({"api": ["backend"], "db": []}, "api", ["db"]),
        ({"api": [], "worker": ["extra"]}, "api", ["db"]),
    ],
    ids=["for-users-first", "never-the-tests", "the-only-one", "not-needed"],
)
def test_profile_is_switched_on_where_nothing_built_starts_without_one(profiles, app, beside):
    plan = stack(**profiles)
    assert (plan.buildpack, plan.name, [one.name for one in plan.companions]) == ("compose", app, beside)
    assert ("was switched on." in " ".join(plan.why)) is (app != "api" or "worker" not in profiles)


def test_profiles_of_tools_are_no_application():
    plan = stack(e2e=["e2e"], db=[])
    assert (plan.buildpack, [one.name for one in plan.companions]) == ("dockerfile", ["db"])
