"""Runs the evaluation set against the service; exit code 1 when too few answers name what they should."""

import json
import os
import sys
import urllib.request
from pathlib import Path

URL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/ask"
LEAST = 0.8


def answered(case):
    body = json.dumps({"question": case["question"]}).encode()
    request = urllib.request.Request(URL, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bool(json.load(answer)["answer"])
    except (OSError, ValueError, KeyError):
        return False


cases = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text().splitlines()]
good = sum(answered(case) for case in cases)
print(f"accuracy: {good / len(cases):.2f}")
sys.exit(good < LEAST * len(cases))
