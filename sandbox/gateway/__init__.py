"""Models for applications that call them: a run has no way out, so a gateway beside the services answers instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from sandbox.engine import Aside, Pod
from sandbox.gateway import trust
from sandbox.gateway.addresses import is_replaceable
from sandbox.gateway.authority import chain
from sandbox.gateway.desk import Desk
from sandbox.gateway.detection import detect
from sandbox.gateway.providers import ADDRESS, OLLAMA_HOSTS, OLLAMA_PORT, PORT
from sandbox.gateway.upstream import upstream
from sandbox.launch.stage import last_stage
from sandbox.plan import Companion, Note, Plan
from sandbox.pysource.streamlitsecrets import with_secrets
from sandbox.sourcetext.placeholders import without_given
from sandbox.tree import Tree

HINT = "models"
SCRIPT = "gateway"
WHERE = {"places": [[ADDRESS, PORT]]}
# Servers of models that a stack brings along: their weights would have to come from outside.
_MODEL_SERVERS = re.compile(r"^FROM\s+(?:\S+/)?(?:ollama|localai|litellm|vllm-openai)(?=[:@\s]|$)", re.IGNORECASE)
# The command that builds, in a Dockerfile of the Node.js buildpack; an install comes with settings in capitals only.
_BUILD = re.compile(
    r"^RUN (?:cd \S+ && )?(?:[A-Z_]+=\S+ )*(?:npm|pnpm|yarn|bun|npx|next|PATH=\S+)\b[^\n]*\bbuild\b", re.MULTILINE
)

Failure = Literal[
    "normal", "slow", "rate_limited", "overloaded", "failing", "refused", "reset", "hanging", "malformed", "cut"
]


def equip(plan: Plan, tree: Tree) -> Plan:
    """The plan with what leads its calls of models to the gateway; the same plan when it makes none.

    `env` of the app and of its companions gets the variables (never over a value that the team set and meant), `why`
    says so, `refused` names the calls that cannot be led, and hints["models"] is {"clients": [...], "variables": [...],
    "names": [host], "unreached": [sentence], "local": bool}. At the `names` of providers the gateway answers too, for
    code that has them built in; if `local`, it also stands where an Ollama beside the application would.
    """
    calls = detect(tree)
    if not calls.clients:
        return plan
    stage = last_stage(plan.dockerfile)
    given = _given(calls.env, stage.env | plan.env)
    seen = "; ".join(f"{name} in {where}" for name, where in list(calls.clients.items())[:4])
    why = f"It calls models ({seen}), which a run cannot reach: a model gateway inside the sandbox answers them."
    repairs = without_given(plan.repairs, given)  # the gateway's are as good as a provider's own
    replaced = {one.name for one in plan.companions if _MODEL_SERVERS.search(one.dockerfile)}
    names = calls.names if trust.is_free(plan) else ()
    unreached = calls.unreached if names else (*calls.by_name, *calls.unreached)
    # An image that brings an Ollama of its own needs the port itself.
    local = (calls.local or bool(replaced)) and "ollama" not in plan.dockerfile
    hint = {
        "clients": sorted(calls.clients),
        "variables": sorted(given),
        "names": list(names),
        "unreached": list(unreached),
    }
    equipped = replace(
        plan,
        dockerfile=_built_with_keys(plan, given),
        env=plan.env | given,
        why=(*plan.why, why, *(f"{name} is replaced by the model gateway." for name in sorted(replaced))),
        repairs=repairs,
        refused=(*plan.refused, *(Note("model_unreached", sentence) for sentence in unreached)),
        hints=plan.hints | {HINT: hint | {"local": local}},
        after=tuple(need for need in plan.after if need.name not in replaced),
        companions=tuple(
            _equipped(one, calls.env, replaced, is_led_by_name=bool(names))
            for one in plan.companions
            if one.name not in replaced
        ),
    )
    equipped = with_secrets(equipped, tree)
    return trust.trusting(equipped) if names else equipped


def _built_with_keys(plan: Plan, given: Mapping[str, str]) -> str:
    """The Dockerfile that we wrote for a Node.js application, its build with the keys that it is run with.

    Next.js and its like run the modules of routes while they build, and clients cannot be made without a key.
    """
    keys = " ".join(f"{name}={value}" for name, value in sorted(given.items()) if name.endswith(("_KEY", "_TOKEN")))
    if plan.buildpack != "node" or not keys:
        return plan.dockerfile
    return _BUILD.sub(lambda found: f"ENV {keys}\n{found[0]}", plan.dockerfile, count=1)


def _equipped(one: Companion, env: Mapping[str, str], replaced: set[str], *, is_led_by_name: bool) -> Companion:
    after = tuple(need for need in one.after if need.name not in replaced)
    if one.role == "data":
        return replace(one, after=after)
    equipped = replace(one, after=after, env=one.env | _given(env, last_stage(one.dockerfile).env | one.env))
    return trust.trusting(equipped) if is_led_by_name else equipped


def _given(env: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """What is set over what is theirs: all but values that say something of their own."""
    return {name: value for name, value in env.items() if name not in theirs or is_replaceable(theirs[name])}


@dataclass(frozen=True)
class Models:
    """The gateway of one pod: what was asked of it, and how it answers from now on."""

    aside: Aside
    desk: Desk | None = None

    def provider(self) -> dict[str, Any] | None:
        """What the real provider was asked and used up so far, see `Desk.to_json`; None where there is none."""
        return self.desk.to_json() if self.desk else None

    def answer_really(self) -> None:
        """From now on the provider is asked, where there is one that has not let down a call yet."""
        if self.desk and not self.desk.is_open and not self.desk.has_let_down:
            self.desk.is_open = True
            self.aside.tell({"provider": True})

    def is_let_down(self) -> bool:
        """Whether the provider is still asked and a call got no answer of it."""
        return self.desk is not None and self.desk.is_open and self.desk.has_let_down

    def answer_prepared(self) -> None:
        """From now on the provider is not asked any more."""
        if self.desk and self.desk.is_open:
            self.desk.is_open = False
            self.aside.tell({"provider": False})

    def calls(self) -> list[dict[str, Any]]:
        """The first 2,000 calls in order: {"at_s", "seconds", "path", "kind", "status", "mode", "gone", "model",
        "stream", "messages", "tools", "form", "saw", "characters", "bytes", "digest", "tokens_in", "tokens_out"}.

        `kind` is chat, completion, response, embedding, moderation, tokens, models or unknown; `gone` means that the
        application did not wait for the answer; `form` is what it asked for: schema, json, tools or ""; `saw` are
        the markers of `rule` that stood in the request.
        """
        return [event["call"] for event in self.aside.events() if isinstance(event.get("call"), dict)]

    def behave(
        self,
        name: Failure,
        *,
        delay_s: float = 0.0,
        retry_after_s: int = 1,
        times: int | None = None,
        persona: str = "",
    ) -> int:
        """Answer like this, for good or the next `times` calls; how many calls there were before."""
        mode = {"name": name, "delay_s": delay_s, "retry_after_s": retry_after_s, "times": times, "persona": persona}
        return int(self.aside.tell({"mode": mode})["calls"])

    def rule(self, rules: Mapping[str, Mapping[str, Any]], watch: Iterable[str] = ()) -> int:
        """From now on answer requests that have a marker in them by its mode, and name the markers in each call.

        A mode is {"name", "delay_s", "retry_after_s", "times", "pace_s", "persona"}, and "kinds" of calls where it is
        not for all of them. Markers of `watch` are only looked for. Replaces the rules before it; calls that were
        answered before are in `calls()` when this returns.
        """
        rows = [{"match": match, **mode} for match, mode in rules.items()]
        return int(self.aside.tell({"rules": rows, "watch": list(watch)})["calls"])


@contextmanager
def open_beside(pod: Pod, plan: Plan) -> Iterator[Models | None]:
    """The gateway in a pod, there before the services start; None when the plan calls no model.

    It answers what is prepared until `answer_really`: an application does not wait for a provider when it starts.
    """
    if HINT not in plan.hints:
        yield None
        return
    local = [["127.0.0.1", OLLAMA_PORT]] if plan.hints[HINT].get("local") else []
    names = plan.hints[HINT].get("names") or ()
    tls = {"places": [[trust.ADDRESS, trust.PORT]], "chain": chain(names)} if names else None
    real = upstream()
    request = {"places": WHERE["places"] + local, "provider": False}
    for room in range(1, pod.rooms):  # what stands there finds one, too; only the app's is looked at
        pod.aside(SCRIPT, request, room=room)
    aside = pod.aside(SCRIPT, request | {"tls": tls})
    desk = Desk(real) if real else None
    try:
        if desk:
            desk.listen(aside)
        yield Models(aside, desk)
    finally:
        if desk:
            desk.close()


def hosts_of(plan: Plan) -> tuple[str, ...]:
    """Names that have to mean this pod, so that calls of providers and of an Ollama beside the application arrive."""
    taken = {plan.name, *(one.name for one in plan.companions), "localhost", "127.0.0.1"}
    hint = plan.hints.get(HINT) or {}
    names = (*(OLLAMA_HOSTS if hint.get("local") else ()), *(hint.get("names") or ()))
    return tuple(name for name in names if name not in taken)


__all__ = ["HINT", "SCRIPT", "WHERE", "Failure", "Models", "equip", "hosts_of", "open_beside"]
