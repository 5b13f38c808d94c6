"""Answers its request, and tells one event before."""

import json
import sys

request = json.loads(sys.stdin.readline())
print(json.dumps({"event": {"heard": len(json.dumps(request))}}))
print("this line is no JSON")
print(json.dumps({"result": {"request": request, "rest": sys.stdin.read()}}))
