import logging
import os
from pathlib import Path

from dotenv import load_dotenv
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from openai import OpenAI, OpenAIError
from pydantic import BaseModel

from vectorstore import VectorStore

load_dotenv()
logging.basicConfig(level=logging.INFO)
log = logging.getLogger("campusbot")

api_key = os.environ["OPENAI_API_KEY"]
CHAT_MODEL = os.getenv("CHAT_MODEL", "gpt-4o-mini")
EMBEDDING_MODEL = os.getenv("EMBEDDING_MODEL", "text-embedding-3-small")

client = OpenAI(api_key=api_key, timeout=10, max_retries=2)
app = FastAPI(title="CampusBot")
store = VectorStore()

SYSTEM = """You are CampusBot. Answer only with the context below. If it's not in there say you don't know.

Context:
{context}"""


class Question(BaseModel):
    question: str
    k: int = 2


def embed(texts: list[str]) -> list[list[float]]:
    res = client.embeddings.create(model=EMBEDDING_MODEL, input=texts)
    return [d.embedding for d in res.data]


def build_index():
    # one chunk per heading
    chunks = []
    for f in sorted(Path(__file__).parent.joinpath("docs").glob("*.md")):
        for part in f.read_text().split("# ")[1:]:
            chunks.append((f.name, part.strip()))
    vecs = embed([c[1] for c in chunks])
    for (name, text), v in zip(chunks, vecs):
        store.add(name, text, v)
    log.info("indexed %d chunks", len(chunks))


def messages_for(q: Question):
    if not store.rows:
        build_index()
    hits = store.search(embed([q.question])[0], q.k)
    context = "\n---\n".join(h["text"] for h in hits)
    msgs = [
        {"role": "system", "content": SYSTEM.format(context=context)},
        {"role": "user", "content": q.question},
    ]
    return msgs, hits


@app.get("/health")
def health():
    return {"status": "ok", "indexed": len(store.rows)}


@app.post("/ask")
def ask(q: Question):
    try:
        msgs, hits = messages_for(q)
        r = client.chat.completions.create(model=CHAT_MODEL, messages=msgs, temperature=0.2)
    except OpenAIError as e:
        log.error("openai failed: %s", e)
        raise HTTPException(503, "the language model is not available right now")
    return {
        "answer": r.choices[0].message.content,
        "sources": [{"file": h["file"], "score": round(h["score"], 3)} for h in hits],
        "tokens": r.usage.total_tokens,
    }


@app.post("/ask/stream")
def ask_stream(q: Question):
    msgs, _ = messages_for(q)

    def gen():
        for chunk in client.chat.completions.create(model=CHAT_MODEL, messages=msgs, stream=True):
            yield chunk.choices[0].delta.content or ""

    return StreamingResponse(gen(), media_type="text/plain")
