from bottle import Bottle, run

app = Bottle()


@app.route("/health")
def health():
    return {"status": "ok"}


@app.route("/dice")
def dice():
    return {"eyes": 4}  # chosen by fair dice roll


if __name__ == "__main__":
    run(app, host="localhost", port=8080, debug=True)
