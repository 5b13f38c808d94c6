"""Evidence: what counts as a probe that failed."""

import pytest

from sandbox.checks import judge
from sandbox.evidence import Evidence, failure
from sandbox.finding import Check, passed

CHECK = Check(
    id="any",
    version=1,
    title="",
    failed_title="",
    why="",
    fix="",
    category="track",
    weight=1.0,
    judge=lambda _evidence: passed("seen"),
    needs=("practice",),
)


@pytest.mark.parametrize("document", [{"error": "tool_failed: it ended"}, {"error": "no samples", "version": 2}])
def test_document_of_nothing_but_an_error_is_a_failed_probe(document):
    evidence = Evidence("general", probes={"practice": document})
    assert evidence.probe("practice") is None
    assert failure(document) == document["error"]
    finding = judge(CHECK, evidence)
    assert finding.outcome == "inconclusive"
    assert document["error"] in finding.observed


@pytest.mark.parametrize(
    "document",
    [
        {"error": "what a program of the team's said", "exit_code": 1, "version": 1},
        {"error": 0.12, "version": 1},
        {"error": None},
        {"error": {"rmse": 4.0}},
        {},
    ],
    ids=["among others", "a figure", "none", "an object", "nothing"],
)
def test_error_among_other_observations_is_one_of_them(document):
    evidence = Evidence("general", probes={"practice": document})
    assert evidence.probe("practice") == document
    assert judge(CHECK, evidence).outcome == "pass"
