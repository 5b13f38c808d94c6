import requests
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/health")
def health():
    return jsonify(status="ok")


@app.route("/quote")
def quote():
    return jsonify(requests.get("https://example.org/quote", timeout=5).json())
