"""The audit of dependencies reads both of its sources, and says which one answered."""

import pytest

from deploy.local import audit

SKIPPED = {"dependencies": [{"name": "rich", "skip_reason": "not found"}]}
HOLE = {"name": "rich", "version": "1", "vulns": [{"id": "CVE-0", "fix_versions": ["2", "3"]}]}


@pytest.mark.parametrize("report", [None, {}, SKIPPED])
def test_no_service_is_told_from_no_hole(report):
    assert audit.advisories(report) is None


def test_holes_are_told_with_their_fix():
    looked_up = {"dependencies": [HOLE, {"name": "click", "version": "8", "vulns": []}]}
    assert audit.advisories(looked_up) == ["rich 1 has CVE-0: use 2 or 3."]
    assert audit.advisories({"dependencies": looked_up["dependencies"][1:]}) == []


def test_withdrawn_and_missing_pins_are_told():
    package = {"metadata": {"name": "rich", "version": "1"}, "is_yanked": True}
    assert audit.withdrawn({"install": [package, package | {"is_yanked": False}]}) == [
        "rich 1 was withdrawn from its index."
    ]
    assert len(audit.withdrawn(None)) == 1


def test_what_is_installed_is_what_is_pinned():
    assert audit.unpinned({"rich": "2", "click": "8"}, {"rich": "1", "click": "8", "more": "5"}) == [
        "rich 1 is installed, and constraints.txt pins 2."
    ]


@pytest.mark.parametrize(("known", "status", "said"), [([], 0, "Nothing"), (["rich 1 has CVE-0"], 1, "rich 1 has")])
def test_status_follows_what_is_known(monkeypatch, capsys, known, status, said):
    monkeypatch.setattr(audit, "_pip_audit", lambda: {"dependencies": [{"name": "click", "version": "8", "vulns": []}]})
    monkeypatch.setattr(audit, "unpinned", lambda *_: known)
    assert audit.main() == status
    assert said in capsys.readouterr().out
