"""What the ML track reads: tables, splits, leaks, papers, descriptions of routes, answers and signals; no container."""

import hashlib
import json

import pytest

from sandbox.prediction import Field, Route
from sandbox.prediction.answers import listed, model_in, model_told, prediction_of, same
from sandbox.prediction.answers import read as read_answer
from sandbox.prediction.asking import post
from sandbox.prediction.described import routes_of
from sandbox.prediction.rows import Rows, rows_for, shifted
from sandbox.prediction.signals import moved, names, of_answer, of_page, restless
from sandbox.prediction.spoiled import spoiled
from sandbox.probes import SourceTarget
from sandbox.probes.ml_source import gather
from sandbox.pysource.syntax import modules
from sandbox.training import leaks, lineage, shuffling, splits
from sandbox.training.found import target_of, training_of
from sandbox.training.tables import Table, table_of
from sandbox.tree import Tree

FIT = "from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(X_train, y_train)\n"


def read(text):
    return leaks.read(modules(Tree.of({"train.py": text})))


class TestTables:
    @pytest.mark.parametrize("text", ["", "a,b\n", "1,2\n3,4\n", "one column\nx\n", "a,a\n1,2\n", '"a,b\n\x00'])
    def test_what_has_no_header_and_rows_is_no_table(self, text):
        assert table_of("x.csv", text) is None

    def test_objects_and_other_delimiters_are_tables(self):
        assert table_of("x.csv", "\ufeffa;b\n1;x\n").rows == (("1", "x"),)
        assert table_of("x.json", '[{"a": 1, "b": null}, {"a": 2.5, "b": "y"}]').rows == (("1", ""), ("2.5", "y"))
        assert table_of("x.jsonl", '{"a": true, "b": "x"}\n').columns == ("a", "b")
        assert table_of("x.json", "[" * 5000) is None

    def test_rows_that_two_sets_share_are_counted_without_their_numbers(self):
        train = Table("train.csv", ("id", "x", "y"), (("1", "a", "0"), ("2", "b", "1"), ("3", "c", "1")))
        test = Table("data/test.csv", ("id", "x", "y"), (("9", "b", "1"), ("8", "d", "0")))
        found = splits.compared(splits.by_role([train, test], {}), "the repository")
        assert [(row["a"], row["b"], row["rows"], row["shared"]) for row in found["overlaps"]] == [
            ("train", "test", 2, 1)
        ]

    @pytest.mark.parametrize(
        ("path", "role"),
        [
            ("data/X_train.csv", "train"),
            ("val.csv", "validation"),
            ("latest.csv", ""),
            ("train_test.csv", ""),
            ("a/test-1.csv", "test"),
            ("data/sample_test_input.csv", ""),
            ("sample_test.csv", "test"),
        ],
    )
    def test_role_of_a_file_is_in_its_name(self, path, role):
        assert splits.role_of(path) == role


class TestTraining:
    def test_training_is_found_beside_a_service_and_is_not_the_service(self):
        app = "from fastapi import FastAPI\nimport joblib\napp = FastAPI()\nmodel = joblib.load('m')\nmodel.fit\n"
        files = {"main.py": app, "src/train.py": FIT, "README.md": "python main.py\n"}
        assert training_of(Tree.of(files))[0].commands == ("python src/train.py",)
        assert training_of(Tree.of({"main.py": app})) == (None, ())

    def test_notebook_is_read_where_there_is_no_script(self):
        cells = [{"cell_type": "code", "source": ["import sklearn\n", "X_test = s.fit_transform(X_test)\n"]}]
        files = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "nb.ipynb": json.dumps({"cells": cells})}
        found = gather(SourceTarget(Tree.of(files), {}))
        assert (found["train"]["kind"], len(found["leaks"]["on_test"])) == ("notebook", 1)

    def test_target_is_what_the_code_takes_out(self):
        table = Table("d.csv", ("a", "b", "label"), (("1", "2", "3"),))
        code = modules(Tree.of({"train.py": "X = df.drop(columns=['b'])\ny = df['b']\n"}))
        assert target_of(code, table) == "b"
        assert target_of((), table) == "label"
        assert target_of((), Table("d.csv", ("a", "b"), (("1", "2"),))) == ""

    @pytest.mark.parametrize(
        ("code", "before", "after"),
        [
            ("s = StandardScaler()\nX = s.fit_transform(X)\na, b = train_test_split(X)\n", 1, 0),
            ("a, b = train_test_split(X)\ns = StandardScaler()\na = s.fit_transform(a)\n", 0, 0),
            ("y = LabelEncoder().fit_transform(y)\na, b = train_test_split(X, y)\n", 0, 0),
            ("a, b = train_test_split(X)\ns.fit(X_test)\n", 0, 1),
            ("words = line.split(',')\ns.fit(X)\n", 0, 0),
            ("def f():\n    s = PCA(2)\n    s.fit(X)\n\ndef g():\n    return train_test_split(X)\n", 0, 0),
        ],
    )
    def test_leaks_are_read_in_their_order(self, code, before, after):
        found = read(code)
        assert (len(found["before_split"]), len(found["on_test"])) == (before, after)

    @pytest.mark.parametrize(
        ("code", "splits"),
        [
            ("X_train, X_test = X[idx[:n]], X[idx[n:]]\n", 1),
            ("train = df[:800]\ntest = df[800:]\n", 1),
            ("train_set = df.sample(frac=0.8, random_state=1)\ntest_set = df.drop(train_set.index)\n", 1),
            ("train = df[df.year < 2020]\nval = df[df.year >= 2020]\n", 1),
            ("X_train = train[columns]\nX_test = test[columns]\n", 0),
            ("X_train = train.drop('y', axis=1)\nX_test = test.drop('y', axis=1)\n", 0),
            ("train = df[:800]\n", 0),
        ],
    )
    def test_rows_that_are_dealt_out_by_hand_are_held_back_too(self, code, splits):
        assert len(read(code)["splits"]) == splits

    def test_pipeline_is_run_rather_than_the_one_step_of_it_that_trains(self):
        step = "import sklearn\n\ndef {name}():\n    {body}\n\nif __name__ == '__main__':\n    {name}()\n"
        files = {
            "src/prepare.py": step.format(name="prepare", body="return sklearn.model_selection.train_test_split([1])"),
            "src/train.py": step.format(name="train", body="return sklearn.svm.SVC().fit([[0]], [1])"),
            "src/pipeline.py": "from src.prepare import prepare\nfrom src.train import train\n\n"
            "if __name__ == '__main__':\n    prepare()\n    train()\n",
        }
        job, modules_read = training_of(Tree.of(files))
        assert job.commands == ("python src/pipeline.py",)
        assert {one.path for one in modules_read} == set(files)

    def test_seed_of_a_split_is_read(self):
        assert [
            row["seeded"] for row in read("train_test_split(X, random_state=3)\ntrain_test_split(X)\n")["splits"]
        ] == [
            True,
            False,
        ]


class TestLineage:
    def test_digest_of_known_data_is_recognised(self):
        known = {hashlib.sha256(b"a,b\n1,2\n").hexdigest(): "data.csv"}
        digest = next(iter(known))
        paper = lineage.read(
            "card.json", f'{{"dataset": {{"sha256": "sha256:{digest[:16]}"}}, "git_commit": "1a2b3c4"}}', known
        )
        assert (paper["code"], paper["data_known"]) == ("1a2b3c4", "data.csv")
        text = f'{{"model": {{"version": 3}}, "data_hash": "{digest}", "params": {{"lr": 0.1}}}}'
        paper = lineage.read("model_card.json", text, known)
        assert (paper["version"], paper["data_known"], paper["params"]) == ("3", "data.csv", "params.lr=0.1")

    def test_yaml_whose_references_multiply_is_no_paper(self):
        levels = "a: &a {}\n"
        for name, below in zip("bcdefg", "abcdef", strict=True):
            levels += f"{name}: &{name} {{{', '.join(f'k{number}: *{below}' for number in range(60))}}}\n"
        assert lineage.read("model.yaml", levels, {}) is None
        assert lineage.read("model.yaml", "version: 3\n", {})["version"] == "3"

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"name": "x"}', "[" * 9000])
    def test_other_files_are_no_papers(self, text):
        assert lineage.read("model.json", text, {}) is None


class TestShuffling:
    def test_held_out_figure_is_the_one_that_counts(self):
        rows = [
            {"name": name, "value": 0.9, "source": "m"} for name in ("train.accuracy", "loss", "test.f1", "test_acc")
        ]
        assert shuffling.quality(rows) == ("accuracy", rows[3])
        assert shuffling.quality(rows[:2]) == ("error", rows[1])
        assert shuffling.quality([{"name": "rows", "value": 3, "source": "m"}]) is None

    def test_dummy_knows_how_often_each_value_is_there(self):
        table = Table("d.csv", ("y", "x"), (("a", "1"), ("a", "2"), ("b", "3"), ("a", "4")))
        assert shuffling.baseline("accuracy", table, "y") == 0.75
        assert shuffling.baseline("f1", table, "y") is None


DOCUMENT = {
    "paths": {
        "/predict": {
            "post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}}}}
        },
        "/predict/batch": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
                                },
                            }
                        }
                    }
                }
            }
        },
        "/drift": {"get": {}},
    },
    "components": {
        "schemas": {
            "Row": {
                "type": "object",
                "required": ["age", "plan"],
                "properties": {
                    "age": {"type": "integer", "minimum": 0, "maximum": 120},
                    "plan": {"enum": ["a", "b"], "type": "string"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
            },
        }
    },
}


class TestPredictions:
    def test_routes_and_columns_are_read_from_the_description(self):
        found = routes_of(DOCUMENT)
        assert (found.single.path, found.batch.path, found.batch.wrap, found.get) == (
            "/predict",
            "/predict/batch",
            "rows",
            ("/drift",),
        )
        assert [(one.name, one.kind, one.required, one.high) for one in found.single.fields] == [
            ("age", "number", True, 120.0),
            ("plan", "text", True, None),
            ("note", "text", False, None),
        ]
        assert Route.from_json(found.single.to_json()) == found.single

    @pytest.mark.parametrize(
        "document",
        [{}, {"paths": []}, {"paths": {"/predict": {"post": {"requestBody": {"$ref": "#/paths/~1predict"}}}}}],
    )
    def test_odd_description_gives_no_rows(self, document):
        found = routes_of(document)
        assert found.single is None or found.single.fields == ()

    def test_rows_are_of_the_table_that_has_every_needed_column(self):
        route = routes_of(DOCUMENT).single
        tables = [
            {"path": "a.csv", "columns": ["age"], "rows": [["3"]]},
            {
                "path": "b.csv",
                "columns": ["Age", "PLAN", "y"],
                "rows": [["30", "a", "1"], ["", "b", "0"], ["41", "b", "0"]],
            },
        ]
        found = rows_for(route, tables, "y")
        assert (found.source, found.values) == ("b.csv", ({"age": 30, "plan": "a"}, {"age": 41, "plan": "b"}))
        guessed = rows_for(Route("/predict"), tables[1:], "y")
        assert [one.name for one in guessed.fields] == ["Age", "PLAN"]

    def test_shift_is_two_deviations_within_what_is_taken(self):
        rows = Rows(tuple({"a": value} for value in (10, 20, 30)), "x", (Field("a", "number", high=40),))
        assert [row["a"] for row in shifted(rows.values, rows, ["a"])] == [26, 36, 40]

    def test_spoiled_rows_are_wrong_in_one_way_each(self):
        rows = Rows(({"age": 30, "plan": "a"}, {"age": 50, "plan": "b"}), "x", routes_of(DOCUMENT).single.fields[:2])
        found = {(one.kind, one.column): one.row for one in spoiled(rows)}
        assert found["wrong unit", "age"] == {"age": 50_000, "plan": "a"}
        assert found["missing column", "plan"] == {"age": 30}
        assert found["null", "age"]["age"] is None
        assert {kind for kind, _ in found} >= {"unknown category", "wrong type", "empty row"}

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (0.25, 0.25),
            ([0.5], 0.5),
            ({"prediction": [0.75], "ms": 3}, 0.75),
            ({"label": "stay", "probability": 0.3, "model_version": "3"}, 0.3),
            ({"request_id": "x", "result": {"class": "b"}}, "b"),
            ({"model": "3"}, None),
            ([1, 2], None),
            (None, None),
        ],
    )
    def test_prediction_is_found_in_an_answer(self, answer, said):
        assert prediction_of(answer) == said

    @pytest.mark.parametrize(
        "text", ["[" * 3000 + "]" * 3000, "[" * 90_000, "1" * 4000, "9" * 9000, "-" + "9" * 400, "{"]
    )
    def test_hostile_answer_is_read_and_compared_without_an_error(self, text):
        said = prediction_of(read_answer(text))
        assert same(said, 0.5) is False
        assert of_answer(f'{{"drift": {text}}}') == {}

    def test_answers_are_compared_as_numbers_and_texts(self):
        assert same(1, 1.0000000001)
        assert not same(0.5, 0.501)
        assert same("a", "a")
        assert not same(None, None)
        assert listed({"n": 2, "predictions": [1, 2]}, 2) == [1, 2]
        assert listed({"predictions": [1]}, 2) is None

    def test_model_is_named_by_its_member(self):
        assert model_in({"p": 1, "meta": {"model_version": 4}}) == {"member": "meta.model_version", "value": "4"}
        assert model_in({"model_loaded": True}) is None
        assert model_told({"status": "ok", "model_loaded": True})["value"] == "True"
        assert model_told({"status": "ok"}) is None


class TestSignals:
    def test_series_of_drift_are_read_and_others_are_not(self):
        page = (
            '# TYPE drift_psi gauge\ndrift_psi{column="age"} 0.5\n# TYPE up gauge\nup 1\n'
            "# TYPE drift_p_value gauge\ndrift_p_value 0.01\n"
        )
        assert of_page(page) == {"drift_psi{column=age}": 0.5}
        assert of_page(page, "up") == {"up{}": 1.0}
        assert of_page("<html>") == {}

    def test_names_in_a_list_are_flags(self):
        text = '{"drift": {"psi": 0.3, "p_value": 0.5, "columns": ["age"]}, "n": 3}'
        assert of_answer(text, "drift") == {"drift.psi": 0.3, "drift.columns[age]": 1.0}

    @pytest.mark.parametrize(
        ("before", "control", "after", "moves", "unquiet"),
        [
            (0.02, 0.05, 1.2, True, False),
            (0.0, 0.0, 1.0, True, False),
            (0.02, 0.03, 0.04, False, False),
            (0.1, 0.5, 0.9, False, True),
            (10.0, 20.0, 30.0, False, True),
            (1.0, 1.0, 1.0, False, False),
        ],
    )
    def test_signal_moves_when_shifted_rows_do_more_than_others(self, before, control, after, moves, unquiet):
        values = [{"drift": one} for one in (before, control, after)]
        assert bool(moved(*values)) == moves
        assert bool(restless(*values)) == unquiet

    def test_column_is_named_by_a_label(self):
        assert names(["drift_psi{column=monthly_charge}"], "monthlyCharge")
        assert not names(["drift_score{}"], "age")


def test_source_probe_keeps_bounded_rows_of_few_tables():
    many = "a,b\n" + "".join(f"{number},{'x' * 50}\n" for number in range(5000))
    files = {f"t{number}.csv": many.replace("a,b", f"a{number},b") for number in range(9)} | {"train.py": FIT}
    found = gather(SourceTarget(Tree.of(files), {}))
    assert len(found["tables"]) == 3
    assert sum(len(cell) for table in found["tables"] for row in table["rows"] for cell in row) < 80_000
    assert found["data"] is None
    assert (
        gather(SourceTarget(Tree.of({"assay.yaml": "version: 1\nroot: nowhere\nml: {data: x.csv}\n"}), {}))["train"]
        is None
    )


def test_settings_of_the_site_count_more_than_the_repositorys_manifest():
    files = {"api/train.py": FIT, "api/a.csv": "x,y\n1,2\n3,4\n", "api/b.csv": "x,z\n1,2\n3,4\n"}
    own = {"assay.yaml": "version: 1\nroot: elsewhere\nml: {data: a.csv, target: y}\n"}
    settings = "version: 1\nroot: api\nml: {data: b.csv, target: z}\n"
    for repository in (files, files | own, files | {"assay.yaml": "version: 1\nrot: api\n"}):
        found = gather(SourceTarget(Tree.of(repository), {}, settings))
        assert found["data"] == {"path": "b.csv", "target": "z", "rows": 2}
        assert found["train"]["folder"] == ""
    assert gather(SourceTarget(Tree.of(files | own), {}))["data"] is None


def _described(path, kind, properties):
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"paths": {path: {"post": {"requestBody": {"content": {kind: {"schema": schema}}}}}}}


def test_form_is_sent_as_a_page_sends_it():
    document = _described("/predict", "application/x-www-form-urlencoded", {"age": {"type": "integer"}})
    route = routes_of(document).single
    assert (route.form, [one.name for one in route.fields]) == (True, ["age"])
    sent = post(Route.from_json(route.to_json()), {"age": 41, "town": "Bad Tölz", "gone": None})
    assert sent["body"] == "age=41&town=Bad+T%C3%B6lz&gone="
    assert sent["headers"] == {"Content-Type": "application/x-www-form-urlencoded"}


def test_route_for_a_file_gets_no_rows():
    found = routes_of(_described("/predict", "multipart/form-data", {"file": {"type": "string", "format": "binary"}}))
    assert (found.single, found.files) == (None, ("/predict",))
