from flask import Flask, jsonify
from flask.scaffold import _endpoint_from_view_func

app = Flask(__name__)
borrowed = {"drill": "Mia", "ladder": None}


def also_at(path):
    # like in the extension that we used last year
    def add(view):
        app.add_url_rule(path, _endpoint_from_view_func(view) + "_old", view)
        return view
    return add


@app.route("/tools")
@also_at("/api/v1/tools")
def tools():
    return jsonify(borrowed)


@app.route("/health")
def health():
    return jsonify(status="ok")
