"""Addresses of portfolios; those of interfaces.md are relied upon by others and stay."""

from django.urls import path, re_path

from portfolios.views import checks, credentials, machine, people, scorecards

UUID = r"(?P<public_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"

urlpatterns = [
    path("", scorecards.home, name="home"),
    path("projects/", scorecards.project_list, name="project_list"),
    path("s/<slug:public_id>/", scorecards.scorecard, name="scorecard"),
    path("s/<slug:public_id>/publish/", scorecards.publish, name="scorecard_publish"),
    path("s/<slug:public_id>/unpublish/", scorecards.unpublish, name="scorecard_unpublish"),
    path("u/<slug:handle>/", people.profile, name="profile"),
    path("profile/", people.profile_edit, name="profile_edit"),
    path("talent/", people.talent, name="talent"),
    path("checks/", checks.check_list, name="check_list"),
    path("checks/<slug:check_id>/", checks.check_detail, name="check_detail"),
    path("verify/", credentials.verify, name="verify"),
    re_path(rf"^c/{UUID}$", credentials.credential, name="credential"),
    re_path(rf"^c/{UUID}\.(?P<form>json|svg|zip)$", credentials.credential_file, name="credential_file"),
    path(".well-known/did.json", machine.did_document, name="did_document"),
    path("status/<slug:public_id>", machine.status_list, name="status_list"),
    re_path(r"^evidence/(?P<sha256>[0-9a-f]{64})$", machine.evidence, name="evidence"),
    path("badge/<slug:public_id>.svg", machine.badge_svg, name="badge_svg"),
    path("badge/<slug:public_id>.json", machine.badge_json, name="badge_json"),
]
