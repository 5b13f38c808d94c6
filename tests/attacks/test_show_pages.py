"""Attacks of readers: markup, scripts and escapes in every text of a team that reaches a page or a terminal."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from accounts.forms import SignUpForm
from accounts.plain import plain
from config.celery import app as celery_app
from evaluations.actions import store_scorecard
from evaluations.models import Evaluation, EventLine, Stage
from hackathons.forms import HackathonForm, ProjectForm, TeamForm
from judges import actions as judging
from judges.forms import CriterionForm, InviteForm
from portfolios import actions as portfolios
from portfolios.forms import ProfileForm
from sandbox import evidence as sandbox_evidence
from sandbox.events import Event
from sandbox.evidence import Evidence
from sandbox.faults import _UNPRINTABLE, TeamFault, printable
from sandbox.report import report
from sandbox.terminal import print_report
from sandbox.terminal import words as terminal_words
from sandbox.terminal.progress import Lines
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORED = Path(__file__).parents[1] / "sandbox" / "evidence"
# Out of an attribute and an element, then whatever runs or loads something; then what a terminal would obey.
MARKUP = "\"'></title></textarea></script><stray-element onclick=taken()><img src=//away.invalid onerror=taken()>"
ESCAPES = "\x1b]0;taken\x07\x1b[2J\x1b[5;7m\x9b5m\u202e\u2066\u200b\r"
HOSTILE = f"{MARKUP}<script>taken()</script>[x](javascript:taken()){{{{7*7}}}}{{% now 'Y' %}}{ESCAPES}"
# What people type comes through forms, which take out what nobody sees.
TYPED = plain(HOSTILE)
SHORT = "\"'><stray-element><img src=//away.invalid onerror=taken()>"
LINK = "javascript:taken()//https://git.example.org/" + SHORT
# What names a kind of thing, not what a team called it: another value would be another document.
OURS = frozenset(
    [
        "schema",
        "track",
        "state",
        "outcome",
        "role",
        "owner",
        "commit",
        "tree",
        "archive_sha256",
        "image_digest",
        "stage",
    ]
)
FLIPPED = {"parses": False, "has_levels": False, "runs_tests": False, "leaks_traceback": True, "present": True}


def poisoned(value, name=""):
    """The document with every text of the team in the attacker's words, and no list of names empty."""
    if isinstance(value, dict):
        more = {"refused": [note()], "repairs": [note()]} if "repairs" in value else {}
        return {key: poisoned(inner, key) for key, inner in value.items()} | more
    if isinstance(value, list):
        return [poisoned(inner, name) for inner in value] or ([HOSTILE] if name in LISTS else [])
    if isinstance(value, bool):
        return FLIPPED.get(name, value)
    return f"{value}{HOSTILE}" if isinstance(value, str) and name not in OURS else value


# Never blinking, as the attacker's text would be.
OUR_COLOURS = re.compile(r"\x1b\[(?:[0-47]|3\d|9\d)?(?:;(?:[0-47]|3\d|9\d))*m")
LISTS = frozenset(["submodules", "lfs_pointers", "symlinks", "start", "files", "lock_files", "tail"])


def note():
    return {"id": HOSTILE, "what": HOSTILE, "why": HOSTILE, "path": HOSTILE}


def stored(name):
    document = json.loads((STORED / f"{name}.json").read_text())
    document |= {key: poisoned(document[key], key) for key in ("source", "plan", "services", "fault", "probes")}
    document["probes"].setdefault("practice", {})["secrets"] = [{"where": HOSTILE, "kind": HOSTILE}]
    health = [{"agent": HOSTILE, "status": 500, "why": HOSTILE}]
    document["probes"]["health"] = {"path": HOSTILE, "asked": 2, "good": 1, "answers": health}
    return Evidence.from_json(document)


@pytest.fixture
def site(settings, tmp_path, live_server):
    """The addresses of every page that shows something of a team, which did its worst, and who may see them."""
    settings.ASSAY_BASE_URL = live_server.url
    before = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = True
    settings.ASSAY_ISSUER_KEY = tmp_path / "issuer-key.pem"
    someone = factories.user("sam", display_name=SHORT, is_staff=True, is_superuser=True)
    event = factories.hackathon(name=SHORT, description=TYPED, organisers=[someone])
    team = factories.team(hackathon=event, members=[someone], name=SHORT)
    project = factories.project(team=team, name=SHORT, tagline=SHORT, repository_url=LINK, ref=SHORT, table_number=1)
    paths = [
        "/",
        "/dashboard/",
        "/projects/?q=" + SHORT,
        "/u/sam/",
        "/profile/",
        f"/teams/{team.pk}/",
        "/nothing/" + SHORT,
    ]
    paths += [f"/events/{event.slug}/", "/events/", f"/join/{team.join_code}/", "/talent/", "/login/?next=" + LINK]
    paths += [f"/p/{project.public_id}/", f"/p/{project.public_id}/edit/", f"/events/{event.slug}/judging/"]
    paths += [f"/talent/?q={SHORT}&skill={SHORT}", "/talent/?q=stray-element", "/talent/?q=p95_ms<" + SHORT]
    for name in ("fastapi-docker", "crashes-at-start"):
        evaluation = factories.evaluation(project=project, by=someone, ref=SHORT, stage=Stage.SCORED)
        evidence = stored(name)
        card = store_scorecard(evaluation=evaluation, evidence=evidence)
        Evaluation.objects.filter(pk=evaluation.pk).update(fault=evidence.fault, progress_text=SHORT)
        lines = [Event("building", kind, HOSTILE, source=SHORT[:20]) for kind in ("log", "note")]
        EventLine.objects.bulk_create(
            EventLine(evaluation=evaluation, seq=seq, **line.to_json()) for seq, line in enumerate(lines, start=1)
        )
        card.provisional = False
        card.save(update_fields=["provisional"])
        portfolios.publish_scorecard(scorecard=card, by=someone)
        portfolios.publish_now(pk=card.pk)
        portfolios.update_profile(
            user=someone, is_public=True, headline=SHORT, about=TYPED, declared_skills=[SHORT[:40]]
        )
        credential = card.credentials.get()
        paths += [f"/e/{evaluation.public_id}/", f"/s/{card.public_id}/", f"/c/{credential.public_id}"]
        paths += [f"/c/{credential.public_id}.svg", f"/badge/{card.public_id}.svg"]
        paths += [f"/api/v1/evaluations/{evaluation.public_id}/report/", f"/api/v1/evaluations/{evaluation.public_id}/"]
        paths += [f"/admin/evaluations/evaluation/{evaluation.pk}/change/"]
        paths += [f"/admin/evaluations/scorecard/{card.pk}/change/"]
    live = factories.evaluation(project=project, by=someone, stage=Stage.BUILDING)
    round_ = judging.set_up_round(hackathon=event)
    judging.save_rubric(round_=round_, criteria=[{"name": SHORT, "description": TYPED[:300], "weight": 1.0}])
    judging.open_round(round_=round_)
    _, token = judging.invite_judge(round_=round_, name=SHORT)
    paths += [f"/judge/{token}/", "/judge/", f"/events/{event.slug}/judging/results/", "/admin/hackathons/project/"]
    yield someone, [*paths, f"/e/{live.public_id}/"]
    celery_app.conf.task_always_eager = before


@pytest.fixture
def visit(chromium, django_db_setup, live_server, client):
    """`visit(person, paths, csp=...)`: {path: what went wrong there}, in a browser that this person signed in to."""

    def go(person, paths, *, csp):
        client.force_login(person)
        found = {}
        with chromium.new_context(base_url=live_server.url, bypass_csp=not csp) as context:
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            context.add_cookies([cookie])
            context.add_init_script("window.taken = () => { window.wasTaken = true }")
            away = []
            context.route(
                lambda url: not url.startswith(live_server.url),
                lambda route: (away.append(route.request.url), route.abort()),
            )
            live = [
                {"seq": 10**6, "stage": SHORT, "kind": kind, "source": SHORT, "text": HOSTILE, "fraction": None}
                for kind in ("log", "note", "stage", "progress")
            ]
            body = f"id: 1\ndata: {json.dumps(live)}\n\n"
            context.route("**/live/**", lambda route: route.fulfill(content_type="text/event-stream", body=body))
            page = context.new_page()
            page.on("dialog", lambda dialog: (away.append("dialog"), dialog.dismiss()))
            for path in paths:
                away.clear()
                answer = page.goto(path)
                if "html" in answer.headers["content-type"]:
                    page.wait_for_timeout(50 if "/e/" not in path else 400)
                if path == "/judge/":
                    page.get_by_role("button", name="Show my first table").click()
                    page.get_by_text("Next table").wait_for()
                    answer = page.goto(path)
                if wrong := problems(page, answer, away):
                    found[path] = wrong
        return found

    return go


def problems(page, answer, away):
    """Whatever a hostile text did to a page."""
    wrong = [f"asked for {url}" for url in away]
    headers = answer.headers
    if headers.get("x-content-type-options") != "nosniff":
        wrong.append("its type may be guessed")
    if "default-src 'self'" not in headers.get("content-security-policy", "") or "unsafe" in headers.get(
        "content-security-policy", ""
    ):
        wrong.append("no strict content policy")
    if answer.status >= 500:
        wrong.append(f"answered {answer.status}")
    if any(kind in headers["content-type"] for kind in ("html", "svg")):
        if page.locator("live-run[data-url]").count() and "stray-element" not in page.get_by_role("log").inner_text():
            wrong.append("the live line is not there")
        if page.evaluate("window.wasTaken === true"):
            wrong.append("a script ran")
        wrong += page.evaluate(
            """() => [...document.querySelectorAll("stray-element, [onerror], [onclick], a[href^='javascript:' i]")]
                .map(element => "an element " + element.outerHTML.slice(0, 80))"""
        )
        if "49" in page.title() and "7*7" not in page.title():
            wrong.append("a template was rendered")
    if "/admin/" not in page.url and (unseen := _UNPRINTABLE.search(answer.text().replace("\r\n", "\n"))):
        at = unseen.start()
        wrong.append(f"an unseen character {answer.text()[max(0, at - 60) : at + 10]!r}")
    return wrong


def test_no_text_of_a_team_does_anything_on_any_page(site, visit):
    """Without the content policy, so that it is the escaping that holds; the policy's header is there all the same."""
    person, paths = site
    assert visit(person, paths, csp=False) == {}


def test_page_without_escaping_is_taken_and_the_policy_holds_alone(site, visit, settings):
    person, paths = site
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "OPTIONS": {**engine["OPTIONS"], "autoescape": False}}]
    shown = [next(path for path in paths if path.startswith("/p/"))]
    (without,) = visit(person, shown, csp=False).values()
    assert "a script ran" in without
    (alone,) = visit(person, shown, csp=True).values()
    assert any(problem.startswith("an element") for problem in alone)
    assert not any(problem.startswith(("a script", "asked")) for problem in alone)


def printed(evidence):
    """The terminal's report without the colours that are ours, and with them."""
    out = io.StringIO()
    print_report(report(evidence), Console(file=out, force_terminal=True, color_system="standard", width=120))
    return out.getvalue()


@pytest.mark.parametrize("name", ["fastapi-docker", "crashes-at-start"])
def test_terminal_obeys_nothing_of_a_team(name, monkeypatch):
    text = printed(stored(name))
    assert "stray-element" in text
    assert left(text) == []
    monkeypatch.setattr(sandbox_evidence, "plain", lambda document: document)
    # What was stored before texts were made plain is cleaned where it is printed.
    assert left(printed(stored(name))) == []
    monkeypatch.setattr(terminal_words, "clean", lambda text: text)
    assert left(printed(stored(name)))


def left(text):
    """Escapes and unseen characters in a text, beside plain colours."""
    return _UNPRINTABLE.findall(OUR_COLOURS.sub("", text))


def test_progress_and_faults_say_a_teams_words_on_one_plain_line(capsys):
    Lines()(Event("building", "note", f"{HOSTILE}\nbuilding  done"))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert left(said) == []
    fault = TeamFault(HOSTILE[:5], HOSTILE, detail=HOSTILE.encode(), fix=HOSTILE, where=HOSTILE).fault("building")
    assert left(fault.title + fault.detail + fault.fix + fault.where) == []


FORMS = [
    (HackathonForm, {"kind": "expo", "starts_at": "2026-11-21T10:00"}),
    (TeamForm, {}),
    (ProjectForm, {"repository_url": "https://git.example.org/x.git", "track": "ai"}),
    (ProfileForm, {}),
    (
        SignUpForm,
        {
            "username": "eve",
            "email": "eve@example.org",
            "password1": "a\u200bb 9xq and more",
            "password2": "a\u200bb 9xq and more",
        },
    ),
    (InviteForm, {}),
    (CriterionForm, {"weight": 1}),
]


@pytest.mark.parametrize(("form", "more"), FORMS, ids=[form.__name__ for form, _ in FORMS])
def test_what_people_type_has_nothing_unseen_in_it(form, more):
    texts = ["name", "tagline", "description", "headline", "about", "declared_skills", "display_name", "affiliation"]
    filled = form({name: f"a{ESCAPES.strip()}b" for name in texts} | more)
    assert filled.is_valid(), filled.errors
    said = {name: value for name, value in filled.cleaned_data.items() if not name.startswith("password")}
    assert left(json.dumps(said, default=str, ensure_ascii=False)) == []
    # A password is not shown, and has to stay what was typed.
    assert filled.cleaned_data.get("password1", more.get("password1")) == more.get("password1")


def test_forms_and_the_sandbox_agree_on_what_is_unseen():
    everything = "".join(map(chr, range(0x20000)))
    assert set(printable(everything)) - set(plain(everything)) == set()
    assert len(plain(everything)) <= len(everything) - 100
