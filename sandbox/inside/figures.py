"""From the rows of a step of a load to its figures. Pure: rows in, one JSON document out."""

import math

from likeness import changed, differs, ok

# Latency classes for the histogram: each a quarter above the one before, from a tenth of a millisecond to 40 s.
FACTOR, FIRST_MS, CLASSES = 1.25, 0.1, 58


def figures(rows, step, idle, *, generator_cpu):
    """One step's document; rows as locustfile.py describes them, `idle` one entry of `likeness.quiet` a request.

    Of an open step what was due in its first `discard_s` seconds does not count. An answer that is not like the idle
    ones is a failed one: a service that answers otherwise because it is under load has not done what it was asked.
    """
    rate, seconds, discard = step.get("rate") or 0.0, step["seconds"], step.get("discard_s", 0.0)
    window = seconds - discard
    counted = sorted((row for row in rows if row[0] >= discard), key=lambda row: row[0])
    # What was due and has no row was never sent: the generator was cut off, which counts against the answer, too.
    sent = max(sum(due >= discard for due in dues(rate, seconds)), len(counted)) if rate else len(counted)
    answered = [row for row in counted if ok(row[3])]
    good = [row for row in answered if is_good(row, idle)]
    done = len(good)
    if not rate:
        # Shapes were looked at in one of several: its share of bad ones is that of all. And what came after the end
        # of the step was not answered in it.
        looked = [row for row in answered if row[7] is not None]
        alike = sum(not differs(row[3], row[4], row[7], idle[row[5]]) for row in looked) / len(looked) if looked else 1
        done = min(len(good), round(alike * len(answered)))
    in_time = min(done, sum(row[2] <= seconds for row in good))
    times = sorted((row[2] - row[0]) * 1000 for row in good)
    late = sorted((row[1] - row[0]) * 1000 for row in counted if row[1] is not None and row[6])
    said = [row for row in good if row[8] and idle[row[5]]["content"]]
    quick = [row for row in counted if row[3] in (429, 503) and row[2] is not None and row[2] - row[0] < 1.0]
    return {
        "offered_rps": rate or None,
        "sent": sent,
        "done": done,
        "failed": sent - done,
        "rps": round((done if rate else in_time) / window, 2) if window else 0.0,
        "in_time_rps": round(in_time / window, 2) if window else 0.0,
        "p50_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
        "p99_ms": percentile(times, 99),
        "max_ms": percentile(times, 100),
        "histogram": histogram(times),
        "lateness_p95_ms": percentile(late, 95),
        "generator_cpu": round(generator_cpu, 3),
        "answers_changed": len(answered) - len(good),
        "contents_compared": len(said),
        "contents_changed": sum(changed(row[8], idle[row[5]]) for row in said),
        "shed_quickly": len(quick),
        "statuses": statuses(counted),
        "timeline": timeline(rows, idle, seconds),
    }


def is_good(row, idle):
    return ok(row[3]) and not differs(row[3], row[4], row[7], idle[row[5]])


def dues(rate, seconds):
    """When each request of an open step is due; the count that locustfile.py sends."""
    return [number / rate for number in range(math.ceil(rate * seconds)) if number / rate < seconds]


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
    """{"bounds_ms": upper bounds of the classes up to the slowest, "counts": answers in each}."""
    counts = [0] * (CLASSES + 1)
    for value in times:
        counts[0 if value <= FIRST_MS else min(CLASSES, math.ceil(math.log(value / FIRST_MS, FACTOR)))] += 1
    used = max((number + 1 for number, count in enumerate(counts) if count), default=0)
    return {"bounds_ms": [round(FIRST_MS * FACTOR**number, 3) for number in range(used)], "counts": counts[:used]}


def timeline(rows, idle, seconds):
    """One entry a second of the step, by when a request was due."""
    by_second = [[] for _ in range(math.ceil(seconds))]
    for row in rows:
        if 0 <= row[0] < len(by_second):
            by_second[int(row[0])].append(row)
    entries = []
    for second, inside in enumerate(by_second):
        times = sorted((row[2] - row[0]) * 1000 for row in inside if is_good(row, idle))
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
