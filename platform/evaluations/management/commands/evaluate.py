"""`manage.py evaluate SOURCE`: one evaluation through the queue, with its progress on the terminal."""

import json
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import User
from evaluations.actions import request_evaluation
from evaluations.models import Evaluation, Stage
from hackathons.actions import submit_project
from hackathons.models import Project
from sandbox.evidence import TRACKS
from sandbox.terminal import print_report

POLL_S = 0.5


class Command(BaseCommand):
    help = "Evaluate a repository through the queue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="a git URL, a folder or an archive")
        parser.add_argument("--ref", default="", help="branch, tag or commit")
        parser.add_argument("--track", choices=TRACKS, default="general")
        parser.add_argument("--wait", action="store_true", help="follow it to the end")
        parser.add_argument("--json", action="store_true", help="print the report as JSON (waits)")
        parser.add_argument("--user", help="handle of the person who asks for it")
        parser.add_argument("--project", help="hand it in for this project (its id on the project's page)")

    def handle(self, **options) -> None:
        """1. queue it; 2. follow its lines; 3. print the report and its address."""
        source = options["source"]
        if not source.startswith(("http://", "https://")):
            source = str(Path(source).resolve())
        evaluation = self._request(source, options)
        address = settings.ASSAY_BASE_URL + reverse("evaluation", args=[evaluation.public_id])
        if not options["json"]:
            self.stdout.write(f"Queued as {evaluation.public_id}: {address}")
        if options["wait"] or options["json"]:
            self._follow(evaluation)
            self._tell(evaluation, as_json=options["json"])

    def _request(self, source: str, options: dict) -> Evaluation:
        asker, submission = None, None
        if options["user"]:
            asker = User.objects.filter(username=options["user"]).first()
            if asker is None:
                raise CommandError(f"There is no user with the handle {options['user']!r}.")
        track = options["track"]
        if options["project"]:
            project = Project.objects.filter(public_id=options["project"]).first()
            if project is None:
                raise CommandError(f"There is no project with the id {options['project']!r}.")
            asker, track = asker or project.team.members.first(), project.track
            submission = submit_project(project=project, by=asker)
        return request_evaluation(
            source_url=source, ref=options["ref"], track=track, requested_by=asker, submission=submission
        )

    def _follow(self, evaluation: Evaluation) -> None:
        seen, said = 0, ""
        while True:
            evaluation.refresh_from_db()
            for line in evaluation.lines.filter(seq__gt=seen):
                seen = line.seq
                if line.kind != "log":
                    self.stderr.write(f"{line.stage:>10}  {line.text}")
            if evaluation.progress_text != said and evaluation.stage == Stage.OBSERVING:
                said = evaluation.progress_text
                self.stderr.write(f"{evaluation.stage:>10}  {(evaluation.progress_fraction or 0):4.0%}  {said}")
            if not evaluation.is_live:
                return
            time.sleep(POLL_S)

    def _tell(self, evaluation: Evaluation, *, as_json: bool) -> None:
        if evaluation.stage != Stage.SCORED:
            fault = evaluation.fault or {}
            raise CommandError(
                f"{evaluation.stage}: {fault.get('title', 'stopped')}. {fault.get('fix', '')}", returncode=3
            )
        if as_json:
            self.stdout.write(json.dumps(evaluation.scorecard.report, indent=2))
            return
        print_report(evaluation.scorecard.report)
        page = settings.ASSAY_BASE_URL + reverse("scorecard", args=[evaluation.scorecard.public_id])
        self.stdout.write(f"Scorecard: {page}")
