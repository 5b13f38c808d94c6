"""`manage.py verify`: exit status 0 valid, 1 not valid, 2 cannot decide; offline when the files are given."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from portfolios import actions
from portfolios.models import Credential
from tests.portfolios.issued import issue

MANAGE = Path(__file__).parents[2] / "manage.py"


def status_of(*arguments):
    with pytest.raises(SystemExit) as end:
        call_command("verify", *map(str, arguments))
    return end.value.code


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An issued credential with its files, as an employer has them; the list is signed as of now."""
    from django.utils import timezone

    from tests.portfolios import issued

    monkeypatch.setattr(issued, "NOW", timezone.now())
    given = issue(valid_from=timezone.now(), status_index=7)
    (tmp_path / "credential.json").write_text(json.dumps(given.credential))
    (tmp_path / "did.json").write_text(json.dumps(given.did_document))
    (tmp_path / "status.json").write_text(json.dumps(issued.signed_list(given.keys, now=timezone.now())))
    for digest, content in given.evidence.items():
        (tmp_path / f"{digest}.intoto.jsonl").write_bytes(content)
    return tmp_path


def given_files(folder):
    return ["--did-document", folder / "did.json", "--status-list", folder / "status.json"]


def test_verify_accepts_offline_without_database_and_network(folder, no_network, capsys):
    evidence = next(folder.glob("*.intoto.jsonl"))
    assert status_of(folder / "credential.json", *given_files(folder)) == 0
    assert status_of(folder / "credential.json", *given_files(folder), "--evidence", evidence) == 0
    assert "This credential is valid." in capsys.readouterr().out


def test_verify_refuses_a_changed_credential(folder, capsys):
    path = folder / "credential.json"
    path.write_text(path.read_text().replace("82.4", "99.9"))
    assert status_of(path, *given_files(folder), "--json") == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "not valid"


def test_verify_refuses_changed_evidence(folder):
    evidence = next(folder.glob("*.intoto.jsonl"))
    evidence.write_bytes(evidence.read_bytes().replace(b"payload", b"Payload", 1))
    assert status_of(folder / "credential.json", *given_files(folder), "--evidence", evidence) == 1


@pytest.mark.django_db
def test_verify_cannot_decide_about_others_without_their_files(folder, site):
    site.ASSAY_BASE_URL = "https://elsewhere.example"
    assert status_of(folder / "credential.json") == 2
    assert status_of(folder / "credential.json", "--did-document", folder / "did.json") == 2


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_verify_cannot_decide_about_what_cannot_be_read(folder, name, capsys):
    assert status_of(folder / name, *given_files(folder)) == 2
    assert "Cannot decide" in capsys.readouterr().err


def test_verify_knows_its_own_site(published, tmp_path):
    credential = Credential.objects.get()
    path = tmp_path / "own.json"
    path.write_text(json.dumps(credential.document))
    assert status_of(path) == 0
    actions.revoke_credential(credential=credential, reason="x")
    assert status_of(path) == 1


def test_verify_makes_no_key_by_looking(folder, site):
    assert status_of(folder / "credential.json", *given_files(folder)) == 0
    assert not site.ASSAY_ISSUER_KEY.exists()


def test_verify_runs_as_a_program_of_its_own(folder):
    """In a fresh interpreter, with a database that does not exist."""
    done = subprocess.run(
        [sys.executable, MANAGE, "verify", folder / "credential.json", *given_files(folder)],
        env={"PATH": "/usr/bin:/bin", "ASSAY_VAR": str(folder / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("This credential is valid.\n")
