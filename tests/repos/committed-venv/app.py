from bottle import Bottle, run

app = Bottle()


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    run(app, port=5000)
