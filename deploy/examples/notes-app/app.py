import sqlite3

from flask import Flask, g, jsonify, redirect, render_template, request

app = Flask(__name__)


def db():
    if "db" not in g:
        g.db = sqlite3.connect("notes.db")
        g.db.row_factory = sqlite3.Row
        g.db.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
    return g.db


@app.teardown_appcontext
def close(error):
    if "db" in g:
        g.db.close()


@app.route("/")
def index():
    notes = db().execute("SELECT * FROM notes ORDER BY id DESC LIMIT 50").fetchall()
    return render_template("index.html", notes=notes)


@app.route("/add", methods=["POST"])
def add():
    db().execute("INSERT INTO notes (text) VALUES (?)", [request.form["text"]])
    db().commit()
    return redirect("/")


@app.route("/api/notes")
def api():
    return jsonify([dict(row) for row in db().execute("SELECT * FROM notes ORDER BY id DESC LIMIT 50")])


if __name__ == "__main__":
    app.run(debug=True)
