"""Sign-up; signing in and out are Django's own views."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import SignUpForm


@sensitive_post_parameters()
def signup(request: HttpRequest) -> HttpResponse:
    """Make an account and sign in; `next` leads back to an invitation."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        onward = ""
    if request.user.is_authenticated:
        return redirect(onward or "dashboard")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save())
        return redirect(onward or "dashboard")
    return render(request, "registration/signup.html", {"form": form, "next": onward})
