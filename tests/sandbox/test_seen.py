"""Every check was seen to pass and to fail on a real running repository: the "findings" of two samples say where.

`test_sample_repositories.py` runs the samples and holds them to it, or the test that the sample is "run_by".
"""

from pathlib import Path

import pytest

from sandbox.checks import all_checks
from tests.sandbox.sample_repositories import SAMPLES, expected, promised

HERE = Path(__file__).parent

# check -> its promised outcomes
SEEN = {check: {promised(name).get(check) for name in SAMPLES} for check in all_checks()}


@pytest.mark.parametrize("check", SEEN)
def test_check_is_seen_to_pass_and_to_fail(check):
    advice = f'add "{check}" to the findings of a sample in tests/repos/*/expected.json'
    assert SEEN[check] & {"pass", "full"}, f"no running sample passes it: {advice} that does"
    assert "fail" in SEEN[check], f"no running sample fails it: {advice} that does"


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_promises_each_finding_once_and_of_a_check_that_exists(name):
    findings = expected(name).get("findings", {})
    assert set(findings) <= {"pass", "full", "fail", "not_applicable", "inconclusive"}
    assert sum(len(checks) for checks in findings.values()) == len(promised(name))
    assert set(promised(name)) <= set(all_checks())
    assert not findings or expected(name)["buildpack"], "a sample that is not run shows nothing"
    runner = HERE / expected(name).get("run_by", "test_sample_repositories.py")
    assert "unlike(" in runner.read_text(), f"{runner.name} does not hold its samples to their promises"
