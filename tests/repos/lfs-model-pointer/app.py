import pickle
from pathlib import Path

from flask import Flask, jsonify, request

app = Flask(__name__)
with open(Path(__file__).parent / "models" / "classifier.pkl", "rb") as file:
    model = pickle.load(file)


@app.route("/health")
def health():
    return jsonify(status="ok")


@app.route("/predict", methods=["POST"])
def predict():
    return jsonify(model.predict([request.json["features"]]).tolist())
