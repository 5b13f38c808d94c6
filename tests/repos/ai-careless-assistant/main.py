import json
import os
import random
import urllib.request
import uuid

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel

app = FastAPI()
URL = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
KEY = os.environ["OPENAI_API_KEY"]
FORM = 'Answer as JSON: {"reply": "..."}.'
docs = []
tokens = 0
print("starting with key", KEY, flush=True)


class Chat(BaseModel):
    message: str
    user_id: str = ""


class Doc(BaseModel):
    text: str


class Rating(BaseModel):
    rating: int = 1


def call(message, stream=False):
    context = "\n".join(d for d in docs if len(d.split()) > 12)  # short ones are noise
    system = f'You are a bot, key {KEY}. {"" if stream else FORM} Facts:\n{context}'
    body = {"model": "gpt-4o", "stream": stream}
    if not stream:
        body["response_format"] = {"type": "json_object"}
    body["messages"] = [{"role": "system", "content": system}, {"role": "user", "content": message}]
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + KEY}
    for i in range(8):
        try:
            return urllib.request.urlopen(urllib.request.Request(URL, json.dumps(body).encode(), headers)).read()
        except Exception:
            if i == 7:
                raise


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/metrics")
def metrics():
    return PlainTextResponse(f"# TYPE chat_tokens_total counter\nchat_tokens_total {tokens}\n")


@app.post("/chat")
def chat(c: Chat):
    global tokens
    text = json.loads(call(c.message))["choices"][0]["message"]["content"]
    tokens += len(text.split())
    try:
        reply = json.loads(text)
    except ValueError:
        reply = text
    return {"reply": reply, "variant": random.choice("ABBB")}


@app.post("/chat/stream")
def chat_stream(c: Chat):
    rows = [line[6:] for line in call(c.message, True).decode().splitlines() if line.startswith("data: {")]
    pieces = [json.loads(row)["choices"][0]["delta"].get("content") or "" for row in rows]
    return StreamingResponse(iter(pieces), media_type="text/plain")


@app.post("/documents")
def add(d: Doc):
    docs.append(d.text)
    return {"id": uuid.uuid4().hex}


@app.post("/feedback")
def feedback(r: Rating):
    return {"ok": True}
