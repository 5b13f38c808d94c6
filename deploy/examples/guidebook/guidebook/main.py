"""The HTTP service."""

import logging
import os
import re
import sqlite3
import time
import uuid
from contextlib import asynccontextmanager

from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from guidebook import logs, metrics, prompts
from guidebook.model import Model, ModelError
from guidebook.recent import Answers, Minute
from guidebook.store import Store

log = logging.getLogger("guidebook")
MOST_A_MINUTE, MOST_ANSWERS, NEAREST = 60, 1_000, 2


class Question(BaseModel):
    question: str = Field(min_length=1, max_length=2000)


class Text(BaseModel):
    text: str = Field(min_length=1, max_length=20_000)


class Feedback(BaseModel):
    rating: int = Field(ge=-1, le=1)


class Answer(BaseModel):
    answer: str
    sure: bool
    sources: list[str]
    variant: str


@asynccontextmanager
async def lifespan(app: FastAPI):
    logs.set_up(os.environ.get("LOG_LEVEL", "INFO"))
    app.state.model = Model(os.environ["OPENAI_API_KEY"])
    app.state.store = Store(os.environ.get("DATABASE_PATH", "data/guidebook.db"))
    app.state.answers, app.state.minute = Answers(MOST_ANSWERS), Minute(MOST_A_MINUTE)
    metrics.DOCUMENTS.set_function(lambda: len(app.state.store.documents))
    log.info("ready", extra={"facts": {"documents": len(app.state.store.documents)}})
    yield
    await app.state.model.close()
    app.state.store.close()
    log.info("stopping")


app = FastAPI(title="Guidebook", version="1.1.0", lifespan=lifespan)


@app.middleware("http")
async def observe(request: Request, call_next):
    given = request.headers.get("x-request-id", "")
    logs.request_id.set(given if re.fullmatch(r"[\w-]{1,64}", given) else uuid.uuid4().hex)
    started, status = time.perf_counter(), 500
    metrics.IN_FLIGHT.inc()
    try:
        response = await call_next(request)
        status = response.status_code
        response.headers["x-request-id"] = logs.request_id.get()
        return response
    finally:
        metrics.IN_FLIGHT.dec()
        # The route's template, not the path: a crawler must not make new series.
        route = getattr(request.scope.get("route"), "path", "unknown")
        seconds = time.perf_counter() - started
        metrics.REQUESTS.labels(request.method, route, status).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        facts = {"method": request.method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
        log.info("request", extra={"facts": facts})


@app.exception_handler(ModelError)
async def model_error(_request: Request, error: ModelError) -> JSONResponse:
    log.error("model", extra={"facts": {"why": str(error), "limited": error.limited}})
    text = "Too many people ask at the moment." if error.limited else "The model does not answer at the moment."
    return JSONResponse({"detail": text}, 503, {"Retry-After": "5"})


@app.get("/health")
async def health() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@app.get("/ready")
async def ready(request: Request) -> dict[str, str]:
    """The documents can be read. The model is not asked: it costs, and without it the service still says so."""
    try:
        request.app.state.store.check()
    except sqlite3.Error as error:
        raise HTTPException(503, "the documents cannot be read") from error
    return {"status": "ready"}


@app.get("/metrics")
async def read_metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def variant_for(user: str, wanted: str = "") -> str:
    """The user's own, or the one that a test asks for, which is no exposure."""
    if wanted in prompts.VARIANTS:
        return wanted
    variant = prompts.variant_of(user)
    metrics.EXPOSURES.labels(variant).inc()
    return variant


@app.get("/variant")
async def variant(x_user_id: str = Header(""), x_variant: str = Header("")) -> dict[str, str]:
    return {"variant": variant_for(x_user_id, x_variant)}


def check_pace(request: Request, user: str) -> None:
    if user and request.app.state.minute.is_too_much(user):
        raise HTTPException(429, "Too many questions: wait a minute.", {"Retry-After": "60"})


async def messages_for(request: Request, question: str, variant: str) -> tuple[list[dict], list[str]]:
    """What the model is told, and the ids of the documents in it, the likeliest first."""
    store: Store = request.app.state.store
    nearest = store.nearest(await request.app.state.model.embed(question), NEAREST)
    return prompts.messages(question, [store.documents[id].text for id in nearest], variant), nearest


@app.post("/ask")
async def ask(body: Question, request: Request, x_user_id: str = Header(""), x_variant: str = Header("")) -> Answer:
    check_pace(request, x_user_id)
    state, variant = request.app.state, variant_for(x_user_id, x_variant)
    # One user's answers are never shown to another.
    key = (x_user_id, body.question, variant, state.store.version)
    kept = state.answers.get(key) if x_user_id else None
    if kept is None:
        messages, sources = await messages_for(request, body.question, variant)
        said = await state.model.chat(messages, prompts.Said, prompts.VERSION)
        kept = Answer(answer=said.answer, sure=said.sure, sources=sources, variant=variant)
        if x_user_id:
            state.answers.put(key, kept)
    return kept


@app.post("/ask/stream")
async def ask_stream(body: Question, request: Request, x_user_id: str = Header("")) -> StreamingResponse:
    check_pace(request, x_user_id)
    messages, _ = await messages_for(request, body.question, variant_for(x_user_id))
    pieces = request.app.state.model.stream(messages, prompts.VERSION)
    # Before the answer begins: a model that is away is a 503 and no torn answer.
    first = await anext(pieces, "")

    async def told():
        yield first
        async for piece in pieces:
            yield piece

    return StreamingResponse(told(), media_type="text/plain")


@app.post("/documents", status_code=201)
async def add(body: Text, request: Request) -> dict[str, str]:
    return await change(uuid.uuid4().hex, body, request, new=True)


@app.put("/documents/{id}")
async def put(id: str, body: Text, request: Request) -> dict[str, str]:
    return await change(id, body, request)


async def change(id: str, body: Text, request: Request, new: bool = False) -> dict[str, str]:
    state = request.app.state
    if not new and id not in state.store.documents:
        raise HTTPException(404, "there is no such document")
    state.store.put(id, body.text, await state.model.embed(body.text))
    return {"id": id}


@app.delete("/documents/{id}", status_code=204)
async def remove(id: str, request: Request) -> None:
    request.app.state.store.remove(id)


@app.post("/feedback", status_code=202)
async def feedback(body: Feedback) -> dict[str, str]:
    metrics.FEEDBACK.labels(str(body.rating)).inc()
    return {"status": "thanks"}
