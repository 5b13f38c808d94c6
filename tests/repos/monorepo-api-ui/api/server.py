from flask import Flask, jsonify

app = Flask(__name__)
ITEMS = [{"name": "rice", "left": 2}, {"name": "beans", "left": 5}]


@app.get("/api/health")
def health():
    return jsonify(status="ok")


@app.get("/api/items")
def items():
    return jsonify(ITEMS)


if __name__ == "__main__":
    app.run(debug=True, port=5000)
