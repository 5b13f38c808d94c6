"""What a test runner said: how many tests passed, failed and were skipped, and how much of the code they ran."""

from __future__ import annotations

import re
from typing import Any

from sandbox.owntests.python import COVERED

SAID_BYTES = 64 * 1024
# The last lines of pytest, unittest, Jest, Vitest, Mocha and node:test, each as its documentation shows them.
PYTEST = re.compile(r"^(?:=+ )?((?:\d+ \w+(?:, )?)+) in [\d.]+s", re.MULTILINE)
UNITTEST = re.compile(r"^Ran (\d+) tests? in [\d.]+s\s+(OK|FAILED)(?: \(([^)\n]{0,200})\))?", re.MULTILINE)
JEST = re.compile(r"^\s*Tests:?\s{1,10}((?:\d+ \w+(?:, | \| )?)+)", re.MULTILINE)
MOCHA = re.compile(r"^\s*(\d+) (passing|failing|pending)\b", re.MULTILINE)
NODE = re.compile(r"^(?:#|\u2139) (pass|fail|skipped) (\d+)$", re.MULTILINE)
FAILED = re.compile(
    r"^(?:FAILED|ERROR) (\S{1,200})|^(?:FAIL|ERROR): (\S{1,200})|^not ok \d+ - (.{1,200})$", re.MULTILINE
)
SHARE = re.compile(rf"^{COVERED} (\d{{1,3}})$", re.MULTILINE)
WORDS = {
    "passed": "passed",
    "passing": "passed",
    "pass": "passed",
    "failed": "failed",
    "failing": "failed",
    "failures": "failed",
    "fail": "failed",
    "error": "failed",
    "errors": "failed",
    "skipped": "skipped",
    "pending": "skipped",
    "xfailed": "skipped",
    "todo": "skipped",
}


def read(log: str, exit_code: int | None) -> dict[str, Any]:
    """{"passed", "failed", "skipped": counts or None when nothing was recognised, "failures": names, "covered_pct"}."""
    said = log[-SAID_BYTES:]
    counts = _counts(said)
    shares = SHARE.findall(said)
    return {
        "exit_code": exit_code,
        "passed": counts.get("passed", 0) if counts else None,
        "failed": counts.get("failed", 0) if counts else None,
        "skipped": counts.get("skipped", 0) if counts else None,
        "failures": [next(filter(None, found)) for found in FAILED.findall(said)][:10],
        "covered_pct": float(shares[-1]) if shares and int(shares[-1]) <= 100 else None,
    }


def _counts(said: str) -> dict[str, int]:
    """Of the last summary in the output: what a test prints itself stands before it."""
    if found := UNITTEST.findall(said):
        total, _, detail = found[-1]
        parts = dict(part.strip().partition("=")[::2] for part in detail.split(",") if "=" in part)
        bad = sum(int(parts.get(name, 0)) for name in ("failures", "errors"))
        skipped = int(parts.get("skipped", 0))
        return {"passed": int(total) - bad - skipped, "failed": bad, "skipped": skipped}
    if found := PYTEST.findall(said) or JEST.findall(said):
        return _summed(re.findall(r"(\d+) (\w+)", found[-1]))
    if found := NODE.findall(said):
        return _summed([(number, word) for word, number in found[-3:]])
    return _summed(MOCHA.findall(said)[-3:])


def _summed(pairs: list[tuple[str, str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for number, word in pairs:
        if word in WORDS:
            counts[WORDS[word]] = counts.get(WORDS[word], 0) + int(number)
    return counts
