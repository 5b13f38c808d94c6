"""Applications with the official clients in the real sandbox: answered by the gateway, seen by the probe, failed on."""

import json
import time
from contextlib import contextmanager

import pytest

from sandbox import gateway, images
from sandbox.buildpacks import plan_for
from sandbox.deployment import app_environment
from sandbox.faults import HostFault
from sandbox.gateway.providers import PROVIDERS
from sandbox.limits import Limits
from sandbox.probes import Target, boot, model_calls
from sandbox.tree import Tree
from tests.containers import build, run
from tests.sandbox.sample_repositories import checkout

pytestmark = pytest.mark.docker
LIMITS = Limits(boot_s=30.0)
# What the official clients make of the answers: they read types, so that a member of the wrong kind would raise.
CLIENTS = """
import json, openai, anthropic
from pydantic import BaseModel

class Verdict(BaseModel):
    reason: str
    score: float
    tags: list[str]

tools = [{"type": "function", "function": {"name": "get_weather", "description": "weather of a city",
  "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
asked = [{"role": "user", "content": "weather in Paris"}]
o, a, said = openai.OpenAI(max_retries=0), anthropic.Anthropic(max_retries=0), {}
said["text"] = o.chat.completions.create(model="gpt-4o-mini", messages=asked).choices[0].message.content
chunks = list(o.chat.completions.create(model="gpt-4o-mini", messages=asked, stream=True,
  stream_options={"include_usage": True}))
said["streamed"] = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
said["usage"] = chunks[-1].usage.total_tokens
said["parsed"] = o.chat.completions.parse(model="gpt-4o", messages=asked,
  response_format=Verdict).choices[0].message.parsed.model_dump()
said["call"] = o.chat.completions.create(model="m", messages=asked,
  tools=tools).choices[0].message.tool_calls[0].function.name
with o.chat.completions.stream(model="m", messages=asked, tools=tools) as stream:
    stream.until_done()
    said["streamed_call"] = stream.get_final_completion().choices[0].message.tool_calls[0].function.arguments
said["response"] = o.responses.create(model="gpt-4o", input="weather in Paris").output_text
with o.responses.stream(model="gpt-4o", input="weather in Paris") as stream:
    stream.until_done()
    said["streamed_response"] = stream.get_final_response().output_text
said["sizes"] = [len(row.embedding) for row in o.embeddings.create(model="text-embedding-3-large",
  input=["a", "b"]).data]
said["models"] = [model.id for model in o.models.list()][:1]
message = a.messages.create(model="claude", max_tokens=99, messages=asked)
said["message"] = [message.content[0].text, message.stop_reason]
with a.messages.stream(model="claude", max_tokens=99, messages=asked) as stream:
    said["streamed_message"] = "".join(stream.text_stream)
print(json.dumps(said), flush=True)
"""


@contextmanager
def deployed(engine, evaluation, folder):
    """The target of a repository that runs beside its gateway, built and started as the pipeline does."""
    tree = Tree.at(folder)
    plan = gateway.equip(plan_for(tree), tree)
    dockerfile = images.resolve(plan.dockerfile, engine).dockerfile
    image, _ = build(engine, evaluation, folder / plan.context, dockerfile, files=plan.files)
    names = gateway.hosts_of(plan)
    with engine.pod(evaluation, LIMITS, hosts=names) as pod, gateway.open_beside(pod, plan) as models:
        service = pod.start("app", image, command=plan.start, env=app_environment(plan))
        target = Target(
            pod=pod,
            service=service,
            image=image,
            plan=plan,
            limits=LIMITS,
            seen={},
            started_at=time.monotonic(),
            say=lambda _text, _fraction: None,
            models=models,
        )
        target.seen["boot"] = boot.PROBE.gather(target)
        yield target


def post(target, path, body):
    """(status, text) of a POST to the service."""
    request = {"method": "POST", "path": path, "body": json.dumps(body)}
    request["headers"] = {"Content-Type": "application/json"}
    answer = target.pod.tool("fetch", {"port": target.port, "requests": [request]}, timeout_s=90)["answers"][0]
    return answer["status"], answer["body"]


def test_student_app_answers_through_the_gateway_and_is_seen_to_meet_its_failures(engine, evaluation, tmp_path):
    with deployed(engine, evaluation, checkout("ai-rag-fastapi", tmp_path)) as target:
        assert target.seen["boot"]["state"] == "healthy"
        assert [row["port"] for row in target.seen["boot"]["listening"]] == [8000]  # the gateway is not the team's
        status, body = post(target, "/ask", {"question": "When does quiet time start on weekdays?"})
        assert status == 200
        answer = json.loads(body)
        assert "When does quiet time start on weekdays?" in answer["answer"]
        assert answer["sources"][0]["file"] == "quiet_hours.md"
        assert answer["tokens"] > 0
        seen = model_calls.PROBE.gather(target)
        assert (seen["offered"], seen["clients"], seen["calls"]) == (True, ["openai"], 3)
        assert seen["kinds"] == {"embedding": 2, "chat": 1}
        assert seen["models"] == {"text-embedding-3-small": 2, "gpt-4o-mini": 1}
        assert "quiet" not in json.dumps(seen)
        # A provider that limits the first try, and the client that the app uses tries again.
        target.models.behave("rate_limited", times=1)
        assert post(target, "/ask", {"question": "again?"})[0] == 200
        for failure in ("overloaded", "refused", "reset"):
            target.models.behave(failure)
            assert post(target, "/ask", {"question": "down?"})[0] == 503
        target.models.behave("normal")
        status, body = post(target, "/ask/stream", {"question": "Where is the laundry?"})
        assert (status, "Where is the laundry?" in body) == (200, True)
        statuses = model_calls.PROBE.gather(target)["statuses"]
        assert (statuses["429"], statuses["503"]) == (1, 3)


def test_official_clients_take_every_answer(engine, python_image, evaluation, tmp_path):
    dockerfile = f"FROM {python_image}\nRUN pip install --no-cache-dir -q openai anthropic\n"
    image, _ = build(engine, evaluation, tmp_path, dockerfile)
    env = {name: value for provider in PROVIDERS for name, value in provider.env.items()}
    with engine.pod(evaluation, LIMITS) as pod:
        models = gateway.Models(pod.aside(gateway.SCRIPT, gateway.WHERE))
        service = pod.start("app", image, command=run(CLIENTS), env=env)
        said = json.loads(service.logs().splitlines()[-1]) if service.wait(60).exit_code == 0 else service.logs()
        calls = models.calls()
    assert isinstance(said, dict), said
    for name in ("text", "streamed", "response", "streamed_response", "streamed_message"):
        assert "weather in Paris" in said[name], name
    assert said["message"][1] == "end_turn"
    assert said["parsed"] == {"reason": "reason", "score": 1.0, "tags": ["tags"]}
    assert (said["call"], json.loads(said["streamed_call"])) == ("get_weather", {"city": "city"})
    assert said["sizes"] == [3072, 3072]
    assert said["usage"] > 0
    assert [call["kind"] for call in calls][-3:] == ["models", "chat", "chat"]
    assert sum(call["stream"] for call in calls) == 4


def test_script_that_stays_says_why_it_cannot_start_and_is_removed_with_the_pod(engine, evaluation):
    with engine.pod(evaluation, LIMITS) as pod:
        models = gateway.Models(pod.aside(gateway.SCRIPT, gateway.WHERE))
        assert models.behave("slow", delay_s=1.0) == 0
        with pytest.raises(HostFault) as refused:
            models.behave("away")
        assert "no such mode: away" in refused.value.detail
        with pytest.raises(HostFault) as taken:
            pod.aside(gateway.SCRIPT, gateway.WHERE)  # the port is the first one's
        assert "Address already in use" in taken.value.detail


def test_addresses_in_the_code_are_answered_at_their_names(engine, evaluation, tmp_path):
    (tmp_path / "main.py").write_text(BUILT_IN)
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\nrequests==2.32.3\n")
    with deployed(engine, evaluation, tmp_path) as target:
        assert target.seen["boot"]["state"] == "alive"
        assert [row["port"] for row in target.seen["boot"]["listening"]] == [8000]
        status, body = post(target, "/ask", {"question": "Who paints the fence?"})
        assert (status, "Who paints the fence?" in body) == (200, True), target.service.logs()[-2000:]
        seen = model_calls.PROBE.gather(target)
        assert (seen["names"], seen["unreached"]) == (["api.groq.com"], [])
        assert seen["paths"] == {"/openai/v1/chat/completions": 2}  # by requests, and by the standard library


BUILT_IN = """
import json
import urllib.request

import requests
from flask import Flask, request

app = Flask(__name__)
URL = "https://api.groq.com/openai/v1/chat/completions"


@app.get("/")
def home():
    return "Ask me."


@app.post("/ask")
def ask():
    body = {"model": "llama", "messages": [{"role": "user", "content": request.json["question"]}]}
    answer = requests.post(URL, json=body, timeout=10).json()
    again = urllib.request.Request(URL, json.dumps(body).encode())
    assert urllib.request.urlopen(again, timeout=10).status == 200
    return answer["choices"][0]["message"]["content"]
"""


def test_googles_older_client_is_answered_by_grpc_at_its_name(engine, evaluation, tmp_path):
    (tmp_path / "main.py").write_text(BY_GRPC)
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\ngoogle-generativeai==0.8.6\n")
    with deployed(engine, evaluation, tmp_path) as target:
        assert target.seen["boot"]["state"] == "alive"
        status, body = post(target, "/ask", {"question": "Who paints the fence?"})
        assert status == 200, target.service.logs()[-2000:]
        said = json.loads(body)
        for name in ("text", "streamed", "awaited"):
            assert "Who paints the fence?" in said[name], name
        assert "sky: snow over city" in said["tool"]
        assert json.loads(said["shaped"]) == {"ok": True, "names": ["names"]}
        assert said["sizes"] == [768, 768, 768]
        assert (said["tokens"] > 4, said["used"] > 9, "models/" in said["model"]) == (True, True, True)
        for failure, answer in (("rate_limited", "ResourceExhausted"), ("failing", "InternalServerError")):
            target.models.behave(failure, retry_after_s=3)
            assert post(target, "/once", {"question": "down?"}) == (503, answer)
        target.models.behave("hanging")
        assert post(target, "/once", {"question": "down?"}) == (503, "DeadlineExceeded")
        target.models.behave("malformed")
        assert post(target, "/once", {"question": "down?"})[0] == 503
        target.models.behave("normal")
        assert post(target, "/once", {"question": "again?"})[0] == 200
        # Those that break the connection last: the client takes its time before it tries another one.
        for failure in ("overloaded", "cut", "reset", "refused"):
            target.models.behave(failure)
            assert post(target, "/once", {"question": "down?"}) == (503, "ServiceUnavailable"), failure
        seen = model_calls.PROBE.gather(target)
        assert (seen["names"], seen["unreached"]) == (["generativelanguage.googleapis.com"], [])
        assert (seen["streamed"], seen["kinds"]["embedding"], seen["kinds"]["tokens"]) == (1, 2, 1)
        assert [call["kind"] for call in target.models.calls()].count("models") == 2


BY_GRPC = """
import asyncio

import google.generativeai as genai
from flask import Flask, request
from google.api_core.exceptions import GoogleAPIError, RetryError

app = Flask(__name__)
model = genai.GenerativeModel("gemini-2.0-flash", system_instruction="Be kind.")
SHAPE = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}, "names": {"type": "array", "items": {"type": "string"}}},
    "required": ["ok", "names"],
}


def weather(city: str) -> str:
    'The weather of a city.'
    return "sky: snow over " + city


@app.get("/")
def home():
    return "Ask me."


@app.post("/ask")
def ask():
    asked = request.json["question"]
    answer = model.generate_content(asked)
    chat = genai.GenerativeModel("gemini-2.0-flash", tools=[weather]).start_chat(enable_automatic_function_calling=True)
    form = {"response_mime_type": "application/json", "response_schema": SHAPE}
    one = genai.embed_content(model="models/text-embedding-004", content=asked)["embedding"]
    both = genai.embed_content(model="models/text-embedding-004", content=[asked, "boat"])["embedding"]
    usable = [one.name for one in genai.list_models() if "generateContent" in one.supported_generation_methods]
    return {
        "text": answer.text,
        "used": answer.usage_metadata.total_token_count,
        "streamed": "".join(chunk.text for chunk in model.generate_content(asked, stream=True)),
        "awaited": asyncio.run(model.generate_content_async(asked)).text,
        "tool": chat.send_message("What is the weather in the city?").text,
        "shaped": model.generate_content(asked, generation_config=form).text,
        "sizes": [len(one), *map(len, both)],
        "tokens": model.count_tokens(asked).total_tokens,
        "model": genai.get_model(usable[0]).name,
    }


@app.post("/once")
def once():
    try:
        return model.generate_content(request.json["question"], request_options={"timeout": 2, "retry": None}).text
    except (GoogleAPIError, RetryError) as error:
        return type(error).__name__, 503
"""
