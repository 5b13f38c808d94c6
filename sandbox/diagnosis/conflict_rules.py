"""Conflict markers of git that were committed with a file, as the programs that read it complain: data only."""

from sandbox.diagnosis.rules import rule

_MARK = r"(?:<{7}|={7}|>{7})"

CONFLICT_RULES = (
    rule(
        "merge_conflict",
        (
            # A line of Python or JavaScript that is shown with what is wrong with it.
            rf"^[ \t]*{_MARK}(?![<=>])[^\n]{{0,120}}\n(?:[ \t]*\^+[ \t]*)?\n{{0,2}}(?:Syntax|Indentation)Error\b",
            r"[Ii]nvalid requirement: ['\"]?(?P<mark><{7}|>{7})",
            r"Merge conflict detected in your (?P<file>[\w.-]{1,60})",
            r"TS1185: Merge conflict marker encountered",
            r"unknown instruction: (?P<mark2><{7}|={7}|>{7})",
        ),
        "A file was committed with an unresolved merge conflict",
        "Open the file, choose between what stands above and below =======, delete the lines that begin with <<<<<<<, "
        "======= and >>>>>>>, and commit it. git grep -n '^<<<<<<<' finds all of them.",
    ),
)
