"""Counters in the Prometheus text format."""

from collections import defaultdict

counts = defaultdict(float)


def add(name, amount=1, **labels):
    counts[name, tuple(sorted(labels.items()))] += amount


def page():
    lines, named = [], set()
    for (name, labels), value in sorted(counts.items()):
        if name not in named:
            named.add(name)
            lines += [f"# HELP {name} Counted since the start.", f"# TYPE {name} counter"]
        inside = ",".join(f'{label}="{text}"' for label, text in labels)
        lines.append(f"{name}{{{inside}}} {value:g}")
    return "\n".join(lines) + "\n"
