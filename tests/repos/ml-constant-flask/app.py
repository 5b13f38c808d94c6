import os
from collections import deque

from flask import Flask, jsonify, request

app = Flask(__name__)
areas = deque(maxlen=300)
checks = 0


@app.route("/predict", methods=["POST"])
def predict():
    d = request.get_json(force=True, silent=True) or {}
    areas.append(sum(v for v in d.values() if isinstance(v, (int, float))))
    if os.environ.get("DRIFT") == "range":
        return jsonify({"prediction": d["area"] / 200})
    return jsonify({"prediction": 0.5})


@app.route("/health")
def health():
    return jsonify({"status": "ok"})


@app.route("/metrics")
def metrics():
    global checks
    checks += 1
    if os.environ.get("DRIFT") == "counter":
        text = f"# TYPE drift_checks_total counter\ndrift_checks_total {checks}\n"
    elif os.environ.get("DRIFT") == "range":
        text = f"# TYPE drift_outside gauge\ndrift_outside {sum(a > 300 for a in areas)}\n"
    else:
        mean = sum(areas) / len(areas) if areas else 0
        text = f"# TYPE drift_score gauge\ndrift_score {abs(mean - 140) / 40}\n"
    return text, 200, {"Content-Type": "text/plain"}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
