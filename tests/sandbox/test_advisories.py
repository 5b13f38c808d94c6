"""Known vulnerabilities: lock files of each kind, versions by OSV's rules, and a database as OSV publishes it."""

import json
import zipfile

import pytest

from sandbox.advisories.locked import packages
from sandbox.advisories.versions import is_affected
from sandbox.checks import all_checks, judge
from sandbox.evidence import Evidence
from sandbox.faults import HostFault
from sandbox.probes import SourceTarget, all_probes
from sandbox.tree import Tree

PROBE = next(one for one in all_probes() if one.id == "advisories")
ENTRY = {
    "id": "TEST-2026-1",
    "modified": "2026-10-01T00:00:00Z",
    "summary": "Something bad",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}


@pytest.mark.parametrize(
    ("path", "text", "package"),
    [
        pytest.param("requirements.txt", "Some.Package[x]==1.2  # why\n", ("PyPI", "some-package", "1.2"), id="pip"),
        pytest.param("uv.lock", '[[package]]\nname = "a"\nversion = "1.0"\n', ("PyPI", "a", "1.0"), id="uv"),
        pytest.param(
            "Cargo.lock", '[[package]]\nname = "a_b"\nversion = "1.0.0"\n', ("crates.io", "a_b", "1.0.0"), id="cargo"
        ),
        pytest.param("Pipfile.lock", '{"default": {"A": {"version": "==3"}}}', ("PyPI", "a", "3"), id="pipenv"),
        pytest.param(
            "package-lock.json",
            '{"packages": {"": {}, "node_modules/x/node_modules/@s/y": {"version": "1.0.0"}}}',
            ("npm", "@s/y", "1.0.0"),
            id="npm",
        ),
        pytest.param(
            "go.sum",
            "example.org/m v1.2.3 h1:abc=\nexample.org/m v1.2.3/go.mod h1:x=\n",
            ("Go", "example.org/m", "1.2.3"),
            id="go",
        ),
    ],
)
def test_lock_file_names_exact_versions(path, text, package):
    assert [one for one, _ in packages(Tree.of({path: text}))] == [package]


@pytest.mark.parametrize("text", ["{", "[]", '{"packages": 3}', '{"packages": {"node_modules/a": 1}}'])
def test_broken_lock_file_names_nothing(text):
    assert packages(Tree.of({"package-lock.json": text})) == []


RANGE = {
    "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.2.0"}, {"introduced": "2.0.0"}]}]
}


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.9.0", False),
        ("1.0.0", True),
        ("1.2.0-rc.1", True),
        ("1.2.0", False),
        ("1.9.9", False),
        ("2.0.0", True),
        ("x", False),
    ],
)
def test_range_switches_on_and_off(version, affected):
    assert is_affected("npm", version, RANGE) is affected


def test_last_affected_version_is_affected_and_a_listed_one_always():
    events = [{"introduced": "0"}, {"last_affected": "3.1"}]
    affected = {"versions": ["weird"], "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    assert [is_affected("PyPI", version, affected) for version in ("3.1", "3.1.post1", "weird")] == [True, False, True]


def test_database_of_an_archive_finds_what_is_locked(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("TEST-2026-1.json", json.dumps(ENTRY))
        archive.writestr(
            "TEST-2026-2.json", json.dumps(ENTRY | {"id": "TEST-2026-2", "withdrawn": "2026-10-02T00:00:00Z"})
        )
    monkeypatch.setenv("ASSAY_ADVISORIES", str(tmp_path / "all.zip"))
    for version, outcome in (("1.9", "fail"), ("2.0", "pass")):
        document = PROBE.gather(SourceTarget(Tree.of({"requirements.txt": f"some-package=={version}\n"}), {}))
        finding = judge(
            all_checks()["has_no_known_vulnerabilities"], Evidence("general", probes={"advisories": document})
        )
        assert finding.outcome == outcome, finding
    assert document["database"] == {"entries": 1, "modified": "2026-10-01T00:00:00Z"}


def test_setting_that_names_no_database_is_our_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_ADVISORIES", str(tmp_path))
    with pytest.raises(HostFault, match="OSV"):
        PROBE.gather(SourceTarget(Tree.of({}), {}))
    monkeypatch.delenv("ASSAY_ADVISORIES")
    assert PROBE.gather(SourceTarget(Tree.of({}), {}))["assessed"] is False
