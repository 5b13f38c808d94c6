from fastapi import FastAPI

app = FastAPI()  # only to look at runs while training


@app.get("/runs")
def runs():
    return []
