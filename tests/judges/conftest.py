"""An expo with a rubric and tables, and a phone for each judge."""

import pytest
from django.test import Client

from judges import actions
from judges.models import Judge, Round
from tests import factories

RUBRIC = [{"name": "Idea", "weight": 2.0}, {"name": "Craft", "description": "Does it work?"}]


@pytest.fixture
def expo(hackathon) -> Round:
    """A round with two criteria and three projects at tables 1 to 3, not opened yet."""
    round_ = actions.set_up_round(hackathon=hackathon)
    actions.save_rubric(round_=round_, criteria=RUBRIC)
    for table, name in enumerate(("Kite", "Lamp", "Sled"), start=1):
        team = factories.team(hackathon=hackathon)
        factories.project(team=team, name=name, table_number=table)
    return round_


@pytest.fixture
def open_expo(expo) -> Round:
    actions.open_round(round_=expo)
    return expo


@pytest.fixture
def judge(expo) -> Judge:
    """Ann, who is on the panel and has not opened her link yet."""
    return actions.invite_judge(round_=expo, name="Ann", email="ann@example.org")[0]


@pytest.fixture
def phone(expo, judge) -> Client:
    """A browser without an account, in which Ann's link was opened."""
    token = actions.reissue_link(judge=judge)
    client = Client()
    client.get(f"/judge/{token}/")
    return client


@pytest.fixture
def desk(organiser) -> Client:
    """The organiser's signed-in browser."""
    client = Client()
    client.force_login(organiser)
    return client
