"""How the scripts talk with the worker: one JSON line in, JSON lines out (see `sandbox.engine.Pod.tool`)."""

import json
import sys


def read_request():
    """The request: the one line on standard input."""
    return json.loads(sys.stdin.readline())


def event(**members):
    """News while the script runs."""
    print(json.dumps({"event": members}), flush=True)


def result(document):
    """The script's answer, and its last line."""
    print(json.dumps({"result": document}), flush=True)
