"""`manage.py reap`: remove what evaluations have left behind, once or for as long as a worker is there."""

import sys

from django.core.management.base import BaseCommand, CommandParser

from evaluations import reaper, recovery


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--beside-worker", action="store_true", help="again and again; a worker starts it this way")
        parser.add_argument("--forever", action="store_true", help="again and again, as a service of its own")

    def handle(self, **options: object) -> None:
        from sandbox.engine.docker import DockerEngine  # only where the engine may be reached

        if options["beside_worker"] or options["forever"]:
            reaper.watch(DockerEngine, sys.stdin.buffer if options["beside_worker"] else None)
            return
        with DockerEngine() as engine:
            self.stdout.write("\n".join(recovery.reap(engine)) or "There was nothing to remove.")
