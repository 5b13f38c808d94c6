"""What a build leaves to be done while its image is used already."""

import threading
from contextlib import ExitStack

import pytest

from sandbox.engine.settling import Settling
from sandbox.faults import HostFault


def test_a_build_does_not_wait_for_its_end_and_who_asks_does():
    order, may_go = [], threading.Event()
    rest = ExitStack()
    rest.callback(order.append, "network away")
    settling = Settling()
    settling.begin(lambda: (may_go.wait(10), order.append("steps named")), rest)
    assert order == []
    may_go.set()
    settling.wait()
    assert order == ["steps named", "network away"]
    settling.close()


def test_an_engine_that_went_away_keeps_nothing_and_the_rest_is_done():
    done = []

    def keep():
        raise HostFault("engine_gone", "The engine went away")

    rest = ExitStack()
    rest.callback(done.append, "network away")
    settling = Settling()
    settling.begin(keep, rest)
    settling.wait()
    assert done == ["network away"]
    settling.close()


def test_closing_waits_and_tells_what_could_not_be_ended():
    rest = ExitStack()
    rest.callback(lambda: (_ for _ in ()).throw(RuntimeError("a record that cannot be removed")))
    settling = Settling()
    settling.begin(lambda: None, rest)
    with pytest.raises(RuntimeError, match="record"):
        settling.close()
