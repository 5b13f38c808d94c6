"""Is the source free of keys and passwords?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    secrets = (evidence.probe("practice") or {})["secrets"]
    pointer = ("/probes/practice/secrets",)
    if not secrets:
        return passed("No key or password was recognised in the tree.", evidence=pointer)
    places = ", ".join(f"{row['where']} ({row['kind']})" for row in secrets[:3])
    return failed(f"{len(secrets)} found: {places}.", evidence=tuple(row["where"] for row in secrets[:3]))


CHECK = Check(
    id="keeps_secrets_out",
    version=1,
    title="No secrets in the source",
    failed_title="Secrets in the source",
    why="A key that was ever pushed is known: scanners find it within minutes. It has to be changed, not only deleted.",
    fix="Revoke the key today, read the new one with os.environ, and add .env to .gitignore.",
    category="practice",
    weight=HIGH,
    grade="static",
    effort="hours",
    level=1,
    judge=judge,
    needs=("practice",),
    examples=(
        Example("clean", Evidence("general", probes={"practice": {"secrets": []}}), "pass"),
        Example(
            "key",
            Evidence("general", probes={"practice": {"secrets": [{"where": "app.py:3", "kind": "private key"}]}}),
            "fail",
        ),
    ),
)
