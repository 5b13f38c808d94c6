"""Sign-up: an account and a session, handles that cannot look alike, and no redirect to strangers."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def sign_up(client, **fields):
    values = {
        "username": "nora",
        "display_name": "Nora",
        "email": "Nora@Example.org",
        "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
    }
    return client.post(reverse("signup"), values | fields)


def test_sign_up_signs_in_and_leads_to_the_dashboard(client):
    assert sign_up(client).url == reverse("dashboard")
    user = User.objects.get(username="nora")
    assert (user.email, int(client.session["_auth_user_id"])) == ("nora@example.org", user.pk)


@pytest.mark.parametrize("handle", ["Nora", "no ra", "-nora", "nora-", "", "a" * 40, "nöra"])
def test_sign_up_refuses_handles_that_are_no_address(client, handle):
    assert sign_up(client, username=handle).status_code == (302 if handle == "Nora" else 200)
    assert set(User.objects.values_list("username", flat=True)) == ({"nora"} if handle == "Nora" else set())


def test_sign_up_refuses_a_handle_that_exists(client):
    factories.user("nora", email="other@example.org")
    response = sign_up(client)
    assert "Somebody has this handle already" in response.content.decode()


def test_sign_up_goes_on_to_the_invitation(client):
    assert sign_up(client, next="/join/abc/").url == "/join/abc/"


def test_sign_up_does_not_lead_to_other_sites(client):
    assert sign_up(client, next="https://evil.example/").url == reverse("dashboard")
