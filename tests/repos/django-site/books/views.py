from django.http import HttpResponse, JsonResponse

from books.models import Book


def index(request):
    return HttpResponse("<h1>Our library</h1>")


def books(request):
    return JsonResponse({"books": list(Book.objects.values("id", "title"))})


def healthz(request):
    return JsonResponse({"status": "ok", "books": Book.objects.count()})
