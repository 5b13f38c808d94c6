"""The demo's recorded scorecards: evidence from another day, judged now."""

import shutil
import subprocess

import pytest

from accounts.models import User
from config import recorded
from config.management.commands.demo import EVENT, TEAM_MEMBER, example_repository, make_demo
from config.management.commands.record import TRACKS
from evaluations.models import Scorecard
from hackathons.models import Hackathon
from tests.repository import repository

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path):
    settings.VAR = tmp_path
    make_demo(example_repository("churn-api"))
    return Hackathon.objects.get(name=EVENT), User.objects.get(username=TEAM_MEMBER)


def test_a_recorded_evaluation_becomes_a_whole_scorecard_of_its_track(demo):
    rows = recorded.load(*demo, example_repository)
    names = {path.name.removesuffix(".json.gz") for path in recorded.FOLDER.iterdir()}
    tracks = {row.evaluation.submission.project.name.split(",")[0]: row.evaluation.track for row in rows}
    assert tracks == {name: TRACKS[name] for name in names}
    for row in rows:
        assert row.total is not None
        assert all(score is not None for score in row.categories.values()), row.categories
        assert row.evaluation.evidence.document["probes"]["load"]["valid"]
        assert row.evaluation.finished_at > row.evaluation.started_at
        assert len(row.evaluation.submission.commit) == 40


def test_they_are_made_once_and_published_by_nobody(demo):
    first = recorded.load(*demo, example_repository)
    assert recorded.load(*demo, example_repository) == first
    assert Scorecard.objects.count() == len(first)
    assert not Scorecard.objects.published().exists()


def test_the_page_of_each_shows_its_load(demo, client):
    client.force_login(demo[1])
    for row in recorded.load(*demo, example_repository):
        page = client.get(f"/s/{row.public_id}/").content.decode()
        assert row.grade in page
        assert "requests" in page
        assert "<svg" in page


def test_example_that_has_changed_since_gets_one_more_commit(settings, tmp_path):
    settings.VAR, settings.ROOT = tmp_path / "var", tmp_path
    source = repository(tmp_path / "deploy" / "examples" / "one", {"old.txt": "old", "kept.txt": "kept"})
    shutil.rmtree(source / ".git")

    def commits():
        count = subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=made, check=True, stdout=subprocess.PIPE)
        return int(count.stdout)

    made = example_repository("one")
    assert commits() == 1
    assert example_repository("one") == made
    assert commits() == 1
    (source / "old.txt").rename(source / "new.txt")
    example_repository("one")
    assert commits() == 2
    assert {path.name for path in made.iterdir()} == {".git", "new.txt", "kept.txt"}
