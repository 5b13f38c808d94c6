"""A repair that only uncovers the next fault: the team is told of both, the one it wrote first and what came after."""

import pytest

from sandbox.building import Builder
from sandbox.engine import BuildFailed
from sandbox.engine.fake import FakeEngine, fake_image
from sandbox.faults import MAX_LINE_CHARACTERS, Cancellation, TeamFault
from sandbox.limits import Limits
from sandbox.plan import Plan

OWN = 'FROM python:3.12-slim\nRUN pip install redis\nCOPY . .\nCMD ["python", "main.py"]\n'
LACKS = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'requests'\n"
LATER = "Traceback (most recent call last):\nFileNotFoundError: [Errno 2] No such file or directory: 'model.pkl'\n"


class Twice(FakeEngine):
    """Builds that fail for a package that is not there, and once it is, for `later`."""

    later: str = LATER

    def build(self, context, dockerfile, *, reference, **options):
        self.failure = BuildFailed("exit 1", self.later if "pip install requests" in dockerfile else LACKS)
        return super().build(context, dockerfile, reference=reference, **options)


def fault_of(tmp_path, later):
    (tmp_path / "check.py").write_text("import requests\n")
    engine = Twice(images={"python:3.12-slim": fake_image("python:3.12-slim")})
    engine.later = later
    builder = Builder(
        key="e1",
        engine=engine,
        limits=Limits(),
        root=tmp_path,
        source={},
        say=lambda *_said: None,
        cancellation=Cancellation(),
    )
    with pytest.raises(TeamFault) as raised:
        builder.build(Plan("dockerfile", 1, OWN))
    return raised.value


def test_what_stops_it_after_a_repair_is_told_behind_the_first(tmp_path):
    fault, alone = fault_of(tmp_path, LATER), fault_of(tmp_path, LACKS)
    assert fault.id == alone.id == "build_missing_package"
    assert fault.fix.startswith(f"{alone.fix} We repaired that to look further, and then: ")
    assert "The image could not be built" in fault.fix


def test_repair_that_changed_nothing_is_not_told(tmp_path):
    assert "We repaired" not in fault_of(tmp_path, LACKS).fix


def test_both_stay_on_a_bounded_line():
    first = TeamFault("one", "One", fix="x" * 300)
    assert len(first.then(TeamFault("two", "Two", fix="y" * 300)).fix) == MAX_LINE_CHARACTERS
