"""BentoML services: they are found, served by bentoml itself, and the store has their model."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.tree import Tree

RUNNER = (
    "import bentoml\n\nrunner = bentoml.sklearn.get('iris:latest').to_runner()\n"
    "svc = bentoml.Service('iris', runners=[runner])\n\n\n@svc.api()\ndef classify(rows):\n    return rows\n"
)
CLASS = (
    "import bentoml\n\n\n@bentoml.service(resources={'cpu': '1'})\nclass Iris:\n"
    "    model = bentoml.models.get('iris:latest')\n\n"
    "    @bentoml.api\n    def classify(self, rows):\n        return rows\n"
)
TRAIN = (
    "import bentoml\nfrom sklearn import svm\n\nmodel = svm.SVC().fit([[0], [1]], [0, 1])\n"
    "bentoml.sklearn.save_model('iris', model)\n"
)
PACKAGES = {"requirements.txt": "bentoml==1.4.0\nscikit-learn\n"}


@pytest.mark.parametrize(("text", "name"), [(RUNNER, "svc"), (CLASS, "Iris")], ids=["object", "class"])
def test_service_is_served_by_bentoml_with_the_model_in_its_store(text, name):
    plan = plan_for(Tree.of(PACKAGES | {"service.py": text, "train.py": TRAIN}))
    assert f"bentoml serve service:{name} --host 0.0.0.0" in plan.start[-1]
    assert plan.dockerfile.index("USER app") < plan.dockerfile.index("RUN python train.py")
    assert (plan.health[0], plan.hints["openapi"], 3000 in plan.ports) == ("/readyz", "/docs.json", True)
    assert {"method": "POST", "path": "/classify"} in plan.hints["routes"]


def test_service_without_a_stored_model_needs_no_training():
    text = "import bentoml\n\n\n@bentoml.service\nclass Echo:\n    pass\n"
    plan = plan_for(Tree.of(PACKAGES | {"service.py": text, "train.py": TRAIN}))
    assert "bentoml serve service:Echo" in plan.start[-1]
    assert "RUN python" not in plan.dockerfile


def test_script_that_only_saves_is_a_training():
    assert plan_for(Tree.of(PACKAGES | {"train.py": TRAIN})).buildpack == "job"
