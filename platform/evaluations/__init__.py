"""Evaluations: the state machine, its stored evidence and scorecards; the only importer of sandbox."""
