from django.http import JsonResponse

from polls.models import Question


def index(request):
    return JsonResponse({"questions": list(Question.objects.values("id", "text"))})


def health(request):
    return JsonResponse({"status": "ok", "questions": Question.objects.count()})
