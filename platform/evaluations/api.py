"""The machine interface of evaluations: list, read, ask for one, and the report (docs/schemas/report-v1.json)."""

from django.http import Http404
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from evaluations import actions
from evaluations.models import Evaluation, Scorecard
from hackathons.forms import ProjectForm
from sandbox.evidence import TRACKS


class EvaluationSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id", read_only=True)
    source_url = serializers.CharField(max_length=2000)
    track = serializers.ChoiceField(choices=TRACKS, default="general")
    scorecard = serializers.SlugRelatedField(slug_field="public_id", read_only=True)

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "source_url",
            "ref",
            "track",
            "stage",
            "attempts",
            "fault",
            "progress_text",
            "progress_fraction",
            "created_at",
            "started_at",
            "finished_at",
            "scorecard",
        ]
        read_only_fields = [name for name in fields if name not in ("source_url", "ref", "track")]

    def validate(self, attrs: dict) -> dict:
        """The rules of the project form: a public address without a secret in it."""
        form = ProjectForm(
            {"name": "-", "repository_url": attrs["source_url"], "ref": attrs.get("ref", ""), "track": attrs["track"]}
        )
        if not form.is_valid():
            names = {"repository_url": "source_url"}
            raise serializers.ValidationError({names.get(name, name): texts for name, texts in form.errors.items()})
        return attrs


class NewestFirst(CursorPagination):
    ordering = "-created_at"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 100


class EvaluationViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet
):
    """Evaluations of the caller's teams and events."""

    serializer_class = EvaluationSerializer
    pagination_class = NewestFirst
    permission_classes = [IsAuthenticated]
    lookup_field = "public_id"
    queryset = Evaluation.objects.none()

    def get_queryset(self):
        return Evaluation.objects.visible_to(self.request.user).select_related("scorecard")

    def perform_create(self, serializer: EvaluationSerializer) -> None:
        serializer.instance = actions.request_evaluation(requested_by=self.request.user, **serializer.validated_data)

    @extend_schema(request=None, responses={202: EvaluationSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, public_id: str) -> Response:  # noqa: ARG002 - the router passes both
        """Ask a running evaluation to stop."""
        evaluation = self.get_object()
        actions.cancel_evaluation(evaluation=evaluation)
        evaluation.refresh_from_db()
        return Response(self.get_serializer(evaluation).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, permission_classes=[AllowAny])
    def report(self, request: Request, public_id: str) -> Response:
        """The whole report: for those who may see the evaluation, and for everybody once it is published."""
        visible = Scorecard.objects.filter(evaluation__in=Evaluation.objects.visible_to(request.user))
        cards = (
            Scorecard.objects.published() | visible if request.user.is_authenticated else Scorecard.objects.published()
        )
        scorecard = cards.filter(evaluation__public_id=public_id).first()
        if scorecard is None:
            raise Http404
        return Response(scorecard.report)
