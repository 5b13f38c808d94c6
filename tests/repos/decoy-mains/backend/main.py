from fastapi import FastAPI, HTTPException

from menu import MENU

app = FastAPI()


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/menu/{day}")
def menu(day: str):
    if day not in MENU:
        raise HTTPException(404)
    return {"day": day, "dish": MENU[day]}
