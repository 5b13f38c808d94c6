from fastapi import FastAPI
from pydantic import BaseModel

from habits.store import HABITS, add

app = FastAPI(title="Habits")


class Habit(BaseModel):
    name: str


@app.get("/healthz")
async def healthz():
    return {"status": "ok", "habits": len(HABITS)}


@app.get("/habits")
async def habits():
    return HABITS


@app.post("/habits", status_code=201)
async def create(habit: Habit):
    return {"id": add(habit.name)}
