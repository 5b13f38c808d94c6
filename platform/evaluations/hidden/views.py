"""The page of an event's hidden test set. It takes rows and never gives any back, not even to who uploaded them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from evaluations.hidden.actions import keep_hidden_test_set, remove_hidden_test_set
from evaluations.hidden.forms import METRICS, HiddenTestSetForm
from evaluations.models import HiddenTestSet
from hackathons import rules
from hackathons.models import Hackathon


@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """For the event's organisers alone: upload rows, or remove them (`do` is "remove")."""
    hackathon = get_object_or_404(Hackathon, slug=slug)
    if not rules.is_organiser(request.user, hackathon):
        raise Http404
    if request.POST.get("do") == "remove":
        if remove_hidden_test_set(hackathon=hackathon):
            messages.success(request, "Removed. Evaluations from now on do without it.")
        return redirect("hidden_test_set", slug)
    form = HiddenTestSetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("data", "target", "metric")}
        kept = keep_hidden_test_set(hackathon=hackathon, by=request.user, **values)
        messages.success(request, f"{kept.rows} rows are kept. They count from the next evaluation on.")
        return redirect("hidden_test_set", slug)
    kept = HiddenTestSet.objects.filter(hackathon=hackathon).defer("content").select_related("uploaded_by").first()
    context = {"hackathon": hackathon, "form": form, "kept": kept, "metric": METRICS.get(kept.metric) if kept else ""}
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluations/hidden/edit.html", context, status=status)
