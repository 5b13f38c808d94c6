from flask import Flask, jsonify, request

from app.queue import QUEUE, r

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    r.ping()
    return jsonify(status="ok", pending=r.llen(QUEUE))


@app.post("/texts")
def texts():
    r.rpush(QUEUE, request.get_json()["text"])
    return jsonify(queued=True), 202


@app.get("/counts")
def counts():
    return jsonify(r.hgetall("counts"))
