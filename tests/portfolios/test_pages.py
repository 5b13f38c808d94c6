"""The public pages and machine endpoints: who sees what, media types, CORS, and what is gone."""

import io
import json
import zipfile
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone
from openbadgeslib.baking import extract_svg

from judges.models import Round
from portfolios import actions
from portfolios.models import Consent, Credential, EvidenceFile, Profile
from tests import factories
from tests.portfolios.issued import DID
from tests.portfolios.reports import report

pytestmark = pytest.mark.django_db
LD = "application/vc+ld+json"


@pytest.fixture
def credential(published):
    return Credential.objects.get()


def page(response):
    assert response.status_code == 200
    return response.content.decode()


# Who sees a scorecard


def test_unpublished_scorecard_is_for_its_team_and_organisers_only(client, scorecard, student, organiser):
    address = f"/s/{scorecard.public_id}/"
    assert client.get(address).status_code == 404
    client.force_login(factories.user())
    assert client.get(address).status_code == 404
    for person in (student, organiser):
        client.force_login(person)
        assert client.get(address).status_code == 200


def test_published_scorecard_is_for_everybody_and_gone_after_unpublishing(client, published):
    addresses = [
        f"/s/{published.public_id}/",
        f"/badge/{published.public_id}.svg",
        f"/badge/{published.public_id}.json",
    ]
    credential = Credential.objects.get()
    addresses += [f"/c/{credential.public_id}", f"/c/{credential.public_id}.json", f"/c/{credential.public_id}.svg"]
    addresses += [f"/c/{credential.public_id}.zip", f"/evidence/{EvidenceFile.objects.get().sha256}"]
    assert {client.get(address).status_code for address in addresses} == {200}
    actions.unpublish_scorecard(scorecard=published)
    assert {client.get(address).status_code for address in addresses} == {410}


def test_unpublished_badge_is_unknown(client, scorecard):
    assert client.get(f"/badge/{scorecard.public_id}.svg").status_code == 404
    assert client.get("/badge/nothing.json").status_code == 404


def test_scorecard_page_sorts_findings_by_gain(client, published):
    context = client.get(f"/s/{published.public_id}/").context
    assert [row["check"] for row in context["findings"]] == ["has_ci", "has_tests"]
    assert context["findings"][0]["gain"] > context["findings"][1]["gain"] > 0
    assert [row["check"] for row in context["passed"]] == ["exposes_metrics", "keeps_p95_under_load"]
    assert [row["check"] for row in context["other"]] == ["rejects_bad_input"]
    assert {row["id"]: row["score"] for row in context["scorecard"]["categories"]}["practice"] == 35.0


def test_judges_result_stands_beside_the_automatic_one_once_published(client, published, hackathon):
    assert client.get(f"/s/{published.public_id}/").context["judging"] is None
    Round.objects.create(hackathon=hackathon, results_published_at=timezone.now())
    assert client.get(f"/s/{published.public_id}/").status_code == 200


def test_lists_show_published_scorecards_only(client, scorecard, student, publish):
    for address in ("/", "/projects/"):
        assert list(client.get(address).context["scorecards"]) == []
    publish(scorecard, student)
    for address in ("/", "/projects/", "/projects/?track=general", f"/projects/?q={scorecard_project(scorecard)}"):
        assert list(client.get(address).context["scorecards"]) == [scorecard]
    assert list(client.get("/projects/?track=ml").context["scorecards"]) == []


def scorecard_project(scorecard):
    return scorecard.evaluation.submission.project.name


# Publishing through the pages


def test_publish_page_needs_the_box_and_a_member(client, scorecard, student, organiser):
    address = f"/s/{scorecard.public_id}/publish/"
    assert client.post(address, {"agree": "on"}).status_code == 302
    assert not Consent.objects.exists()
    client.force_login(organiser)
    assert client.post(address, {"agree": "on"}).status_code == 404
    client.force_login(student)
    assert "Nothing is published without your agreement" in page(client.post(address))
    assert not Consent.objects.exists()
    assert client.post(address, {"agree": "on"}).url == f"/s/{scorecard.public_id}/"
    assert Consent.objects.get().user == student


@pytest.mark.parametrize("who", ["student", "organiser"])
def test_unpublish_is_for_members_and_organisers(client, published, who, request):
    address = f"/s/{published.public_id}/unpublish/"
    client.force_login(factories.user())
    assert client.post(address).status_code == 404
    client.force_login(request.getfixturevalue(who))
    assert client.get(address).status_code == 405
    client.post(address, {"whole": "1"})
    published.refresh_from_db()
    assert not published.is_published


# People


def test_profile_is_off_until_its_owner_turns_it_on(client, published, student):
    assert client.get("/u/sam/").status_code == 404
    client.force_login(student)
    assert "Only you see this page" in page(client.get("/u/sam/"))
    client.post("/profile/", {"is_public": "on", "headline": "I build", "declared_skills": "Rust, rust ,  Go"})
    assert Profile.objects.get(user=student).declared_skills == ["Rust", "Go"]
    client.logout()
    shown = page(client.get("/u/sam/"))
    assert "I build" in shown
    assert f"/c/{Credential.objects.get().public_id}" in shown
    assert student.email not in shown


def test_profile_of_nobody_is_not_found(client):
    assert client.get("/u/nobody/").status_code == 404


def test_profile_form_refuses_too_many_skills(client, student):
    client.force_login(student)
    response = client.post("/profile/", {"declared_skills": ",".join(f"s{n}" for n in range(21))})
    assert "at most 20 skills" in page(response)


# Checks


def test_checks_are_listed_and_each_has_its_page(client, published):
    groups = client.get("/checks/").context["checks"]
    ids = [check.id for group in groups for check in group["checks"]]
    assert "keeps_p95_under_load" in ids
    for check_id in ids:
        assert client.get(f"/checks/{check_id}/").status_code == 200
    assert client.get("/checks/no_such_check/").status_code == 404


# Credentials


def test_credential_has_one_address_for_people_and_machines(client, credential):
    address = f"/c/{credential.public_id}"
    html = page(client.get(address, headers={"accept": "text/html,*/*;q=0.8"}))
    assert "Verify it yourself" in html
    assert "Verified just now: valid" in html
    for accept in (LD, "application/vc", "application/ld+json", "application/json"):
        response = client.get(address, headers={"accept": accept})
        assert response["Content-Type"] == accept
        assert json.loads(response.content) == credential.document
        assert "Accept" in response["Vary"]
    assert client.get(address, headers={"accept": "image/svg+xml"})["Content-Type"] == "image/svg+xml"
    assert json.loads(client.get(f"{address}.json").content) == credential.document


def test_credential_baked_in_the_badge_comes_out_again(client, credential):
    image = client.get(f"/c/{credential.public_id}.svg").content
    assert json.loads(extract_svg(image, element="openbadges:credential", text_fallback=True)) == credential.document
    assert b"<script" not in image


def test_offline_bundle_holds_everything_that_verifies_it(client, credential):
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/c/{credential.public_id}.zip").content))
    assert json.loads(archive.read("credential.json")) == credential.document
    assert json.loads(archive.read("did.json"))["id"] == DID
    assert {name.partition("/")[0] for name in archive.namelist()} == {
        "README.txt",
        "credential.json",
        "did.json",
        "status.json",
        "evidence",
    }


def test_revoked_credential_says_so_and_why(client, credential):
    actions.revoke_credential(credential=credential, reason="Issued by mistake.")
    html = page(client.get(f"/c/{credential.public_id}"))
    assert "Issued by mistake." in html
    assert "Verified just now: not valid" in html
    assert client.get(f"/badge/{credential.scorecard.public_id}.json").json()["isError"] is True


def test_linkedin_link_names_the_credential(client, credential):
    link = client.get(f"/c/{credential.public_id}").context["linkedin_url"]
    fields = parse_qs(urlsplit(link).query)
    assert fields["certUrl"] == [credential.document["id"]]
    assert fields["startTask"] == ["CERTIFICATION_NAME"]


# Machine endpoints


def test_machine_endpoints_answer_every_origin_with_the_right_type(client, credential):
    types = {
        "/.well-known/did.json": "application/did+ld+json",
        f"/status/{credential.status_list.public_id}": LD,
        f"/evidence/{EvidenceFile.objects.get().sha256}": "application/vnd.dsse.envelope.v1+json",
        f"/c/{credential.public_id}.json": LD,
        f"/badge/{credential.scorecard.public_id}.json": "application/json",
        f"/badge/{credential.scorecard.public_id}.svg": "image/svg+xml",
    }
    for address, media_type in types.items():
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (200, media_type)
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "max-age=60" in response["Cache-Control"]
        assert client.post(address).status_code == 405


def test_addresses_inside_the_credential_are_those_that_answer(client, credential):
    document = credential.document
    addresses = [
        document["id"],
        document["credentialStatus"]["statusListCredential"],
        document["evidence"][0]["id"],
        document["credentialSubject"]["achievement"]["id"],
        document["credentialSubject"]["achievement"]["image"]["id"],
    ]
    for address in addresses:
        assert client.get(urlsplit(address).path).status_code == 200


def test_page_of_a_credential_is_kept_by_no_shared_cache(client, credential):
    assert "public" not in client.get(f"/c/{credential.public_id}").get("Cache-Control", "")


def test_badge_follows_the_shields_schema_and_is_plain_svg(client, published):
    assert client.get(f"/badge/{published.public_id}.json").json() == {
        "schemaVersion": 1,
        "label": "assay",
        "message": "B · 82.4 of 100",
        "color": "#2f6b1a",
        "isError": False,
        "cacheSeconds": 300,
    }
    image = client.get(f"/badge/{published.public_id}.svg").content
    assert ET.fromstring(image).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own bytes
    assert b"style=" not in image


# The verify page


def test_verify_page_accepts_text_and_file(client, credential):
    text = json.dumps(credential.document)
    assert client.post("/verify/", {"text": text}).context["verdict"].exit_status == 0
    file = io.BytesIO(text.encode())
    file.name = "credential.json"
    assert client.post("/verify/", {"file": file}).context["verdict"].exit_status == 0


def test_verify_page_refuses_a_changed_credential(client, credential):
    changed = json.dumps(credential.document).replace("82.4", "99.9")
    html = page(client.post("/verify/", {"text": changed}))
    assert "Not valid" in html
    assert "issued to" not in html


def test_verify_page_cannot_decide_about_others(client, issued, site):
    site.ASSAY_BASE_URL = "https://elsewhere.example"
    response = client.post("/verify/", {"text": json.dumps(issued.credential)})
    assert response.context["verdict"].exit_status == 2
    assert "Cannot decide" in page(response)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"issuer": {"id": []}}', '{"issuer": "did:web:portfolio.example"}', "\x00"]
)
def test_verify_page_answers_everything(client, site, text):
    assert client.post("/verify/", {"text": text}).status_code == 200


def test_verify_page_refuses_what_is_too_large(client, site):
    file = io.BytesIO(b"x" * 300_000)
    file.name = "large.json"
    assert "at most 256 KiB" in page(client.post("/verify/", {"file": file}))


def test_provisional_scorecard_offers_no_credential(client, site, project, student, publish):
    card = report()["scorecard"] | {"provisional": True}
    row = factories.scorecard(
        evaluation=factories.evaluation(project=project, by=student), report=report(scorecard=card)
    )
    client.force_login(student)
    assert "there will be no credential" in page(client.get(f"/s/{row.public_id}/publish/"))
    publish(row, student)
    assert client.get(f"/s/{row.public_id}/").context["credential"] is None
