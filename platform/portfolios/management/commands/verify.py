"""`manage.py verify FILE`: check a credential offline. Exit status 0 valid, 1 not valid, 2 cannot decide."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from portfolios import checking
from portfolios.credential import documents
from portfolios.credential.multibase import sha256_hex

MARKS = {"ok": "ok          ", "failed": "FAILED      ", "undecided": "undecided   ", "not checked": "not checked "}


class Command(BaseCommand):
    help = "Check a credential without any network: 0 valid, 1 not valid, 2 cannot decide."
    # It must run on a machine that has only the code: no database, no migrations.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the credential (JSON)")
        parser.add_argument("--did-document", type=Path, help="the issuer's did.json; for this site its own key serves")
        parser.add_argument("--status-list", type=Path, help="the status list that the credential names")
        parser.add_argument(
            "--evidence", type=Path, action="append", help="an evidence file; may be given more than once"
        )
        parser.add_argument("--json", action="store_true", help="print the steps as JSON")

    def handle(self, **options) -> None:
        try:
            content = _read(options["file"])
            did_document = options["did_document"] and documents.parse(_read(options["did_document"]))
            status_list = options["status_list"] and _read(options["status_list"])
            files = [_read(path) for path in options["evidence"] or []]
        except (OSError, documents.DocumentError) as error:
            self.stderr.write(f"Cannot decide: {error}")
            sys.exit(2)
        # By its own digest: a changed file is then a missing one, so it is handed over under the name it has, too.
        evidence = {sha256_hex(file): file for file in files}
        evidence |= {
            path.name.partition(".")[0]: file for path, file in zip(options["evidence"] or [], files, strict=True)
        }
        verdict = checking.check(content, did_document=did_document, status_list=status_list, evidence=evidence or None)
        if options["json"]:
            self.stdout.write(json.dumps(verdict.to_json(), indent=2))
        else:
            for step in verdict.steps:
                self.stdout.write(f"{MARKS[step.outcome]}{step.name}: {step.detail}")
            self.stdout.write(f"This credential is {verdict.word}." if verdict.exit_status < 2 else "Cannot decide.")
        sys.exit(verdict.exit_status)


def _read(path: Path) -> bytes:
    """At most a little more than the parser accepts, so that a huge file is refused and not loaded."""
    with path.open("rb") as stream:
        return stream.read(documents.MAX_BYTES + 1)
