"""`assay init`: the manifest that it writes decides as detection did, and nothing of the team's is overwritten."""

import pytest
import yaml

from sandbox.__main__ import main
from sandbox.buildpacks import plan_for
from sandbox.commands import DONE, UNUSABLE
from sandbox.manifest import problems
from sandbox.tree import Tree
from tests.sandbox.sample_repositories import REPOSITORIES, checkout

NAMES = ["django-site", "fastapi-docker", "express-npm", "static-site", "nothing-runnable"]


@pytest.mark.parametrize("name", NAMES)
def test_written_file_is_valid_as_it_is_and_with_everything_taken(name, tmp_path, capsys):
    folder = checkout(name, tmp_path)
    assert main(["init", str(folder)]) == DONE
    assert "assay run ." in capsys.readouterr().out
    text = (folder / "assay.yaml").read_text()
    assert yaml.safe_load(text) == {"version": 1}
    head, _, members = text.partition("version: 1\n")
    taken = "\n".join(line.removeprefix("# ") for line in members.splitlines() if not line.startswith("#   "))
    lines = [line for line in taken.splitlines() if line.partition(":")[0] in ("root", "buildpack", "start", "port")]
    assert problems(head + "version: 1\n" + "\n".join(lines) + "\n") == ()


def test_start_can_be_taken_from_the_comments(tmp_path):
    folder = checkout("django-site", tmp_path)
    before = plan_for(Tree.at(folder))
    main(["init", str(folder)])
    path = folder / "assay.yaml"
    path.write_text(path.read_text().replace("# start:", "start:").replace("# buildpack:", "buildpack:"))
    after = plan_for(Tree.at(folder))
    assert (after.start, after.dockerfile) == (before.start, before.dockerfile)


def test_folder_need_be_no_repository_and_what_is_never_committed_is_not_read(tmp_path):
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    for folder in ("node_modules/x", ".venv/lib", ".git"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "Dockerfile").write_text("FROM x\nEXPOSE 80\nCMD uvicorn app:app\n")
    assert main(["init", str(tmp_path)]) == DONE
    assert "FastAPI by uvicorn" in (tmp_path / "assay.yaml").read_text()


@pytest.mark.parametrize("name", ["assay.yaml", "assay.yml"])
def test_existing_file_is_kept_unless_forced(name, tmp_path, capsys):
    folder = checkout("static-site", tmp_path)
    (folder / name).write_text("version: 1\nport: broken\n")
    assert main(["init", str(folder)]) == UNUSABLE
    assert f"{name} is there already" in capsys.readouterr().err
    assert (folder / name).read_text() == "version: 1\nport: broken\n"
    assert main(["init", str(folder), "--force"]) == DONE
    assert problems((folder / name).read_text()) == ()


def test_what_is_no_folder_is_said(tmp_path, capsys):
    assert main(["init", str(tmp_path / "gone")]) == UNUSABLE
    assert "is no folder" in capsys.readouterr().err


def test_names_of_samples_are_real():
    assert set(NAMES) <= set(REPOSITORIES)
