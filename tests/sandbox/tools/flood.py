"""Answers more than anybody reads."""

import json

while True:
    print(json.dumps({"event": {"x": "y" * 60_000}}))
