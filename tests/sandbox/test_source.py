"""Fetching from folders with real git: what comes back, and how each refusal is said."""

import pytest

from sandbox.faults import Cancellation, Cancelled, HostFault
from sandbox.limits import Limits
from sandbox.source import Snapshot
from tests.sandbox.sources import commit, fault_of, get, git, make_repository


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "repository")


def test_folder_gives_the_commit_its_tree_and_its_dates(repository, tmp_path):
    facts = get(repository, tmp_path).to_json()
    assert facts["commit"] == git(repository, "rev-parse", "HEAD")
    assert facts["tree"] == git(repository, "rev-parse", "HEAD^{tree}")
    assert facts["committed_at"].startswith("2026-01-02T03:04:05")
    assert (facts["files"], facts["bytes"], facts["dirty"]) == (1, 13, False)
    assert facts["history"] == {
        "commits": 1,
        "authors": [{"name": "Sam", "commits": 1}],
        "first_at": "2026-01-02T03:04:05+00:00",
        "last_at": "2026-01-02T03:04:05+00:00",
        "times": [1767323045],
        "shallow": False,
        "steps": {"lines": 1, "largest": 1, "largest_commit": facts["commit"][:7], "days": 1, "steps": 1},
        "leaks": {"searched": True, "found": []},
    }


def test_tree_has_no_git_folder_and_the_workspace_no_clone(repository, tmp_path):
    snapshot = get(repository, tmp_path)
    assert [path.name for path in snapshot.root.iterdir()] == ["app.py"]
    assert {path.name for path in (tmp_path / "workspace").iterdir()} == {"tree", snapshot.to_json()["archive"]}


@pytest.mark.parametrize("name", ["app.py", "new.py"])
def test_uncommitted_changes_are_said_and_not_evaluated(repository, tmp_path, name):
    (repository / name).write_text("print('two')\n")
    snapshot = get(repository, tmp_path)
    assert snapshot.to_json()["dirty"] is True
    assert (snapshot.root / "app.py").read_text() == "print('one')\n"
    assert not (snapshot.root / "new.py").exists()


def test_ignored_files_are_no_uncommitted_change(repository, tmp_path):
    (repository / ".gitignore").write_text("*.log\n")
    commit(repository)
    (repository / "today.log").write_text("x")
    assert get(repository, tmp_path).to_json()["dirty"] is False


@pytest.mark.parametrize("name", ["branch", "tag", "annotated tag", "full", "short"])
def test_ref_names_a_commit_in_each_way(repository, tmp_path, name):
    git(repository, "checkout", "--quiet", "-b", "work")
    (repository / "app.py").write_text("print('work')\n")
    work = commit(repository)
    git(repository, "tag", "v1")
    git(repository, "tag", "-a", "v2", "-m", "Two")
    git(repository, "checkout", "--quiet", "main")
    ref = {"branch": "work", "tag": "v1", "annotated tag": "v2", "full": work, "short": work[:10]}[name]
    snapshot = get(repository, tmp_path, ref)
    assert snapshot.to_json()["commit"] == work
    assert (snapshot.root / "app.py").read_text() == "print('work')\n"


@pytest.mark.parametrize("kind", ["branch", "tag"])
def test_ref_may_look_like_a_commit(repository, tmp_path, kind):
    first = git(repository, "rev-parse", "HEAD")
    git(repository, kind, "20260102")
    (repository / "app.py").write_text("print('two')\n")
    commit(repository)
    assert get(repository, tmp_path, "20260102").to_json()["commit"] == first


@pytest.mark.parametrize("ref", ["no-such-branch", "0123456789", "0" * 40, "--upload-pack=x", "a..b", "a b", "/a", ""])
def test_ref_that_is_not_there_is_said(repository, tmp_path, ref):
    if ref:
        assert fault_of(repository, tmp_path, ref) == "ref_not_found"
    else:
        assert get(repository, tmp_path, ref).to_json()["commit"]


def test_long_history_is_cut_and_says_so(tmp_path):
    folder = make_repository(tmp_path / "repository")
    steps = "".join(
        f"commit refs/heads/main\ncommitter Kim <k@example.org> {1_700_000_000 + number} +0000\ndata 1\nx\n"
        + ("from refs/heads/main^0\n" if not number else "")
        for number in range(600)
    )
    git(folder, "fast-import", "--quiet", stdin=steps.encode())
    history = get(folder, tmp_path).to_json()["history"]
    assert (history["commits"], history["shallow"]) == (500, True)
    assert history["authors"] == [{"name": "Kim", "commits": 500}]
    assert history["last_at"] == "2023-11-14T22:23:19+00:00"


def test_history_orders_times_of_different_zones(repository, tmp_path):
    git(repository, "commit", "--quiet", "--allow-empty", "-m", "East", "--date", "2026-01-02T04:00:00+09:00")
    history = get(repository, tmp_path).to_json()["history"]
    assert (history["first_at"], history["last_at"]) == ("2026-01-01T19:00:00+00:00", "2026-01-02T03:04:05+00:00")


def test_archive_of_the_same_tree_has_the_same_digest(repository, tmp_path):
    first = get(repository, tmp_path).to_json()
    (repository / "app.py").touch()
    git(repository, "commit", "--quiet", "--allow-empty", "-m", "Nothing")
    assert get(repository, tmp_path / "again").to_json()["archive_sha256"] == first["archive_sha256"]


def test_archive_of_another_mode_has_another_digest(repository, tmp_path):
    first = get(repository, tmp_path).to_json()
    (repository / "app.py").chmod(0o755)
    commit(repository)
    second = get(repository, tmp_path / "again")
    assert second.to_json()["archive_sha256"] != first["archive_sha256"]
    assert (second.root / "app.py").stat().st_mode & 0o100


def test_reopen_makes_the_tree_again_and_refuses_another_archive(repository, tmp_path):
    snapshot = get(repository, tmp_path)
    (snapshot.root / "app.py").unlink()
    snapshot.root.rmdir()
    again = Snapshot.reopen(snapshot.to_json(), tmp_path / "workspace")
    assert (again.root / "app.py").read_text() == "print('one')\n"
    assert Snapshot.reopen(snapshot.to_json() | {"archive_sha256": "0" * 64}, tmp_path / "workspace") is None
    assert Snapshot.reopen(snapshot.to_json(), tmp_path / "elsewhere") is None


def test_lfs_pointers_and_submodules_are_named(repository, tmp_path):
    (repository / "model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/lib")
    git(repository, "add", "model.bin")
    git(repository, "commit", "--quiet", "-m", "Both")
    facts = get(repository, tmp_path).to_json()
    assert (facts["lfs_pointers"], facts["submodules"]) == (["model.bin"], ["vendor/lib"])


def test_worktree_and_file_address_are_repositories_too(repository, tmp_path):
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "other"))
    head = git(repository, "rev-parse", "HEAD")
    assert get(tmp_path / "other", tmp_path).to_json()["commit"] == head
    assert get(f"file://{repository}", tmp_path).to_json()["commit"] == head


def test_folder_of_another_owner_is_read(repository, tmp_path, monkeypatch):
    # Git's own switch for its own tests: every repository counts as somebody else's.
    from sandbox.source import environment
    from sandbox.source import git as runner

    def of_another(*arguments, **options):
        return environment.environment(*arguments, **options) | {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}

    monkeypatch.setattr(runner, "environment", of_another)
    assert get(repository, tmp_path).to_json()["commit"] == git(repository, "rev-parse", "HEAD")
    monkeypatch.setattr(runner, "_quoted", lambda _path: '"/nowhere"')
    assert fault_of(repository, tmp_path / "untrusted") == "repository_not_found"


def test_nothing_there_is_said(tmp_path):
    assert fault_of(tmp_path / "nothing", tmp_path) == "repository_not_found"


def test_folder_without_git_is_said_with_the_repository_around_it(repository, tmp_path):
    (repository / "inside").mkdir()
    with pytest.raises(Exception, match="not_a_repository") as raised:
        get(repository / "inside", tmp_path)
    assert f"It lies in the repository {repository}" in raised.value.detail


@pytest.mark.parametrize("commits", [[], ["--allow-empty"]])
def test_repository_without_a_file_is_said(tmp_path, commits):
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    for option in commits:
        git(tmp_path / "empty", "commit", "--quiet", option, "-m", "Nothing")
    assert fault_of(tmp_path / "empty", tmp_path) == "repository_empty"


def test_copy_that_lacks_objects_is_said(repository, tmp_path):
    blob = git(repository, "rev-parse", "HEAD:app.py")
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert fault_of(repository, tmp_path) == "repository_damaged"


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        (Limits(fetch_files=2), "too_many_files"),
        (Limits(fetch_bytes=100), "source_too_large"),
        (Limits(fetch_file_bytes=100), "source_too_large"),
        (Limits(fetch_path_bytes=20), "path_too_long"),
    ],
)
def test_limits_are_held_before_anything_is_written(repository, tmp_path, limits, fault):
    for number in range(3):
        (repository / f"{'long' * 8}-{number}.txt").write_text("x" * 200)
    commit(repository)
    assert fault_of(repository, tmp_path, limits=limits) == fault
    assert not (tmp_path / "workspace" / "tree").exists()


def test_cancellation_stops_a_fetch(repository, tmp_path):
    wish = Cancellation()
    wish.cancel()
    with pytest.raises(Cancelled):
        get(repository, tmp_path, cancellation=wish)


def test_progress_is_told_in_order(repository, tmp_path):
    said = []
    get(repository, tmp_path, say=lambda text, fraction: said.append((text, fraction)))
    assert said[0] == ("fetching the source", None)
    assert said[-1] == ("fetched", 1.0)
    assert ("writing 1 files", None) in said


def test_machine_without_git_or_disk_is_ours(repository, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        with pytest.raises(HostFault, match="git_missing"):
            get(repository, tmp_path)
    monkeypatch.setattr("sandbox.source.FREE_BYTES", 1 << 80)
    with pytest.raises(HostFault, match="disk_full"):
        get(repository, tmp_path)
