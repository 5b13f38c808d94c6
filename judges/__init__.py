"""Expo judging: rubric, panel, assignment, ballots and the tally."""
