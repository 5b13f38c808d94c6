"""What the function behind a route reads: a file, a form's fields, members of a JSON object."""

import pytest

from sandbox.pysource.routes import routes_of
from sandbox.pysource.survey import Survey
from sandbox.pysource.syntax import modules
from sandbox.tree import Tree

HEAD = (
    "from flask import Flask, request, jsonify\napp = Flask(__name__)\n\n"
    "@app.route('/predict', methods=['GET', 'POST'])\n"
)
FRAME = (
    "    names = ['age', 'bmi']\n    x = [float(v) for v in request.form.values()]\n"
    "    frame = pd.DataFrame([x], columns=names)\n"
)


def read(body):
    tree = Tree.of({"app.py": f"{HEAD}def predict():\n{body}    return jsonify(1)\n"})
    return {
        route.method: route.inputs and (route.inputs.kind, route.inputs.names) for route in routes_of(modules(tree))
    }


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    age = float(request.form['age'])\n    bmi = request.form.get('bmi', 1)\n", ("form", ("age", "bmi"))),
        ("    rows = [float(x) for x in request.form.values()]\n", ("form", ())),
        (FRAME, ("form", ("age", "bmi"))),
        ("    form = request.form.to_dict()\n    x = form['age']\n", ("form", ("age",))),
        ("    data = request.get_json(force=True)\n    x = [data['age'], data.get('bmi')]\n", ("json", ("age", "bmi"))),
        ("    x = request.json['age']\n", ("json", ("age",))),
        ("    image = request.files['image']\n    name = request.form['name']\n", ("file", ("image",))),
        ("    x = settings['age']\n", None),
    ],
)
def test_members_that_a_function_reads_are_its_inputs(body, found):
    assert read(body) == {"GET": None, "POST": found}


def test_inputs_stand_beside_the_route_in_the_plan():
    tree = Tree.of({"app.py": f"{HEAD}def predict():\n    return str(request.form['age'])\n"})
    survey = Survey.of(tree)
    rows = survey.hints(survey.entries[0])["routes"]
    assert {"method": "POST", "path": "/predict", "form": ["age"]} in rows
