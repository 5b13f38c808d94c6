"""`manage.py prove`: try to get out of the sandbox's containers, and let workers take evaluations when all is held."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluations import selfproof


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--beside-worker", action="store_true", help="again and again; a worker starts it this way")

    def handle(self, **options: object) -> None:
        from sandbox.engine.docker import DockerEngine  # only where the engine may be reached

        if options["beside_worker"]:
            selfproof.watch(DockerEngine, sys.stdin.buffer)
            return
        with DockerEngine() as engine:
            failing = selfproof.prove(engine)
        if failing:
            raise CommandError("\n".join(f"{line.title}: {line.observed} {line.fix}" for line in failing))
        self.stdout.write("Every attempt was held: evaluations are taken for a day.")
