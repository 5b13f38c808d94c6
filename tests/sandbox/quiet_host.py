"""A pretended machine for the rules of a load: its clock, its core's speed, and what others use of it."""

from sandbox.limits import Limits
from sandbox.load.gate import Gate
from sandbox.load.gauge import Reading
from sandbox.load.record import Best


class Record:
    """The host's best spins, in memory: of the day, and of the last minutes."""

    def __init__(self, day, recent=None):
        self.known = Best(day, recent or day)

    def take_spin(self, milliseconds):
        self.known = Best(min(self.known.day_ms, milliseconds), min(self.known.recent_ms, milliseconds))
        return self.known


class Host:
    """A machine whose others use `foreign` cores and whose spins take `spins` (the last one again and again)."""

    def __init__(self, foreign=0.0, spins=(40.0,)):
        self.foreign, self.spins, self.now = foreign, list(spins), 0.0

    def sleep(self, seconds):
        self.now += seconds

    def spin(self):
        return self.spins.pop(0) if len(self.spins) > 1 else self.spins[0]

    def read(self):
        return Reading(self.now, (1 + self.foreign) * self.now, 0.0, 2 * self.now, self.now, 0)


def gate(host, record=None, **limits):
    limits = Limits(**{"load_gate_s": 10.0} | limits)
    return Gate(host, record or Record(40.0), limits, clock=lambda: host.now, sleep=host.sleep)


def sent(host, seconds=5.0):
    """A step that takes its time."""

    def send():
        host.sleep(seconds)
        return {"rps": 100.0}

    return send
