"""What a history shows: keys that were deleted later, steps that are no steps, and work from before the event."""

import pytest

from sandbox.engine.fake import FakeEngine
from sandbox.pipeline import Pipeline
from tests.sandbox.sources import commit, get, make_repository

# Put together, so that no scanner takes this file for the leak.
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "repository")


def history(repository, tmp_path):
    return get(repository, tmp_path).to_json()["history"]


def test_key_that_was_deleted_later_is_still_found(repository, tmp_path):
    (repository / "config.py").write_text(f"KEY = '{KEY}'\n")
    leaked = commit(repository, "Add the key")
    (repository / "config.py").write_text("import os\n")
    commit(repository, "Take it out again")
    found = history(repository, tmp_path)["leaks"]
    assert found["searched"] is True
    assert {row["path"] for row in found["found"]} == {"config.py"}
    assert leaked[:7] in {row["commit"] for row in found["found"]}
    assert KEY not in str(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("README.md", "OPENAI_API_KEY=sk-" + "x" * 40, id="placeholder"),
        pytest.param("app.py", 'if "-----BEGIN PRIVATE KEY-----" in text:\n    pass', id="code that reads a key"),
        pytest.param("node_modules/dotenv/README.md", KEY, id="of a package"),
    ],
)
def test_what_only_looks_like_a_key_is_no_leak_beside_one_that_is(repository, tmp_path, path, text):
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text(f"{text}\n")
    (repository / "config.py").write_text(f"KEY = '{KEY}'\n")
    commit(repository, "Add both")
    leaks = history(repository, tmp_path)["leaks"]
    assert (leaks["searched"], [row["path"] for row in leaks["found"]]) == (True, ["config.py"])


def test_private_key_of_the_history_is_found(repository, tmp_path):
    (repository / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQ\n" * 2)
    commit(repository)
    assert [row["path"] for row in history(repository, tmp_path)["leaks"]["found"]] == ["key.pem"]


def test_name_of_a_leaking_file_is_cleaned_of_what_a_terminal_obeys(repository, tmp_path):
    (repository / "a\x1b[31m\nb.py").write_text(f"KEY = '{KEY}'\n")
    commit(repository)
    (row,) = history(repository, tmp_path)["leaks"]["found"]
    assert "\x1b" not in row["path"]
    assert "\n" not in row["path"]


def test_largest_step_is_counted_without_what_machines_write(repository, tmp_path):
    (repository / "package-lock.json").write_text("{}\n" * 5000)
    (repository / "node_modules").mkdir()
    (repository / "node_modules" / "index.js").write_text("x\n" * 5000)
    (repository / "more.py").write_text("x = 1\n" * 9)
    dump = commit(repository)
    steps = history(repository, tmp_path)["steps"]
    assert steps == {"lines": 10, "largest": 9, "largest_commit": dump[:7], "days": 1, "steps": 2}


def test_filter_or_driver_of_the_repository_runs_nothing_while_history_is_read(repository, tmp_path):
    (repository / ".gitattributes").write_text("* diff=evil textconv=evil filter=evil\n")
    (repository / ".gitconfig").write_text('[diff "evil"]\n\tcommand = touch /tmp/assay-was-here\n')
    (repository / "a.py").write_text(f"KEY = '{KEY}'\n")
    commit(repository)
    assert history(repository, tmp_path)["leaks"]["found"]


def test_event_of_a_project_stands_beside_its_source(repository, tmp_path):
    event = {"starts_at": "2026-05-01T08:00:00+00:00"}
    pipeline = Pipeline(key="event", source=str(repository), engine=FakeEngine(), workspace=tmp_path / "w", event=event)
    pipeline.step("fetching")
    assert pipeline.evidence().source["event"] == event
