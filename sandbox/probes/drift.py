"""Does the service's own drift signal move when its inputs do, and only then?

Rows of the repository's data are sent to the live service: so many that settle it, as many of the same law, and as
many with two columns moved up by two deviations. What it says of drift is read after each. Three times, with other
draws and columns; rows of the old law are sent in between and at the end, so that the service is left as it was.
Once more it gets rows as they are, but only those that it predicts most for: the outcome has become another one.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any

from sandbox.prediction import Route
from sandbox.prediction.answers import parsed, prediction_of
from sandbox.prediction.asking import PAGE_BYTES, ask, get, good, post, rows_of, signals_in
from sandbox.prediction.rows import Rows, extreme, shifted
from sandbox.prediction.signals import DRIFT, moved, restless
from sandbox.probes import Probe, Target

SEEDS = (11, 12, 13)
ROWS, LEAST_ROWS, COLUMNS = 200, 60, 2
# Rounds of rows of the old law after a shift, until the signal is back; a window is rarely longer.
WASHES, SETTLING = 3, 2
BUDGET_S = 18.0
# Of the rows these are most like one outcome; fewer different ones are no law.
LEAST_EXTREME = 8
# Of a service that becomes slower than it was: one look, and all of them.
READ_S, WHOLE_S = 30.0, 60.0
# What a request costs beside its answer, and rows of a seed with its washing.
CONNECTION_MS, PARTS = 1.0, 6
METRICS = ("/metrics", "/prometheus", "/metrics/")
ROUTES = ("/drift", "/monitoring/drift", "/monitoring", "/monitor")
SHOWN = 12


def gather(target: Target) -> dict[str, Any]:
    """{looked, why, signal {path, kind, name} or null, series, rows, seeds: [...], outcome}; see docs/probes.md."""
    predict = target.seen.get("predict") or {}
    if not predict.get("answers"):
        return _not(predict.get("why") or "No route of it was found that predicts.")
    source, series = _signal(target, predict)
    seen = {"signal": source, "series": sorted(series)[:SHOWN]}
    if source is None:
        return _not("It tells of no drift, in /metrics or elsewhere.", **seen)
    route = Route.from_json(predict["route"])
    rows = rows_of(target, route)
    if rows is None or len(rows.values) < LEAST_ROWS // 2:
        return _not("There are too few rows of its data to send.", **seen)
    columns = [name for name in rows.numeric if rows.deviation(name) > 0]
    if not columns:
        return _not("None of its columns is a number that could be shifted.", **seen)
    cost = (predict.get("median_ms") or 5.0) + CONNECTION_MS
    count = min(ROWS, int(BUDGET_S * 1000 / cost / PARTS))
    if count < LEAST_ROWS:
        return _not(f"An answer takes {cost:.0f} ms, too long to send enough rows.", **seen)
    seeds = SEEDS[: max(1, min(len(SEEDS), int(BUDGET_S * 1000 / cost / PARTS / count)))]
    sender = _Sender(target, route, rows, source, count, time.monotonic() + WHOLE_S)
    found = sender.seeds(columns, seeds)
    return {
        "looked": True,
        "why": "",
        "rows": count,
        **seen,
        "seeds": found,
        "outcome": sender.outcome() if found[-1]["washed"] else None,
    }


def _not(why: str, **seen: Any) -> dict[str, Any]:
    return {"looked": False, "why": why, "signal": None, "series": [], "rows": 0, "seeds": [], "outcome": None} | seen


def _signal(target: Target, predict: dict[str, Any]) -> tuple[dict[str, str] | None, dict[str, float]]:
    """Where the service tells of drift: what is declared, else its metrics page, else a route of such a name."""
    told = (target.plan.hints.get("ml") or {}).get("drift") or {}
    page = (target.seen.get("metrics") or {}).get("path")
    metrics = [page] if page else list(METRICS)
    if told.get("path"):
        wanted = [{"path": told["path"], "kind": "answer", "name": str(told.get("field") or "")}]
    else:
        wanted = [{"path": path, "kind": "metrics", "name": str(told.get("metric") or "")} for path in metrics]
        own = [path for path in predict.get("get", []) if DRIFT.search(path)]
        wanted += [{"path": path, "kind": "answer", "name": ""} for path in dict.fromkeys((*own, *ROUTES))]
    answers = ask(target, [get(one["path"], PAGE_BYTES) for one in wanted])
    for one, answer in zip(wanted, answers, strict=True):
        found = signals_in(answer, one)
        # A path of our guessing may answer anything; a page of metrics has to name one.
        if found or (good(answer) and one["kind"] == "answer" and (told or DRIFT.search(one["path"]))):
            return one, found
    return None, {}


@dataclass(frozen=True)
class _Sender:
    """Rows of one law to one route, so many at a time, and what is told of drift after them."""

    target: Target
    route: Route
    rows: Rows
    source: dict[str, str]
    count: int
    until: float

    def seeds(self, columns: list[str], seeds: tuple[int, ...]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        # The probes before this one have sent few rows many times, and a window may still hold them.
        self.read([self.rows.drawn(self.count, 4000 + number) for number in range(SETTLING)])
        for number, seed in enumerate(seeds):
            self.target.say(f"drift, {number + 1} of {len(seeds)}", number / len(seeds))
            found.append(self.seed(columns, seed))
            if not found[-1]["washed"] or time.monotonic() > self.until:
                break
        return found

    def seed(self, columns: list[str], seed: int) -> dict[str, Any]:
        chosen = random.Random(seed).sample(columns, min(COLUMNS, len(columns)))  # noqa: S311 - a draw, and no secret
        parts = [self.rows.drawn(self.count, seed), self.rows.drawn(self.count, seed + 1000)]
        parts.append(shifted(self.rows.drawn(self.count, seed + 2000), self.rows, chosen))
        (reference, control, after), accepted = self.read(parts)
        series = moved(reference, control, after)
        shown = (series or sorted(after))[:SHOWN]
        return {
            "seed": seed,
            "columns": chosen,
            "accepted": accepted,
            "moved": series[:SHOWN],
            "restless": restless(reference, control, after)[:SHOWN],
            "values": {name: [round(one.get(name, 0.0), 6) for one in (reference, control, after)] for name in shown},
            "washed": self.wash(seed, control, after, series),
        }

    def outcome(self) -> dict[str, Any] | None:
        """{accepted, moved, values, washed} of rows as they are, of those with the most extreme predictions alone.

        None where too few different predictions are given for that, or no time is left.
        """
        answers = ask(self.target, [post(self.route, row) for row in self.rows.values])
        output = str(((self.target.plan.hints.get("ml") or {}).get("predict") or {}).get("output") or "")
        said = [
            (prediction_of(parsed(answer), output), row) for answer, row in zip(answers, self.rows.values, strict=True)
        ]
        chosen = extreme([(one, row) for one, row in said if one is not None])
        if len(chosen) < LEAST_EXTREME or time.monotonic() > self.until:
            return None
        self.target.say("drift, another outcome", 0.9)
        parts = [self.rows.drawn(self.count, 5000), self.rows.drawn(self.count, 5001)]
        parts.append(random.Random(5002).choices(chosen, k=self.count))  # noqa: S311 - a draw, and no secret
        (reference, control, after), accepted = self.read(parts)
        series = moved(reference, control, after)
        values = {
            name: [round(one.get(name, 0.0), 6) for one in (reference, control, after)] for name in series[:SHOWN]
        }
        washed = self.wash(5003, control, after, series)
        return {"accepted": accepted, "moved": series[:SHOWN], "values": values, "washed": washed}

    def read(self, parts: list[list[dict[str, Any]]]) -> tuple[list[dict[str, float]], int]:
        """(what is told of drift after each part, how many rows of the last part were answered)"""
        wanted: list[dict[str, Any]] = []
        pages = []
        for part in parts:
            wanted += [post(self.route, row, 64) for row in part]
            pages.append(len(wanted))
            wanted.append(get(self.source["path"], PAGE_BYTES))
        answers = ask(self.target, wanted, max(1.0, min(READ_S, self.until - time.monotonic())))
        last = answers[len(wanted) - 1 - len(parts[-1]) : -1]
        return [signals_in(answers[at], self.source) for at in pages], sum(good(answer) for answer in last)

    def wash(self, seed: int, control: dict[str, float], after: dict[str, float], series: list[str]) -> bool:
        """Whether rows of the old law bring the signal back to nearer where it was than where it went."""
        for number in range(WASHES):
            (now,), _ = self.read([self.rows.drawn(self.count, seed + 3000 + number)])
            if all(
                abs(now.get(name, 0.0) - control.get(name, 0.0)) < abs(now.get(name, 0.0) - after.get(name, 0.0)) / 2
                for name in series
            ):
                return True
        return False


PROBE = Probe("drift", 2, 56, "service", "Does its drift signal move when the data does?", gather)
