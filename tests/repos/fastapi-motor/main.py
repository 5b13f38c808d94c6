import os
from contextlib import asynccontextmanager

from bson import ObjectId
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel

client = AsyncIOMotorClient(os.environ["MONGODB_URI"], serverSelectionTimeoutMS=4000)
notes = client.get_database("study")["notes"]


class Note(BaseModel):
    title: str
    text: str = ""


@asynccontextmanager
async def lifespan(app: FastAPI):
    await notes.create_index("title", unique=True)
    await notes.update_one({"title": "welcome"}, {"$setOnInsert": {"text": "hello"}}, upsert=True)
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health():
    try:
        await client.admin.command("ping")
    except Exception:
        raise HTTPException(503, "no database")
    return {"status": "ok"}


@app.get("/notes")
async def all_notes(q: str = ""):
    found = notes.find({"title": {"$regex": q, "$options": "i"}}).sort("title", 1)
    return [{"id": str(n["_id"]), "title": n["title"]} async for n in found]


@app.post("/notes", status_code=201)
async def add(note: Note):
    done = await notes.insert_one(note.model_dump())
    return {"id": str(done.inserted_id)}


@app.get("/notes/{note_id}")
async def one(note_id: str):
    if not ObjectId.is_valid(note_id) or not (note := await notes.find_one({"_id": ObjectId(note_id)})):
        raise HTTPException(404)
    return {"id": note_id, "title": note["title"], "text": note["text"]}
