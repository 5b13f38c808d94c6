from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from database import query

app = FastAPI(title="Notes API")


class Note(BaseModel):
    text: str


@app.on_event("startup")
def check_db():
    # crash early if the table is missing
    print("notes in db:", query("SELECT COUNT(*) FROM notes")[0][0])


@app.get("/health")
def health():
    try:
        query("SELECT 1")
    except Exception as e:
        raise HTTPException(503, detail=str(e))
    return {"status": "ok", "db": "up"}


@app.get("/notes")
def list_notes():
    rows = query("SELECT id, text, created_at FROM notes ORDER BY created_at")
    return [{"id": r[0], "text": r[1], "created_at": r[2]} for r in rows]


@app.post("/notes", status_code=201)
def add_note(note: Note):
    rows = query("INSERT INTO notes (text) VALUES (%s) RETURNING id", (note.text,))
    return {"id": rows[0][0]}
