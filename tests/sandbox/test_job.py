"""Which repositories have a job, and what of it runs in which order; no container needed."""

import json

import pytest

from sandbox.buildpacks import plan_for
from sandbox.buildpacks.job import detect
from sandbox.training.found import training_of
from sandbox.tree import Tree

TRAIN = "from sklearn.svm import SVC\nSVC().fit([[0], [1]], [0, 1])\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def commands(files):
    plan = detect(Tree.of(files))
    return plan and plan.hints["job"]["commands"]


def notebook(*code, language="python"):
    rows = [{"cell_type": "code", "source": [text], "outputs": []} for text in code]
    return json.dumps({"cells": rows, "metadata": {"kernelspec": {"language": language}}})


class TestDetection:
    def test_service_comes_before_a_job(self):
        assert plan_for(Tree.of({"train.py": TRAIN, "main.py": FASTAPI})).buildpack == "python"
        assert plan_for(Tree.of({"train.py": TRAIN})).buildpack == "job"

    @pytest.mark.parametrize(
        "files",
        [
            {"pkg/__init__.py": "", "pkg/model.py": "import numpy as np\ndef fit(x):\n    return np.mean(x)\n"},
            {"main.py": "print('hello')\n"},
            {"src/ml/train.py": "import warnings\nimport sklearn\nwarnings.filterwarnings('ignore')\ndef f(): ...\n"},
            {"game.py": "import pygame\nimport numpy\nnumpy.save('x', 1)\npygame.init()\n"},
            {"slides.ipynb": json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Hi"]}]})},
            {"slides.ipynb": notebook("print('hello')")},
            {"analysis.ipynb": notebook("library(ggplot2)", language="R")},
            {"tests/test_train.py": TRAIN, "examples/train.py": TRAIN},
            {"broken.ipynb": "{", "README.md": "python train.py"},
        ],
    )
    def test_library_program_or_slides_are_no_job(self, files):
        assert detect(Tree.of(files)) is None

    @pytest.mark.parametrize(
        ("files", "chosen"),
        [
            ({"train.py": TRAIN, "evaluate.py": TRAIN, "utils.py": "import numpy\n"}, "python train.py"),
            ({"src/train_model.py": TRAIN, "src/data.py": "import pandas\n"}, "python src/train_model.py"),
            ({"main.py": "import m\nm.go()\n", "m.py": f"def go():\n    {TRAIN.splitlines()[0]}\n"}, "python main.py"),
            ({"ml/__init__.py": "", "ml/__main__.py": f"from .m import x\n{TRAIN}", "ml/m.py": ""}, "python -m ml"),
            ({"a.py": TRAIN, "b.py": TRAIN, "README.md": "Run `python b.py --depth 3`."}, "python b.py --depth 3"),
            ({"fit.py": TRAIN, "README.md": "python fit.py --data <your data>"}, "python fit.py"),
            ({"code/fit.py": TRAIN, "README.md": "cd code\npython3 fit.py to train"}, "python fit.py"),
        ],
    )  # fmt: skip
    def test_likeliest_script_runs_as_it_is_told(self, files, chosen):
        assert commands(files) == [chosen]

    def test_steps_of_a_readme_run_in_their_order_without_the_download(self):
        names = ("download_data", "prepare", "train", "evaluate")
        readme = "```\n" + "".join(f"python {name}.py\n" for name in names) + "```\n"
        files = {f"{name}.py": TRAIN for name in names} | {"README.md": readme}
        assert commands(files) == ["python prepare.py", "python train.py", "python evaluate.py"]

    def test_stages_of_dvc_run_in_the_order_of_their_outputs(self):
        stages = (
            "stages:\n  train:\n    cmd: python train.py ${train.rate}\n    deps: [data/clean]\n"
            "    metrics:\n    - out/scores.json:\n        cache: false\n"
            "  clean:\n    cmd: python clean.py\n    outs: [data/clean]\n"
        )
        files = {"dvc.yaml": stages, "params.yaml": "train: {rate: 0.1}", "train.py": TRAIN, "clean.py": TRAIN}
        assert commands(files) == ["python clean.py", "python train.py 0.1"]
        assert detect(Tree.of(files)).hints["job"]["metrics"] == ["out/scores.json"]

    def test_entry_point_of_mlproject_has_its_defaults(self):
        text = "entry_points:\n  main:\n    parameters:\n      a: {type: float, default: 0.5}\n      b: float\n"
        files = {"MLproject": text + '    command: "python train.py {a}"\n', "train.py": TRAIN}
        assert commands(files) == ["python train.py 0.5"]

    def test_target_of_a_makefile_runs_after_what_it_needs(self):
        text = "PY ?= python3\ntrain: data x\n\t@$(PY) -m ml.train\ndata:\n\tpython ml/data.py\nx:\n\tpip install x\n"
        files = {"Makefile": text, "ml/train.py": TRAIN, "ml/data.py": TRAIN}
        assert commands(files) == ["python ml/data.py", "python -m ml.train"]

    def test_target_that_trains_comes_before_one_that_only_fetches_and_looks(self):
        text = (
            "pipeline: raw check\nraw:\n\tuv run python scripts/download.py\ncheck:\n\tpython scripts/check.py\n"
            "a.csv b.csv: raw\n\tPYTHONPATH=src uv run python -m heart.split\n"
            "model.joblib: a.csv\n\tPYTHONPATH=src uv run python -m heart.train_logistic\n"
            "train-logistic: model.joblib\n"
        )
        look = "import pandas\npandas.read_csv('a.csv').to_csv('b.csv')\n"
        files = {"Makefile": text, "scripts/download.py": look, "scripts/check.py": look, "src/heart/split.py": look}
        plan = detect(Tree.of(files | {"src/heart/train_logistic.py": TRAIN}))
        assert plan.hints["job"]["title"] == "make train-logistic"
        assert plan.hints["job"]["commands"] == [
            "PYTHONPATH=src python -m heart.split",
            "PYTHONPATH=src python -m heart.train_logistic",
        ]
        assert plan.hints["job"]["folder"] == ""
        assert any("scripts/download.py is left out" in one for one in plan.why)

    def test_module_below_src_runs_from_where_its_data_is(self):
        files = {"README.md": "    python -m heart.train\n", "src/heart/train.py": TRAIN, "data.csv": "1\n"}
        assert commands(files) == ["PYTHONPATH=src python -m heart.train"]

    def test_nodes_of_a_kedro_project_are_its_code(self):
        files = {
            "pyproject.toml": '[tool.kedro]\npackage_name = "heart"\nsource_dir = "src"\n',
            "src/heart/pipelines/train/nodes.py": TRAIN,
        }
        job, read = training_of(Tree.of(files))
        assert (job.title, [one.path for one in read]) == ("kedro run", ["src/heart/pipelines/train/nodes.py"])

    @pytest.mark.parametrize("name", ["compute_drift", "promote_alias", "deployment", "smoke_test_model"])
    def test_script_for_a_model_that_is_there_already_trains_none(self, name):
        files = {"steps.py": "from sklearn.svm import SVC\n\n\ndef learn(x):\n    return SVC().fit(x)\n"}
        text = "import steps\nif __name__ == '__main__':\n    print(steps)\n"
        assert detect(Tree.of(files | {f"scripts/{name}.py": text})) is None
        assert detect(Tree.of(files | {"scripts/make_model.py": text})) is not None

    def test_every_step_that_a_readme_tells_is_read(self):
        text = "python stages/split.py\npython stages/train.py\n"
        split = "from sklearn.model_selection import train_test_split\ntrain_test_split([1, 2])\n"
        _, read = training_of(Tree.of({"README.md": text, "stages/split.py": split, "stages/train.py": TRAIN}))
        assert [one.path for one in read] == ["stages/split.py", "stages/train.py"]

    def test_numbered_notebooks_run_in_order_and_bring_what_they_install(self):
        files = {
            f"nb/{name}.ipynb": notebook("!pip install -q numpy\nimport numpy") for name in ("2_fit", "10_end", "1_eda")
        }
        plan = detect(Tree.of(files))
        assert [one.split()[-1] for one in plan.hints["job"]["commands"]] == [
            "1_eda.ipynb",
            "2_fit.ipynb",
            "10_end.ipynb",
        ]
        assert [note.id for note in plan.repairs][1:] == ["notebook_run", "notebook_requirements"]
        assert plan.dockerfile.count("WORKDIR /app/nb") == 1


class TestDockerfile:
    def plan(self, cmd, **files):
        text = f"FROM python:3.12-slim\nWORKDIR /code\nCOPY . .\n{cmd}\n"
        return plan_for(Tree.of({"Dockerfile": text, "src/train.py": TRAIN} | files))

    @pytest.mark.parametrize(
        "cmd", ['CMD ["python", "src/train.py"]', "CMD cd /code && python3 -u src/train.py --fast"]
    )
    def test_dockerfile_that_trains_is_a_job(self, cmd):
        plan = self.plan(cmd)
        assert (plan.buildpack, plan.kind) == ("dockerfile", "job")
        assert plan.hints["job"]["title"] == "src/train.py"

    @pytest.mark.parametrize("cmd", ["EXPOSE 80\nCMD python src/train.py", "CMD ./start", "CMD python main.py"])
    def test_dockerfile_that_serves_or_says_nothing_is_none(self, cmd):
        assert self.plan(cmd, **{"main.py": FASTAPI}).kind == "service"
