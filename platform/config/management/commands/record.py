"""`manage.py record`: gather the evidence of the bundled examples anew, for the demo's recorded scorecards."""

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import recorded
from config.management.commands.demo import example_repository

TRACKS = {"notes-app": "general", "guidebook": "ai", "churn-api": "ml"}


class Command(BaseCommand):
    help = "Gather the bundled examples' evidence on this host, with the full load: five quiet minutes each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="EXAMPLE", help=f"which of {', '.join(TRACKS)}; else all")

    def handle(self, **options) -> None:
        if unknown := set(options["names"]) - set(TRACKS):
            raise CommandError(f"There is no example {', '.join(unknown)}; there are {', '.join(TRACKS)}.")
        for name in options["names"] or TRACKS:
            with tempfile.TemporaryDirectory(prefix="assay-record-") as scratch:
                out = Path(scratch) / "evidence.json"
                command = [sys.executable, "-m", "sandbox", "gather", str(example_repository(name))]
                command += ["--track", TRACKS[name], "--out", str(out)]
                if subprocess.run(command, cwd=settings.ROOT, check=False).returncode:
                    raise CommandError(f"{name} could not be gathered; the lines above say why.")
                # No time and no name in the archive: the same evidence is the same file.
                stored = recorded.FOLDER / f"{name}.json.gz"
                stored.write_bytes(gzip.compress(out.read_bytes(), mtime=0))
            self.stdout.write(f"{stored.relative_to(settings.ROOT)} is new.")
