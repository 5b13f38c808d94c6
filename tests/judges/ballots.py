"""Hand in scores as a judge would, without the pages."""

from django.test import Client

from judges import actions
from judges.models import Judge, Round, Visit


def score(judge: Judge, *values: int, note: str = "") -> Visit:
    """Take the judge's next table and give it these values, in the order of the rubric."""
    visit = actions.next_visit(judge=judge)
    scores = dict(zip(judge.round.criteria.all(), values, strict=True))
    return actions.submit_ballot(judge=judge, client_id=visit.client_id, scores=scores, note=note)


def score_all(round_: Round, levels: dict[str, int], judges: int = 3) -> list[Judge]:
    """New judges who each give every project its level for every criterion."""
    panel = [actions.invite_judge(round_=round_, name=f"Judge {number}")[0] for number in range(judges)]
    for judge in panel:
        while (visit := actions.next_visit(judge=judge)) is not None:
            scores = dict.fromkeys(round_.criteria.all(), levels[visit.project.name])
            actions.submit_ballot(judge=judge, client_id=visit.client_id, scores=scores)
    return panel


def ballot_data(visit: Visit, *values: int, **fields) -> dict:
    """The POST of a judge's form."""
    criteria = visit.judge.round.criteria.all()
    taps = {f"criterion-{one.pk}": value for one, value in zip(criteria, values, strict=False)}
    return {"client_id": str(visit.client_id), "revision": visit.revision, "note": "", **taps, **fields}


def table_of(phone: Client) -> Visit | None:
    """The visit whose form the phone shows."""
    return phone.get("/judge/").context.get("visit")
