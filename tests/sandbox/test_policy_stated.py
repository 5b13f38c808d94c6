"""The policy that a scorecard names by digest is the one that its containers were held to."""

import json

import pytest

from sandbox.__main__ import main
from sandbox.limits import Limits
from tests.containers import run

pytestmark = pytest.mark.docker
# What an image, a place and our variables decide.
OF_THE_CONTAINER = {"Config.User", "Config.WorkingDir", "Config.Env", "HostConfig.CpusetCpus"}


def test_command_prints_what_the_digest_of_a_scorecard_means(engine, capsys):
    assert main(["policy"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {profile: found["digest"] for profile, found in printed.items()} == engine.describe(Limits())["policy"]
    assert main(["policy", "--profile", "strict"]) == 0
    assert json.loads(capsys.readouterr().out) == {"strict": printed["strict"]}


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_live_container_is_held_to_the_stated_lines(engine, python, evaluation, limits, profile):
    stated = {line["path"]: line["want"] for line in engine.policies(limits)[profile].to_json()["lines"]}
    with engine.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run("import signal; signal.pause()"), strict=profile == "strict")
        held = {line["path"]: line["want"] for line in service.policy.to_json()["lines"]}
    assert {path for path in stated | held if stated.get(path) != held.get(path)} <= OF_THE_CONTAINER
