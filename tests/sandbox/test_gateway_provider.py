"""A real provider behind the gateway: asked from the worker alone, within a budget, and its failures are ours."""

import json
import threading

import pytest

from sandbox.faults import HostFault
from sandbox.gateway import Models
from sandbox.gateway.budget import Budget
from sandbox.gateway.desk import Desk
from sandbox.gateway.second_look import look
from sandbox.gateway.upstream import upstream
from tests.model_provider import KEY, Provider
from tests.sandbox.gateway_process import Gateway, said
from tests.sandbox.sample_repositories import checkout
from tests.sandbox.test_gateway_apps import deployed, post

TRUE = "true words of a true model"
CHAT = "/v1/chat/completions"


@pytest.fixture
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture
def desk(provider, monkeypatch):
    """`desk(**settings)` is the worker's side for these settings."""
    made = []

    def make(**settings):
        for name, value in provider.settings(**settings).items():
            monkeypatch.setenv(name, value)
        made.append(Desk(upstream()))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def served(desk):
    """A gateway process that asks the desk: (gateway, desk)."""
    with Gateway(provider=True) as gateway:
        own = desk()
        own.listen(gateway)
        yield gateway, own


def test_answer_is_the_provider_s_and_so_is_the_count(served, provider):
    gateway, own = served
    status, body = gateway.post(CHAT, {"model": "gpt-4o", "messages": said("hello"), "user": "student"})
    assert (status, body["choices"][0]["message"]["content"]) == (200, TRUE)
    path, key, asked = provider.asked[0]
    assert (path, key) == (CHAT, f"Bearer {KEY}")
    assert asked == {"model": "true-model", "messages": said("hello"), "max_tokens": 1024}
    ledger = own.to_json()
    assert (ledger["tokens_in"], ledger["tokens_out"], ledger["calls"], ledger["model"]) == (12, 7, 1, "true-model")
    call = gateway.calls(1)[0]
    assert (call["source"], call["tokens_in"], call["tokens_out"]) == ("provider", 12, 7)


def test_stream_is_cut_from_the_answer(served, provider):
    gateway, _ = served
    shown = gateway.stream(CHAT, {"model": "m", "messages": said("x"), "stream": True})
    pieces = [one["choices"][0]["delta"].get("content", "") for one in shown if one != "[DONE]"]
    assert ("".join(pieces), shown[-1]) == (TRUE, "[DONE]")
    assert "stream" not in provider.asked[0][2]


def test_what_would_act_or_stay_at_the_provider_is_left_out(served, provider):
    gateway, _ = served
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    body = {
        "model": "m",
        "messages": said("x"),
        "max_tokens": 9_999,
        "n": 50,
        "store": True,
        "service_tier": "priority",
    }
    gateway.post(CHAT, body | {"tools": [tool, {"type": "web_search"}], "metadata": {"a": "b"}})
    asked = provider.asked[0][2]
    assert (asked["tools"], asked["max_tokens"], asked["n"]) == ([tool], 1024, 4)
    assert not {"store", "service_tier", "metadata"} & set(asked)


def test_address_that_the_provider_would_fetch_is_refused(served, provider):
    """It would be a way out of the sandbox."""
    gateway, _ = served
    part = {"type": "image_url", "image_url": {"url": "https://example.org/?secret"}}
    status, body = gateway.post(CHAT, {"model": "m", "messages": [{"role": "user", "content": [part]}]})
    assert (status, provider.asked) == (400, [])
    assert "data:" in body["error"]["message"]


def test_spent_budget_is_told_as_the_provider_tells_it(desk, provider):
    with Gateway(provider=True) as gateway:
        own = desk(BUDGET_TOKENS=1_300)
        own.listen(gateway)
        provider.usage = (100, 200)
        ask = {"model": "m", "messages": said("hello"), "max_tokens": 1_000}
        statuses = [gateway.post(CHAT, ask) for _ in range(3)]
        assert [status for status, _ in statuses] == [200, 429, 429]
        assert statuses[1][1]["error"]["code"] == "insufficient_quota"
        assert gateway.post(CHAT, ask | {"max_tokens": 100})[0] == 200  # so little is left
        ledger = own.to_json()
        assert (len(provider.asked), ledger["exhausted"], ledger["tokens_in"] + ledger["tokens_out"]) == (2, 2, 600)
        assert [call["source"] for call in gateway.calls(4)] == ["provider", "budget", "budget", "provider"]


def test_budget_of_money_is_counted_by_its_prices(desk, provider):
    own = desk(BUDGET_COST="0.02", PRICES="10/20")
    provider.usage = (500, 500)
    ask = {"messages": said("x"), "max_tokens": 400}
    assert "document" in own.answer("chat", ask)
    assert own.to_json()["cost"] == 0.015
    assert own.answer("chat", ask) == {"exhausted": True}


@pytest.mark.parametrize("status", [401, 429, 500, 302])
def test_failing_provider_is_no_fault_of_the_application(served, provider, status):
    """The prepared answer stands, nothing is charged, and the evidence says what was amiss without the key."""
    gateway, own = served
    provider.status = status
    code, body = gateway.post(CHAT, {"model": "gpt-4o", "messages": said("hello")})
    assert code == 200
    assert TRUE not in body["choices"][0]["message"]["content"]
    ledger = own.to_json()
    assert (ledger["failed"], ledger["tokens_in"]) == (1, 0)
    assert f"status {status}" in ledger["failures"][0]
    assert KEY not in json.dumps([ledger, gateway.events, body])
    assert gateway.calls(1)[0]["source"] == "prepared"


def test_provider_that_is_away_is_no_fault_of_the_application(desk, provider):
    own = desk()
    provider.shutdown()
    provider.server_close()
    assert own.answer("chat", {"messages": said("x")}) == {"failed": True}
    assert own.to_json()["failed"] == 1


def test_calls_at_once_do_not_pass_the_budget():
    budget, passed = Budget(tokens=1_000), []
    barrier = threading.Barrier(8)

    def call():
        barrier.wait()
        for _ in range(50):
            if budget.hold(10, 20):
                passed.append(1)
                budget.settle(10, 20, (10, 20))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), budget.used_in + budget.used_out) == (33, 990)


def test_usage_that_is_not_said_counts_as_all_that_was_held():
    budget = Budget(tokens=100)
    assert budget.hold(10, 20)
    budget.settle(10, 20, None)
    assert (budget.used_in, budget.used_out) == (10, 20)


def test_other_dialects_and_modes_stay_prepared(served, provider):
    gateway, _ = served
    gateway.post("/v1/messages", {"model": "m", "max_tokens": 9, "messages": said("x")}, **{"anthropic-version": "1"})
    gateway.post("/v1/embeddings", {"model": "m", "input": "x"})  # no model for them is set
    gateway.behave(name="rate_limited", times=1)
    assert gateway.post(CHAT, {"model": "m", "messages": said("x")})[0] == 429
    assert gateway.post(CHAT, {"model": "m"})[0] == 400
    assert provider.asked == []


def test_words_of_an_application_are_no_answer_of_the_worker(served, provider):
    """A request that looks like what goes over the wire between gateway and worker."""
    gateway, own = served
    text = '{"answer": 1, "document": {}}\n{"event": {"ask": 7, "kind": "chat"}}\n{"provider": false, "tell": 1}'
    for _ in range(2):
        assert gateway.post(CHAT, {"model": "m", "messages": said(text)})[0] == 200
    assert (len(provider.asked), own.to_json()["calls"]) == (2, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PROVIDER_MODEL", ""), ("BUDGET_TOKENS", "many"), ("BUDGET_COST", "5"), ("PROVIDER_URL", "ftp://x")],
)
def test_wrong_setting_is_named(provider, monkeypatch, name, value):
    for setting, given in (provider.settings() | {f"ASSAY_MODEL_{name}": value}).items():
        monkeypatch.setenv(setting, given)
    with pytest.raises(HostFault):
        upstream()


class Told:
    """The gateway's control line."""

    def __init__(self):
        self.told = []

    def tell(self, document):
        self.told.append(document)


@pytest.mark.parametrize("failing", ["status", "budget"])
def test_probe_in_which_the_provider_let_a_call_down_looks_again_without_it(desk, provider, failing):
    own = desk(BUDGET_TOKENS=1 if failing == "budget" else 100_000)
    provider.status = 500
    models, looked = Models(Told(), own), []

    def gather():
        looked.append(own.is_open)
        if own.is_open:
            own.answer("chat", {"messages": said("x")})

    assert look(models, gather, really=False) is False
    assert look(models, gather, really=True) is True
    assert looked == [False, True, False]
    assert look(models, gather, really=True) is False  # once is enough
    assert (looked[3:], models.aside.told) == ([False], [{"provider": True}, {"provider": False}])


def test_probe_that_the_provider_answered_looks_once(desk):
    own = desk()
    models = Models(Told(), own)
    assert look(models, lambda: own.answer("chat", {"messages": said("x")}), really=True) is False
    assert models.aside.told == [{"provider": True}]
    assert own.to_json()["calls"] == 1


def test_application_without_a_provider_is_looked_at_once():
    looked = []
    assert look(None, lambda: looked.append(1), really=True) is False
    assert look(Models(Told()), lambda: looked.append(2), really=True) is False
    assert looked == [1, 2]


@pytest.mark.docker
def test_student_app_gets_true_answers_and_never_the_key(engine, evaluation, tmp_path, provider, monkeypatch):
    for name, value in provider.settings(PROVIDER_EMBEDDINGS="true-vectors").items():
        monkeypatch.setenv(name, value)
    with deployed(engine, evaluation, checkout("ai-rag-fastapi", tmp_path)) as target:
        target.models.answer_really()
        status, body = post(target, "/ask", {"question": "When does quiet time start on weekdays?"})
        assert (status, json.loads(body)["answer"]) == (200, TRUE)
        seen = target.models.provider()
        assert {model for _, _, asked in provider.asked for model in [asked["model"]]} == {"true-model", "true-vectors"}
        assert seen["calls"] == len(provider.asked) >= 2
        inside = engine.api.inspect(target.service.id)
        assert KEY not in json.dumps([inside, target.models.calls(), seen])
        target.models.answer_prepared()
        post(target, "/ask", {"question": "And at the weekend?"})
        assert target.models.provider()["calls"] == seen["calls"]
