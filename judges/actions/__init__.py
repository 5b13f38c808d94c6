"""All writes of judging: the organiser's in `round` and `panel`, the judge's in `visits`. They raise `Refused`."""

from judges.actions.panel import invite_judge, readmit_judge, reissue_link, withdraw_judge
from judges.actions.round import (
    change_settings,
    clear_absences,
    close_round,
    open_round,
    publish_results,
    restore_visit,
    save_rubric,
    set_up_round,
    take_back_results,
    void_visit,
)
from judges.actions.visits import check_in, edit_ballot, next_visit, skip_visit, submit_ballot

__all__ = [
    "change_settings",
    "check_in",
    "clear_absences",
    "close_round",
    "edit_ballot",
    "invite_judge",
    "next_visit",
    "open_round",
    "publish_results",
    "readmit_judge",
    "reissue_link",
    "restore_visit",
    "save_rubric",
    "set_up_round",
    "skip_visit",
    "submit_ballot",
    "take_back_results",
    "void_visit",
    "withdraw_judge",
]
