"""Addresses of judging: below the event for organisers, below /judge/ for who holds a link."""

from django.urls import path

from judges.views import judge, organiser, panel, results

_EVENT = "events/<slug:slug>/judging/"

urlpatterns = [
    path(_EVENT, organiser.overview, name="judging"),
    path(f"{_EVENT}set-up/", organiser.set_up, name="judging_set_up"),
    path(f"{_EVENT}rubric/", organiser.rubric, name="judging_rubric"),
    path(f"{_EVENT}settings/", organiser.change_settings, name="judging_settings"),
    path(f"{_EVENT}step/", organiser.step, name="judging_step"),
    path(f"{_EVENT}judges/", panel.invite, name="judging_invite"),
    path(f"{_EVENT}judges/<int:pk>/link/", panel.reissue, name="judging_reissue"),
    path(f"{_EVENT}judges/<int:pk>/withdraw/", panel.withdraw, name="judging_withdraw"),
    path(f"{_EVENT}projects/<int:pk>/back/", organiser.clear_absences, name="judging_clear_absences"),
    path(f"{_EVENT}results/", results.results, name="judging_results"),
    path(f"{_EVENT}visits/<int:pk>/void/", results.void, name="judging_void"),
    path(f"{_EVENT}ballots.csv", results.ballots_csv, name="judging_ballots"),
    path("judge/", judge.home, name="judge_home"),
    path("judge/start/", judge.start, name="judge_start"),
    path("judge/next/", judge.take_next, name="judge_next"),
    path("judge/submit/", judge.submit, name="judge_submit"),
    path("judge/skip/", judge.skip, name="judge_skip"),
    path("judge/scored/", judge.scored, name="judge_scored"),
    path("judge/scored/<int:pk>/", judge.edit, name="judge_edit"),
    # A token has 43 characters, so none of the words above can be one.
    path("judge/<str:token>/", judge.open_link, name="judge_link"),
]
