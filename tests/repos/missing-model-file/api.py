import os
import pickle

from flask import Flask, jsonify

MODEL_PATH = os.getenv("MODEL_PATH", "artifacts/churn_model.pkl")

server = Flask("churn")
model = pickle.load(open(MODEL_PATH, "rb"))


@server.get("/health")
def health():
    return jsonify(status="ok")
