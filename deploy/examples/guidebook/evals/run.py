"""Runs the evaluation set against the service; exit code 1 when too few answers name what they should.

Each case brings the document that holds its answer, and takes it away again.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path

URL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
LEAST = 0.75


def call(method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(URL + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or "null")


cases = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text().splitlines()]
ids = [call("POST", "/documents", {"text": case["document"]})["id"] for case in cases]
named = cited = 0
try:
    for case, id in zip(cases, ids, strict=True):
        answer = call("POST", "/ask", {"question": case["question"]})
        is_named = case["expect"].lower() in answer["answer"].lower()
        named += is_named
        cited += id in answer["sources"]
        print(f"{'named' if is_named else 'MISSED'}: {case['question']}")
finally:
    for id in ids:
        call("DELETE", f"/documents/{id}")
print(f"accuracy: {named / len(cases):.2f}")
print(f"recall@2: {cited / len(cases):.2f}")
sys.exit(min(named, cited) < LEAST * len(cases))
