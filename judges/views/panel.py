"""Who judges: invite, hand over a link and its QR code, replace it, take a judge off the panel."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from hackathons.models import Hackathon
from judges import actions
from judges.forms import InviteForm
from judges.models import Judge
from judges.qr import qr_code
from judges.rules import Refused
from judges.views.access import for_organiser, round_of


@never_cache
@for_organiser
@require_POST
@sensitive_variables("token")
def invite(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Add a judge and show the link, this once."""
    round_ = round_of(hackathon)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            judge, token = actions.invite_judge(round_=round_, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            return _show_link(request, hackathon, judge, token)
    return render(request, "judges/invite.html", {"hackathon": hackathon, "form": form}, status=422)


@never_cache
@for_organiser
@require_POST
@sensitive_variables("token")
def reissue(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    judge = get_object_or_404(Judge, pk=pk, round__hackathon=hackathon)
    token = actions.reissue_link(judge=judge)
    return _show_link(request, hackathon, judge, token)


@sensitive_variables("token", "link")
def _show_link(request: HttpRequest, hackathon: Hackathon, judge: Judge, token: str) -> HttpResponse:
    """Shown in the answer itself and kept nowhere: a redirect would have to store the secret."""
    link = request.build_absolute_uri(reverse("judge_link", args=[token]))
    context = {"hackathon": hackathon, "judge": judge, "link": link, "qr": qr_code(link)}
    return render(request, "judges/invited.html", context)


@for_organiser
@require_POST
def withdraw(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    """Take a judge off the panel, or back on it."""
    judge = get_object_or_404(Judge, pk=pk, round__hackathon=hackathon)
    if judge.withdrawn_at is None:
        actions.withdraw_judge(judge=judge)
        messages.success(request, f"{judge.name} is sent to no more tables. Scores that were handed in still count.")
    else:
        actions.readmit_judge(judge=judge)
        messages.success(request, f"{judge.name} judges again.")
    return redirect("judging", hackathon.slug)
