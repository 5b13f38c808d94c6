from flask import Flask, jsonify

from quote_box import quotes

application = Flask(__name__)


@application.get("/")
def front():
    return f"<h1>Quote of the day</h1><p>{quotes.pick()}</p>"


@application.get("/api/health")
def health():
    return jsonify({"status": "healthy"})


if __name__ == "__main__":
    application.run(debug=True)
