from flask import Blueprint, jsonify, render_template

bp = Blueprint("library", __name__)
BOOKS = ["Dune", "Momo"]


@bp.route("/")
def index():
    return render_template("index.html", books=BOOKS)


@bp.route("/health")
def health():
    return jsonify(status="up")
