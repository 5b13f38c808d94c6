import os
from flask import Flask, jsonify, request

habits = {}


def make():
    server = Flask("tracker")
    server.secret_key = os.environ["SECRET_KEY"]
    week = os.environ["WEEK_STARTS_ON"]

    @server.route("/ping")
    def ping():
        return jsonify(ok=True, week=week)

    @server.route("/habits", methods=["GET", "POST"])
    def all_habits():
        if request.method == "POST":
            name = request.get_json()["name"]
            habits[name] = habits.get(name, 0) + 1
        return jsonify(habits)

    return server
