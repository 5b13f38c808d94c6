"""Eight judges ask for a table at the same moment; prints the tables they got. Run alone, on an empty database file."""

import os
import sys
import threading
from pathlib import Path

import django
from django.core.management import call_command

PANEL = 8


def main() -> None:
    sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)

    from django.db import connection

    from judges import actions
    from judges.models import Judge
    from tests import factories

    event = factories.hackathon()
    team = factories.team(hackathon=event)
    for table in range(1, PANEL + 1):
        factories.project(team=team, table_number=table)
    round_ = actions.set_up_round(hackathon=event)
    actions.open_round(round_=round_)
    panel = [actions.invite_judge(round_=round_, name=f"Judge {number}")[0] for number in range(PANEL)]
    start = threading.Barrier(PANEL)

    def ask(judge: Judge) -> None:
        start.wait()
        table = actions.next_visit(judge=judge).project.table_number
        sys.stdout.write(f"{table}\n")  # one write: print() sends the end of a line apart, and eight threads mix them
        connection.close()

    threads = [threading.Thread(target=ask, args=[judge]) for judge in panel]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
