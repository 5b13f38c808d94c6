"""From the rows of a load test to its figures. Pure: rows in, one JSON document out."""

import math

# Latency classes for the histogram: each a quarter above the one before, from a tenth of a millisecond to 40 s.
FACTOR, FIRST_MS, CLASSES = 1.25, 0.1, 58
# A generator that sends this much late measures itself.
LATE_MS = 25.0
GENERATOR_BUSY_PCT = 85.0


def figures(rows, asked, *, generator_cpu_s, elapsed_s):
    """Rows of locustfile.py (`open`, `closed`), `after` and the request of load.py; see docs/probes.md, "load".

    An answer that is not like the idle ones is a failed one: a service that answers otherwise because it is under load
    has not done what it was asked.
    """
    idle = [quiet(number, each, rows.get("after") or {}) for number, each in enumerate(asked["requests"])]
    warm_up, window = asked["warmup_s"], asked["window_s"]
    counted = sorted((row for row in rows["open"] if row[0] >= warm_up), key=lambda row: row[0])
    expected = round(window * asked["rate_rps"])
    answered = [row for row in counted if ok(row[3])]
    good = [row for row in answered if not differs(row[3], row[4], row[7], idle[row[5]])]
    # What was due and has no row was never sent: the generator was cut off, which counts against the answer, too.
    failures = max(expected, len(counted)) - len(good)
    times = sorted((row[2] - row[0]) * 1000 for row in good)
    late = sorted((row[1] - row[0]) * 1000 for row in counted if row[1] is not None and row[6])
    lateness = percentile(late, 95)
    closed = [row for row in rows["closed"] if ok(row[2]) and not differs(row[2], row[3], row[5], idle[row[4]])]
    # Shapes were looked at in one of several: its share of bad ones is that of all.
    looked = [row for row in rows["closed"] if ok(row[2]) and row[5] is not None]
    alike = sum(not differs(row[2], row[3], row[5], idle[row[4]]) for row in looked) / len(looked) if looked else 1.0
    capacity = min(len(closed), round(alike * sum(ok(row[2]) for row in rows["closed"])))
    cpu_pct = 100 * generator_cpu_s / elapsed_s if elapsed_s else 0.0
    why = (
        ""
        if lateness is None or lateness <= LATE_MS
        else f"our generator sent {lateness:.0f} ms late on this busy host."
    )
    changed = len(answered) - len(good)
    return {
        "valid": not why,
        "why": why,
        "rate_rps": asked["rate_rps"],
        "window_s": window,
        "sent": max(expected, len(counted)),
        "completed": len(good),
        "failures": failures,
        "failure_pct": round(100 * failures / max(expected, len(counted), 1), 2),
        "throughput_rps": round(len(good) / window, 2),
        "p50_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
        "p99_ms": percentile(times, 99),
        "max_ms": percentile(times, 100),
        "capacity_rps": round(capacity / asked["closed_s"], 1),
        "capacity_failures": len(rows["closed"]) - capacity,
        "closed_users": asked["closed_users"],
        "lateness_p95_ms": lateness,
        "generator_cpu_pct": round(cpu_pct, 1),
        "at_least": cpu_pct > GENERATOR_BUSY_PCT,
        "answers_changed": changed,
        "statuses": statuses(counted),
        "histogram": histogram(times),
        "timeline": timeline(counted, {id(row) for row in good}, warm_up, window),
    }


def ok(status):
    return 200 <= status < 400


def quiet(number, asked, after):
    """What a request's answer is like when nothing else happens: {statuses, low, high, shapes}, before and after.

    `shapes` is empty where the answer has a different one each time: then only status and size can be compared.
    """
    seen = [[asked.get("status"), asked.get("bytes"), asked.get("shape")]]
    seen += [after[number]] if number in after else []
    seen = [row for row in seen if row[0] is not None]
    sizes = [size for _, size, _ in seen if size is not None]
    return {
        "statuses": {status for status, _, _ in seen},
        "low": min(sizes, default=0),
        "high": max(sizes, default=None),
        "shapes": {kind for _, _, kind in seen} if seen and asked.get("shape") else set(),
    }


def differs(status, size, kind, idle):
    """Whether an answer under load is of another status, size class or shape than the same request's when idle.

    Between before and after lies what a list grows through; twice that, or 64 bytes, is still the same class.
    """
    if idle["statuses"] and status not in idle["statuses"]:
        return True
    if idle["high"] is not None and not idle["low"] / 2 - 64 <= size <= idle["high"] * 2 + 64:
        return True
    return bool(kind is not None and idle["shapes"] and kind not in idle["shapes"])


def percentile(values, percent):
    """Nearest-rank percentile of sorted values, two decimals; None of none."""
    if not values:
        return None
    return round(values[max(0, math.ceil(percent / 100 * len(values)) - 1)], 2)


def statuses(rows):
    counts = {}
    for row in rows:
        name = str(row[3]) if row[3] else "no answer"
        counts[name] = counts.get(name, 0) + 1
    return counts


def histogram(times):
    """[[upper bound in ms, count], ...] of the classes that are not empty."""
    counts = {}
    for value in times:
        number = 0 if value <= FIRST_MS else min(CLASSES, math.ceil(math.log(value / FIRST_MS, FACTOR)))
        counts[number] = counts.get(number, 0) + 1
    return [[round(FIRST_MS * FACTOR**number, 3), count] for number, count in sorted(counts.items())]


def timeline(rows, good, warm_up, window):
    """One entry a second of the window, by when a request was due; `good` has the identities of good rows."""
    entries = []
    for second in range(math.ceil(window)):
        inside = [row for row in rows if second <= row[0] - warm_up < second + 1]
        times = sorted((row[2] - row[0]) * 1000 for row in inside if id(row) in good)
        entries.append(
            {
                "at_s": second,
                "sent": len(inside),
                "failed": len(inside) - len(times),
                "p50_ms": percentile(times, 50),
                "p95_ms": percentile(times, 95),
            }
        )
    return entries
