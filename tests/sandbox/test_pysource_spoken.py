"""What a README tells people to install, and requirements under names that pip does not know."""

import pytest

from sandbox.pysource.manifests import find_manifest
from sandbox.pysource.requirements import read_requirements
from sandbox.pysource.spoken import spoken_packages, spoken_python
from sandbox.pysource.syntax import modules
from sandbox.pysource.version import choose_python
from sandbox.tree import Tree

MODEL_APP = "import pandas\nfrom flask import Flask\nimport pickle\n\napp = Flask(__name__)\n"
README = (
    "# Predictor\n\n```\nconda create -n predictor python=3.8.5\nactivate predictor\npip install Flask==2.1.0\n"
    "$ pip3 install -U 'scikit-learn==0.24.1' pandas pickle==4.0\npip install -r requirements.txt\n"
    "pip install virtualenv && python app.py\n```\nThen `pip install xgboost`.\n"
)


def test_readme_names_the_packages_that_no_manifest_lists():
    tree = Tree.of({"README.md": README, "app.py": MODEL_APP})
    path, lines = spoken_packages(tree, "")
    assert (path, lines) == ("README.md", ("Flask==2.1.0", "scikit-learn==0.24.1", "pandas", "xgboost"))


def test_packages_of_the_readme_go_with_those_that_are_imported():
    tree = Tree.of({"readme.txt": "pip install Flask==2.1.0\npip install sklearn==1.2.2\n", "app.py": MODEL_APP})
    manifest = find_manifest(tree, "", modules(tree))
    assert dict(manifest.files)[".assay-requirements.txt"].split() == ["Flask==2.1.0", "scikit-learn==1.2.2", "pandas"]
    assert "readme.txt" in manifest.why
    assert [note.id for note in manifest.notes] == ["requirements_guessed"]


def test_manifest_counts_more_than_a_readme():
    tree = Tree.of({"README.md": README, "requirements.txt": "flask==3.1.0\n", "app.py": MODEL_APP})
    assert find_manifest(tree, "", modules(tree)).names == {"flask"}


def test_python_of_a_readme_counts_where_no_version_speaks_against_it():
    tree = Tree.of({"README.md": README, "app.py": MODEL_APP})
    manifest = find_manifest(Tree.of({"requirements.txt": "flask\npandas\n"}), "", ())
    assert spoken_python(tree, "") == ("README.md", "3.8")
    assert choose_python(tree, "", manifest.requirements).version == "3.8"


def test_python_of_an_old_readme_gives_way_to_versions():
    tree = Tree.of({"README.md": README, "requirements.txt": "numpy==2.1.0\n"})
    assert choose_python(tree, "", find_manifest(tree, "", ()).requirements).version == "3.12"


@pytest.mark.parametrize(
    ("line", "read", "said"),
    [
        ("sklearn", "scikit-learn", "Write scikit-learn"),
        ("sklearn==0.0", "scikit-learn", "Write scikit-learn"),
        ("sklearn==0.0.post12", "scikit-learn", "Write scikit-learn"),
        ("sklearn>=1.2", "scikit-learn>=1.2", "Write scikit-learn>=1.2"),
        ("cv2", "opencv-python-headless", "Write opencv-python-headless"),
        ("pickle", None, "part of Python"),
        ("os==1.0", None, "part of Python"),
    ],
)
def test_requirement_under_another_name_is_read_as_what_is_meant(line, read, said):
    found = read_requirements(Tree.of({"requirements.txt": f"flask\n{line}\n"}), "requirements.txt")
    assert found.lines == ("flask", *([read] if read else []))
    assert [note.id for note in found.notes] == ["requirement_misnamed"]
    assert said in found.notes[0].why
