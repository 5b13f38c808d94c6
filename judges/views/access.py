"""The door of the organiser's pages."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from hackathons.models import Hackathon
from judges import rules
from judges.models import Round

type View = Callable[..., HttpResponse]


def for_organiser(view: View) -> View:
    """Give the view the event instead of its slug; strangers learn nothing, not even that it exists."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, slug: str, *args: object, **kwargs: object) -> HttpResponse:
        hackathon = get_object_or_404(Hackathon, slug=slug)
        if not rules.can_organise(request.user, hackathon):
            raise Http404
        return view(request, hackathon, *args, **kwargs)

    return wrapped


def round_of(hackathon: Hackathon) -> Round:
    return get_object_or_404(Round.objects.select_related("hackathon"), hackathon=hackathon)
